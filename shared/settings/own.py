"""The variables of the process and those that are ours, read anew only when something in them has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

PREFIX = "SECONDWIND_"


def variables() -> Mapping[str, str]:
    """All of them, as they are now."""
    return _now()[1]


def own_variables() -> tuple[tuple[str, str], ...]:
    """Names and values of ours, by name."""
    return _now()[2]


def _now() -> _Seen:
    """CPython keeps the environment as bytes: to compare those takes a fiftieth of what decoding each name takes."""
    now, last = getattr(os.environ, "_data", None), _last[0]
    if last is not None and now is not None and now == last[0]:
        return last
    there = dict(os.environ)
    seen = (dict(now or {}), there, tuple(sorted(one for one in there.items() if one[0].startswith(PREFIX))))
    _last[0] = None if now is None else seen
    return seen


_Seen = tuple[Mapping[Any, Any], Mapping[str, str], tuple[tuple[str, str], ...]]
_last: list[_Seen | None] = [None]
"""The environment as it was, as text, and what of it is ours."""
