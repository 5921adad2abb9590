"""Manual invocations of an event file: on this machine, or of a deployed function."""
