"""What the ledger remembers of a job: its failures being handled or handled, its attempts, the outcomes it owes.

A document is one `JobRecord`. Keys are live job ids, so that reserving an attempt, its budget and refusing a duplicate
are one compare-and-set. A failure whose job could not be looked at yet waits in a record of its own, under
`pending/<scope>/<telling id>`; outcomes without a job wait under `owed/<delivery>`: of the same type.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.failure import Failure, FailureClass
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict

MAX_CASES = 256
"""Cases kept in one record; of those that are over the oldest go first for which nothing was tried."""
MAX_OPEN = 128
"""Cases of one job that are open at once: more are not taken in, so that what was attempted always has room."""
LISTED_AT = 4_102_444_800.0
"""2100-01-01, a due time that no sweep ever reaches: a document that has it can be listed by walking `due` to the end.
Closed cases of an open breaker's backlog and every breaker have it."""
BACKLOG_BYTES = 500_000
"""Evidence that the listed cases of one record keep together, as JSON."""
OWED_RETRY_S = 60.0
"""The sweep writes owed outcomes again when they are this old."""


class CaseState(str, Enum):
    """Where a failure stands."""

    DEFERRED = "deferred"
    RESERVED = "reserved"
    DONE = "done"
    REFUSED = "refused"
    UNKNOWN = "unknown"
    HELD = "held"
    CLOSED = "closed"


OPEN_STATES = frozenset({CaseState.DEFERRED, CaseState.RESERVED, CaseState.UNKNOWN, CaseState.HELD})
IN_DOUBT_STATES = frozenset({CaseState.RESERVED, CaseState.UNKNOWN})
"""A call may have been made and nobody has seen yet what it did."""


