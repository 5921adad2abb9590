"""A file with one event: read within bounds, and which function it is for."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from localcloud.fc.models import EVENT_BYTES_MAX
from secondwind.text_file import opened
from secondwind.usage import UnusableError
from secondwind.who import bounded, identity, who
from shared.domain.act import MAX_WHY_CHARS, Signed
from shared.domain.errors import InputError
from shared.domain.failure import Trigger
from shared.doors import DOOR, DOORS, Door, door_of
from shared.intake.body import readable
from shared.intake.carriers import GIVEN_UP, parse_delivered


def door_for(event: bytes) -> Door:
    """The door that such an event is for, by its shape; what nobody else takes is EventBridge's.

    Of a call that was given up it is the one that the call was for; if that takes no such record, `manual`.
    """
    body = delivered(event)
    if isinstance(body, dict) and GIVEN_UP in body and "requestContext" in body:
        held = body[GIVEN_UP]
        door = _door_of(delivered(held.encode()) if isinstance(held, str) else held)
        return door if door.trigger is Trigger.EVENT else door_of(Trigger.MANUAL)
    return _door_of(body)


def delivered(event: bytes) -> Any:
    """What a function will read of it; None if that is nothing."""
    try:
        return readable(parse_delivered(event))
    except InputError:
        return None  # the function is there to say what is wrong with it


def _door_of(body: Any) -> Door:
    if not isinstance(body, dict) or "specversion" in body:
        return door_of(Trigger.EVENT)
    if isinstance(body.get("source"), dict):
        return door_of(Trigger.LOG)
    if "triggerTime" in body and "triggerName" in body:
        return _door_of_timer(str(body["triggerName"]))
    return door_of(Trigger.MANUAL if "jobs" in body or "event" in body else Trigger.EVENT)


def _door_of_timer(trigger: str) -> Door:
    """The door whose name its timer's begins with; the sweep, whose timers may be called anything."""
    timed = (door for door in DOORS if door.started_by == "timer" and trigger.startswith(door.name))
    return next(timed, door_of(Trigger.SWEEP))


def dry_run_through(event: bytes) -> Door:
    """The door through which a dry run of an event goes. Raises UnusableError if there is none."""
    told = door_for(event)
    if not told.tells:
        raise UnusableError(f"a {told.name} has no dry run")
    return told if told.dry_run_of_its_own else door_of(Trigger.MANUAL)


def read_event(path: Path) -> bytes:
    """The event, byte for byte; of the name of a door that a timer starts, if no such file is there, its timer's event.

    Raises:
        UnusableError: it cannot be read, or is too large.
    """
    door = DOOR.get(str(path))
    if door is not None and door.started_by == "timer" and not path.exists():
        return json.dumps({"triggerTime": "", "triggerName": door.name, "payload": ""}).encode()
    try:
        with opened(path) as file:
            event = file.read(EVENT_BYTES_MAX + 1)
    except OSError as error:
        raise UnusableError(f"cannot be read: {error.strerror or 'input/output error'}") from error
    if len(event) > EVENT_BYTES_MAX:
        raise UnusableError(f"is larger than {EVENT_BYTES_MAX} bytes, the most that Function Compute takes")
    return event


def parsed(event: bytes) -> Any:
    """The event's JSON; None if it is none."""
    try:
        return json.loads(event)
    except (ValueError, RecursionError):
        return None


def signed(event: bytes, by: str, why: str, ram: Callable[[], str] = str) -> bytes:
    """The body with who forces it and why put in front, where it forces; what it says itself of that is left alone.

    Args:
        event: as the file has it; any other body comes back as it is.
        by: as given; empty: the operating system's user.
        why: as given, or nothing.
        ram: asked for RAM's identity, where a key of theirs is used.

    Raises:
        UnusableError: the name or the reason cannot be told, the body has one already, or it forces nothing.
    """
    body = parsed(event)
    if not isinstance(body, dict) or body.get("force") is not True:
        if by or why:
            raise UnusableError("forces nothing, and --by and --why are told of what is forced alone: leave them away")
        return event
    if "by" in body or "why" in body:
        if by or why:
            raise UnusableError("says itself who forces it and why: leave --by and --why away")
        return event
    name = who(by or None)
    told = {"by": Signed(identity=identity(name, ram())).actor(name)}
    if why:
        told["why"] = bounded(why, MAX_WHY_CHARS, "--why")
    # In front of what the file has, byte for byte: a key that stands there twice is for the function to refuse.
    return json.dumps(told).encode()[:-1] + b", " + event.lstrip()[1:]


def wrapped(event: bytes) -> bytes:
    """The body in a dry run's wrapper, byte for byte; what is Base64 of JSON as text. Raises UnusableError."""
    if parsed(event) is None:
        if delivered(event) is None:
            raise UnusableError("is no JSON, so it cannot be wrapped for a dry run")
        event = json.dumps(event.decode("ascii", "ignore")).encode()
    return b'{"event": ' + event + b', "dry_run": true}'
