"""Decides the items of one chunk, each on the records as the one before left them."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.limits import SharedLimit
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.verdicts import Verdict
from shared.heal.admission import CONTENDED_WAIT_S, Admission, Wait, deferred, wants_call
from shared.heal.item import Item
from shared.heal.nodes import NodeMemory
from shared.heal.records import Records
from shared.heal.writer import Writer
from shared.policy.decide import decide
from shared.policy.facts import Facts, pause_s
from shared.policy.known import known_of
from shared.policy.model import Policy

UNREAD_WAIT_S = 60.0
"""So long at least what is still to be read waits: the sweep comes every two minutes."""


class Decider(Struct, frozen=True, kw_only=True):
    """Decides one after the other, and has each decision written down before the next."""

    records: Records
    writer: Writer
    policy: Policy
    ask: Ask
    nodes: NodeMemory

    def set_apart(self, items: Sequence[Item]) -> list[str]:
        """Let those wait elsewhere of which a record cannot be read; the records to be opened for that come back."""
        apart: list[str] = []
        for item in items:
            if not item.blocked_by:
                item.blocked_by = next((key for key in item.reads if not self.records.readable(key)), "")
                if item.blocked_by:
                    item.apart = True
                    apart.append(item.key)
        return apart

    def name_homes(self, items: Sequence[Item]) -> list[Item]:
        """Write down where each is about to be taken whose id told does not say so; those that may be come back.

        Before it is taken there: of two documents a death may leave either, and no later look need show the job. What
        others have just written stays as it is, and due.
        """
        for item in items:
            if item.origin is not None and item.moves_to:
                here = self.records.record(item.origin.key)
                case = here.case(item.origin.case.failure_id)
                if case is not None and case.open:
                    self.records.put(item.origin.key, here.with_case(replace(case, taken_to=item.moves_to)))
        if not self.records.any_changed:
            return list(items)
        failed = self.records.save() | self.records.refused
        named: list[Item] = []
        for item in items:
            if item.origin is not None and item.origin.key in failed:
                item.start_over()
            else:
                named.append(item)
        return named

    def decide_all(self, items: Sequence[Item], admission: Admission) -> None:
        """Decide every item and write the consequences into the records (not into the ledger)."""
        for item in items:
            item.start_over()
            if item.origin is not None and not self.records.readable(item.origin.key):
                continue  # it was readable when the sweep took it up: it stays as it is, and due
            case = self._due_case(item)
            if item.origin is None or case is not None:
                self._decide(item, case, admission)

    def postpone(self, item: Item) -> None:
        """Let it wait in a document of its own."""
        facts = self._facts(item, None, SharedLimit())
        decision = replace(decide(facts), known=known_of(facts))
        if decision.verdict is not Verdict.DUPLICATE:
            decision = deferred(decision, Wait(Reason.CONTENDED, self.ask.now + CONTENDED_WAIT_S), self.ask.now)
        self.writer.write(item, None, facts, decision)

    def _due_case(self, item: Item) -> Case | None:
        """The due case to go on with, as the ledger has it now; None if somebody else has moved it on."""
        if item.origin is None:
            return None
        case = self.records.record(item.origin.key).case(item.origin.case.failure_id)
        if case is None or not case.due(self.ask.now):
            return None
        if case.taken_to not in {"", item.origin.case.taken_to, item.moves_to}:
            return None  # another sweep has just named where it takes it
        own = [self.records.record(key) for key in item.own_keys if self.records.readable(key)]
        if case.open and any(record.case(case.failure_id) for record in own):
            self.writer.hand_over(case, item.origin.key)
            return None
        return case

    def _decide(self, item: Item, case: Case | None, admission: Admission) -> None:
        facts = self._facts(item, case, admission.breaker_for(item))
        pause_until = self.ask.now + pause_s(case.looks if case else 0)
        decision = admission.admit(
            item, replace(decide(facts), known=known_of(facts)), pause_until, tied=self.writer.tied
        )
        if item.unread and not (item.forced or self.writer.tied) and wants_call(decision, tied=False):
            decision = deferred(decision, Wait(Reason.OUTPUT_UNREAD, self.ask.now + UNREAD_WAIT_S), pause_until)
        if item.unread or (case is not None and case.unread_since is not None and not item.asked_output):
            decision = replace(decision, unread=True)
        self.writer.write(item, case, facts, decision)

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
            suspects=self.nodes.suspects,
            unreadable=item.blocked_by,
        )
