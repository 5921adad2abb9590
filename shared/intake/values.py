"""Single values of `job-failure/1`, typed and bounded.

Each function takes what a stranger wrote. Values may have JSON types or be text, for in a log everything is.
Each raises ValueError whose text is the fault.
"""

from __future__ import annotations

import re
from typing import Any

from shared.domain.job import REGION_PATTERN, System
from shared.intake.body import compact
from shared.intake.text import cut, escaped, kind, quoted

SCHEMA = "job-failure/1"
MAX_ID_CHARS = 128
MAX_EXIT_CODE_CHARS = 64
MAX_MESSAGE_BYTES = 32 * 1024
MAX_EVIDENCE_BYTES = 1024
MAX_LONG = 2**63 - 1
"""SchedulerX ids are Java longs."""

_DIGITS = re.compile(r"[0-9]{1,19}")
_CLUSTER = re.compile(r"[A-Za-z0-9-]{1,128}")
_REGION = re.compile(REGION_PATTERN)
# 12, 12[], 12[3], 12[1-9], 12[1-9:2], 12_3, each with an optional server part (openpbs: doc/man1/qrerun.1B).
_EHPC_JOB = re.compile(
    r"[0-9]{1,18}(?:\[(?:[0-9]{1,18}(?:-[0-9]{1,18}(?::[0-9]{1,18})?)?)?\]|_[0-9]{1,18})?"
    r"(?:\.[A-Za-z0-9_-]+)*"
)


def schema(value: Any) -> str:
    """The one schema that is understood."""
    if value != SCHEMA:
        raise ValueError(f"is {quoted(value)}; wanted {SCHEMA}")
    return SCHEMA


def system(value: Any) -> System:
    """The job system's name."""
    for known in System:
        if value == known.value:
            return known
    raise ValueError(f"is {quoted(value)}; wanted ehpc or schedulerx")


def region(value: Any) -> str:
    """What looks like a region id. Whether credentials may go there is not asked here."""
    if not isinstance(value, str) or not _REGION.match(value):
        raise ValueError(f"is {quoted(value)}; wanted a region id such as cn-hangzhou")
    return value


def cluster_id(value: Any) -> str:
    """An E-HPC cluster id."""
    if not isinstance(value, str) or not _CLUSTER.fullmatch(value):
        raise ValueError(f"is {quoted(value)}; wanted letters, digits and hyphens, at most {MAX_ID_CHARS}")
    return value


def name(value: Any) -> str:
    """A namespace, group or the like: printable text without blanks around it."""
    fits = isinstance(value, str) and 0 < len(value) <= MAX_ID_CHARS
    if not fits or not value.isprintable() or value != value.strip():
        raise ValueError(f"is {quoted(value)}; wanted printable text of at most {MAX_ID_CHARS} characters")
    return str(value)


def ehpc_job_id(value: Any) -> str:
    """An E-HPC job id, with or without its server part."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    if not isinstance(text, str) or len(text) > MAX_ID_CHARS or not _EHPC_JOB.fullmatch(text):
        raise ValueError(f"is {quoted(value)}; wanted an E-HPC job id such as 1.scheduler or 12[3].scheduler")
    return text


def positive_long(value: Any) -> int:
    """An id of SchedulerX: 1 to 2⁶³ - 1, number or digits."""
    number = _whole(value)
    if number is None or not 0 < number <= MAX_LONG:
        raise ValueError(f"is {quoted(value)}; wanted a positive integer of 64 bits")
    return number


def schedulerx_job_id(value: Any) -> str:
    """A SchedulerX job id as decimal digits without leading zeros."""
    return str(positive_long(value))


def count(value: Any) -> int:
    """0 to 2⁶³ - 1."""
    number = _whole(value)
    if number is None or not 0 <= number <= MAX_LONG:
        raise ValueError(f"is {quoted(value)}; wanted an integer of 0 or more")
    return number


def exit_code(value: Any) -> str:
    """A whole number, or short text such as `1:9`."""
    whole = isinstance(value, int) and not isinstance(value, bool)
    if not whole and not isinstance(value, str):
        raise ValueError(f"is {kind(value)}; wanted an integer or text")
    text = str(value)
    if len(text) > MAX_EXIT_CODE_CHARS:
        raise ValueError(f"has {len(text)} characters; at most {MAX_EXIT_CODE_CHARS}")
    return cut(text, 4 * MAX_EXIT_CODE_CHARS)


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
        return escaped(value)
    if isinstance(value, dict | list):
        raise ValueError(f"is {kind(value)}; wanted text")  # noqa: TRY004 - one error for all faults
    return compact(value)


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, str) and _DIGITS.fullmatch(value):
        return int(value)
    return value if isinstance(value, int) else None
