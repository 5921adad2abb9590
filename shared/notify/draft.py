"""A letter in words, before any format: what it is about, strangers' texts kept apart from ours. Pure.

A format escapes every `Fact`, every title and every name; only the words written here are ours.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.links import SHOWN_ID_CHARS, answer_id
from shared.domain.messages import Letter, Thing, What
from shared.domain.outcome import rfc3339
from shared.domain.record import Case
from shared.notify.events import scope_of

BRAND = "Second Wind"
"""Stands in every title: the keyword for a robot that wants one."""
_HEADS: Mapping[What, tuple[str, str]] = {
    What.HELD: ("a failure waits for your yes or no", "failures wait for your yes or no"),
    What.BREAKER_OPENED: ("a breaker has opened", "breakers have opened"),
    What.UNKNOWN: ("a rerun is in doubt", "reruns are in doubt"),
    What.NODE_SUSPECT: ("a node is in trouble", "nodes are in trouble"),
    What.DISCOVERY_BLIND: ("a place cannot be looked through", "places cannot be looked through"),
    What.DIGEST: ("the night", "nights"),
}


class Fact(Struct, frozen=True):
    """One line: our word, a stranger's text."""

    label: str
    text: str


class LinkTo(Struct, frozen=True):
    """Where a person can go."""

    label: str
    url: str


class DraftItem(Struct, frozen=True, kw_only=True):
    """One thing."""

    thing: Thing
    title: str
    """May hold strangers' words."""
    facts: tuple[Fact, ...]
    links: tuple[LinkTo, ...] = ()


class Draft(Struct, frozen=True, kw_only=True):
    """One message."""

    id: str
    """The same each time that it is sent."""
    title: str
    """Ours."""
    notes: tuple[str, ...]
    """Ours: that it may have come before, how many more there are."""
    items: tuple[DraftItem, ...]
    more: Mapping[str, int]
    """By kind, how many are counted without their words."""
    at: float
    """When it was written (unix seconds)."""

    def shortened(self, items: int) -> Draft:
        """With the first items alone, and how many are left out."""
        left = len(self.items) - items
        notes = (*self.notes, f"{left} more are not shown here.") if left > 0 else self.notes
        return replace(self, notes=notes, items=self.items[:items])

    def brief(self) -> Draft:
        """With what is needed to act, and no stranger's long text."""
        items = tuple(
            replace(item, facts=tuple(fact for fact in item.facts if fact.label in _NEEDED)) for item in self.items
        )
        return replace(self, items=items)


_NEEDED = frozenset({"where", "job", "why", "its run", "by hand"})


Links = Callable[[Thing], Sequence[LinkTo]]
"""Where a person can go about a thing; none where it is not known."""


def draft_of(
    letter: Letter,
    things: Sequence[Thing],
    links: Links,
    now: float,
    zone: str,
    case_of: Callable[[Thing], Case | None] = lambda _: None,
) -> Draft:
    """The letter in words.

    Args:
        letter: what it counts, whether it may have come before, and whether strangers' words are left out.
        things: what it tells, the most urgent first when it is shown.
        links: where a person can go about each.
        now: unix seconds.
        zone: in which moments are shown.
        case_of: the case that each is about, as it is now; None: none is known.
    """
    things = [_bare(one) for one in things] if letter.bare else things
    ordered = sorted(things, key=lambda one: list(What).index(one.what) if one.what is not What.BREAKER_OPENED else -1)
    counts = {what: sum(one.what is what for one in things) + letter.more.get(what.value, 0) for what in What}
    heads = [_head(what, count) for what, count in counts.items() if count]
    notes = []
    if letter.doubts:
        notes.append("This may have come before: the answer to it was lost.")
    if letter.bare:
        notes.append("What the jobs say is left out, for the channel refused a message: secondwind explain has it.")
    beyond = sum(letter.more.values())
    if beyond:
        notes.append(
            f"{beyond} of these are only counted: too many came at once. secondwind held lists all that waits."
        )
    items = tuple(_item(one, case_of(one), tuple(links(one)), zone, now) for one in ordered)
    if len(items) == 1:  # what it is about stands in the letter's own title
        items = tuple(replace(item, title=_name(item.thing) or item.title) for item in items)
    title = f"{BRAND}: {', '.join(heads)}" if heads else BRAND
    return Draft(id=letter.id, title=title, notes=tuple(notes), items=items, more=dict(letter.more), at=now)


def trial_draft(name: str, now: float) -> Draft:
    """What `secondwind notify test` sends."""
    thing = Thing(id="test", what=What.DIGEST, at=now, due_at=now)
    item = DraftItem(thing=thing, title="It works", facts=(Fact("channel", name), Fact("sent", rfc3339(now))))
    return Draft(id=f"test-{int(now)}", title=f"{BRAND}: a test", notes=(), items=(item,), more={}, at=now)


def _bare(thing: Thing) -> Thing:
    """The same without strangers' words: what it is about, and why, stays."""
    return replace(thing, job_name="", owner="", queue="", message="", evidence="", lines=())


def _head(what: What, count: int) -> str:
    one, many = _HEADS[what]
    return one if count == 1 else f"{count} {many}"


def _run(case: Case | None, now: float) -> str:
    since = None if case is None else case.held_since
    return "" if since is None else f"goes on since {max(0.0, now - since) / 3600:.1f} hours; a rerun throws that away"


def _item(thing: Thing, case: Case | None, links: tuple[LinkTo, ...], zone: str, now: float) -> DraftItem:
    told = (
        ("for", ", ".join(thing.persons)),
        ("where", "/".join(thing.place.values())),
        ("job", " ".join(part for part in (thing.job_id, thing.job_name) if part)),
        ("owner", thing.owner),
        ("queue", thing.queue),
        ("rule", thing.rule),
        ("why", thing.reason),
        ("its run", _run(case, now)),
        ("since", datetime.fromtimestamp(thing.at, ZoneInfo(zone)).strftime("%Y-%m-%d %H:%M %Z")),
        ("", thing.message),
        ("text", thing.evidence if thing.evidence not in thing.message else ""),
        ("by hand", _by_hand(thing, case)),
    )
    facts = tuple(Fact(label, text) for label, text in thing.lines or told if text)
    about = _name(thing)
    head = _HEADS[thing.what][0]
    return DraftItem(thing=thing, title=f"{head}: {about}" if about else head, facts=facts, links=links)


def _name(thing: Thing) -> str:
    return thing.job_name or thing.job_id


def _by_hand(thing: Thing, case: Case | None) -> str:
    """The command that answers; empty where there is nothing to answer."""
    if thing.what is What.HELD:
        answered = thing.failure_id[:SHOWN_ID_CHARS] if case is None else answer_id(case)
        return f"secondwind approve {answered}"
    scope = scope_of(thing.place) if thing.what is What.BREAKER_OPENED else None
    return "" if scope is None else f"secondwind breaker close {scope.key} --backlog resume"
