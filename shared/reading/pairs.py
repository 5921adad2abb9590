"""Names with values as a list of pairs, in which a name may come again."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def overwritten(pairs: Sequence[tuple[str, T]]) -> tuple[tuple[str, T], ...]:
    """The pairs that a dictionary of them does not keep, in their order."""
    last = {name: place for place, (name, _) in enumerate(pairs)}
    return tuple(pair for place, pair in enumerate(pairs) if last[pair[0]] != place)
