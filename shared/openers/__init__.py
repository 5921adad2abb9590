"""What an invocation needs opened: the ledger, the job systems, the way of messages, the outcomes of the last day."""
