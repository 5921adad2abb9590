"""`secondwind history`."""
