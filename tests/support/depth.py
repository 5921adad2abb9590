"""How deep the tests look: what each change can wait for, what a release is worth, and everything.

`make test` takes a share, `make thorough` several times as much of what is drawn or explored, `make histories` all that
can be counted. `SECONDWIND_HISTORIES` says which: unset, `more`, `all`.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from datetime import datetime, timezone
from enum import Enum
from typing import TypeVar

T = TypeVar("T")


class Depth(str, Enum):
    """How deep."""

    SHARE = "share"
    MORE = "more"
    ALL = "all"


DEPTH = Depth(os.environ.get("SECONDWIND_HISTORIES") or Depth.SHARE)


def deep(share: int, more: int) -> int:
    """A number of cases: in `make test`, and beyond it."""
    return share if DEPTH is Depth.SHARE else more


def of_today(cases: Sequence[T], parts: int | None = None) -> Sequence[T]:
    """Of so many parts of the cases (default: one case each) one in `make test`, another each day; all beyond it."""
    if DEPTH is not Depth.SHARE:
        return cases
    every = parts or len(cases)
    return cases[datetime.now(timezone.utc).toordinal() % every :: every]
