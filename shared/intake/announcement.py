"""`job-failure/1`: one mapping → a Failure, or every fault in it with its path.

The tables `ENVELOPE` and `EVIDENCE`, with the fields of the system's own room between them, are the schema. A field
that is null or empty text counts as absent: shell hooks write variables that are not set as empty text.

`telling_id` answers "is this the same telling again?". It hashes what was told: the job, the instance or data
time, `started_at`, `restart_count`, `exit_code`, `message` and the time of the failure *as told*, from the
record or else from its envelope, before a future time is taken for now. So the same event redelivered has the
same id at any later moment, and through another door too. Time is what tells two failures of one job apart; a
telling with neither of the two times is known by its event's id alone, and by hand each invocation is a
telling of its own.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cache
from json.encoder import encode_basestring_ascii
from math import isfinite
from typing import Any

from shared.domain.errors import Fault
from shared.domain.failure import Failure, Unreadable
from shared.domain.job import Scope
from shared.domain.keys import job_key
from shared.domain.outcome import stable_id
from shared.intake import values
from shared.intake.body import Bad, compact, readable
from shared.intake.carriers import MAY_CARRY, opened, unpacked
from shared.intake.context import Context, Envelope, unreadable
from shared.reading.ids import Field, count
from shared.reading.text import below, clean, kind, quoted
from shared.reading.times import moment
from shared.systems import SYSTEMS
from shared.systems.system import System

MAX_EXTRA_FIELDS = 32
MAX_EXTRA_NAME_CHARS = 64
MAX_KEY_BYTES = 768
"""Scope and job in a ledger's key; one of 1 KB fits into every ledger, and the id as listed may be longer."""

ENVELOPE = (
    Field("schema", values.schema, says="Marks a record as an announcement also where `system` is wrong or missing."),
    Field("system", values.system, required=True, says="The job system."),
    Field("region", values.region, says="Default: the function's own; another must be in the policy's `regions`."),
)
EVIDENCE = (
    Field("occurred_at", moment, says="When it failed. Default: the envelope's time; a future one counts as now."),
    Field(
        "started_at", moment, says="Start of the run that failed, from the scheduler's own clock: the best evidence."
    ),
    Field("restart_count", count, says="The scheduler's restart counter of that run, 0 for the first."),
    Field("exit_code", values.exit_code, says="How the run ended; rules read exit codes and signals from it."),
    Field("message", values.message, says="What was printed or observed; the policy's patterns read it."),
    Field("reason", values.evidence, says="The scheduler's own word for the cause, as `NODE_FAIL`."),
    Field("node", values.evidence, says="Where it ran; must be one of the live job's nodes."),
    Field("job_name", values.evidence, says="For rules, where the job system lists no name of it."),
    Field("queue", values.evidence, says="For rules, where the job system lists none."),
    Field("owner", values.evidence, says="Must be the live job's, where the job system lists one; else for rules."),
)
"""Fields that failures of every job system have; those of its scope and job are in each system's room."""
_RUN = tuple(field for field in EVIDENCE if field.name in {"started_at", "restart_count"})
"""What names the run."""
_ROUNDED_S = 1.0
_UNITS = ("job_id", "job_instance_id", "data_time")
"""What an outcome says of a record that could not be read, besides whose job it is."""
_OF_FAILURE = frozenset(Failure.__struct_fields__)
"""Fields that a failure keeps as they are; those of the scope go into the scope."""


@cache
def fields_of(system: System | None) -> tuple[Field, ...]:
    """The schema of a system's failures; of an unknown one what holds for all."""
    return (*ENVELOPE, *(system.fields if system else ()), *EVIDENCE)


@cache
def _names_of(system: System | None) -> frozenset[str]:
    return frozenset(field.name for field in fields_of(system))


def announces(fields: Mapping[str, Any], earlier: Sequence[tuple[str, Any]] = ()) -> bool:
    """Whether a log with these fields is meant as a failure; `earlier`: what names that come again had before."""
    if fields.get("system") in SYSTEMS.names or fields.get("schema") == values.SCHEMA:
        return True
    return bool(earlier) and any(announces({name: value}) for name, value in earlier)


