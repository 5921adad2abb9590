"""Outcomes → things to tell, and through which channels. Pure.

Every outcome passes here on its way to the Logstore, so a message needs no evidence of its own: what is told is the
outcome's own words.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.job import Scope
from shared.domain.messages import ID_CHARS, Thing, What
from shared.domain.mode import Mode
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.notify import Notify, Route
from shared.policy.places import place_fits
from shared.reading.secrets import without_secrets
from shared.reading.text import cut
from shared.systems import SYSTEMS

TEXT_BYTES = 400
NAME_BYTES = 200
_BY_REASON = {
    Reason.BREAKER_OPENED.value: What.BREAKER_OPENED,
    Reason.MACHINE_SUSPECTED.value: What.NODE_SUSPECT,
    Reason.NODE_SUSPECT.value: What.NODE_SUSPECT,
    Reason.NOT_SEEN.value: What.DISCOVERY_BLIND,
}


class Told(Struct, frozen=True, kw_only=True):
    """What an outcome means to people."""

    failure_id: str
    goes_on: bool
    """It continues what was told of this failure before: what waits of that is over."""
    thing: Thing | None
    """To tell; None: nothing."""


def told_by(fields: Mapping[str, str], notify: Notify) -> Told | None:
    """What an outcome's record means; None if nothing to people: nothing came of it, or it has no moment."""
    at = _moment(fields.get("at", ""))
    if fields.get("dry_run") == "true" or fields.get("mode") == Mode.OBSERVE.value or at is None:
        return None
    what = _what(fields)
    failure_id = fields.get("failure_id", "")
    thing = None if what is None else _thing(fields, what, at, notify)
    goes_on = bool(failure_id and fields.get("follow_up")) and fields.get("verdict") != Verdict.DUPLICATE.value
    return Told(failure_id=failure_id, goes_on=goes_on, thing=thing)


def _what(fields: Mapping[str, str]) -> What | None:
    if fields.get("reason", "") in _BY_REASON:
        return _BY_REASON[fields["reason"]]
    if fields.get("final") != "false":
        return None
    verdicts = {Verdict.HELD.value: What.HELD, Verdict.UNKNOWN.value: What.UNKNOWN}
    return verdicts.get(fields.get("verdict", ""))


def _thing(fields: Mapping[str, str], what: What, at: float, notify: Notify) -> Thing:
    """A call in doubt is one thing, however many outcomes say it; each outcome that holds a failure is a question."""
    asked = {What.HELD: "outcome_id", What.UNKNOWN: "attempt"}.get(what, "")

    def text(name: str, most: int = NAME_BYTES) -> str:
        return cut(without_secrets(fields.get(name, "")), most)

    return Thing(
        id=stable_id("thing", what.value, fields.get("failure_id", ""), fields.get(asked, ""))[:ID_CHARS],
        what=what,
        at=at,
        due_at=at + notify.unknown_after_s if what is What.UNKNOWN else at,
        failure_id=fields.get("failure_id", ""),
        place={name: text(name) for name in SYSTEMS.places if fields.get(name)},
        job_id=text("job_id"),
        job_name=text("job_name"),
        owner=text("owner"),
        queue=text("queue"),
        rule=text("rule"),
        reason=text("reason"),
        message=text("message", TEXT_BYTES),
        evidence=text("evidence", TEXT_BYTES),
    )


def routed(thing: Thing, notify: Notify) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The channels that are told of it, each once, with the persons for whom it is there."""
    if not notify.routes:
        yield from ((channel.name, ()) for channel in notify.channels)
        return
    found: dict[str, dict[str, None]] = {}
    for route in notify.routes:
        if _fits(route, thing):
            for name in route.to:
                found.setdefault(name, {}).update({route.person: None} if route.person else {})
    yield from ((name, tuple(persons)) for name, persons in found.items())


def _fits(route: Route, thing: Thing) -> bool:
    if route.what is not None and thing.what not in route.what:
        return False
    if thing.what is What.DIGEST:
        return route.what is not None or not route.asks_of_job
    scope = scope_of(thing.place)
    if scope is None:
        system, region = thing.place.get("system", ""), thing.place.get("region", "")
        placed = (route.systems is None or system in route.systems) and place_fits(route.regions, region)
    else:
        placed = route.has_place(scope)
    asked = ((route.owners, thing.owner), (route.queues, thing.queue), (route.job_names, thing.job_name))
    return placed and all(globs is None or (value != "" and place_fits(globs, value)) for globs, value in asked)


def scope_of(place: Mapping[str, str]) -> Scope | None:
    """The scope that an outcome's place names; None if it names no whole one."""
    name = place.get("system", "")
    if name not in SYSTEMS:
        return None
    system = SYSTEMS.named(name)
    whole = all(place.get(field) for field in ("region", *(part.field for part in system.parts)))
    return system.scope(place) if whole else None


def _moment(text: str) -> float | None:
    try:
        return datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp()
    except (ValueError, OverflowError):
        return None
