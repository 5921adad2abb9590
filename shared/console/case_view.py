"""A case as pages show it."""

from __future__ import annotations

from msgspec import Struct

from shared.console.visitor import Visitor
from shared.domain.failure import Trigger
from shared.domain.keys import job_key
from shared.domain.links import digest_of
from shared.domain.record import Case, CaseState
from shared.people.holds import Hold
from shared.people.moves import HoldStanding, standing_of
from shared.policy.people import Deed

MAX_LIST = 200
"""Rows of one page; how many there are besides is said."""


class CaseView(Struct, frozen=True, kw_only=True):
    """One case, and what the visitor may do with it."""

    key: str
    case: Case
    job: str
    now: float
    standing: str
    told_by: str
    may_approve: bool
    may_reject: bool

    @property
    def mark(self) -> str:
        """What a form says of it: which case, and what was shown of it."""
        return f"{self.case.failure_id}:{digest_of(self.key, self.case)}"

    @property
    def expires_in(self) -> float | None:
        """Seconds that an answer has left; None where none is waited for."""
        held = self.case.state is CaseState.HELD and self.case.due_at is not None
        return max(0.0, (self.case.due_at or 0.0) - self.now) if held else None

    @property
    def runs_for(self) -> float | None:
        """Seconds of the live run, whose work a rerun throws away; None if none was seen."""
        return None if self.case.held_since is None else max(0.0, self.now - self.case.held_since)


def view_of(hold: Hold, visitor: Visitor, now: float) -> CaseView:
    """The case as that visitor may see it; whether they may is asked before."""
    case = hold.case
    failure = case.failure
    standing = standing_of(case, now)
    held = standing is HoldStanding.HELD
    return CaseView(
        key=hold.key,
        case=case,
        job=job_key(failure.scope, failure.job_id),
        now=now,
        standing=standing.value,
        told_by="a person, by hand" if failure.trigger is Trigger.MANUAL else failure.speaker.called,
        may_approve=held and visitor.may_answer(Deed.APPROVE, case),
        may_reject=held and visitor.may_answer(Deed.REJECT, case),
    )
