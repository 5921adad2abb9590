"""Which run of a job an announced failure means: every row of what is known."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.proof import Run
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.runs import began_before_call, began_between, by_failure, rerun_since
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.support.make import Make

R, Q, F = State.RUNNING, State.QUEUED, State.FINISHED
DONE_AFTER = {"state": CaseState.DONE, "reserved_at": 1001.0}
DONE_BEFORE = {"state": CaseState.DONE, "reserved_at": 999.0}

EHPC_ROWS = [
    ("started_at equals StartTime: this run", {"started_at": 990.0}, (R, 990), {}, "this"),
    ("started_at within a second: this run", {"started_at": 989.1}, (R, 990), {}, "this"),
    ("started_at before StartTime: restarted since", {"started_at": 980.0}, (R, 990), {}, "earlier"),
    ("started_at beats the 30 s", {"started_at": 500.0}, (R, 510), {}, "earlier"),
    ("started_at after StartTime: the list lags", {"started_at": 1000.0}, (R, 500), {}, "unclear"),
    ("StartTime > occurred_at + 30 s: restarted since", {}, (R, 1031), {}, "earlier"),
    ("StartTime = occurred_at + 30 s: between", {}, (R, 1030), {}, "unclear"),
    ("StartTime = occurred_at: between", {}, (R, 1000), {}, "unclear"),
    ("StartTime = occurred_at - 30 s: between", {}, (R, 970), {}, "unclear"),
    ("StartTime < occurred_at - 30 s: this run", {}, (R, 969), {}, "this"),
    ("RUNNING without a StartTime", {}, (R, None), {}, "unclear"),
    ("between, and our rerun came after the failure", {}, (R, 1005), DONE_AFTER, "earlier"),
    ("between, and our rerun came before the failure", {}, (R, 1005), DONE_BEFORE, "unclear"),
    ("between, and an attempt that did nothing", {}, (R, 1005), {"state": CaseState.REFUSED}, "unclear"),
    ("QUEUED, nothing known: the queued job is meant", {}, (Q, None), {}, "this"),
    ("QUEUED although the event tells a start", {"started_at": 900.0}, (Q, None), {}, "earlier"),
    ("QUEUED although the event tells an exit code", {"exit_code": "1"}, (Q, None), {}, "earlier"),
    ("QUEUED although the event tells a node", {"node": "c1"}, (Q, None), {}, "earlier"),
    ("QUEUED although the ledger saw it run", {}, (Q, None), {"life": "run:500"}, "earlier"),
    ("QUEUED, and the ledger saw it queued", {}, (Q, None), {"life": "queued"}, "this"),
    ("FINISHED: nothing to tell apart", {}, (F, 500), {}, "this"),
    ("NOT_FOUND: nothing to tell apart", {}, (State.NOT_FOUND, None), {}, "this"),
]


@pytest.mark.parametrize(
    ("told", "seen", "known", "expected"), [row[1:] for row in EHPC_ROWS], ids=[row[0] for row in EHPC_ROWS]
)
def test_ehpc_rows(
    failure: Make[Failure],
    ehpc: Make[EhpcSnapshot],
    case: Make[Case],
    told: dict[str, Any],
    seen: tuple[State, int | None],
    known: dict[str, Any],
    expected: str,
) -> None:
    """The failure occurred at 1000; seen so, with this in the ledger: the run of the table."""
    record = JobRecord(cases=(case(**known),) if known else ())
    assert ehpc(*seen).which_run(failure(**told), record) is Run(expected)


@pytest.mark.parametrize(("modified", "expected"), [(None, "this"), (1000, "this"), (1001, "earlier")])
def test_queued_and_modified_since(
    failure: Make[Failure], ehpc: Make[EhpcSnapshot], modified: int | None, expected: str
) -> None:
    """LastModifyTime > occurred_at: the scheduler, or a person, has acted since."""
    assert ehpc(Q, last_modify_time=modified).which_run(failure(), JobRecord()) is Run(expected)


@pytest.mark.parametrize(
    ("told", "tried", "start", "expected"),
    [
        (0, 0, 500, "earlier"),
        (0, 3, 500, "earlier"),
        (1, 0, 500, "this"),
        (1, 0, 1000, "this"),
        (0, None, 1000, "unclear"),
        (None, 0, 1000, "unclear"),
        (1, 0, 1040, "earlier"),
    ],
)
def test_restart_count(
    failure: Make[Failure],
    ehpc: Make[EhpcSnapshot],
    case: Make[Case],
    told: int | None,
    tried: int | None,
    start: int,
    expected: str,
) -> None:
    """The scheduler's counter: up to one that had its attempt is an earlier run; above it settles what is between."""
    done = case(failure=failure(restart_count=tried), state=CaseState.DONE, reserved_at=10.0)
    assert ehpc(R, start).which_run(failure(restart_count=told), JobRecord(cases=(done,))) is Run(expected)


