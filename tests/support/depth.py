"""How deep the tests look: what each change can wait for, what a release is worth, and everything.

`make test` takes a share, `make thorough` several times as much of what is drawn or explored, `make histories` all that
can be counted. `SECONDWIND_HISTORIES` says which: unset, `more`, `all`.
"""

from __future__ import annotations

import os
from enum import Enum


class Depth(str, Enum):
    """How deep."""

    SHARE = "share"
    MORE = "more"
    ALL = "all"


DEPTH = Depth(os.environ.get("SECONDWIND_HISTORIES") or Depth.SHARE)


def deep(share: int, more: int) -> int:
    """A number of cases: in `make test`, and beyond it."""
    return share if DEPTH is Depth.SHARE else more
