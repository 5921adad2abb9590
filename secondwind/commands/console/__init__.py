"""`secondwind console`: the pages of the console on this machine."""
