"""Ledger backends behind `shared.ports.Ledger`: small compare-and-set document stores without opinions."""
