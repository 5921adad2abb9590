"""The one way through: every door's failures, and the sweep's, walk these steps in this order."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING

from msgspec import Struct, field
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Intake, Trigger
from shared.domain.outcome import Outcome
from shared.heal.dry_run import DryRunLedger, hands_tied
from shared.heal.item import CHUNK, Invocation, Item, Report, Result, Walked
from shared.heal.lanes import Lanes, one_by_one
from shared.heal.report import Reporter, result_of_flood, result_of_unreadable
from shared.heal.ruled import ControlsWatch, RuledLedger, StricterByHand
from shared.policy.model import Policy
from shared.ports import Chance, Clock, JobSystem, Ledger, OutcomeSink, early_load_of

if TYPE_CHECKING:
    from shared.heal.act import Actor
    from shared.heal.looks import Looks
    from shared.heal.prefetch import Prefetch
    from shared.heal.walk import Walk


class Healer(Struct, frozen=True):
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
    lanes: Lanes = one_by_one
    """How clusters and groups are taken: one after the other, or side by side."""
    looked_into: set[str] = field(default_factory=set)
    """Keys of the clusters and groups that were looked into so far."""
    prefetch: Prefetch | None = None
    """Asks before a look for what is likely to be loaded after it."""
    controls: ControlsWatch | None = None
    """Where more than one chunk may follow: what people have set by hand is asked anew."""

    def under_controls(self) -> Healer:
        """The corridor under the policy as people have tightened it in the ledger, and tighten it while it walks.

        Raises:
            LedgerUnavailable: out of reach, or malformed: nothing may run if the kill switch cannot be read.
        """
        controls = ControlsWatch(self.ledger, self.clock)
        return replace(self, policy=controls.laid_over(self.policy), controls=controls)

    def _ruled(self, items: list[Item], ask: Ask) -> Iterator[Walked]:
        """The walk of what was just told, under the controls: of one chunk they are read with its records."""
        if len(items) > CHUNK or len({item.failure.scope.key for item in items}) > 1:
            return self.under_controls().walks(items, ask)
        ledger = RuledLedger(self.ledger, self.policy, self.clock)
        early = early_load_of(self.ledger)
        prefetch = None if early is None else _prefetch()(ledger, early, self.policy)
        try:
            parts = list(replace(self, ledger=ledger, prefetch=prefetch).walks(items, ask))
        except StricterByHand as found:
            healer = replace(self, policy=found.policy)
        else:
            if ledger.asked:
                return iter(parts)
            healer = self.under_controls()  # nobody was looked at
        finally:
            ledger.let_go()
        return healer.walks(items, ask)

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
        unreadable = [result_of_unreadable(record, ask) for record in intake.unreadable]
        unreadable += [result_of_flood(intake, ask)] if intake.more else []
        walks: Iterable[Walked] = ()
        if intake.failures:
            walks = self._ruled([Item(failure) for failure in intake.failures], ask)
        report = self._told(Walked(unreadable), walks, ask)
        report.passed_over = intake.passed_over
        return report

    def resume(self, items: Sequence[Item], owed: Walked) -> Report:
        """Go on with open cases that the sweep found due, and write outcomes that are still owed.

        The sweep makes the corridor `under_controls` first, once a run.
        """
        ask = self._ask(Trigger.SWEEP)
        return self._told(owed, self.walks(list(items), ask), ask, fold=False)

    def tell(self, outcomes: Sequence[Outcome], trigger: Trigger) -> Report:
        """Write outcomes that are about no failure.

        Raises:
            LedgerUnavailable: the Logstore did not take them, and they could not be kept either.
        """
        return self._told(Walked([Result(outcome, None, "") for outcome in outcomes]), (), self._ask(trigger))

    def _told(self, first: Walked, walks: Iterable[Walked], ask: Ask, *, fold: bool = True) -> Report:
        """All that, written to the Logstore as it comes; clusters that take long hold up no others' outcomes."""
        report, reporter = Report(), Reporter(self.ledger, self.sink)
        try:
            for walked in walks:
                report.join(reporter.deliver(first.add([walked]), ask, fold=fold))
                first = Walked()
        finally:
            if isinstance(walks, Generator):  # else turns go on, and call, after the delivery has failed
                walks.close()
        report.join(reporter.deliver(first, ask))
        return report

    def _ask(self, trigger: Trigger) -> Ask:
        return Ask(now=self.clock.now(), trigger=trigger, request_id=self.invocation.request_id)

    def walk(self, items: list[Item], ask: Ask) -> Walked:
        """From the look to the settled result; what came of it is still to be told."""
        return Walked().add(self.walks(items, ask))

    def walks(self, items: list[Item], ask: Ask) -> Iterator[Walked]:
        """The same in parts, as clusters and groups come to their end: all of one are in the same part."""
        for item in items:
            item.forced = ask.force or (item.origin is not None and item.origin.case.forced)
        tied = hands_tied(ask, self.policy)
        walk_of, actor_of, looks_of = _of_a_walk()
        walk = walk_of(
            systems=self.systems,
            ledger=DryRunLedger(self.ledger) if tied else self.ledger,
            clock=self.clock,
            chance=self.chance,
            policy=self.policy,
            invocation=self.invocation,
            ask=ask,
            tied=tied,
            fetches=self.fetches,
            prefetch=self.prefetch,
            controls=self.controls,
            actor=actor_of(self.systems, self.clock, self.policy, self.invocation),
            looks=looks_of(
                systems=self.systems,
                ledger=self.ledger,
                clock=self.clock,
                invocation=self.invocation,
                into=self.looked_into,
            ),
        )
        return walk.parts(items, self.lanes)


@cache
def _of_a_walk() -> tuple[type[Walk], type[Actor], type[Looks]]:
    """What decides takes longer to load than the rest of the corridor, and most that a timer calls decides nothing."""
    from shared.heal.act import Actor  # noqa: PLC0415 - as above
    from shared.heal.looks import Looks  # noqa: PLC0415 - as above
    from shared.heal.walk import Walk  # noqa: PLC0415 - as above

    return Walk, Actor, Looks


@cache
def _prefetch() -> type[Prefetch]:
    from shared.heal.prefetch import Prefetch  # noqa: PLC0415 - as above

    return Prefetch
