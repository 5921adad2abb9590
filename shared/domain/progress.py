"""How far a range of logs has been handled."""

from __future__ import annotations

from msgspec import Struct


class Progress(Struct, frozen=True, kw_only=True, tag_field="schema", tag="secondwind-range/1"):
    """Where the next delivery of a range goes on: it reads from `cursor` on and leaves out what was handled."""

    cursor: str
    """Of a page of the range."""
    ordinal: int = 0
    """Place in the range of the first log of that page, from 0."""
    handled: int = 0
    """So many logs of the range, from its first, have been handled."""
    garbled: int = 0
    """So many deliveries have ended at `cursor`, as the log group there could not be read."""
