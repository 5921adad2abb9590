"""One function instance: what runs a handler as Function Compute does."""
