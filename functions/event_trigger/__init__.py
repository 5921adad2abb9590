"""The function `event_trigger`."""
