"""What `--json` prints: one object, moments as RFC 3339, nothing but ASCII, so that it is whole on every terminal."""

from __future__ import annotations

import json
from typing import Any, TextIO

from shared.domain.outcome import rfc3339

_NAMES, _ENDS = frozenset({"at", "since", "until", "not_before"}), ("_at", "_since", "_until")
"""Members that hold a moment; in the ledger and in commands that is unix seconds."""


def write_json(body: Any, out: TextIO) -> None:
    """One JSON value over several lines, its moments written out."""
    out.write(json.dumps(stamped(body), indent=2) + "\n")


def failed(said: str, status: int, out: TextIO, err: TextIO, *, as_json: bool, form: str = "") -> int:
    """Say on standard error what went wrong, for programs on standard output as well; the exit status.

    `form` is that of what the command prints for programs otherwise, where it has one.
    """
    err.write(f"{said}\n")
    if as_json:
        write_json({**({"schema": form} if form else {}), "problem": said, "exit_status": status}, out)
    return status


def stamped(value: Any, name: str = "") -> Any:
    """The value with every number that is a moment as RFC 3339 in UTC; one that no calendar has is null."""
    if isinstance(value, dict):
        return {key: stamped(one, str(key)) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [stamped(one, name) for one in value]
    if isinstance(value, int | float) and not isinstance(value, bool) and (name in _NAMES or name.endswith(_ENDS)):
        return stamp(value)
    return value


def stamp(unix_s: float) -> str | None:
    """`2026-01-05T02:30:00.000Z`; None for what no calendar has."""
    try:
        return rfc3339(unix_s)
    except (OverflowError, ValueError, OSError):
        return None
