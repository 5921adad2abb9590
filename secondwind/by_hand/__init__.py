"""What a person does to the ledger from the command line: breakers, modes, holds."""
