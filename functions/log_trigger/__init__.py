"""The function `log_trigger`."""
