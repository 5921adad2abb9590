"""`secondwind notify`: a test message through a channel, and what waits for each."""
