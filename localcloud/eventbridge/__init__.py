"""EventBridge: buses, rules, delivery at least once, and event streams."""
