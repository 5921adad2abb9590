"""Lives by their spelling, as tests write them."""

from __future__ import annotations

from typing import Any

from shared.domain.life import Life


def with_lives(parts: dict[str, Any]) -> dict[str, Any]:
    """The parts of a case, with each life that is written as text read; empty text is none."""
    lives = {name: parts[name] for name in ("life", "held_life") if isinstance(parts.get(name), str)}
    return {**parts, **{name: Life.read(text) if text else None for name, text in lives.items()}}
