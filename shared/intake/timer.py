"""A timer's event: nothing in it matters but whether a dry run is wanted."""

from __future__ import annotations

from shared.domain.errors import InputError
from shared.intake.body import parse, parse_text, readable


def wants_dry_run(body: bytes) -> bool:
    """Whether `dry_run` stands beside the event, or in the timer's payload, and is anything but false.

    Who writes it relies on it: a flag that is no boolean, or stands where it cannot be read, is a yes. Any other body
    is a timer's.
    """
    try:
        told = readable(parse(body))
    except InputError:
        told = None
    if not isinstance(told, dict):
        return b"dry_run" in body
    if told.get("dry_run", False) is not False:
        return True
    payload = told.get("payload")
    if isinstance(payload, str) and "dry_run" in payload:
        try:
            payload = readable(parse_text(payload, "$.payload"))
        except InputError:
            return True
    return isinstance(payload, dict) and payload.get("dry_run", False) is not False
