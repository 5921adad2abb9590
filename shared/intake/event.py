"""The event door: what EventBridge delivers → failures.

Accepted, alone or in an array, each as an object or as text of it (as event streams from Kafka deliver them): a
CloudEvent whose `data` is `job-failure/1`, or several, or carries them in one of the ways that `shared.intake.carriers`
knows; the Log Service connector's event, whose `data` is a log and is treated as one; a rule target's transformed body,
that is, bare `data`; what a job system's own platform says of its jobs (`System.native`); events about machines
(`acs.ecs`, E-HPC's nodes, CloudMonitor's flat form), of which job systems say what they mean; and the record of a call
with any of these that was given up (`shared.intake.given_up`).
Of the envelope only `id`, `source`, `type`, `time` and `data` are read, and as the name of who speaks
`aliyuneventbusname` and `aliyunaccountid`: the other attributes may be missing or odd (`aliyunpublishtime` ends in
`PRC`). Where a platform's event says its region is read besides (`shared.intake.region`); an announcement says its
own. Everything else that comes through this door is `invalid`, except a connector's log, or a platform's event, that
announces no failure: these are passed over.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from msgspec.structs import replace

from shared.domain.errors import Fault, InputError
from shared.domain.failure import Failure, Intake, Noted, Speaker, Trigger, Unreadable
from shared.intake.announcement import announces, contradicted, read_announcement
from shared.intake.body import Bad, compact, earlier_members, flaws, readable
from shared.intake.carriers import (
    CARRIERS,
    DATA,
    LAYERS,
    Unpacked,
    announces_itself,
    carries,
    data_of,
    opened,
    parse_delivered,
    unpacked,
)
from shared.intake.context import Context, Envelope, content_hash, event_id, unreadable
from shared.intake.given_up import given_up
from shared.intake.log import add, find_in_log
from shared.intake.platform import NOTHING, of_platform
from shared.intake.region import region_of
from shared.ports import TOPIC
from shared.reading.text import below, bounded, kind
from shared.reading.times import moment
from shared.systems import SYSTEMS

MAX_ITEMS = 10_000
"""Largest batch of event streaming (CountBasedWindow,
https://www.alibabacloud.com/help/en/functioncompute/fc/advanced-features-of-triggers)."""
SHOWN_ITEMS = 10
"""How many of those beyond are shown in `raw`."""
FLAGS = ("dry_run", "force")
"""What a person may say of a body, beside it."""
_CONNECTOR = "sls:connector"
"""https://www.alibabacloud.com/help/en/eventbridge/user-guide/create-a-custom-event-source-of-the-log-service-type"""
_LOG_PLACE = re.compile(r"project/([^/]+)/logstore/([^/]+)\Z")
"""End of the connector's `subject`: `acs:log:<region>:<account>:project/<project>/logstore/<logstore>`."""


def read_events(body: bytes, context: Context) -> Intake:
    """The failures in a body from EventBridge. Never raises for what the body holds."""
    try:
        value = parse_delivered(body)
    except InputError as error:
        told = Envelope(path="$", trigger=Trigger.EVENT, event_id=event_id("event", content_hash(body)), original=body)
        return Intake(unreadable=[unreadable(told, error.faults)])
    intake = Intake()
    for where, item in items(value, "$"):
        read_item(item, where, Trigger.EVENT, context, intake)
    return intake


def items(value: Any, path: str) -> list[tuple[str, Any]]:
    """What a parsed body holds, each with its path: the members of an array, or the one value.

    Of an array of more than `MAX_ITEMS` the rest is one item at its end that nobody can read.
    """
    if not isinstance(value, list):
        return [(path, value)]
    listed = [(below(path, place), item) for place, item in enumerate(value[:MAX_ITEMS])]
    if len(value) > MAX_ITEMS:
        problem = f"has {len(value)} items; those after the first {MAX_ITEMS} were not read"
        listed.append((path, Bad(problem, compact(value[MAX_ITEMS : MAX_ITEMS + SHOWN_ITEMS]))))
    return listed


def read_item(value: Any, path: str, trigger: Trigger, context: Context, intake: Intake, layers: int = LAYERS) -> None:
    """Add to the intake what one item of a body is: an event, a bare announcement, or up to so many layers around."""
    faults = flaws(value, path)
    if isinstance(value, str) and carries(value):
        value = opened(value, path, faults)
    stray = stray_flags(value, path) if trigger is Trigger.MANUAL else []
    within = _within(value, path, context) if layers and not stray else None
    if within is not None:
        listed, context = within
        for where, one in listed:
            read_item(one, where, trigger, context, intake, layers - 1)
        return
    told = Envelope(
        path=path,
        trigger=trigger,
        event_id=event_id("manual", context.request_id, path) if stray else _event_id(readable(value)),
        original=value,
        salt=context.request_id if trigger is Trigger.MANUAL else "",
    )
    if stray:
        intake.reject(unreadable(told, stray))
    else:
        _read_one(value, told, context, intake, faults)


def _within(value: Any, path: str, context: Context) -> tuple[list[tuple[str, Any]], Context] | None:
    """What an array, or a call that was given up, holds; None: the value is one item, be it an array of nothing."""
    call = given_up(value, path, context)
    if call is not None:
        return [(call.path, call.body)], call.context
    return (items(value, path), context) if isinstance(value, list) and value else None


def _read_one(value: Any, told: Envelope, context: Context, intake: Intake, faults: list[Fault]) -> None:
    item = readable(value)
    if isinstance(item, dict) and not faults and _is_of_machines(item, told, context, intake):
        return
    if not isinstance(item, dict):
        if not isinstance(value, Bad):
            wanted = "a CloudEvent or an object with job-failure/1 fields"
            faults.append(Fault(told.path, f"is {kind(value)}; wanted {wanted}"))
        add(intake, unreadable(told, faults))
    elif _is_cloud_event(item):
        read = _read_cloud_event(item, told, context, faults)
        if not read and not _is_of_reruns(item, told, context, intake):
            intake.passed_over += 1
        for one in read:
            add(intake, one)
    else:
        add(intake, read_announcement(item, told, context, faults))


def _is_of_machines(item: dict[str, Any], told: Envelope, context: Context, intake: Intake) -> bool:
    """Whether a service of the platform tells of a machine; what a job system makes of that is kept.

    An event of such a service that says nothing of interest is passed over.
    """
    telling = [system for system in SYSTEMS if system.tells_of_machines(item)]
    if not telling:
        return False
    by_hand = told.trigger is Trigger.MANUAL
    speaker = Speaker() if by_hand else _speaker(item, from_log=False)
    for system in telling:
        event = system.machine_event(item, context.now)
        if event is not None:
            noted = Noted(system=system.name, event=event, event_id=told.event_id, speaker=speaker, by_hand=by_hand)
            intake.noted.append(noted)
            return True
    intake.passed_over += 1
    return True


def _is_of_reruns(event: dict[str, Any], told: Envelope, context: Context, intake: Intake) -> bool:
    """Whether a job system's own platform tells that jobs were run again; who asked for it is kept."""
    native = SYSTEMS.native(event.get("source"))
    data = readable(data_of(event, told.path, [])[0])
    if native is None or native.reruns is None or not isinstance(data, dict):
        return False
    unclear: list[Fault] = []
    rerun = native.reruns(bounded(event.get("type")), data, region_of(event, told.path, unclear) or context.region)
    if rerun is None or unclear:
        return False
    by_hand = told.trigger is Trigger.MANUAL
    speaker = Speaker() if by_hand else _speaker(event, from_log=False)
    at = _moment_before(event.get("time"), context.now)
    intake.reruns.append(replace(rerun, at=at, event_id=told.event_id, speaker=speaker, by_hand=by_hand))
    return True


def _moment_before(told: Any, now: float) -> float:
    """When it happened; a time that cannot be read, or is still to come, is now."""
    try:
        return min(moment(told), now)
    except ValueError:
        return now


def _is_cloud_event(item: dict[str, Any]) -> bool:
    if "specversion" in item:
        return True
    return not announces_itself(item) and (any(name in item for name in DATA) or _is_bare(item))


def _is_bare(item: dict[str, Any]) -> bool:
    """Whether it is an event's `data` alone, with a queue's message or the like in it."""
    held = [readable(item[name]) for name in CARRIERS if name in item]
    return not any(name in item for name in DATA) and any(
        isinstance(one, dict | list) or (isinstance(one, str) and carries(one)) for one in held
    )


def _read_cloud_event(
    event: dict[str, Any], envelope: Envelope, context: Context, faults: list[Fault]
) -> list[Failure | Unreadable]:
    """What the event announces; nothing if it carries somebody else's log, or its platform tells no failure by it."""
    bare = "specversion" not in event and _is_bare(event)
    found, where = (event, envelope.path) if bare else data_of(event, envelope.path, faults)
    record, time = readable(found), event.get("time")
    from_log = event.get("type") == _CONNECTOR
    if from_log and isinstance(record, dict):
        announced = find_in_log(record, where, context.region, earlier_members(found))
        if announced is None:
            return []
        record, where, time = announced.record, announced.path, announced.time or time
        faults.extend(announced.faults)
    elif isinstance(record, dict) and not announces_itself(record):
        inner = Unpacked(found, where, event=event, event_path=envelope.path)
        if SYSTEMS.native(event.get("source")) is None:
            inner = unpacked(record, found, where, faults)
        record, where, time = of_platform(inner, faults), inner.path, inner.time or time
        if record is NOTHING:
            return []
    speaker = _speaker(event, from_log=from_log) if envelope.trigger is Trigger.EVENT else Speaker()
    told = replace(envelope, path=where, time=time, speaker=speaker)
    if isinstance(record, list) and record and not from_log:
        return list(_read_several(record, event, told, context, faults))
    return [_announced(record, event, told, context, faults)]


def _read_several(
    records: list[Any], event: dict[str, Any], told: Envelope, context: Context, faults: list[Fault]
) -> Iterator[Failure | Unreadable]:
    """What each of the records in one message announces: what is wrong in one of them costs no other."""
    around = [fault for fault in faults if not fault.path.startswith(f"{told.path}[")]
    for place, (where, one) in enumerate(items(records, told.path)):
        own = [*around, *flaws(one, where)]
        inner = unpacked(readable(one), one, where, own)
        record = of_platform(inner, own)
        if record is NOTHING:
            continue
        mine = replace(told, path=inner.path, time=inner.time or told.time, event_id=event_id(told.event_id, place))
        yield _announced(record, event, mine, context, own)


def _announced(
    record: Any, event: dict[str, Any], told: Envelope, context: Context, faults: list[Fault]
) -> Failure | Unreadable:
    if told.trigger is Trigger.MANUAL:
        faults.extend(stray_flags(record, told.path))
    if isinstance(record, dict) and announces(event):
        faults.extend(contradicted(record, event, told.path, context.region))
    return read_announcement(record, told, context, faults)


def stray_flags(value: Any, path: str) -> list[Fault]:
    """A fault for each flag that a person wrote where it is none: it must not look as if it were heeded."""
    body = readable(value)
    names = [name for name in FLAGS if name in body] if isinstance(body, dict) else []
    return [Fault(below(path, name), "has no meaning here; wanted beside jobs or event") for name in names]


def _speaker(event: dict[str, Any], *, from_log: bool) -> Speaker:
    """The event's source, bus and account; of a log that the connector sent also its own place, for people to see."""
    speaker = Speaker(
        event_source=bounded(event.get("source")),
        event_bus=bounded(event.get("aliyuneventbusname")),
        event_account=bounded(event.get("aliyunaccountid")),
    )
    if not (from_log and speaker.is_event):
        return speaker  # a place without an event's own name would pass for that of a log that the trigger read
    data = event.get("data")
    topic = data.get(TOPIC) if isinstance(data, dict) else None
    place = _LOG_PLACE.search(bounded(event.get("subject")))
    project, logstore = place.groups() if place else ("", "")
    return replace(speaker, project=project, logstore=logstore, topic=bounded(topic))


def _event_id(item: Any) -> str:
    """`<source>/<id>`, or a hash of the content where these are missing.

    Source and id name an event on every delivery (https://www.alibabacloud.com/help/doc-detail/181428.html).
    The connector's ids name a log group, so its logs are told apart by their content.
    """
    if isinstance(item, dict):
        source, own = item.get("source"), item.get("id")
        if isinstance(source, str) and source and isinstance(own, str | int) and own != "":
            if item.get("type") == _CONNECTOR:
                return event_id(source, own, content_hash(item.get("data")))
            return event_id(source, own)
        if _is_cloud_event(item) and not _is_bare(item):
            item = {name: item.get(name) for name in ("source", "type", "subject", "time", "data", "data_base64")}
    return event_id("event", content_hash(item))
