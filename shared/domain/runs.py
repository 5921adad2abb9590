"""Which run a failure means, as far as every job system tells it alike; `Snapshot.which_run` has the rest."""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.failure import Failure
from shared.domain.proof import Run
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import Snapshot

SKEW_S = 30.0
"""Clocks of an event's author and of the scheduler are trusted to agree within this."""
START_TOLERANCE_S = 1.0
"""A start told by the scheduler's own clock may be cut or rounded to a second."""


def rerun_since(failure: Failure, snapshot: Snapshot, record: JobRecord) -> Case | None:
    """The case whose rerun was done after this failure occurred: the failure means that case's run, or an older one."""
    for case in reversed(record.cases):
        if case.state is CaseState.DONE and snapshot.concerns(case) and case.reserved_at >= failure.occurred_at:
            return case
    return None


def since(case: Case, others: Sequence[Case]) -> list[Case]:
    """Those whose attempts were reserved later than the case's."""
    return [one for one in others if one.reserved_at > case.reserved_at]


def began_before_call(began: float | None, case: Case) -> bool:
    """Whether a run that began then was there before the case's call can have left: it is none of its doing."""
    return began is not None and began < case.reserved_at - SKEW_S


def began_between(began: float | None, case: Case) -> bool:
    """Whether it began before the call, and not before the failure either: somebody else has restarted the job.

    A start from before the failure is that of the run that had failed, not yet written anew.
    """
    return began is not None and case.failure.occurred_at <= began + SKEW_S < case.reserved_at


def by_start(told: float, start: float) -> Run:
    """By the start of the run that failed, from the scheduler's own clock, and the start that is listed."""
    if abs(told - start) <= START_TOLERANCE_S:
        return Run.THIS
    # A start later than the one listed: the list lags behind, so it shows a run that is over.
    return Run.EARLIER if told < start else Run.UNCLEAR


def by_failure(occurred_at: float, began: float | None) -> Run:
    """By when it failed, as somebody else's clock told it, and when the run that is listed began."""
    if began is None:
        return Run.UNCLEAR
    if began > occurred_at + SKEW_S:
        return Run.EARLIER
    return Run.THIS if began < occurred_at - SKEW_S else Run.UNCLEAR


def ended_then(occurred_at: float, ended: float | None) -> bool:
    """Whether a run that ended then, by the job system's own clock, is the one that failed at that moment."""
    return ended is not None and abs(ended - occurred_at) <= START_TOLERANCE_S
