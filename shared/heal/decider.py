"""Decides one chunk and writes it down: decisions and reservations as changes to the records, not yet saved."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from msgspec.structs import replace

from shared.domain.decision import Ask, Decision
from shared.domain.failure import Trigger
from shared.domain.limits import SharedLimit
from shared.domain.mode import Mode
from shared.domain.reasons import Reason, is_final
from shared.domain.record import LISTED_AT, Case, CaseState, JobRecord
from shared.domain.settlement import watched
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import (
    Reservation,
    also_told,
    closed,
    handed_over,
    outcome_of,
    recorded,
    reserved,
    waiting,
)
from shared.domain.verdicts import OPEN_VERDICTS, Verdict
from shared.heal.item import Invocation, Item
from shared.heal.limits import CONTENDED_WAIT_S, Admission, Wait
from shared.heal.records import Records
from shared.policy.decide import decide
from shared.policy.facts import Facts, pause_s
from shared.policy.model import Action, Policy
from shared.ports import Chance

_LATER = {
    Reason.PACE: "the operation's pace is used up for this minute",
    Reason.RATE: "the rate of this cluster or group is used up",
    Reason.CONTENDED: "other invocations write the same ledger documents",
    Reason.RECORD_UNREADABLE: "a ledger document of this cluster's or group's limits cannot be read",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Decider:
    """Decides the items of one chunk one after the other, each on the records as the one before left them."""

    records: Records
    policy: Policy
    ask: Ask
    tied: bool
    """Nothing but outcomes may come of this delivery: its writes are a dry run's."""
    chance: Chance
    invocation: Invocation

    def set_apart(self, items: Sequence[Item]) -> list[str]:
        """Let those wait elsewhere of which a record cannot be read; the records to be opened for that come back."""
        apart: list[str] = []
        for item in items:
            if not item.blocked_by:
                item.blocked_by = next((key for key in item.reads if not self.records.readable(key)), "")
            if item.blocked_by and not item.apart:
                item.apart = True
                apart.append(item.key)
        return apart

    def decide_all(self, items: Sequence[Item], admission: Admission) -> None:
        """Decide every item and write the consequences into the records (not into the ledger)."""
        for item in items:
            item.start_over()
            if item.origin is not None and not self.records.readable(item.origin.key):
                continue  # it was readable when the sweep took it up: it stays as it is, and due
            case = self._case(item)
            if item.origin is None or case is not None:
                self._decide(item, case, admission)

    def postpone(self, item: Item) -> None:
        """Let it wait in a document of its own."""
        facts = self._facts(item, None, SharedLimit())
        decision = decide(facts)
        if decision.verdict is not Verdict.DUPLICATE:
            wait = Wait(Reason.CONTENDED, self.ask.now + CONTENDED_WAIT_S)
            decision = _deferred(decision, wait, self.ask.now)
        item.decision = decision
        self._write(item, None, facts)

    def _case(self, item: Item) -> Case | None:
        """The due case to go on with, as the ledger has it now; None if somebody else has moved it on."""
        if item.origin is None:
            return None
        case = self.records.record(item.origin.key).case(item.origin.case.failure_id)
        if case is None or not case.due(self.ask.now):
            return None
        own = [self.records.record(key) for key in item.own_keys if self.records.readable(key)]
        if case.open and any(home.case(case.failure_id) for home in own):
            # An earlier sweep moved it under the live id and stopped before it could say so here.
            self.records.put(item.origin.key, handed_over(self.records.record(item.origin.key), case))
            return None
        return case

    def _decide(self, item: Item, case: Case | None, admission: Admission) -> None:
        facts = self._facts(item, case, admission.breaker_for(item))
        decision = decide(facts)
        wait = admission.wait_of(item)
        if wait is not None and self._calls(decision):
            decision = _deferred(decision, wait, self.ask.now + pause_s(case.looks if case else 0))
        item.decision, item.wants_call = decision, self._calls(decision)
        self._write(item, case, facts)

    def _calls(self, decision: Decision) -> bool:
        """Whether a call is to be made; with tied hands, whether one would be."""
        reasons = {Reason.DRY_RUN, Reason.OBSERVE_MODE} if self.tied else {Reason.ACCEPTED}
        # A rerun being watched says `accepted` once more, and was stopped by its gate.
        return decision.reason in reasons and not decision.stopped

    def _facts(self, item: Item, case: Case | None, breaker: SharedLimit) -> Facts:
        others = [self.records.record(key) for key in (*item.elsewhere, *item.own_keys) if self.records.readable(key)]
        known = (other.case_of_telling(item.failure.telling_id) for other in others)
        return Facts(
            failure=item.failure,
            observation=item.seen,
            record=self.records.record(item.key) if self.records.readable(item.key) else JobRecord(),
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
        if not self.records.readable(item.key):
            self._write_nothing(item)
            return
        decision, version = item.decided, self.policy.policy_version
        waits = facts.record.case(decision.failure_id)
        known = case or (waits if waits is not None and waits.open else None)
        if item.wants_call:
            terms = self._reservation(facts)
            self.records.put(item.key, reserved(facts.record, item.failure, known, decision, self.ask, terms))
            item.owner = terms.owner
        elif decision.verdict in OPEN_VERDICTS and not is_final(decision.verdict, decision.reason):
            record, item.outcome = waiting(facts.record, item.failure, known, decision, self.ask, version)
            self.records.put(item.key, record)
            item.owed_by = item.key
        elif case is not None and item.origin is not None:
            self._close(item, case, item.origin.key)
        elif self._is_kept(decision, facts):
            record, item.outcome = recorded(facts.record, item.failure, decision, self.ask, version)
            self.records.put(item.key, record)
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
        home = next((key for key in item.own_keys if self.records.readable(key)), origin)
        version = self.policy.policy_version
        record, item.outcome = closed(self.records.record(home), case, item.decided, self.ask, version)
        self.records.put(home, record)
        if home != origin:
            self.records.put(origin, handed_over(self.records.record(origin), case))
        item.owed_by = home

    def _write_watched(self, item: Item, case: Case, key: str) -> None:
        version = self.policy.policy_version
        record, item.outcome = watched(self.records.record(key), case, item.decided, self.ask, version)
        self.records.put(key, record)
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

    def _reservation(self, facts: Facts) -> Reservation:
        """What an attempt that this invocation makes on these facts is reserved with; the cooldown is drawn anew."""
        cooldown, seen = facts.cooldown, facts.observation
        ceiling_s = min(cooldown.max_s, cooldown.base_s * cooldown.factor ** (facts.attempt_number - 1))
        return Reservation(
            owner=f"{self.invocation.request_id}/{self.ask.now:.6f}",
            may_leave_until=self.invocation.hard_deadline,
            settle_s=self.policy.timing.settle_s,
            cooldown_s=self.chance.fraction() * ceiling_s,
            attempts_kept_s=longest_window_s(self.policy),
            known_reruns=() if isinstance(seen, LookFailed) else seen.known_reruns,
        )

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
        again = item.decided.verdict is Verdict.DUPLICATE and self.records.changed(item.key)
        if case is not None and (again or item.decided.reason is Reason.BREAKER_OPEN):
            self.records.put(item.key, record.with_case(also_told(case, item.failure.telling_id)))


def hands_tied(ask: Ask, policy: Policy) -> bool:
    """A dry run, or mode `observe` for what was just told; the sweep closes open cases in mode `observe`."""
    return ask.dry_run or (policy.mode is Mode.OBSERVE and ask.trigger is not Trigger.SWEEP)


def longest_window_s(policy: Policy) -> float:
    """An attempt is remembered as long as any budget may ask for it."""
    budgets = (policy.attempts, *policy.classes.values(), *(rule.attempts for rule in policy.rules))
    windows = [budget.window_s for budget in budgets if budget is not None]
    return max([*windows, policy.thrash.window_s if policy.thrash is not None else 0.0])


def _deferred(decision: Decision, wait: Wait, pause_until: float) -> Decision:
    """The decision to wait instead; `pause_until` where the wait does not say until when."""
    return replace(
        decision,
        verdict=Verdict.DEFERRED,
        reason=wait.reason,
        message=_LATER[wait.reason],
        due_at=pause_until if wait.until is None else wait.until,
    )
