"""The log door: the logs of a trigger's range → failures.

A log announces a failure if `system` names a job system or `schema` is `job-failure/1`, among its fields or in the one
JSON object in its field `content`, be it in the `data` of a CloudEvent there, as EventBridge may write what it routes
into a Logstore. Every other log is somebody else's, passed over and counted. Telling the two apart costs two look-ups
and a substring search, because most logs of a shared Logstore are not ours.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from shared.domain.errors import Fault, InputError
from shared.domain.failure import Failure, Intake, Speaker, Trigger, Unreadable
from shared.intake.announcement import announces, contradicted, given_twice, read_announcement
from shared.intake.body import earlier_members, flaws, parse_foreign, parse_text, readable
from shared.intake.carriers import CONTENT, opened, unpacked
from shared.intake.context import Context, Envelope, event_id, unreadable
from shared.ports import TOPIC, LogEntry, LogRange
from shared.reading.text import below, bounded
from shared.reading.times import moment
from shared.systems import SYSTEMS

_SCHEMA_WORD = "job-failure"


class InLog(Struct, frozen=True):
    """Where in a log a failure is announced."""

    record: Any
    path: str
    faults: tuple[Fault, ...] = ()
    time: Any = None
    """Of the event that carries it there; None where there is none, or none that can be read."""


def words() -> tuple[str, ...]:
    """Of which one stands in a value of every log that `read_log` does not pass over."""
    return _words(SYSTEMS.names)


def read_logs(
    entries: Iterable[LogEntry], source: LogRange, context: Context, trigger: Trigger = Trigger.LOG
) -> Intake:
    """The failures that the logs announce, in their order. Raises only what pulling the entries raises.

    A log's own time is the time of a failure that tells none. Paths name the log by its place: `$[17]`.
    """
    intake = Intake()
    for entry in entries:
        read_log(entry, source, context, trigger, intake)
    return intake


def read_log(entry: LogEntry, source: LogRange, context: Context, trigger: Trigger, intake: Intake) -> bool:
    """Add to the intake what one log of a range announces; whether it announces anything."""
    if entry.unread:
        _reject_unread(entry, source, trigger, intake)
        return True
    fields = entry.fields
    if not (entry.earlier or "system" in fields or "schema" in fields or _may_hold_one(fields.get(CONTENT))):
        intake.passed_over += 1  # as nearly all of a shared Logstore: nothing is made for them, nor is more asked
        return False
    path = f"$[{entry.ordinal}]"
    announced = find_in_log(entry.fields, path, context.region, entry.earlier)
    if announced is None:
        intake.passed_over += 1
        return False
    faults = [*announced.faults, *_twice(entry, announced, path)]
    told = Envelope(
        path=announced.path,
        trigger=trigger,
        event_id=_event_id(entry, source),
        original=_original(entry),
        time=entry.time if announced.time is None else announced.time,
        speaker=_speaker(entry, source) if trigger is Trigger.LOG else Speaker(),
    )
    add(intake, read_announcement(announced.record, told, context, faults))
    return True


def _reject_unread(entry: LogEntry, source: LogRange, trigger: Trigger, intake: Intake) -> None:
    """Nobody knows whether a failure is in it, so it is told."""
    path = f"$[{entry.ordinal}]"
    told = Envelope(path=path, trigger=trigger, event_id=_event_id(entry, source), original={})
    intake.reject(unreadable(told, [Fault(path, entry.unread)]))


def _event_id(entry: LogEntry, source: LogRange) -> str:
    return event_id(source.project, source.logstore, source.shard, source.begin_cursor, entry.ordinal)


def _twice(entry: LogEntry, announced: InLog, path: str) -> list[Fault]:
    """What is given more than once of that which announces: known fields, or the field that holds all of them."""
    if not entry.earlier:
        return []
    if announced.path == path:
        return given_twice(announced.record, entry.earlier, path)
    again = any(name == CONTENT for name, _ in entry.earlier)
    return [Fault(announced.path, "is given more than once")] if again else []


def _original(entry: LogEntry) -> dict[str, Any]:
    """All fields; of one that is given more than once every value."""
    again: dict[str, list[Any]] = {}
    for name, value in entry.earlier:
        again.setdefault(name, []).append(value)
    return {**entry.fields, **{name: [*values, entry.fields[name]] for name, values in again.items()}}


def _speaker(entry: LogEntry, source: LogRange) -> Speaker:
    """The place that the trigger named and the topic that the Log Service keeps beside the log."""
    return Speaker(project=source.project, logstore=source.logstore, topic=bounded(entry.fields.get(TOPIC)))


def find_in_log(
    fields: Mapping[str, Any], path: str, home: str, earlier: Sequence[tuple[str, Any]] = ()
) -> InLog | None:
    """The announcement in a log, or None. Reserved names (`__topic__`) are no part of what was told.

    `home` is the function's own region. `earlier` has fields that come again behind them: where one of these announces,
    the log is meant as a failure.
    """
    inner = (found for content in _contents(fields, earlier) if (found := _in_content(content, path)) is not None)
    if not announces(fields, earlier):
        return next(inner, None)
    own = {name: value for name, value in fields.items() if not _is_reserved(name)}
    # Collectors may leave the line beside the fields that they have made of it.
    others = [other for other in inner if isinstance(other.record, dict)]
    faults = (fault for other in others for fault in contradicted(own, other.record, other.path, home))
    return InLog(own, path, tuple(faults))


def _contents(fields: Mapping[str, Any], earlier: Sequence[tuple[str, Any]]) -> Iterator[str | bytes]:
    """What may hold an announcement as JSON."""
    for content in (fields.get(CONTENT), *(value for name, value in earlier if name == CONTENT)):
        if _may_hold_one(content):
            yield content


def _may_hold_one(content: Any) -> bool:
    """Whether it is text that names a job system or the schema, both of which are ASCII."""
    text = content.decode("latin-1") if isinstance(content, bytes) else content
    if not isinstance(text, str):
        return False
    for word in _words(SYSTEMS.names):  # noqa: SIM110 - of each log that tells nothing: `any` takes as long as all else
        if word in text:
            return True
    return False


@lru_cache(maxsize=4)
def _words(names: tuple[str, ...]) -> tuple[str, ...]:
    """The schema's and the names of all job systems; of two of which one is in the other, the shorter one says it."""
    known = (*names, _SCHEMA_WORD)
    return tuple(word for word in known if not any(other != word and other in word for other in known))


