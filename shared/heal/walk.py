"""The walk of one delivery's failures: cluster by cluster, a look and then a hundred at a time to the settled call."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import nullcontext
from functools import partial
from threading import Lock

from msgspec import Struct, field
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.snapshot import LookFailed
from shared.heal.act import Actor
from shared.heal.canary import judge_canaries
from shared.heal.decider import Decider
from shared.heal.fetch import Fetcher
from shared.heal.foresight import Foresight
from shared.heal.item import CHUNK, Invocation, Item, Notice, Result, Walked
from shared.heal.lanes import Lanes
from shared.heal.late import count_late
from shared.heal.limits import Admission, SharedLimits
from shared.heal.looks import Looks, last_seen_first, not_looked_at
from shared.heal.nodes import NodeMemory
from shared.heal.records import Records
from shared.heal.settle import settle
from shared.heal.writer import Writer
from shared.meanwhile import expect
from shared.policy.inherit import with_limits_at
from shared.policy.match import is_ready, make_ready
from shared.policy.model import Policy
from shared.ports import Chance, Clock, JobSystem, Ledger, Write, whole_save_of
from shared.systems import SYSTEMS

TRIES = 3
"""How often a decision is made anew after a conflict."""


class Walk(Struct, frozen=True, kw_only=True):
    """One walk. Its turns may be taken side by side: what they share is read, or stands in the ledger."""

    systems: Callable[[str, str], JobSystem]
    ledger: Ledger
    clock: Clock
    chance: Chance
    policy: Policy
    invocation: Invocation
    ask: Ask
    tied: bool
    """Nothing but outcomes may come of it."""
    fetches: bool
    actor: Actor
    looks: Looks
    foresight: Foresight | None
    """None: the documents are loaded after the look."""
    pacing: Lock = field(default_factory=Lock)
    """A pace is shared by groups: turns that took its tokens at once would only conflict."""

    def parts(self, items: Sequence[Item], lanes: Lanes) -> Iterator[Walked]:
        """What came of the items, cluster or group by cluster or group; those last for which no look was left."""
        always = not self.looks.into
        away, items = self.looks.turned_away(items, self.policy, self.ask)
        planned, late = self.looks.plan(items, self.policy, self.ask)
        turns = []
        for members in planned:
            mine = away.pop(members[0].failure.scope.key, [])
            turns.append(partial(self._turn, members, mine, late, always=always))
            always = False
        if len(turns) > 1:
            make_ready(self.policy)  # once, before they are taken side by side
        elif not is_ready(self.policy):
            expect("patterns", partial(make_ready, self.policy))
        ended = lanes(turns)
        part = Walked([one for some in away.values() for one in some]).add(next(ended, []))
        for more in ended:
            yield part
            part = Walked().add(more)
        if late:
            self.looks.none_left(late)
            part.add([self._walked(late)])
        yield part

    def _turn(self, members: list[Item], away: list[Result], late: list[Item], *, always: bool) -> Walked:
        """One cluster or group from its look on, unless there is no time for one any more.

        What the sweep has no time for stays due as it is.
        """
        if not always and self.looks.hurried():
            late += [] if self._sweeps else members
            return Walked(away)
        self.looks.into.add(members[0].failure.scope.key)
        if self.foresight is not None:
            self.foresight.ask(members)
        self.looks.look(members)
        return Walked(away).add([self._walked(members)])

    def _walked(self, items: Sequence[Item]) -> Walked:
        """What was seen last comes first: a look that itself takes longer than it may be old still serves its end.

        So each look brings some chunks to their calls, however long the list is. The rest is looked at anew once for
        all, as a list is read from its beginning whoever is sought. What one look takes no more of the sweep leaves to
        its next one, and what it has no time for it leaves as it is.
        """
        walked = Walked()
        left = last_seen_first(items)
        while left:
            if self._left_out(left[0]) or any(map(self._aged, left[:CHUNK])):
                self.looks.look([item for item in left if self._left_out(item) or self._aged(item)])
                left = last_seen_first(left)
            chunk = [item for item in left[:CHUNK] if not self._left_out(item)] or left[:CHUNK]
            self._chunk(chunk, walked)
            left = left[len(chunk) :]
            if self._sweeps and self.looks.hurried(len(walked.results)):
                break
        return walked

    def _chunk(self, items: list[Item], walked: Walked) -> None:
        """Up to 100 failures of one cluster or group, or not looked at: one ledger round trip a step."""
        ask = replace(self.ask, now=self.clock.now())
        scope = items[0].failure.scope
        records = Records(self.ledger, ask.now)
        writer = Writer(
            records=records,
            policy=self.policy,
            ask=ask,
            tied=self.tied,
            chance=self.chance,
            invocation=self.invocation,
        )
        nodes = NodeMemory(
            ledger=self.ledger,
            systems=self.systems,
            clock=self.clock,
            policy=self.policy,
            scope=scope,
            now=ask.now,
            hard_deadline=self.invocation.hard_deadline,
        )
        decider = Decider(records=records, writer=writer, policy=self.policy, ask=ask, nodes=nodes)
        limits = SharedLimits(
            ledger=self.ledger,
            policy=with_limits_at(self.policy, scope),
            scope=scope,
            now=ask.now,
            effect_by=self.invocation.hard_deadline + self.policy.timing.settle_s,
        )
        contended = self._reserve(items, decider, limits, self._fetcher())
        left = set(map(id, contended))
        writer.clear_up([item for item in items if id(item) not in left])
        for item in contended:
            self._postpone(item, decider)
        walked.notices += [] if self.tied else limits.notices
        walked.notices += judge_canaries(scope, items, records, self.ledger, self.policy, ask)
        reserved = [item for item in items if item.owner]
        if reserved:
            self.actor.act(reserved)
        if reserved or records.any_changed:
            settle(reserved, records, self.policy, replace(ask, now=self.clock.now()))
            count_late(limits, reserved)
        owed = nodes.save()
        walked.notices += [] if self.tied else owed
        walked.notices += [] if self.tied else [Notice(item.writes_to, told) for item in items for told in item.besides]
        asked = ask.trigger is Trigger.MANUAL  # who else is shown the gates? Ten thousand decisions are 60 MB
        walked.results += [
            Result(item.outcome, item.decision if asked else None, item.owed_by)
            for item in items
            if item.outcome is not None
        ]
        if len(walked.left) < CHUNK:  # of a storm they are read again, some hundreds at once: all would be 60 MB
            walked.left.update(records.left(item.owed_by for item in items if item.owed_by))
        for item in items:
            item.let_go()

    def _fetcher(self) -> Fetcher | None:
        if not (self.fetches and self.policy.fetch_output):
            return None
        return Fetcher(self.systems, self.clock, self.policy, self.invocation.hard_deadline)

    def _reserve(
        self, items: Sequence[Item], decider: Decider, limits: SharedLimits, fetcher: Fetcher | None
    ) -> Sequence[Item]:
        """Decide, ask what is missing, take tokens, decide on what was granted, reserve.

        What conflicts, or rests on documents that were asked for too early, begins anew, three times at most; the items
        that still conflict then come back.
        """
        records, nodes = decider.records, decider.nodes
        for tried in range(TRIES):
            shared = records.open([*(key for item in items for key in item.reads), *limits.keys, *nodes.keys])
            nodes.read(shared)
            nodes.ask(items)
            apart = decider.set_apart(items)
            if apart:
                records.open(apart)
            if any(item.moves_to for item in items):
                items = decider.name_homes(items)
            unasked = limits.unasked(shared)
            if not self._decide(items, decider, unasked, None if tried else fetcher, anew=tried > 0):
                continue
            wanting = [item for item in items if item.wants_call]
            if wanting:
                with self.pacing if SYSTEMS.named(limits.scope.system).pace else nullcontext():
                    admission = limits.take(wanting, shared, unasked.breaker, self._with_tokens(decider))
                if not admission.grants(wanting):
                    records.revert()
                    decider.decide_all(items, admission)
            items = self._saved(items, decider)
            if not items:
                break
        return items

    @staticmethod
    def _saved(items: Sequence[Item], decider: Decider) -> Sequence[Item]:
        """Save what was decided; the items that conflict come back."""
        records, nodes = decider.records, decider.nodes
        counted = nodes.writes() if records.any_changed else []
        conflicts = records.save(counted)
        if counted and counted[0].key not in conflicts | records.refused:
            nodes.written()
        for item in items:
            if item.decision is not None and item.writes_to in records.refused:
                decider.writer.refuse(item)
        return [item for item in items if item.writes_to in conflicts]

    def _with_tokens(self, decider: Decider) -> Callable[[Sequence[Write]], bool] | None:
        """How reservations are saved in one with the tokens for them; None where the ledger has no such save."""
        whole = whole_save_of(self.ledger)
        if whole is None:
            return None

        def saved(tokens: Sequence[Write]) -> bool:
            done = decider.records.save_whole(whole, [*tokens, *decider.nodes.writes()])
            if done:
                decider.nodes.written()
            return done

        return saved

    def _decide(
        self, items: Sequence[Item], decider: Decider, unasked: Admission, fetcher: Fetcher | None, *, anew: bool
    ) -> bool:
        """Decide; once more where output or a suspected node came to light. False: on documents that are too old."""
        decider.decide_all(items, unasked)
        if fetcher is not None and fetcher.fetch(items, decider):
            decider.decide_all(items, unasked)
            if fetcher.fetch(items, decider):  # of another failure of the job, which was behind the first
                decider.decide_all(items, unasked)
        if decider.nodes.count(items):
            decider.nodes.ask(items)
            decider.records.revert()
            decider.decide_all(items, unasked)
        return anew or self.foresight is None or not self.foresight.outrun(items)

    @staticmethod
    def _postpone(item: Item, decider: Decider) -> None:
        """Too many writers: wait in a document of its own. What the sweep took up is due in the ledger anyway."""
        item.start_over()
        if item.origin is not None:
            return
        item.apart = True
        decider.records.open(item.reads)
        decider.postpone(item)
        decider.records.save()
        if item.writes_to in decider.records.refused:
            decider.writer.refuse(item)

    @property
    def _sweeps(self) -> bool:
        return self.ask.trigger is Trigger.SWEEP

    def _left_out(self, item: Item) -> bool:
        """Whether the sweep has still to look at it: the look before had enough of others."""
        return self._sweeps and not_looked_at(item)

    def _aged(self, item: Item) -> bool:
        """Half the allowed age is left for the call to leave."""
        seen = item.seen
        age_s = self.clock.now() - seen.look_begun_at
        return not isinstance(seen, LookFailed) and age_s > self.policy.timing.observation_max_age_s / 2