def test_schedulerx_rows(
    instance_failure: Make[Failure], schedulerx: Make[SchedulerxSnapshot], instance: Make[Instance]
) -> None:
    """By instance id: the same day's newer instance means restarted since; another day's, or an older one, does not."""
    by_id = instance_failure(job_instance_id=7)
    newer, older = instance(8, started_at=950.0), instance(6, started_at=850.0)
    other_day = instance(9, started_at=950.0, data_time="2026-01-02 10:00:00")
    tie_newer, tie_older, unstarted = instance(8), instance(6), instance(8, started_at=None)
    rows = [
        ((), Run.THIS),
        ((newer,), Run.EARLIER),
        ((older,), Run.THIS),
        ((other_day,), Run.THIS),
        ((other_day, older, newer), Run.EARLIER),
        ((tie_newer,), Run.EARLIER),
        ((tie_older,), Run.THIS),
        ((unstarted,), Run.EARLIER),
    ]
    for others, expected in rows:
        assert schedulerx(instance(7), *others).which_run(by_id, JobRecord()) is expected, others
    assert schedulerx(None).which_run(by_id, JobRecord()) is Run.THIS


@pytest.mark.parametrize(
    ("started", "told", "expected"),
    [
        (900.0, {}, Run.THIS),
        (969.0, {}, Run.THIS),
        (970.0, {}, Run.UNCLEAR),
        (1030.0, {}, Run.UNCLEAR),
        (1031.0, {}, Run.EARLIER),
        (None, {}, Run.UNCLEAR),
        (990.0, {"started_at": 990.0}, Run.THIS),
        (990.0, {"started_at": 900.0}, Run.EARLIER),
    ],
)
def test_schedulerx_told_by_data_time(
    instance_failure: Make[Failure],
    schedulerx: Make[SchedulerxSnapshot],
    instance: Make[Instance],
    started: float | None,
    told: dict[str, Any],
    expected: Run,
) -> None:
    """With several instances of the day, the newest is meant only if its start agrees with the failure's time."""
    by_day = instance_failure(data_time="2026-01-01 10:00:00", **told)
    seen = schedulerx(instance(8, started_at=started), instance(7, started_at=800.0))
    assert seen.which_run(by_day, JobRecord()) is expected


def test_a_rerun_is_of_its_own_day(
    instance_failure: Make[Failure], schedulerx: Make[SchedulerxSnapshot], instance: Make[Instance], case: Make[Case]
) -> None:
    """Another day's rerun says nothing about this day; of this day it does, however either was named."""
    by_day = instance_failure(data_time="2026-01-01 10:00:00")
    seen = schedulerx(instance(8, started_at=990.0), instance(7, started_at=800.0))
    for day, expected in (("2026-01-01", "f"), ("2026-01-02", None)):
        record = JobRecord(cases=(case(life=f"{day} 10:00:00#7", **DONE_AFTER),))
        found = rerun_since(by_day, seen, record)
        assert (found.failure_id if found else None) == expected


def test_lives_and_labels(
    failure: Make[Failure], ehpc: Make[EhpcSnapshot], schedulerx: Make[SchedulerxSnapshot], instance: Make[Instance]
) -> None:
    """A life equals only itself and exists only while the job is live; a label falls back on the telling."""
    assert [str(ehpc(state, 5).life or "") for state in (R, Q, F, State.NOT_FOUND)] == ["run:5", "queued", "", ""]
    assert str(ehpc(R, None).life or "") == ""
    assert str(schedulerx(instance(7)).life or "") == "2026-01-01 10:00:00#7"
    assert str(schedulerx(None).life or "") == ""
    assert ehpc(R, 5).run_label(failure(), Run.THIS) == "run:5"
    assert ehpc(F, 5).run_label(failure(), Run.THIS) == "run:5"
    assert ehpc(R, 9).run_label(failure(started_at=4.9), Run.EARLIER) == "run:4"
    assert ehpc(R, 9).run_label(failure(), Run.EARLIER) == "told:1000"
    assert ehpc(Q, 9).run_label(failure(), Run.THIS) == "told:1000"
    assert schedulerx(None).run_label(failure(job_instance_id=7), Run.THIS) == "told:7"


@pytest.mark.parametrize(
    ("began", "before", "between"),
    [
        (None, False, False),
        (969.0, True, False),
        (970.0, True, True),
        (1169.0, True, True),
        (1170.0, False, False),
    ],
)
def test_a_start_before_the_call_is_none_of_its_doing(
    case: Make[Case], failure: Make[Failure], began: float | None, *, before: bool, between: bool
) -> None:
    """The failure at 1000, the call not before 1200, clocks half a minute apart; the failed run's was no restart."""
    reserved = case(failure=failure(), reserved_at=1200.0)
    assert (began_before_call(began, reserved), began_between(began, reserved)) == (before, between)


@pytest.mark.parametrize(
    ("began", "expected"),
    [(None, "unclear"), (1030.5, "earlier"), (1030.0, "unclear"), (970.0, "unclear"), (969.5, "this")],
)
def test_a_failure_told_by_another_clock_means_no_run_that_began_within_half_a_minute_of_it(
    began: float | None, expected: str
) -> None:
    """It occurred at 1000: either side of the bounds."""
    assert by_failure(1000.0, began).value == expected
