"""The function `discover`."""
