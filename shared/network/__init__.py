"""How requests leave over kept connections, and what a peer may take of us with its answer."""
