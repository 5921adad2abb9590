"""Writes a decision down: reservations, waits and ends as changes to the records of one chunk, not yet saved."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.domain import crowd
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Trigger
from shared.domain.mode import Mode
from shared.domain.reasons import Reason, is_final
from shared.domain.record import LISTED_AT, MAX_CASES, Case, CaseState, JobRecord
from shared.domain.room import ACTING_BYTES, LARGEST_BYTES, WAITING_BYTES, fitted
from shared.domain.settlement import watched
from shared.domain.snapshot import LookFailed
from shared.domain.transitions import (
    Reservation,
    also_told,
    closed,
    handed_over,
    not_taken_in,
    outcome_of,
    outweighed,
    recorded,
    reserved,
    waiting,
)
from shared.domain.verdicts import Verdict
from shared.heal.admission import wants_call
from shared.heal.item import Invocation, Item
from shared.heal.records import Records
from shared.policy.facts import Facts
from shared.policy.model import Action, Policy
from shared.ports import Chance

MAX_REFUSED = 16
"""Tellings of one job that are known to have ended as nobody may look at it. Each is a failure of its own, as far as
anybody can tell: a flood of them would be a large document, measured for each."""


class Writer(Struct, frozen=True, kw_only=True):
    """What becomes of the items of one chunk in their records, one after the other."""

    records: Records
    policy: Policy
    ask: Ask
    tied: bool
    """Nothing but outcomes may come of this delivery: its writes are a dry run's."""
    chance: Chance
    invocation: Invocation

    def hand_over(self, case: Case, origin: str) -> None:
        """An earlier sweep moved it under the live id and stopped before it could say so here."""
        self.records.put(origin, handed_over(self.records.record(origin), case))

    def clear_up(self, items: Sequence[Item]) -> None:
        """Close what waited elsewhere of these items, whose own documents are saved: those have the cases now.

        Where that save comes to nothing the next sweep does it, if its look shows which job it was.
        """
        for item in items:
            origin = item.origin
            if origin is not None and item.writes_to != origin.key:
                waits = self.records.record(origin.key).case(origin.case.failure_id)
                if waits is not None and waits.open and self.records.record(item.writes_to).case(waits.failure_id):
                    self.hand_over(waits, origin.key)

    def write(self, item: Item, case: Case | None, facts: Facts, decision: Decision) -> None:
        """Write the consequences of a decision, and note them on the item."""
        item.decision, item.wants_call = decision, wants_call(decision, tied=self.tied)
        if case is not None and item.origin is not None and case.state is CaseState.DONE:
            self._write_watched(item, case, item.origin.key)
            return
        if not self.records.readable(item.key):
            self._write_nothing(item)
            return
        version = self.policy.policy_version
        waits_on = not is_final(decision.verdict, decision.reason)
        before, known = facts.record, case
        if known is None:
            before, known = self._taken_on(item, facts.record)
        if waits_on and known is None and not before.takes_in:
            self._turn_away(item)
        elif item.wants_call:
            self._reserve(item, before, known, facts)
        elif waits_on:
            self._wait(item, before, known)
        elif case is not None and item.origin is not None:
            self._close(item, case, item.origin.key)
        elif self._is_kept(item, decision, facts):
            record, item.outcome = recorded(facts.record, item.failure, decision, self.ask, version)
            self._put(item, record, WAITING_BYTES)  # else it is told all the same, and not known when it is told again
        else:
            item.outcome = outcome_of(item.failure, decision, self.ask, policy_version=version)
            self._note_telling(item, facts.record)
        if self.tied:
            # No document will owe it, and nobody will call.
            observed = not self.ask.dry_run
            item.outcome = outcome_of(item.failure, item.decided, self.ask, policy_version=version, observed=observed)
            item.owner = item.owed_by = ""

    def _taken_on(self, item: Item, record: JobRecord) -> tuple[JobRecord, Case | None]:
        """What waits of the same failure, as it goes on with this telling; who forces it brings no better one."""
        waits = record.case(item.decided.failure_id)
        if waits is None or not waits.open:
            return record, None
        if self.ask.force:
            return record, waits
        return outweighed(record, waits, item.failure, item.decided, self.ask, self.policy.policy_version)

    def _reserve(self, item: Item, before: JobRecord, known: Case | None, facts: Facts) -> None:
        terms = self._reservation(facts)
        if self._put(item, reserved(before, item.failure, known, item.decided, self.ask, terms), ACTING_BYTES):
            item.owner, item.owed_by = terms.owner, ""
        else:
            self._write_full(item, known)

    def _wait(self, item: Item, before: JobRecord, known: Case | None) -> None:
        version = self.policy.policy_version
        if known is None and item.decided.reason is Reason.RUN_UNCLEAR and crowd.crowded(before):
            before = self._made_room(item, before) or before
        record, item.outcome = waiting(before, item.failure, known, item.decided, self.ask, version)
        if self._put(item, record, WAITING_BYTES if known is None else LARGEST_BYTES):
            return
        if known is not None:
            self._write_full(item, known)
            return
        roomier = self._made_room(item, before)
        if roomier is None:
            self._turn_away(item)
        else:
            self._wait(item, roomier, None)

    def _made_room(self, item: Item, record: JobRecord) -> JobRecord | None:
        """The record without one of those of an unclear run that wait in it: the newcomer may be the only true one."""
        crowded_out = crowd.gives_way(record, item.failure.speaker)
        if crowded_out is None:
            return None
        return crowd.without(record, crowded_out, item.decided, self.ask, self.policy.policy_version)

    def _turn_away(self, item: Item) -> None:
        """Too much of the job waits already: nothing is kept of it."""
        item.decision = not_taken_in(item.decided)
        item.outcome = outcome_of(item.failure, item.decision, self.ask, policy_version=self.policy.policy_version)

    def _put(self, item: Item, record: JobRecord, most: int, key: str = "") -> bool:
        """Whether the document (the item's own, if none is named) has room; if so it owes the item's outcome."""
        within, key = fitted(record, most), key or item.key
        if within is None:
            return False
        known = {one["outcome_id"] for one in self.records.record(key).owed}
        known.add(item.outcome.outcome_id if item.outcome else "")
        item.besides = [one for one in within.owed if one["outcome_id"] not in known]
        self.records.put(key, within)
        item.owed_by = key
        return True

    def _write_full(self, item: Item, case: Case | None) -> None:
        """No room for it: its last word, and nothing is called. A call in doubt stays as it is, and due."""
        item.wants_call, item.outcome, item.owed_by = False, None, ""
        if case is not None and case.in_doubt:
            return
        self.refuse(item)
        if case is not None and item.origin is not None:
            here = self.records.record(item.origin.key)
            here, item.outcome = closed(here, case, item.decided, self.ask, self.policy.policy_version)
            self.records.put(item.origin.key, here)
            item.owed_by = item.origin.key

    def refuse(self, item: Item) -> None:
        """The ledger has no room for what was decided: told so, kept nowhere, and nothing is called."""
        why = f"the ledger has no room for what would have been decided ({item.decided.reason.value})"
        refused = replace(item.decided, verdict=Verdict.REFUSED, reason=Reason.RECORD_FULL, message=why, due_at=None)
        item.decision, item.wants_call, item.owner, item.owed_by, item.besides = refused, False, "", "", []
        item.outcome = outcome_of(item.failure, refused, self.ask, policy_version=self.policy.policy_version)

    def _close(self, item: Item, case: Case, origin: str) -> None:
        """A case ends in the job's own document, also one that waited elsewhere: a redelivery looks for it there.

        Where it waited it stays due until a sweep finds it at home: if both were saved at once and only the home's save
        conflicted, nobody would go on with it. Where home has no room it ends where it waited.
        """
        home = next((key for key in item.own_keys if self.records.readable(key)), origin)
        version = self.policy.policy_version
        for key in dict.fromkeys((home, origin)):
            record, item.outcome = closed(self.records.record(key), case, item.decided, self.ask, version)
            if self._put(item, record, LARGEST_BYTES, key):
                break

    def _write_watched(self, item: Item, case: Case, key: str) -> None:
        version = self.policy.policy_version
        record, item.outcome = watched(self.records.record(key), case, item.decided, self.ask, version)
        self._put(item, record, LARGEST_BYTES, key)

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
            known_reruns=() if isinstance(seen, LookFailed) else seen.known_reruns,
            fingerprint=facts.fingerprint,
        )

    @staticmethod
    def _is_kept(item: Item, decision: Decision, facts: Facts) -> bool:
        """Whether a failure that ends as soon as it is told must be known again, or may be resumed by a person."""
        known = facts.record.case(decision.failure_id)
        if known is not None and (known.open or known.due_at == LISTED_AT):
            return False  # it goes on already, or waits for a person already: another telling of it owes nothing more
        rule = facts.rule
        observed_only = rule is not None and (rule.action is Action.OBSERVE or rule.mode is Mode.OBSERVE)
        stopped = decision.reason is Reason.BREAKER_OPEN and not observed_only
        # The job system is asked about a failure once, so the failure must be known again.
        asked = known is None and item.asked_output
        refused = sum(case.reason is Reason.LOOK_REFUSED for case in facts.record.cases)
        told_anew = known is None and facts.known_elsewhere is None and _comes_again(item, decision)
        wanted = stopped or asked or told_anew
        if decision.reason is Reason.LOOK_REFUSED:
            wanted = refused < MAX_REFUSED
        # No more are known at the end, and each measures what the document owes of all before it in this delivery.
        return wanted and len(facts.record.owed) < MAX_CASES

    def _note_telling(self, item: Item, record: JobRecord) -> None:
        """A second telling of what was just written down, or of what a breaker stopped, is known from now on.

        So is each that says no time: if it comes again nothing else tells that it means a run that is over.
        """
        case, decision = record.case(item.decided.failure_id), item.decided
        again = decision.verdict is Verdict.DUPLICATE and self.records.changed(item.key)
        if case is not None and (again or _comes_again(item, decision) or decision.reason is Reason.BREAKER_OPEN):
            self.records.put(item.key, record.with_case(also_told(case, item.failure.telling_id)))


def _comes_again(item: Item, decision: Decision) -> bool:
    """Whether it would count as told now if the platform sent it again, hours later and of a healthy run.

    By hand each invocation is a telling of its own. Anybody can tell of jobs that nobody ever had, or that are not
    theirs: that is refused again, and kept nowhere.
    """
    by_hand = item.failure.trigger is Trigger.MANUAL
    return item.failure.untimed and not by_hand and decision.reason not in _REFUSED_AGAIN


_REFUSED_AGAIN = frozenset({Reason.NOT_FOUND, Reason.UNTRUSTED_SOURCE})
