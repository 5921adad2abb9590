"""That a signed link has been used: a ledger document of its own."""

from __future__ import annotations

from msgspec import Struct


class LinkUse(Struct, frozen=True, kw_only=True, tag_field="schema", tag="secondwind-link-use/1"):
    """One ledger document. It outlives every link."""

    at: float
    """Unix seconds."""
    by: str
    """Who used it, at most 128 characters."""
    digest: str
    """Of the case that they had been shown."""
