"""The policy: what may be done about which failure. Pure: no clock, no I/O."""
