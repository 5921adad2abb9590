"""The one way through: every door's failures, and the sweep's, walk these steps in this order."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.documents import decode_controls
from shared.domain.decision import Ask
from shared.domain.failure import Intake, Trigger
from shared.domain.keys import CONTROLS_KEY
from shared.domain.outcome import Outcome
from shared.domain.snapshot import LookFailed
from shared.heal.act import Actor
from shared.heal.canary import judge_canaries
from shared.heal.decider import Decider, hands_tied
from shared.heal.dry_run import DryRunLedger
from shared.heal.fetch import Fetcher
from shared.heal.item import Invocation, Item, Notice, Report, Result, Walked
from shared.heal.limits import Admission, SharedLimits
from shared.heal.looks import Looks
from shared.heal.nodes import NodeMemory
from shared.heal.records import Records
from shared.heal.report import Reporter, result_of_flood, result_of_unreadable
from shared.heal.settle import settle
from shared.heal.writer import Writer
from shared.policy.controls import tightened
from shared.policy.inherit import with_limits_at
from shared.policy.model import Policy
from shared.ports import Chance, Clock, JobSystem, Ledger, OutcomeSink

CHUNK = 100
"""Failures handled together: what one RerunJobs call may name, and one ledger round trip a step."""
TRIES = 3
"""How often a decision is made anew after a conflict."""


@dataclass(frozen=True, slots=True)
class Healer:
    """The corridor, wired. One per invocation."""

    systems: Callable[[str, str], JobSystem]
    """The job system of that name, in a region."""
    ledger: Ledger
    sink: OutcomeSink
    clock: Clock
    chance: Chance
    policy: Policy
    invocation: Invocation
    fetches: bool = False
    """Whether job systems are asked what a job has printed, where the policy has nothing against it."""
    looked_into: set[str] = field(default_factory=set)
    """Keys of the clusters and groups that were looked into so far."""

    @property
    def looks(self) -> Looks:
        """Its looks."""
        return Looks(
            systems=self.systems,
            ledger=self.ledger,
            clock=self.clock,
            invocation=self.invocation,
            into=self.looked_into,
        )

    def under_controls(self) -> Healer:
        """The corridor under the policy as people have tightened it in the ledger; asked once an invocation.

        Raises:
            LedgerUnavailable: out of reach, or malformed: nothing may run if the kill switch cannot be read.
        """
        stored = self.ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY)
        if stored is None:
            return self
        return dataclasses.replace(
            self, policy=tightened(self.policy, decode_controls(stored.document).at(self.clock.now()))
        )

    def handle(self, intake: Intake, trigger: Trigger) -> Report:
        """Take a delivery all the way.

        Raises:
            LedgerUnavailable: the whole delivery must come again.
        """
        ask = replace(
            self._ask(trigger),
            dry_run=intake.dry_run,
            force=intake.force,
            actor=intake.actor if intake.force else "",
            why=intake.why if intake.force else "",
        )
        walked = Walked()
        if intake.failures:
            walked = self.under_controls().walk([Item(failure) for failure in intake.failures], ask)
        unreadable = [result_of_unreadable(record, ask) for record in intake.unreadable]
        unreadable += [result_of_flood(intake, ask)] if intake.more else []
        walked = Walked([*unreadable, *walked.results], walked.notices)
        report = Reporter(self.ledger, self.sink).deliver(walked, ask)
        report.passed_over = intake.passed_over
        return report

    def resume(self, items: Sequence[Item], owed: Walked) -> Report:
        """Go on with open cases that the sweep found due, and write outcomes that are still owed.

        The sweep makes the corridor `under_controls` first, once a run.
        """
        ask = self._ask(Trigger.SWEEP)
        walked = self.walk(list(items), ask)
        both = Walked([*owed.results, *walked.results], [*owed.notices, *walked.notices])
        return Reporter(self.ledger, self.sink).deliver(both, ask, fold=False)

    def tell(self, outcomes: Sequence[Outcome], trigger: Trigger) -> Report:
        """Write outcomes that are about no failure.

        Raises:
            LedgerUnavailable: the Logstore did not take them, and they could not be kept either.
        """
        walked = Walked([Result(outcome, None, "") for outcome in outcomes])
        return Reporter(self.ledger, self.sink).deliver(walked, self._ask(trigger))

    def _ask(self, trigger: Trigger, *, dry_run: bool = False, force: bool = False) -> Ask:
        return Ask(
            now=self.clock.now(),
            trigger=trigger,
            request_id=self.invocation.request_id,
            dry_run=dry_run,
            force=force,
        )

    def walk(self, items: list[Item], ask: Ask) -> Walked:
        """From the look to the settled result; what came of it is still to be told."""
        for item in items:
            item.forced = ask.force or (item.origin is not None and item.origin.case.forced)
        tied = hands_tied(ask, self.policy)
        ledger = DryRunLedger(self.ledger) if tied else self.ledger
        actor = Actor(self.systems, self.clock, self.policy, self.invocation)
        results, items = self.looks.turned_away(items, self.policy, ask)
        walked = Walked(results)
        for turn in self.looks.turns(items, self.policy, ask):
            for chunk in _chunks(turn):
                self._chunk(chunk, ask, actor, ledger, walked, tied=tied)
        return walked

    def _chunk(self, items: list[Item], ask: Ask, actor: Actor, ledger: Ledger, walked: Walked, *, tied: bool) -> None:
        """Up to 100 failures of one cluster or group, or not looked at: one ledger round trip a step."""
        self.looks.look([item for item in items if self._aged(item)])
        ask = replace(ask, now=self.clock.now())
        scope = items[0].failure.scope
        records = Records(ledger, ask.now)
        writer = Writer(
            records=records,
            policy=self.policy,
            ask=ask,
            tied=tied,
            chance=self.chance,
            invocation=self.invocation,
        )
        nodes = NodeMemory(
            ledger=ledger,
            systems=self.systems,
            clock=self.clock,
            policy=self.policy,
            scope=scope,
            now=ask.now,
            hard_deadline=self.invocation.hard_deadline,
        )
        decider = Decider(records=records, writer=writer, policy=self.policy, ask=ask, nodes=nodes)
        limits = SharedLimits(ledger=ledger, policy=with_limits_at(self.policy, scope), scope=scope, now=ask.now)
        for item in self._reserve(items, decider, limits, self._fetcher()):
            self._postpone(item, decider)
        walked.notices += [] if tied else limits.notices
        walked.notices += judge_canaries(scope, items, ledger, self.policy, ask)
        reserved = [item for item in items if item.owner]
        actor.act(reserved)
        settle(reserved, records, self.policy, replace(ask, now=self.clock.now()))
        owed = nodes.save()
        walked.notices += [] if tied else owed
        walked.notices += [] if tied else [Notice(item.writes_to, told) for item in items for told in item.besides]
        asked = ask.trigger is Trigger.MANUAL  # who else is shown the gates? Ten thousand decisions are 60 MB
        walked.results += [
            Result(item.outcome, item.decision if asked else None, item.owed_by)
            for item in items
            if item.outcome is not None
        ]
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

        What conflicts begins anew, three times at most; the items that still conflict then come back.
        """
        records, nodes = decider.records, decider.nodes
        for tried in range(TRIES):
            shared = records.open([*(key for item in items for key in item.reads), *limits.keys, *nodes.keys])
            nodes.read(shared)
            nodes.ask(items)
            apart = decider.set_apart(items)
            if apart:
                records.open(apart)
            unasked = limits.unasked(shared)
            self._decide(items, decider, unasked, None if tried else fetcher)
            wanting = [item for item in items if item.wants_call]
            if wanting:
                admission = limits.take(wanting, shared, unasked.breaker)
                if not admission.grants(wanting):
                    records.revert()
                    decider.decide_all(items, admission)
            conflicts = records.save()
            for item in items:
                if item.decision is not None and item.writes_to in records.refused:
                    decider.writer.refuse(item)
            items = [item for item in items if item.writes_to in conflicts]
            if not items:
                break
        return items

    @staticmethod
    def _decide(items: Sequence[Item], decider: Decider, unasked: Admission, fetcher: Fetcher | None) -> None:
        """Decide; once more where that brought more to light: what a job has printed, a node that is suspected now."""
        decider.decide_all(items, unasked)
        if fetcher is not None and fetcher.fetch(items, decider):
            decider.decide_all(items, unasked)
            if fetcher.fetch(items, decider):  # of another failure of the job, which was behind the first
                decider.decide_all(items, unasked)
        if decider.nodes.count(items):
            decider.nodes.ask(items)
            decider.records.revert()
            decider.decide_all(items, unasked)

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

    def _aged(self, item: Item) -> bool:
        """Half the allowed age is left for the call to leave."""
        seen = item.seen
        age_s = self.clock.now() - seen.look_begun_at
        return not isinstance(seen, LookFailed) and age_s > self.policy.timing.observation_max_age_s / 2


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Chunks in an order that does not depend on the order of delivery."""
    ordered = sorted(
        items,
        key=lambda item: (
            item.failure.scope.key,
            item.key,
            item.failure.occurred_at,
            item.failure.telling_id,
        ),
    )
    for start in range(0, len(ordered), CHUNK):
        yield ordered[start : start + CHUNK]
