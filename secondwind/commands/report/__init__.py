"""`secondwind report`."""