def add(intake: Intake, read: Failure | Unreadable) -> None:
    """Put what was read where it belongs."""
    if isinstance(read, Failure):
        intake.failures.append(read)
    else:
        intake.reject(read)


def _in_content(content: str | bytes, path: str) -> InLog | None:
    where = below(path, CONTENT)
    try:
        value = parse_text(content, where) if isinstance(content, str) else parse_foreign(content, where)
    except InputError as error:
        return _meant(content, where, error.faults)
    value = opened(value, where, []) if isinstance(value, str) else value
    record = readable(value)
    if not isinstance(record, dict):
        return _several(record, where)
    if announces(record, earlier_members(value)):
        return InLog(record, where, tuple(flaws(value, where)))
    return _in_event(record, value, where, content) if "specversion" in record else None


def _in_event(event: dict[str, Any], found: Any, where: str, content: str | bytes) -> InLog | None:
    """What a CloudEvent in a log announces. Its platform's own words for a failure are for the event door."""
    faults = flaws(found, where)
    inner = unpacked(event, found, where, faults)
    found, where, time = inner.found, inner.path, inner.time
    record = readable(found)
    if not isinstance(record, dict):
        return _several(record, where) or _meant(content, where, faults)
    if not announces(record, earlier_members(found)):
        return None
    try:
        moment(time)
    except ValueError:
        time = None  # the log's own is nearer than arrival
    return InLog(record, where, tuple(faults), time)


def _several(record: Any, where: str) -> InLog | None:
    """Failures in an array, where a log tells of one: that is said, or all of them would be lost in silence."""
    listed = map(readable, record) if isinstance(record, list) else ()
    return InLog(record, where) if any(isinstance(one, dict) and announces(one) for one in listed) else None


def _meant(content: str | bytes, where: str, faults: Sequence[Fault]) -> InLog | None:
    """JSON cut short, or too heavy, that says so was meant as a failure; anything else is a line of text."""
    head = content if isinstance(content, str) else content.decode("utf-8", "replace")
    says_so = head.lstrip("\ufeff \t\r\n").startswith(("{", "[{")) and _says_so(SYSTEMS.names).search(head)
    return InLog(None, where, tuple(faults)) if faults and says_so else None


@lru_cache(maxsize=4)
def _says_so(names: tuple[str, ...]) -> re.Pattern[str]:
    """Of JSON that cannot be read: that it is `job-failure`'s, or names a job system."""
    quote, blanks = r'\\{0,4}"', r"[ \t\r\n]*"  # a text in a text has its quotes escaped
    named = "|".join(map(re.escape, names))
    return re.compile(f"{quote}job-failure|{quote}system{quote}{blanks}:{blanks}{quote}(?:{named}){quote}")


def _is_reserved(name: str) -> bool:
    return name.startswith("__") and name.endswith("__")
