"""`secondwind explain`: why a job was, or was not, rerun, from the outcome Logstore, the ledger, and a look if wanted."""
