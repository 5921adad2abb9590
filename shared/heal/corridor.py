"""The one way through: every door's failures, and the sweep's, walk these steps in this order."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Intake, Trigger
from shared.domain.job import System
from shared.domain.snapshot import LookFailed
from shared.heal.act import Actor
from shared.heal.books import Books
from shared.heal.canary import judge_canaries
from shared.heal.desk import Desk, hands_tied
from shared.heal.items import Invocation, Item, Report, Result
from shared.heal.rehearsal import Rehearsal
from shared.heal.report import Reporter, result_of_unreadable
from shared.heal.settle import settle
from shared.heal.tokens import Tokens
from shared.policy.model import Policy
from shared.ports import Chance, Clock, JobSystem, Ledger, OutcomeSink

CHUNK = 100
"""Failures handled together: what one RerunJobs call may name, and one ledger round trip a step."""
TRIES = 3
"""How often a decision is made anew after a conflict."""


@dataclass(frozen=True, slots=True)
class Healer:
    """The corridor, wired. One per invocation."""

    systems: Callable[[System, str], JobSystem]
    """The job system of a region."""
    ledger: Ledger
    sink: OutcomeSink
    clock: Clock
    chance: Chance
    policy: Policy
    invocation: Invocation

    def handle(self, intake: Intake, trigger: Trigger) -> Report:
        """Take a delivery all the way.

        Raises:
            LedgerUnavailable: the whole delivery must come again.
        """
        ask = self._ask(trigger, dry_run=intake.dry_run, force=intake.force)
        results = [result_of_unreadable(record, ask) for record in intake.unreadable]
        results += self._walk([Item(failure) for failure in intake.failures], ask)
        report = Reporter(self.ledger, self.sink).deliver(results, ask)
        report.passed_over = intake.passed_over
        return report

    def resume(self, items: Sequence[Item], owed: Sequence[Result]) -> Report:
        """Go on with open cases that the sweep found due, and write outcomes that are still owed."""
        ask = self._ask(Trigger.SWEEP)
        return Reporter(self.ledger, self.sink).deliver([*owed, *self._walk(list(items), ask)], ask, fold=False)

    def _ask(self, trigger: Trigger, *, dry_run: bool = False, force: bool = False) -> Ask:
        return Ask(
            now=self.clock.now(),
            trigger=trigger,
            request_id=self.invocation.request_id,
            dry_run=dry_run,
            force=force,
        )

    def _walk(self, items: list[Item], ask: Ask) -> list[Result]:
        self._observe(items)
        ledger = Rehearsal(self.ledger) if hands_tied(ask, self.policy) else self.ledger
        actor = Actor(self.systems, self.clock, self.policy, self.invocation)
        results: list[Result] = []
        for chunk in _chunks(items):
            results += self._chunk(chunk, ask, actor, ledger)
        return results

    def _observe(self, items: Sequence[Item]) -> None:
        """Look at all the named jobs of a region and system at once: the fewest calls."""
        for (system, region), group in _grouped(items, lambda item: (item.failure.system, item.failure.scope.region)):
            seen = self.systems(system, region).observe([item.failure for item in group])
            for item, observation in zip(group, seen, strict=True):
                item.observation = observation

    def _chunk(self, items: list[Item], ask: Ask, actor: Actor, ledger: Ledger) -> list[Result]:
        """Up to 100 failures of one cluster or group: one ledger round trip a step."""
        self._observe([item for item in items if self._aged(item)])
        ask = replace(ask, now=self.clock.now())
        books = Books(ledger, ask.now)
        desk = Desk(books, self.policy, ask, self.chance, self.invocation)
        for item in self._reserve(items, desk, ledger):
            self._postpone(item, desk)
        judge_canaries(items[0].failure.scope, items, ledger, self.policy, ask)
        reserved = [item for item in items if item.owner]
        actor.act(reserved)
        settle(reserved, books, self.policy, replace(ask, now=self.clock.now()))
        return [Result(item.outcome, item.decision, item.owed_by) for item in items if item.outcome is not None]

    def _reserve(self, items: Sequence[Item], desk: Desk, ledger: Ledger) -> Sequence[Item]:
        """Decide and save until nothing conflicts; the items that still do after three tries come back."""
        tokens = Tokens(ledger, self.policy, desk, items[0].failure.scope)
        for _ in range(TRIES):
            shared = desk.books.open([*desk.keys(items), *tokens.keys])
            tokens.decide(items, shared)
            conflicts = desk.books.save()
            items = [item for item in items if item.writes_to in conflicts]
            if not items:
                break
        return items

    def _postpone(self, item: Item, desk: Desk) -> None:
        """Too many writers: wait in a document of its own. What the sweep took up is due in the ledger anyway."""
        item.start_over()
        if item.origin is not None:
            return
        item.parked = True
        desk.books.open([item.key])
        desk.postpone(item)
        desk.books.save()

    def _aged(self, item: Item) -> bool:
        """Half the allowed age is left for the call to leave."""
        seen = item.seen
        age_s = self.clock.now() - seen.look_begun_at
        return not isinstance(seen, LookFailed) and age_s > self.policy.timing.observation_max_age_s / 2


def _grouped(
    items: Sequence[Item], key: Callable[[Item], tuple[System, str]]
) -> Iterator[tuple[tuple[System, str], list[Item]]]:
    for found, group in groupby(sorted(items, key=key), key=key):
        yield found, list(group)


def _chunks(items: Sequence[Item]) -> Iterator[list[Item]]:
    """Chunks of one cluster or group in an order that does not depend on the order of delivery."""
    ordered = sorted(
        items,
        key=lambda item: (
            item.failure.scope.key,
            item.key,
            item.failure.occurred_at,
            item.failure.telling_id,
        ),
    )
    for _, group in groupby(ordered, key=lambda item: item.failure.scope.key):
        members = list(group)
        for start in range(0, len(members), CHUNK):
            yield members[start : start + CHUNK]
