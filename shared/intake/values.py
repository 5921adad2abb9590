"""Single values of `job-failure/1`, typed and bounded.

Each function takes what a stranger wrote. Values may have JSON types or be text, for in a log everything is.
Each raises ValueError whose text is the fault.
"""

from __future__ import annotations

import re
from typing import Any

from shared.domain.job import REGION_PATTERN
from shared.intake.body import compact
from shared.reading.text import clean, cut, foreign, kind, quoted
from shared.systems import SYSTEMS

SCHEMA = "job-failure/1"
MAX_EXIT_CODE_CHARS = 64
MAX_MESSAGE_BYTES = 32 * 1024
MAX_EVIDENCE_BYTES = 1024

_REGION = re.compile(REGION_PATTERN)


def schema(value: Any) -> str:
    """The one schema that is understood."""
    if value != SCHEMA:
        raise ValueError(f"is {quoted(value)}; wanted {SCHEMA}")
    return SCHEMA


def system(value: Any) -> str:
    """The job system's name."""
    for known in SYSTEMS:
        if value == known.name:
            return known.name
    raise ValueError(f"is {quoted(value)}; wanted {SYSTEMS.either}")


def region(value: Any) -> str:
    """What looks like a region id. Whether credentials may go there is not asked here."""
    if not isinstance(value, str) or not _REGION.match(value):
        raise ValueError(f"is {quoted(value)}; wanted a region id such as cn-hangzhou")
    return value


def exit_code(value: Any) -> str:
    """A whole number, or short text such as `1:9`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and not isinstance(value, str):
        raise ValueError(f"is {kind(value)}; wanted an integer or text")
    text = str(value)
    if len(text) > MAX_EXIT_CODE_CHARS:
        raise ValueError(f"has {len(text)} characters; at most {MAX_EXIT_CODE_CHARS}")
    return clean(text)


def message(value: Any) -> str:
    """Text of at most 32 KiB; what is longer is cut."""
    return cut(_plain(value), MAX_MESSAGE_BYTES)


def evidence(value: Any) -> str:
    """Text of at most 1 KiB; what is longer is cut."""
    return cut(_plain(value), MAX_EVIDENCE_BYTES)


def anything(value: Any) -> str:
    """Any value as text of at most 1 KiB; containers as compact JSON. Never raises."""
    return cut(compact(value) if isinstance(value, dict | list) else _plain(value), MAX_EVIDENCE_BYTES)


def _plain(value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, bytes):
        return foreign(value)
    if isinstance(value, dict | list):
        raise ValueError(f"is {kind(value)}; wanted text")  # noqa: TRY004 - one error for all faults
    return compact(value)
