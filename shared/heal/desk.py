"""Where one chunk is decided and written down: decisions, reservations and results as changes to ledger records."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.domain.conclusion import rerun_instances
from shared.domain.decision import Ask
from shared.domain.limits import SharedLimit
from shared.domain.reasons import OPEN_VERDICTS, Reason, Verdict, is_final
from shared.domain.record import Case, JobRecord
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import (
    Reservation,
    also_told,
    closed,
    handed_over,
    outcome_of,
    reserved,
    waiting,
)
from shared.heal.books import Books
from shared.heal.items import Invocation, Item
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.model import Mode, Policy
from shared.ports import Chance

_LATER = {
    Reason.PACE: "the operation's pace is used up for this minute",
    Reason.CONTENDED: "other invocations write the same ledger documents",
}


CONTENDED_WAIT_S = 5.0


@dataclass(frozen=True, slots=True)
class Admission:
    """What the shared limits said."""

    breaker: SharedLimit
    """As it was before this chunk took its tokens."""
    opened: SharedLimit
    """As it is after; open if this chunk, or another, opened it."""
    broken: frozenset[str] = frozenset()
    """Keys of jobs that the breaker did not admit."""
    later: Mapping[int, tuple[Reason, float]] = field(default_factory=dict)
    """`id` of items that must wait, for the operation's pace or because the limits could not be had: why, until."""


@dataclass(frozen=True, slots=True)
class Desk:
    """Decides the items of one chunk one after the other, each on the records as the one before left them."""

    books: Books
    policy: Policy
    ask: Ask
    chance: Chance
    invocation: Invocation

    def keys(self, items: Sequence[Item]) -> list[str]:
        """The records that these items need."""
        origins = [item.origin.key for item in items if item.origin]
        return [*(item.key for item in items), *origins]

    def decide_all(self, items: Sequence[Item], admission: Admission) -> None:
        """Decide every item and write the consequences into the books (not into the ledger)."""
        for item in items:
            item.start_over()
            case = self._case(item)
            if item.origin is None or case is not None:
                self._decide(item, case, admission)

    def postpone(self, item: Item) -> None:
        """Let it wait in a document of its own."""
        later = {id(item): (Reason.CONTENDED, self.ask.now + CONTENDED_WAIT_S)}
        self.decide_all([item], Admission(SharedLimit(), SharedLimit(), later=later))

    def tied(self, item: Item) -> bool:
        """Whether nothing but the outcome may be written for this item."""
        return self.ask.dry_run or (self.policy.mode is Mode.OBSERVE and item.origin is None)

    def wants_call(self, item: Item) -> bool:
        """Whether the item would use up a token of the shared limits, in earnest or with tied hands."""
        if item.decision is None:
            return False
        reasons = {Reason.DRY_RUN, Reason.OBSERVE_MODE} if self.tied(item) else {Reason.ACCEPTED}
        return item.decision.reason in reasons

    def _case(self, item: Item) -> Case | None:
        """The open case to go on with, as the ledger has it now; None if somebody else has moved it on."""
        if item.origin is None:
            return None
        case = self.books.record(item.origin.key).case(item.origin.case.failure_id)
        still_due = case is not None and case.open and case.due_at is not None and case.due_at <= self.ask.now
        if case is None or not still_due:
            return None
        if item.key != item.origin.key and self.books.record(item.key).case(case.failure_id):
            # An earlier sweep moved it under the live id and stopped before it could say so here.
            self.books.put(item.origin.key, handed_over(self.books.record(item.origin.key), case))
            return None
        return case

    def _decide(self, item: Item, case: Case | None, admission: Admission) -> None:
        facts = Facts(
            failure=item.failure,
            observation=item.seen,
            record=self.books.record(item.key),
            breaker=admission.opened if item.key in admission.broken else admission.breaker,
            policy=self.policy,
            ask=self.ask,
            case=case,
        )
        decision = decide(facts)
        if id(item) in admission.later:
            reason, until = admission.later[id(item)]
            decision = replace(decision, verdict=Verdict.DEFERRED, reason=reason, message=_LATER[reason], due_at=until)
        item.decision = decision
        self._write(item, case, facts)

    def _write(self, item: Item, case: Case | None, facts: Facts) -> None:
        decision, version = item.decided, self.policy.policy_version
        tied = self.tied(item)
        waits = facts.record.case(decision.failure_id)
        known = case or (waits if waits is not None and waits.open else None)
        if decision.reason is Reason.ACCEPTED and not tied:
            terms = self._terms(facts)
            self.books.put(item.key, reserved(facts.record, item.failure, known, decision, self.ask, terms))
            item.owner = terms.owner
        elif decision.verdict in OPEN_VERDICTS and not is_final(decision.verdict, decision.reason) and not tied:
            record, item.outcome = waiting(facts.record, item.failure, known, decision, self.ask, version)
            self.books.put(item.key, record)
            item.owed_by = item.key
        elif case is not None and item.origin is not None:
            record, item.outcome = closed(self.books.record(item.origin.key), case, decision, self.ask, version)
            self.books.put(item.origin.key, record)
            item.owed_by = item.origin.key
        else:
            item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=version)
            self._note_telling(item, facts.record)

    def _note_telling(self, item: Item, record: JobRecord) -> None:
        """A second telling of what this delivery has just written down: a redelivery of it must be known as well."""
        case = record.case(item.decided.failure_id)
        if case is not None and item.decided.verdict is Verdict.DUPLICATE and self.books.changed(item.key):
            self.books.put(item.key, record.with_case(also_told(case, item.failure.telling_id)))

    def _terms(self, facts: Facts) -> Reservation:
        cooldown, number = facts.cooldown, facts.attempt_number
        ceiling_s = min(cooldown.max_s, cooldown.base_s * cooldown.factor ** (number - 1))
        return Reservation(
            owner=f"{self.invocation.request_id}/{self.ask.now:.6f}",
            may_leave_until=self.invocation.hard_deadline,
            settle_s=self.policy.timing.settle_s,
            cooldown_s=self.chance.fraction() * ceiling_s,
            attempts_kept_s=_longest_window_s(self.policy),
            known_reruns=_known_reruns(facts),
        )


def _known_reruns(facts: Facts) -> tuple[int, ...]:
    return () if isinstance(facts.observation, LookFailed) else rerun_instances(facts.observation)


def _longest_window_s(policy: Policy) -> float:
    """An attempt is remembered as long as any budget may ask for it."""
    return max([policy.attempts.window_s, *(rule.attempts.window_s for rule in policy.rules if rule.attempts)])
