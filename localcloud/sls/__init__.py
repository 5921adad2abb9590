"""Simple Log Service, and its trigger for functions."""