def given_twice(record: Mapping[str, Any], earlier: Iterable[tuple[str, Any]], path: str) -> list[Fault]:
    """A fault for each known field that comes again: which of them is meant nobody can tell."""
    known = _names_of(_system_of(record))
    names = dict.fromkeys(name for name, _ in earlier if name in known)
    return [Fault(below(path, name), "is given more than once") for name in names]


def contradicted(record: Mapping[str, Any], other: Mapping[str, Any], path: str, home: str) -> list[Fault]:
    """A fault for each field that names the job or its run and stands differently in another announcement beside it.

    The record is the one that counts. Without a region it means `home`, the function's own; the other may say less.
    """
    system = _system_of(record)
    meant = {**record, "region": home} if _absent(record.get("region")) else record
    return [
        Fault(below(path, field.name), f"is not what {field.name} beside it is")
        for field in (*ENVELOPE, *(system.fields if system else ()), *_RUN)
        if not (_absent(meant.get(field.name)) or _absent(other.get(field.name)))
        and not _same(_said(field, meant[field.name]), _said(field, other[field.name]))
    ]


def _said(field: Field, value: Any) -> Any:
    """What a value says, however it is written: in a log's own fields everything is text."""
    try:
        return compact(value) if isinstance(value, Bad) else field.read(value)
    except ValueError:
        return value.strip() if isinstance(value, str) else compact(value)


def _same(one: Any, other: Any) -> bool:
    """A moment may have been rounded to its second in one of two places."""
    moments = isinstance(one, float) and isinstance(other, float)
    return abs(one - other) < _ROUNDED_S if moments else bool(one == other)


def read_announcement(
    record: Any, told: Envelope, context: Context, found: Iterable[Fault] = ()
) -> Failure | Unreadable:
    """The failure that a record announces; `found`: faults that the door found in and around it."""
    faults = list(found)
    if not isinstance(record, dict):
        if not isinstance(record, Bad):
            faults.append(Fault(told.path, f"is {kind(record)}; wanted an object with {values.SCHEMA} fields"))
        return unreadable(told, faults)
    faults.extend(one for one in _another_within(record, told.path, context.region) if one not in faults)
    got = _read_fields(record, told.path, faults)
    _settle_region(record, got, told.path, context, faults)
    occurred_at = got.get("occurred_at", _envelope_time(record, told))
    if faults:
        return unreadable(told, faults, _hints(got))
    system = SYSTEMS.named(got["system"])
    scope = system.scope(got)
    got.setdefault("job_id", "")  # where another id names the run, and the look shows whose it is
    size = len(job_key(scope, got["job_id"]))
    if size > MAX_KEY_BYTES:
        problem = f"names its job in {size} bytes, percent-encoded; at most {MAX_KEY_BYTES}"
        return unreadable(told, [Fault(told.path, problem)], _hints(got))
    return _failure(record, got, occurred_at, told, context, system, scope)


def _another_within(record: Mapping[str, Any], path: str, home: str) -> Iterator[Fault]:
    """A fault for each field that names the job or its run and stands differently in what the record carries."""
    for name in MAY_CARRY:
        if name in record:
            found = opened(record[name], below(path, name), [])
            inner = unpacked(readable(found), found, below(path, name), [])
            other = readable(inner.found)
            if isinstance(other, dict) and announces(other):
                yield from contradicted(record, other, inner.path, home)


def _absent(value: Any) -> bool:
    return value is None or value in ("", b"")


def _settle_region(
    record: Mapping[str, Any], got: dict[str, Any], path: str, context: Context, faults: list[Fault]
) -> None:
    """Credentials are sent there: only the function's own region, or one that the policy lists."""
    if _absent(record.get("region")):
        got["region"] = context.region
        return
    region = got.get("region", context.region)
    setting = context.fixed_elsewhere(got.get("system", ""), region)
    if not context.allows(region):
        problem = f"is {quoted(got.pop('region'))}, neither the function's own region nor one of the policy's"
        faults.append(Fault(below(path, "region"), problem))
    elif setting:
        problem = f"is {quoted(region)}, and {setting} serves the function's own region alone"
        faults.append(Fault(below(path, "region"), problem))


