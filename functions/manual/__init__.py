"""The function `manual`."""
