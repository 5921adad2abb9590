"""Lives by their spelling, as tests write them."""

from __future__ import annotations

from typing import Any

from shared.domain.life import Life


def with_lives(parts: dict[str, Any]) -> dict[str, Any]:
    """The parts of a case, with each life that is written as text read; empty text is none."""
    return {
        name: (Life.read(value) if value else None) if name in {"life", "held_life"} and isinstance(value, str) else value
        for name, value in parts.items()
    }