class Case(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One failure of one life of a job."""

    failure: Failure
    failure_id: str
    state: CaseState
    opened_at: float
    """Since when it is open (unix seconds); with a person's yes, or a backlog resumed, that begins anew."""
    told_at: float = 0.0
    """When it was told, where `opened_at` began anew since; else 0."""
    due_at: float | None = None
    """When the sweep should go on; None: nothing to go on with."""
    life: Life | None = None
    """The life that the attempt was reserved at; None before there was an attempt."""
    attempt: int = 0
    """Number of the attempt, from 1; 0 while none was reserved. Kept when the call certainly was not made."""
    owner: str = ""
    """Who reserved: a token of the invocation, so that a zombie cannot settle another's reservation."""
    reserved_at: float = 0.0
    """The call cannot have left before."""
    may_leave_until: float = 0.0
    """The call cannot leave after."""
    fingerprint: str = ""
    """Of the text of the failure that the attempt is for (`policy.text.fingerprint`); empty before there was one, where
    there was no text, and where it was reserved before this was kept."""
    action_api: ActionApi | None = None
    """By which operation the attempt was reserved for; None: by its system's usual one."""
    known_reruns: tuple[int, ...] = ()
    """What reruns had made before the call, by number; it is no evidence for it."""
    unread_since: float | None = None
    """What its job has printed is to be asked for: since when it waits for that alone (unix seconds); 0: not alone."""
    looks: int = 0
    """How often the sweep has looked without a conclusion; lengthens the pause."""
    watch_until: float = 0.0
    """DONE: how long the sweep looks what became of the rerun (unix seconds)."""
    most_a_call: int = 0
    """How many jobs the next call with this one may name; 0: as many as the API takes. Halved where it left unknown."""
    calls_in_vain: int = 0
    """Calls of its own, in doubt or accepted, that were then proven to have done nothing; lengthens the pause before
    the next. Those that are still parted in halves do not count: that ends by itself."""
    verdict: Verdict | None = None
    reason: Reason | None = None
    """Of the last outcome written."""
    outcome_id: str = ""
    """The last outcome written: what the next one follows up."""
    forced: bool = False
    """A person forced it: the policy's gates are not asked when the sweep goes on."""
    forced_by: str = ""
    forced_why: str = ""
    approved_by: str = ""
    """The person who last said yes to a held case."""
    approved_for: tuple[Reason, ...] = ()
    """What people said yes to: that is not asked again, all else is. In old documents empty: nothing is asked again."""
    approved_rule: str = ""
    """The rule whose hold that was, if one asked: a yes to it is none to another. Empty also where it was not kept."""
    passed: dict[str, float] = {}
    """When they last said yes to each window that held it, by its name (unix seconds); empty also in old documents."""
    rejected_by: str = ""
    """The person who said no to a held case; empty also where it was said before this was kept."""
    held_life: Life | None = None
    """The life seen when a person was asked."""
    held_since: float | None = None
    """Start of the run seen when a person was asked (unix seconds): so that they see how long it is."""
    held_rule: str = ""
    """The rule that had matched then."""
    held_windows: tuple[str, ...] = ()
    """The windows that a person was asked about, by name, if any were."""
    held_owner: str = ""
    """The live job's owner then, as its system lists it: never a told one, who could say yes to what is not theirs."""
    run_clear: bool = False
    """It was certain once which run it means. What strangers tell of no certain run counts against nobody."""
    tellings: tuple[str, ...] = ()
    """Telling ids that are known to mean this failure, the latest last; at most 4,096, fewer where there is no room."""
    taken_to: str = ""
    """Of what waits elsewhere: the job's id as listed, in whose document a sweep has it now, or died before it had."""

    @property
    def first_told_at(self) -> float:
        """Unix seconds at which it was told, whatever people have said of it since."""
        return self.told_at or self.opened_at

    @property
    def open(self) -> bool:
        """Whether something still follows."""
        return self.state in OPEN_STATES

    def due(self, now: float) -> bool:
        """Whether the sweep should go on with it, or look what became of it."""
        return self.due_at is not None and self.due_at <= now

    @property
    def in_doubt(self) -> bool:
        """Whether a call may be under way or may have had an effect."""
        return self.state in IN_DOUBT_STATES

    def counts_since(self, moment: float) -> bool:
        """Whether the call of its attempt may have left after that moment, or may leave yet."""
        return max(self.reserved_at, self.may_leave_until) > moment or (self.open and self.attempt > 0)

    @property
    def undone(self) -> bool:
        """Whether it is over and nothing was done: a call of it was refused, or is proven to have had no effect."""
        closed = self.state is CaseState.CLOSED and self.verdict in {Verdict.SUPPRESSED, Verdict.REFUSED}
        return closed or self.state is CaseState.REFUSED

    @property
    def outlives(self) -> bool:
        """Whether it had a try, or a person's no: what a record forgets last, and never for want of bytes."""
        return self.life is not None or self.reason is Reason.REJECTED

    @property
    def vain_by_now(self) -> int:
        """`calls_in_vain` once the call that is in doubt is proven to have done nothing."""
        return self.calls_in_vain + (self.in_doubt and self.most_a_call <= 1)


class AttemptMark(Struct, frozen=True):
    """An attempt counts from the latest moment at which its call may have left."""

    number: int
    at: float
    """When it was first reserved (unix seconds)."""
    failure_class: FailureClass = FailureClass.UNKNOWN
    """Of the failure that it was for: a class with a budget of its own pays from that."""
    left_by: float = 0.0
    """The call cannot have left later (unix seconds); 0 in a document written before this was kept."""
    failure_id: str = ""
    """Of the case that it was for; empty as above."""

    @property
    def counts_from(self) -> float:
        """Unix seconds at which its window begins."""
        return max(self.at, self.left_by)


class JobRecord(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-record/1"):
    """One ledger document."""

    cases: tuple[Case, ...] = ()
    attempts: tuple[AttemptMark, ...] = ()
    forgotten: int = 0
    """Attempts without a mark: no budget asks for them any more, but a scheduler counts them for ever."""
    not_before: float = 0.0
    """End of the cooldown: no further attempt is reserved earlier (unix seconds)."""
    owed: tuple[dict[str, str], ...] = ()
    """Outcome records not yet known to be in the Logstore, written in the same save as what they tell."""
    owed_at: float = 0.0

    def case(self, failure_id: str) -> Case | None:
        """The case of that failure."""
        return next((case for case in self.cases if case.failure_id == failure_id), None)

    def case_of_telling(self, telling_id: str) -> Case | None:
        """The case that this telling is known to mean, the latest if there are several."""
        return next((case for case in reversed(self.cases) if telling_id in case.tellings), None)

    def case_of_life(self, life: Life | None) -> Case | None:
        """The case whose attempt at this life was accepted, else the latest that had one, or closed over it."""
        mine = (case for case in reversed(self.cases) if life is not None and case.life == life)
        return max(mine, key=lambda case: case.state is CaseState.DONE, default=None)

    @property
    def in_doubt(self) -> Case | None:
        """The one case with an open attempt; there is at most one a job."""
        return next((case for case in self.cases if case.in_doubt), None)

    def attempted_beside(self, case: Case) -> tuple[Case, ...]:
        """The job's other cases that had an attempt, the one first that was reserved first."""
        others = (one for one in self.cases if one.life is not None and one.failure_id != case.failure_id)
        return tuple(sorted(others, key=lambda one: one.reserved_at))

    @property
    def due_at(self) -> float | None:
        """When the sweep should look at this record."""
        moments = [self.owed_at + OWED_RETRY_S] if self.owed else []
        moments += [case.due_at for case in self.cases if case.due_at is not None]
        return min(moments, default=None)

    @property
    def takes_in(self) -> bool:
        """Whether one more case may begin that waits."""
        return sum(case.open for case in self.cases) < MAX_OPEN

    def mark_of(self, case: Case) -> AttemptMark | None:
        """The mark of the attempt that a case has now; None if it has none, or its mark is forgotten."""
        mine = (mark for mark in reversed(self.attempts) if mark.failure_id in {"", case.failure_id})
        return next((mark for mark in mine if case.attempt and mark.number == case.attempt), None)

    def left_by(self, case: Case, moment: float) -> JobRecord:
        """This record with the attempt that a case has now known to have left at that moment at the latest."""
        mine = self.mark_of(case)
        marks = (replace(mark, left_by=moment) if mark is mine else mark for mark in self.attempts)
        return replace(self, attempts=tuple(marks))

    def counted(self, since: float) -> tuple[AttemptMark, ...]:
        """The attempts whose call may have left after that moment, or may leave yet."""
        waiting = {case.failure_id for case in self.cases if case.open and case.attempt}
        return tuple(mark for mark in self.attempts if mark.counts_from > since or mark.failure_id in waiting)

    def left_since(self, moment: float) -> bool:
        """Whether the call of an attempt may have left then or later: what was seen then tells nothing of it."""
        return any(mark.counts_from >= moment for mark in self.attempts)

    def with_case(self, case: Case) -> JobRecord:
        """This record with the case added or replaced; bounded.

        Open cases are never dropped, and attempted ones only for as many that were attempted later: as long as the job
        system may still list a life it is known that it has had its rerun.
        """
        others = [known for known in self.cases if known.failure_id != case.failure_id]
        surplus = len(others) + 1 - MAX_CASES
        if surplus > 0:
            over = sorted((known for known in others if not known.open), key=_worth_keeping)
            droppable = {known.failure_id for known in over[:surplus]}
            others = [known for known in others if known.failure_id not in droppable]
        return replace(self, cases=_within_backlog((*others, case)))

    def owing(self, outcome: dict[str, str], now: float) -> JobRecord:
        """This record with one more outcome owed."""
        return replace(self, owed=(*self.owed, outcome), owed_at=self.owed_at if self.owed else now)

    def put_off(self, now: float) -> JobRecord:
        """This record with its owed outcomes due a while later: what cannot be written must not be first in line."""
        return replace(self, owed_at=now) if self.owed else self

    def paid(self, outcome_ids: Iterable[str]) -> JobRecord:
        """This record without those owed outcomes."""
        gone = frozenset(outcome_ids)
        return replace(self, owed=tuple(one for one in self.owed if one.get("outcome_id") not in gone))


def _worth_keeping(case: Case) -> tuple[bool, bool]:
    return case.outlives, case.due_at is not None


def trimmed(case: Case) -> Case:
    """The case without evidence that only a decision would need."""
    return replace(case, failure=replace(case.failure, message=case.failure.message[:256], extra={}))


def _within_backlog(cases: tuple[Case, ...]) -> tuple[Case, ...]:
    """The cases with the evidence of a bounded backlog: beyond it the oldest are no longer there to be resumed."""
    room, kept = BACKLOG_BYTES, list[Case]()
    for case in reversed(cases):
        listed = case.due_at == LISTED_AT
        if listed:
            room -= case.failure.evidence_bytes
        kept.append(case if room >= 0 or not listed else replace(trimmed(case), due_at=None))
    return tuple(reversed(kept))
