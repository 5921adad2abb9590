"""Turns: what a delivery has to do with one cluster or group, from the look to the settled call.

Turns know nothing of each other: each has its own records, and whatever they share (tokens, breakers) is decided by the
ledger. So they may be taken side by side, and a slow or broken cluster delays no other.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from shared.heal.item import Walked

Turn = Callable[[], Walked]


class Lanes(Protocol):
    """How turns are taken."""

    def __call__(self, turns: Sequence[Turn]) -> Iterator[list[Walked]]:
        """Take every turn; from time to time what has ended since, in the order given, be it nothing.

        Raises what a turn raises, once none is at work any more; turns that had not begun are then left out.
        """
        ...


def one_by_one(turns: Sequence[Turn]) -> Iterator[list[Walked]]:
    """In this thread, one after the other; what came of them all at once."""
    yield [turn() for turn in turns]
