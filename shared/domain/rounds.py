"""Where sweeps go on that cannot take up all that is due."""

from __future__ import annotations

from msgspec import Struct


class Rounds(Struct, frozen=True, kw_only=True, tag_field="schema", tag="secondwind-rounds/1"):
    """One ledger document for all sweeps. Only what has come to an end begins anew, so nobody is left out for ever."""

    due_at: float = 0.0
    """Due names have been asked for up to this one (unix seconds), beyond the oldest."""
    key: str = ""
    """The same name's key."""
    scope: str = ""
    """The cluster or group that last had a turn because it was its turn, whatever else was due."""
