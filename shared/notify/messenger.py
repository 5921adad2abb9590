"""The end of an invocation: letters that are due leave, each reserved in its box before, and settled there after.

A box is changed by compare-and-set alone. Whoever reserves a letter sends it before `leave_by` or not at all; who dies
with it leaves it in doubt, and it is sent again as one that may have come before. Nothing here raises for what a
channel or the ledger does: messages cost no healing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

from msgspec.structs import replace

from shared.documents import box_write, decode_box, decode_record
from shared.domain.call import Effect
from shared.domain.decision import Ask
from shared.domain.errors import LedgerUnavailable, SinkUnavailable
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.domain.keys import box_key, job_key
from shared.domain.messages import Box, Thing, What
from shared.domain.outcome import stable_id
from shared.domain.record import Case, CaseState
from shared.notify.boxes import LetterEnding, abandoned, aged, content, doubtful, over, sealed, settled
from shared.notify.digest import Digests, wants_digest, with_digest
from shared.notify.draft import Draft, Fact, LinkTo, draft_of
from shared.notify.events import scope_of
from shared.notify.told import given_up, refusing
from shared.policy.notify import MessageChannel, Notify, digest_day, quiet_until
from shared.ports import Chance, Clock, Ledger, OutcomeSink

LEAVE_S = 5.0
"""A reserved letter leaves within this time."""
ANSWER_S = 6.0
"""A robot has so long to answer; together less than a time between two sweeps."""
ROOM_S = LEAVE_S + ANSWER_S + 1.0
"""Invocations with less time left send nothing: the sweep does."""
NIGHT_ROOM_S = 25.0
"""What counting a night may take besides: 12 s, and a last page of outcomes."""
MOST_S = 20.0
"""No letter is begun later in one invocation."""
TRIES = 3
_LOG = logging.getLogger(__name__)


class Robot(Protocol):
    """A channel's far end. Never raises for what it or the network does."""

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send one message within `ANSWER_S`."""
        ...


class CaseLinks(Protocol):
    """Where a person can answer a held case, or look."""

    def page(self, what: What) -> Sequence[LinkTo]:
        """The page about things of that kind, if there is one."""
        ...

    def links(self, key: str, case: Case, channel: str, persons: Sequence[str], now: float) -> Sequence[LinkTo]:
        """Links for one message. `key`: the ledger document that the case is in."""
        ...


@dataclass(frozen=True, slots=True)
class Messenger:
    """Sends what is due. One per invocation."""

    ledger: Ledger
    sink: OutcomeSink
    """For outcomes about channels."""
    notify: Notify
    robots: Callable[[MessageChannel], Robot]
    clock: Clock
    chance: Chance
    request_id: str
    """Of this invocation."""
    hard_deadline: float
    """Unix seconds at which the platform kills the process."""
    links: CaseLinks | None = None
    digests: Digests | None = None

    def send(self, via: Trigger) -> int:
        """Give every channel at most one letter; the number of letters that were taken.

        Args:
            via: the door of this invocation. The sweep alone makes digests: counting the night takes its time.
        """
        began, taken = self.clock.now(), 0
        for channel in self.notify.channels:
            now = self.clock.now()
            if now + ROOM_S > self.hard_deadline or now > began + MOST_S:
                break
            try:
                taken += self._one(channel, via)
            except (LedgerUnavailable, SinkUnavailable) as error:
                _LOG.error("the channel %s is told nothing now: %s", channel.name, error)
        return taken

    def _one(self, channel: MessageChannel, via: Trigger) -> bool:
        now, key = self.clock.now(), box_key(channel.name)
        owner = stable_id(channel.name, now, self.chance.fraction())
        cases: dict[str, tuple[str, Case]] = {}

        lines = self._night(key, channel, now) if via is Trigger.SWEEP else None
        now = self.clock.now()
        ask = Ask(now=now, trigger=via, request_id=self.request_id)

        def seal(box: Box) -> Box:
            if lines is not None and wants_digest(box, channel, self.notify, now):
                box = with_digest(box, self.notify, now, lines)
            trial = self._sealed(box, channel, owner, ask)
            if trial.letter is None or trial.letter.owner != owner:
                return trial
            cases.clear()  # only now: what waits need not be looked at each time
            cases.update(self._cases(box.things))
            return self._sealed(over(box, _ended(box, cases)), channel, owner, ask)

        box = self._change(key, seal)
        letter = box.letter
        if letter is None or letter.owner != owner:
            self._pay(key, box)
            return False
        things = content(box)
        draft = draft_of(
            letter,
            things,
            lambda thing: self._links(thing, cases, channel),
            now,
            self.notify.zone,
            lambda thing: cases[thing.failure_id][1] if thing.failure_id in cases else None,
        )
        ending = self._posted(channel, draft, letter.leave_by)
        _LOG.info("channel %s: a message of %d: %s %s", channel.name, len(things), ending.effect.value, ending.code)
        self._pay(key, self._surely(key, lambda box: self._settled(box, channel, owner, ending, ask)))
        return ending.effect is Effect.DONE

    def _night(self, key: str, channel: MessageChannel, now: float) -> Sequence[Fact] | None:
        """The lines of a digest that is due; counted before anything is reserved, for it takes its time."""
        in_time = now + NIGHT_ROOM_S + ROOM_S <= self.hard_deadline
        if self.digests is None or not in_time or not digest_day(self.notify, now):
            return None
        stored = self.ledger.load([key]).get(key)
        box = Box() if stored is None else decode_box(stored.document)
        return self.digests.lines(now) if wants_digest(box, channel, self.notify, now) else None

    def _sealed(self, box: Box, channel: MessageChannel, owner: str, ask: Ask) -> Box:
        now = ask.now
        box = abandoned(box, now)
        things = content(box)
        box, lost = doubtful(box, now)
        if lost is not None:
            box = given_up(box, channel.name, _counted(things), "its answer was lost again and again", ask)
        box, late = aged(box, now)
        if late:
            box = given_up(box, channel.name, _counted(late), "it has waited for a day", ask)

        def quiet(what: What) -> bool:
            return quiet_until(channel.quiet, what, now) is not None

        return sealed(box, quiet, now, owner, leave_s=LEAVE_S, answer_s=ANSWER_S)

    def _settled(self, box: Box, channel: MessageChannel, owner: str, ending: LetterEnding, ask: Ask) -> Box:
        ask = replace(ask, now=self.clock.now())
        after = settled(box, owner, ending, ask.now)
        if after is box or ending.effect is Effect.DONE:
            return after
        surely = ending.effect is Effect.NOT_DONE_USELESS
        return refusing(after, channel.name, ending.message, ask, surely=surely)

    def _posted(self, channel: MessageChannel, draft: Draft, leave_by: float) -> LetterEnding:
        """What came of it; a letter that is late is not sent by this hand, for another may have taken it up."""
        now = self.clock.now()
        if now > leave_by:
            return LetterEnding(effect=Effect.NOT_DONE_LATER, code="late")
        return self.robots(channel).post(draft, now)

    def _cases(self, things: Sequence[Thing]) -> dict[str, tuple[str, Case]]:
        """By failure, the document and the case of what waits, as they are now; what is not there is left out."""
        keys = {thing.failure_id: job_key(scope, thing.job_id) for thing in things if (scope := _scope(thing))}
        found = self.ledger.load(list(dict.fromkeys(keys.values()))) if keys else {}
        cases: dict[str, tuple[str, Case]] = {}
        for failure_id, key in keys.items():
            try:
                case = decode_record(found[key].document).case(failure_id) if key in found else None
            except LedgerUnavailable:
                continue
            if case is not None:
                cases[failure_id] = (key, case)
        return cases

    def _links(self, thing: Thing, cases: dict[str, tuple[str, Case]], channel: MessageChannel) -> Sequence[LinkTo]:
        if self.links is None:
            return ()
        if thing.what is not What.HELD or thing.failure_id not in cases:
            return self.links.page(thing.what)
        key, case = cases[thing.failure_id]
        return self.links.links(key, case, channel.name, thing.persons, self.clock.now())

    def _change(self, key: str, change: Callable[[Box], Box]) -> Box:
        """The box as it is after the change, saved. Raises LedgerUnavailable."""
        for _ in range(TRIES):
            stored = self.ledger.load([key]).get(key)
            before = Box() if stored is None else decode_box(stored.document)
            after = change(before)
            write = box_write(key, after, stored.version if stored else None, self.clock.now())
            if after == before or not self.ledger.save([write]):
                return after
        raise LedgerUnavailable(f"others keep changing {key}")

    def _surely(self, key: str, change: Callable[[Box], Box]) -> Box:
        """The same, tried again where the ledger fails: what is not written down now is told twice."""
        try:
            return self._change(key, change)
        except LedgerUnavailable as error:
            _LOG.warning("what became of a message is written down once more: %s", error)
        return self._change(key, change)

    def _pay(self, key: str, box: Box) -> None:
        """Write what the box owes to the Logstore, and strike it. Raises SinkUnavailable, LedgerUnavailable."""
        if box.owed:
            self.sink.put(box.owed)
            ids = [one.get("outcome_id", "") for one in box.owed]
            self._change(key, lambda box: box.paid(ids))


_OF_A_CASE = frozenset({What.HELD, What.UNKNOWN})


def _scope(thing: Thing) -> Scope | None:
    return scope_of(thing.place) if thing.job_id and thing.what in _OF_A_CASE else None


def _ended(box: Box, cases: dict[str, tuple[str, Case]]) -> list[str]:
    """Things whose case has gone on: to tell of them now would be wrong. What is not in sight is told."""
    return [
        thing.id
        for thing in box.things
        if thing.what in _OF_A_CASE and thing.failure_id in cases and not _waits(thing, cases[thing.failure_id][1])
    ]


def _waits(thing: Thing, case: Case) -> bool:
    return case.state is CaseState.HELD if thing.what is What.HELD else case.in_doubt


def _counted(things: Sequence[Thing]) -> str:
    by_kind = {what: sum(one.what is what for one in things) for what in What}
    return ", ".join(f"{count} {what.value}" for what, count in by_kind.items() if count)
