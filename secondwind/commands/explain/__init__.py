"""`secondwind explain`: why a job was, or was not, rerun: outcome Logstore, ledger, and a look now if wanted."""
