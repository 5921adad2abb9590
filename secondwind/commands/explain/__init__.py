"""`secondwind explain`: why a job was, or was not, rerun: the outcome Logstore, the ledger, and a look now if wanted."""
