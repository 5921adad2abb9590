"""What every service speaks: HTTP, the gateway of RPC-style operations, its signature, and faults to order."""
