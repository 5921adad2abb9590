"""What no single field of a policy shows: its faults, and its oddities, which are warnings. Pure."""
