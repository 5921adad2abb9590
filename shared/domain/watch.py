"""What a discovery remembers of a scope between its looks."""

from __future__ import annotations

from typing import Any

from msgspec import Struct


class Watch(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-watch/1"):
    """One ledger document. Times are unix seconds."""

    memory: dict[str, Any] = {}
    """The job system's own: what was seen, and where an unfinished look goes on."""
    turn_at: float = 0.0
    """When it last had a turn; who waits longest is next."""
    done_at: float = 0.0
    """When a look was last whole."""
    busy_until: float = 0.0
    """A run is at it until then at the latest."""
    failures: int = 0
    """Looks in a row that ended with a problem."""
    not_before: float = 0.0
    """After problems: no look is begun earlier."""
    told: bool = False
    """That it cannot be read has been told."""
