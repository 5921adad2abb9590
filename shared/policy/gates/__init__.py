"""The gates: one function a question on the way to a rerun; `shared.policy.decide` has the order. Pure."""
