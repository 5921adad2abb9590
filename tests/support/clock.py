"""Time and chance of tests: both stand still until told."""

from __future__ import annotations

from dataclasses import dataclass

START = 1_800_000_000.0
"""A full minute."""


@dataclass(slots=True)
class Clock:
    """Stands still until a test, or what it plays, moves it."""

    moment: float = START

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


@dataclass(slots=True)
class Chance:
    """Always the same fraction."""

    value: float = 1.0

    def fraction(self) -> float:
        """The same each time."""
        return self.value
