"""Where one chunk is decided and written down: decisions, reservations and results as changes to ledger records."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from shared.domain.decision import Ask, Decision
from shared.domain.failure import Trigger
from shared.domain.limits import SharedLimit
from shared.domain.mode import Mode
from shared.domain.reasons import OPEN_VERDICTS, Reason, Verdict, is_final
from shared.domain.record import LISTED_AT, Case, CaseState, JobRecord
from shared.domain.settlement import watched
from shared.domain.transitions import also_told, closed, handed_over, outcome_of, recorded, reserved, waiting
from shared.heal.admission import CONTENDED_WAIT_S, Admission, Wait, deferred
from shared.heal.books import Books
from shared.heal.items import Invocation, Item
from shared.heal.terms import terms_of
from shared.policy.decide import decide
from shared.policy.facts import Facts, pause_s
from shared.policy.model import Action, Policy
from shared.ports import Chance


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
        return [key for item in items for key in item.needs]

    def set_aside(self, items: Sequence[Item]) -> list[str]:
        """Park those of which a record cannot be read; the records to be opened for that come back."""
        parked: list[str] = []
        for item in items:
            if not item.blocked_by:
                item.blocked_by = next((key for key in item.needs if not self.books.readable(key)), "")
            if item.blocked_by and not item.parked:
                item.parked = True
                parked.append(item.key)
        return parked

    def decide_all(self, items: Sequence[Item], admission: Admission) -> None:
        """Decide every item and write the consequences into the books (not into the ledger)."""
        for item in items:
            item.start_over()
            if item.origin is not None and not self.books.readable(item.origin.key):
                continue  # it was readable when the sweep took it up: it stays as it is, and due
            case = self._case(item)
            if item.origin is None or case is not None:
                self._decide(item, case, admission)

    def postpone(self, item: Item) -> None:
        """Let it wait in a document of its own."""
        facts = self._facts(item, None, SharedLimit())
        decision = decide(facts)
        if decision.verdict is not Verdict.DUPLICATE:
            decision = deferred(decision, Wait(Reason.CONTENDED, None), self.ask.now + CONTENDED_WAIT_S)
        item.decision = decision
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
        homes = [self.books.record(key) for key in item.homes if self.books.readable(key)]
        if case.open and any(home.case(case.failure_id) for home in homes):
            # An earlier sweep moved it under the live id and stopped before it could say so here.
            self.books.put(item.origin.key, handed_over(self.books.record(item.origin.key), case))
            return None
        return case

    def _decide(self, item: Item, case: Case | None, admission: Admission) -> None:
        breaker = admission.opened if item.key in admission.broken else admission.breaker
        facts = self._facts(item, case, breaker)
        item.decision = decide(facts)
        wait = admission.wait_of(item)
        if wait is not None and self.wants_call(item):
            item.decision = deferred(item.decision, wait, self.ask.now + pause_s(case.looks if case else 0))
        self._write(item, case, facts)

    def _facts(self, item: Item, case: Case | None, breaker: SharedLimit) -> Facts:
        others = [self.books.record(key) for key in (*item.elsewhere, *item.homes) if self.books.readable(key)]
        known = (other.case_of_telling(item.failure.telling_id) for other in others)
        return Facts(
            failure=item.failure,
            observation=item.seen,
            record=self.books.record(item.key) if self.books.readable(item.key) else JobRecord(),
            breaker=breaker,
            policy=self.policy,
            ask=self.ask,
            case=case,
            known_elsewhere=next((one for one in known if one is not None), None),
            unreadable=item.blocked_by,
        )

    def _write(self, item: Item, case: Case | None, facts: Facts) -> None:
        if case is not None and item.origin is not None and case.state is CaseState.DONE:
            self._write_watched(item, case, item.origin.key)
            return
        if not self.books.readable(item.key):
            self._write_nothing(item)
            return
        decision, version = item.decided, self.policy.policy_version
        waits = facts.record.case(decision.failure_id)
        known = case or (waits if waits is not None and waits.open else None)
        if self.wants_call(item):
            terms = terms_of(facts, self.invocation, self.chance)
            self.books.put(item.key, reserved(facts.record, item.failure, known, decision, self.ask, terms))
            item.owner = terms.owner
        elif decision.verdict in OPEN_VERDICTS and not is_final(decision.verdict, decision.reason):
            record, item.outcome = waiting(facts.record, item.failure, known, decision, self.ask, version)
            self.books.put(item.key, record)
            item.owed_by = item.key
        elif case is not None and item.origin is not None:
            self._close(item, case, item.origin.key)
        elif self._is_kept(decision, facts):
            record, item.outcome = recorded(facts.record, item.failure, decision, self.ask, version)
            self.books.put(item.key, record)
            item.owed_by = item.key
        else:
            item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=version)
            self._note_telling(item, facts.record)
        if self.tied:
            # No document will owe it, and nobody will call.
            item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=version)
            item.owner = item.owed_by = ""

    def _close(self, item: Item, case: Case, origin: str) -> None:
        """A case ends in the job's own document, also one that waited elsewhere: a redelivery looks for it there."""
        home = next((key for key in item.homes if self.books.readable(key)), origin)
        record, item.outcome = closed(self.books.record(home), case, item.decided, self.ask, self.policy.policy_version)
        self.books.put(home, record)
        if home != origin:
            self.books.put(origin, handed_over(self.books.record(origin), case))
        item.owed_by = home

    def _write_watched(self, item: Item, case: Case, key: str) -> None:
        record, item.outcome = watched(self.books.record(key), case, item.decided, self.ask, self.policy.policy_version)
        self.books.put(key, record)
        item.owed_by = key

    def _write_nothing(self, item: Item) -> None:
        """Not even the document that it would wait in can be read: that is its last word, and nothing is called."""
        decision = item.decided
        if not is_final(decision.verdict, decision.reason):
            message = f"{item.key} cannot be read, and the failure could wait nowhere else"
            refused, why = Verdict.REFUSED, Reason.RECORD_UNREADABLE
            decision = replace(decision, verdict=refused, reason=why, message=message, due_at=None)
        item.decision = decision
        item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=self.policy.policy_version)

    @staticmethod
    def _is_kept(decision: Decision, facts: Facts) -> bool:
        """Whether a failure that ends as soon as it is told must be known again, or may be resumed by a person."""
        known = facts.record.case(decision.failure_id)
        if known is not None and (known.open or known.due_at == LISTED_AT):
            return False  # it goes on already, or waits for a person already: another telling of it owes nothing more
        rule = facts.rule
        observed_only = rule is not None and (rule.action is Action.OBSERVE or rule.mode is Mode.OBSERVE)
        stopped = decision.reason is Reason.BREAKER_OPEN and not observed_only
        return stopped or decision.reason is Reason.LOOK_REFUSED

    def _note_telling(self, item: Item, record: JobRecord) -> None:
        """A second telling of what was just written down, or of what a breaker stopped, is known from now on."""
        case = record.case(item.decided.failure_id)
        again = item.decided.verdict is Verdict.DUPLICATE and self.books.changed(item.key)
        if case is not None and (again or item.decided.reason is Reason.BREAKER_OPEN):
            self.books.put(item.key, record.with_case(also_told(case, item.failure.telling_id)))


def hands_tied(ask: Ask, policy: Policy) -> bool:
    """A dry run, or mode `observe` for what was just told; the sweep closes open cases in mode `observe`."""
    return ask.dry_run or (policy.mode is Mode.OBSERVE and ask.trigger is not Trigger.SWEEP)
