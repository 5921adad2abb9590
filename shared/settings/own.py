"""The variables of the process that are ours, read anew only when something in the environment has changed."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

PREFIX = "SECONDWIND_"


def own_variables() -> tuple[tuple[str, str], ...]:
    """Names and values, by name.

    CPython keeps the environment as bytes: to compare those takes a fiftieth of what it takes to decode each name.
    """
    now, last = getattr(os.environ, "_data", None), _last[0]
    if last is not None and now is not None and now == last[0]:
        return last[1]
    own = tuple(sorted((name, os.environ[name]) for name in os.environ if name.startswith(PREFIX)))
    _last[0] = None if now is None else (dict(now), own)
    return own


_last: list[tuple[Mapping[Any, Any], tuple[tuple[str, str], ...]] | None] = [None]
"""The environment as it was, and what of it is ours."""
