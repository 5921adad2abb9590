"""Where one chunk is decided and written down: decisions, reservations and results as changes to ledger records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from shared.domain.conclusion import rerun_instances
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Trigger
from shared.domain.limits import SharedLimit
from shared.domain.mode import Mode
from shared.domain.reasons import OPEN_VERDICTS, Reason, Verdict, is_final
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import (
    Reservation,
    also_told,
    closed,
    handed_over,
    outcome_of,
    reserved,
    waiting,
    watched,
)
from shared.heal.books import Books
from shared.heal.items import Invocation, Item
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.model import Policy
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
    granted: frozenset[int] | None = None
    """`id` of the items that have all their tokens; None before anybody asked. Without them nothing is reserved."""
    wait: tuple[Reason, float] = (Reason.PACE, 0.0)
    """Why, and until when, an item without its tokens waits."""


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
        return [*(item.key for item in items), *origins, *(key for item in items for key in item.homes)]

    def decide_all(self, items: Sequence[Item], admission: Admission) -> None:
        """Decide every item and write the consequences into the books (not into the ledger)."""
        for item in items:
            item.start_over()
            case = self._case(item)
            if item.origin is None or case is not None:
                self._decide(item, case, admission)

    def postpone(self, item: Item) -> None:
        """Let it wait in a document of its own."""
        facts = self._facts(item, None, SharedLimit())
        item.decision = _waiting(decide(facts), Reason.CONTENDED, self.ask.now + CONTENDED_WAIT_S)
        self._write(item, None, facts)

    @property
    def tied(self) -> bool:
        """Whether nothing but outcomes may come of this delivery: its writes are a rehearsal."""
        return hands_tied(self.ask, self.policy)

    def forced(self, item: Item) -> bool:
        """Whether a person forces it, or did when the sweep's case was told."""
        return self.ask.force or (item.origin is not None and item.origin.case.forced)

    def wants_call(self, item: Item) -> bool:
        """Whether the item would use up a token of the shared limits, in earnest or with tied hands."""
        if item.decision is None or not item.decision.gates[-1].passed:
            return False  # a rerun being watched says `accepted` once more, and was stopped by its gate
        reasons = {Reason.DRY_RUN, Reason.OBSERVE_MODE} if self.tied else {Reason.ACCEPTED}
        return item.decision.reason in reasons

    def _case(self, item: Item) -> Case | None:
        """The due case to go on with, as the ledger has it now; None if somebody else has moved it on."""
        if item.origin is None:
            return None
        case = self.books.record(item.origin.key).case(item.origin.case.failure_id)
        if case is None or not case.due(self.ask.now):
            return None
        if case.open and any(self.books.record(key).case(case.failure_id) for key in item.homes):
            # An earlier sweep moved it under the live id and stopped before it could say so here.
            self.books.put(item.origin.key, handed_over(self.books.record(item.origin.key), case))
            return None
        return case

    def _decide(self, item: Item, case: Case | None, admission: Admission) -> None:
        breaker = admission.opened if item.key in admission.broken else admission.breaker
        facts = self._facts(item, case, breaker)
        item.decision = decide(facts)
        if admission.granted is not None and id(item) not in admission.granted and self.wants_call(item):
            item.decision = _waiting(item.decision, *admission.wait)
        self._write(item, case, facts)

    def _facts(self, item: Item, case: Case | None, breaker: SharedLimit) -> Facts:
        return Facts(
            failure=item.failure,
            observation=item.seen,
            record=self.books.record(item.key),
            breaker=breaker,
            policy=self.policy,
            ask=self.ask,
            case=case,
        )

    def _write(self, item: Item, case: Case | None, facts: Facts) -> None:
        if case is not None and item.origin is not None and case.state is CaseState.DONE:
            self._write_watched(item, case, item.origin.key)
            return
        decision, version = item.decided, self.policy.policy_version
        waits = facts.record.case(decision.failure_id)
        known = case or (waits if waits is not None and waits.open else None)
        if self.wants_call(item):
            terms = self._terms(facts)
            self.books.put(item.key, reserved(facts.record, item.failure, known, decision, self.ask, terms))
            item.owner = terms.owner
        elif decision.verdict in OPEN_VERDICTS and not is_final(decision.verdict, decision.reason):
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
        if self.tied:
            # No document will owe it, and nobody will call.
            item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=version)
            item.owner = item.owed_by = ""

    def _write_watched(self, item: Item, case: Case, key: str) -> None:
        record, item.outcome = watched(self.books.record(key), case, item.decided, self.ask, self.policy.policy_version)
        self.books.put(key, record)
        item.owed_by = key

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


def hands_tied(ask: Ask, policy: Policy) -> bool:
    """A dry run, or mode `observe` for what was just told; the sweep closes open cases in mode `observe`."""
    return ask.dry_run or (policy.mode is Mode.OBSERVE and ask.trigger is not Trigger.SWEEP)


def _waiting(decision: Decision, reason: Reason, until: float) -> Decision:
    return replace(decision, verdict=Verdict.DEFERRED, reason=reason, message=_LATER[reason], due_at=until)


def _known_reruns(facts: Facts) -> tuple[int, ...]:
    return () if isinstance(facts.observation, LookFailed) else rerun_instances(facts.observation)


def _longest_window_s(policy: Policy) -> float:
    """An attempt is remembered as long as any budget may ask for it."""
    return max([policy.attempts.window_s, *(rule.attempts.window_s for rule in policy.rules if rule.attempts)])
