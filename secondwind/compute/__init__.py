"""Function Compute as its clients see it: one call, made through the API of FC 3.0 or of FC 2.0, and what came of it.

The SDKs take half a second to import: `fc2` and `fc3` are imported by who makes a call.
"""
