"""The manual door: what a person sends → failures, and ranges of logs to pull.

Accepted: any body of the other two doors, a Log Service trigger's included; `{"jobs": [<job-failure/1> …]}`; the
record of a call of a door that was given up (`shared.intake.given_up`); and `{"event": <any of these>}`, whose event
may be an object, an array or JSON text and may itself be a wrapper once. `jobs` and `event` take `dry_run` and
`force`, and `by` and `why`: who forces, and why, as the outcome tells it.

Who writes `dry_run` relies on it. So a wrapper with a member that is not known (`dryrun`), a flag that is no
boolean, a flag given twice, or a flag where it has no meaning (in a job, in an event) makes its carrier
invalid as a whole. Of two wrappers one dry run is enough, and force counts only if no wrapper denies it.
"""

from __future__ import annotations

from typing import Any

from msgspec import Struct

from shared.domain.act import MAX_ACTOR_CHARS, MAX_WHY_CHARS, UNEXPLAINED
from shared.domain.errors import Fault, InputError
from shared.domain.failure import Intake, Trigger, Unreadable
from shared.intake.announcement import read_announcement
from shared.intake.body import Bad, flaws, readable
from shared.intake.carriers import carries, opened, parse_delivered
from shared.intake.context import Context, Envelope, event_id, unreadable
from shared.intake.event import FLAGS, items, read_item, stray_flags
from shared.intake.given_up import given_up
from shared.intake.log import add
from shared.intake.trigger import OTHER_BODIES, is_trigger, read_trigger_value
from shared.ports import LogRange
from shared.reading.text import below, kind

_WRAPPED = ("jobs", "event")
_WORDS = {"by": MAX_ACTOR_CHARS, "why": MAX_WHY_CHARS}
"""Who sends it and why, with how long they may be: told with what is forced."""
_BESIDE = (*FLAGS, *_WORDS)
UNNAMED = "somebody who may invoke `manual`"
"""Who forces and does not say who they are. Function Compute tells a function nothing of its invoker."""
_MAX_WRAPPERS = 2


class ManualRequest(Struct, kw_only=True):
    """What a person asked for."""

    intake: Intake
    """Failures and faults found in the body itself, and the flags for all that is handled."""
    ranges: list[LogRange] = []
    """Logs to pull and read with `read_logs(…, trigger=Trigger.MANUAL)`."""


class _Reading(Struct):
    """What has been found so far."""

    context: Context
    original: Any
    intake: Intake
    ranges: list[LogRange]
    wrappers: int = 0
    in_call: bool = False
    """Whether a call's record was opened: a second one in it is read as an event is."""
    said: dict[str, list[bool]] = {}
    words: dict[str, str] = {}

    def told(self, path: str, own_id: str, original: Any) -> Envelope:
        """`own_id` has the request's id in it, so that each invocation is a telling of its own."""
        return Envelope(path=path, trigger=Trigger.MANUAL, event_id=own_id, original=original)

    def refuse(self, faults: list[Fault]) -> None:
        """The body as a whole is invalid."""
        told = self.told("$", event_id("manual", self.context.request_id), self.original)
        self.intake.reject(unreadable(told, faults))


def read_manual(body: bytes, context: Context) -> ManualRequest:
    """What a body sent by a person asks for. Never raises for what the body holds."""
    reading = _Reading(context=context, original=body, intake=Intake(), ranges=[])
    try:
        _read(parse_delivered(body), "$", reading)
    except InputError as error:
        reading.refuse(list(error.faults))
    intake = reading.intake
    intake.dry_run = any(reading.said.get("dry_run", ()))
    forced = reading.said.get("force", [])
    intake.force = bool(forced) and all(forced)
    if intake.force:
        intake.actor, intake.why = reading.words.get("by", UNNAMED), reading.words.get("why") or UNEXPLAINED
    return ManualRequest(intake=intake, ranges=reading.ranges)


def _read(value: Any, path: str, reading: _Reading) -> None:
    value = _opened(value, path)
    body = readable(value)
    if isinstance(body, dict) and not OTHER_BODIES & body.keys() and any(name in body for name in _WRAPPED):
        _read_wrapper(value, body, path, reading)
        return
    call = None if reading.in_call or stray_flags(value, path) else given_up(value, path, reading.context)
    if call is not None:
        reading.in_call, reading.context = True, call.context
        _read(call.body, call.path, reading)
    elif is_trigger(value) and not stray_flags(value, path):
        told = reading.told(path, event_id("manual", reading.context.request_id), value)
        answer = read_trigger_value(value, told, reading.context)
        if isinstance(answer, Unreadable):
            reading.intake.reject(answer)
        else:
            reading.ranges.append(answer)
    else:
        for where, item in items(value, path):
            read_item(item, where, Trigger.MANUAL, reading.context, reading.intake)


def _opened(value: Any, path: str) -> Any:
    """What text carries, or the value itself: a flag in it must be seen."""
    return opened(value, path, []) if isinstance(value, str) and carries(value) else value


def _read_wrapper(value: Any, wrapper: dict[str, Any], path: str, reading: _Reading) -> None:
    faults = _wrapper_faults(value, wrapper, path)
    reading.wrappers += 1
    if reading.wrappers > _MAX_WRAPPERS:
        faults.append(Fault(path, "is a wrapper in a wrapper in a wrapper; one in another is the most"))
    if faults:
        reading.refuse(faults)
        return
    for name in FLAGS:
        if name in wrapper:
            reading.said.setdefault(name, []).append(wrapper[name])
    for name in _WORDS:
        if name in wrapper:
            reading.words.setdefault(name, wrapper[name])
    if "jobs" in wrapper:
        _read_jobs(wrapper["jobs"], below(path, "jobs"), reading)
        return
    event, where = wrapper["event"], below(path, "event")
    _read(event, where, reading)


def _wrapper_faults(value: Any, wrapper: dict[str, Any], path: str) -> list[Fault]:
    faults = [Fault(path, value.problem)] if isinstance(value, Bad) else []
    for name, member in wrapper.items():
        where = below(path, name)
        if name not in (*_WRAPPED, *_BESIDE):
            faults.append(Fault(where, "is not known; wanted jobs or event, dry_run, force, by, why"))
        elif name in _WORDS and not _is_said(member, _WORDS[name]):
            faults.append(Fault(where, f"is {kind(member)}; wanted 1 to {_WORDS[name]} printable characters"))
        elif name in FLAGS and not isinstance(member, bool):
            faults.append(Fault(where, f"is {kind(member)}; wanted true or false"))
    if all(name in wrapper for name in _WRAPPED):
        faults.append(Fault(path, "has both jobs and event; wanted one of them"))
    elif "jobs" in wrapper and not isinstance(wrapper["jobs"], list):
        faults.append(Fault(below(path, "jobs"), f"is {kind(wrapper['jobs'])}; wanted an array"))
    return faults


def _is_said(member: Any, most: int) -> bool:
    return isinstance(member, str) and bool(member.strip()) and len(member) <= most and member.isprintable()


def _read_jobs(jobs: list[Any], path: str, reading: _Reading) -> None:
    for index, (where, job) in enumerate(items(jobs, path)):
        told = reading.told(where, event_id("manual", reading.context.request_id, index), job)
        faults = flaws(job, where) + stray_flags(job, where)
        add(reading.intake, read_announcement(readable(job), told, reading.context, faults))