def _system_of(record: Mapping[str, Any]) -> System | None:
    name = record.get("system")
    return SYSTEMS.named(name) if isinstance(name, str) and name in SYSTEMS else None


def _read_fields(record: Mapping[str, Any], path: str, faults: list[Fault]) -> dict[str, Any]:
    """The known fields that are there and right; a fault for each that is missing or wrong."""
    system = _system_of(record)
    got: dict[str, Any] = {}

    def fault(name: str, problem: str) -> None:
        faults.append(Fault(below(path, name), problem))

    for field in fields_of(system):
        value = record.get(field.name)
        if value is None or _absent(value):
            if field.required:
                fault(field.name, "is missing" if system else f"is missing; wanted {SYSTEMS.either}")
        elif isinstance(value, Bad):
            fault(field.name, value.problem)
        else:
            try:
                got[field.fills or field.name] = field.read(value)
            except ValueError as error:
                fault(field.name, str(error))
    if system is None and _absent(record.get("job_id")):
        fault("job_id", "is missing")
    if system is not None and system.one_of and all(_absent(record.get(name)) for name in system.one_of):
        for name in system.one_of:
            fault(name, f"is missing; wanted {' or '.join(system.one_of)}")
    return got


def _envelope_time(record: Mapping[str, Any], told: Envelope) -> float | None:
    """The envelope's time; none if it cannot be read: the carrier's word is no reason to lose what it carries."""
    if not _absent(record.get("occurred_at")):
        return None
    try:
        return moment(told.time)
    except ValueError:
        return None


def _failure(
    record: Mapping[str, Any],
    got: dict[str, Any],
    occurred_at: float | None,
    told: Envelope,
    context: Context,
    system: System,
    scope: Scope,
) -> Failure:
    own = {name: value for name, value in got.items() if name in _OF_FAILURE}
    own["occurred_at"] = context.now if occurred_at is None else min(occurred_at, context.now)
    return Failure(
        scope=scope,
        speaker=told.speaker,
        extra=_extra(record, system),
        trigger=told.trigger,
        event_id=told.event_id,
        untimed="started_at" not in got and (occurred_at is None or occurred_at > context.now),
        telling_id=_telling_id(scope, got, occurred_at, told),
        **own,
    )


def _telling_id(scope: Scope, got: Mapping[str, Any], occurred_at: float | None, told: Envelope) -> str:
    names = (
        "job_id",
        "job_instance_id",
        "data_time",
        "started_at",
        "restart_count",
        "exit_code",
        "message",
    )
    parts: list[Any] = [scope.key, occurred_at, *[got.get(name) for name in names]]
    if occurred_at is None and "started_at" not in got:
        parts += (told.event_id, told.salt)
    # As JSON, because no text that a stranger writes can then pass for two parts.
    return stable_id("telling", f"[{', '.join(map(_as_json, parts))}]")


def _as_json(part: Any) -> str:
    """As `json.dumps`, which makes an encoder for each text that it writes."""
    kind = type(part)
    if kind is str:
        return encode_basestring_ascii(part)
    if part is None:
        return "null"
    plain = kind is int or (kind is float and isfinite(part))
    return repr(part) if plain else json.dumps(part)


def _extra(record: Mapping[str, Any], system: System) -> dict[str, str]:
    known = _names_of(system)
    extra: dict[str, str] = {}
    for name, value in record.items():
        if len(extra) == MAX_EXTRA_FIELDS:
            break
        if name not in known:
            extra.setdefault(clean(name[:MAX_EXTRA_NAME_CHARS]), values.anything(value))
    return extra


def _hints(got: Mapping[str, Any]) -> dict[str, str]:
    return {name: str(got[name]) for name in (*SYSTEMS.places, *_UNITS) if name in got}
