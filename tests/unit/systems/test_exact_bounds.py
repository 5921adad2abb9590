"""What a look at E-HPC proves, at the second and the number from which on it is something else."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Conclusion, Run
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.systems import CLUSTER
from tests.unit.systems.exact import AT, CALLED, SKEW_S, case, told


def job(state: State = State.RUNNING, start: int | None = 900, **rest: Any) -> EhpcSnapshot:
    """A look at an E-HPC job."""
    return EhpcSnapshot(job_id="1.s", state=state, start_time=start, **{"look_begun_at": 2_000.0, **rest})


@pytest.mark.parametrize(
    ("seen", "run", "rest", "label"),
    [
        (job(), Run.THIS, {}, "run:900"),
        (job(), Run.THIS, {"started_at": 5.7}, "run:900"),
        (job(), Run.EARLIER, {"started_at": 5.7}, "run:5"),
        (job(State.QUEUED), Run.THIS, {"started_at": 5.7}, "run:5"),
        (job(start=None), Run.THIS, {}, "told:1000"),
        (job(), Run.UNCLEAR, {}, "unclear:900"),
        (job(), Run.EARLIER, {}, "told:1000"),
        (job(State.QUEUED), Run.THIS, {}, "told:1000"),
    ],
)
def test_how_a_run_is_called(seen: EhpcSnapshot, run: Run, rest: dict[str, Any], label: str) -> None:
    """By the start that is seen of it, else as it was told; the same doubt is one failure."""
    assert seen.run_label(told(CLUSTER, **rest), run) == label


def attempted(restart_count: int | None, **rest: Any) -> Case:
    """A case that had an attempt and is over."""
    failure = told(CLUSTER, restart_count=restart_count)
    base: dict[str, Any] = {"failure": failure, "state": CaseState.CLOSED, "reserved_at": 0.0}
    return case(None, **{**base, **rest})


@pytest.mark.parametrize(
    ("start", "count", "cases", "run"),
    [
        (AT + SKEW_S, None, (), Run.UNCLEAR),
        (AT + SKEW_S + 1, None, (), Run.EARLIER),
        (AT - SKEW_S, None, (), Run.UNCLEAR),
        (AT - SKEW_S - 1, None, (), Run.THIS),
        (AT, 2, (attempted(1),), Run.THIS),
        (AT, 1, (attempted(1),), Run.EARLIER),
        (AT, 1, (attempted(0), attempted(1)), Run.EARLIER),
        (AT, 2, (attempted(1), attempted(2)), Run.EARLIER),
        (AT, 3, (attempted(1), attempted(2)), Run.THIS),
        (AT, 1, (attempted(1, attempt=0),), Run.UNCLEAR),
        (AT, 1, (attempted(1, state=CaseState.UNKNOWN),), Run.UNCLEAR),
        (AT, 1, (attempted(None),), Run.UNCLEAR),
        (AT, 1, (), Run.UNCLEAR),
        (AT, None, (attempted(1),), Run.UNCLEAR),
        (AT, 0, (attempted(0),), Run.EARLIER),
    ],
)
def test_which_run_of_a_job_is_meant_by_start_and_counter(
    start: float, count: int | None, cases: tuple[Case, ...], run: Run
) -> None:
    """The scheduler's counter, where an attempt was made for a run with one; clocks to half a minute."""
    failure = told(CLUSTER, restart_count=count)
    assert job(start=int(start)).which_run(failure, JobRecord(cases=cases)) is run


@pytest.mark.parametrize(
    ("rest", "modified", "cases", "run"),
    [
        ({}, None, (), Run.THIS),
        ({"started_at": 900.0}, None, (), Run.EARLIER),
        ({"exit_code": "1"}, None, (), Run.EARLIER),
        ({"node": "n1"}, None, (), Run.EARLIER),
        ({}, int(AT), (), Run.THIS),
        ({}, int(AT) + 1, (), Run.EARLIER),
        ({}, None, (case(Life.run(900)),), Run.EARLIER),
        ({}, None, (case(Life.queued()),), Run.THIS),
        ({}, None, (case(None),), Run.THIS),
    ],
)
def test_a_queued_job_whose_failure_was_of_a_run_was_requeued_since(
    rest: dict[str, Any], modified: int | None, cases: tuple[Case, ...], run: Run
) -> None:
    """By anything that says that it ran."""
    seen = job(State.QUEUED, None, last_modify_time=modified)
    assert seen.which_run(told(CLUSTER, **rest), JobRecord(cases=cases)) is run


RAN = case(Life.run(900), failure=told(CLUSTER))


@pytest.mark.parametrize(
    ("seen", "settled", "unsettled"),
    [
        (job(), Conclusion.NOT_RESTARTED, Conclusion.WAIT),
        (job(start=899), Conclusion.NO_EVIDENCE, Conclusion.NO_EVIDENCE),
        (job(start=None), Conclusion.NO_EVIDENCE, Conclusion.NO_EVIDENCE),
        (job(start=int(CALLED - SKEW_S)), Conclusion.RESTARTED, Conclusion.RESTARTED),
        (job(start=int(CALLED - SKEW_S) - 1), Conclusion.RESTARTED_BEFORE, Conclusion.WAIT),
        (job(State.QUEUED, 900), Conclusion.RESTARTED, Conclusion.RESTARTED),
        (job(State.QUEUED, None), Conclusion.RESTARTED, Conclusion.RESTARTED),
        (job(State.FINISHED), Conclusion.ENDED, Conclusion.ENDED),
        (job(State.FINISHED, None), Conclusion.ENDED, Conclusion.ENDED),
        (job(State.FINISHED, 899), Conclusion.NO_EVIDENCE, Conclusion.NO_EVIDENCE),
        (job(State.FINISHED, int(CALLED)), Conclusion.RESTARTED, Conclusion.RESTARTED),
        (job(State.UNKNOWN), Conclusion.NO_EVIDENCE, Conclusion.NO_EVIDENCE),
        (job(State.NOT_FOUND, None), Conclusion.NO_EVIDENCE, Conclusion.NO_EVIDENCE),
    ],
)
def test_what_a_start_proves_of_a_call(seen: EhpcSnapshot, settled: Conclusion, unsettled: Conclusion) -> None:
    """Another one that was not there before it."""
    assert seen.conclude(RAN, settled=True) is settled
    assert seen.conclude(RAN, settled=False) is unsettled


@pytest.mark.parametrize(
    ("state", "settled", "unsettled"),
    [
        (State.QUEUED, Conclusion.NOT_OBSERVABLE, Conclusion.WAIT),
        (State.RUNNING, Conclusion.STARTED, Conclusion.STARTED),
        (State.FINISHED, Conclusion.ENDED, Conclusion.ENDED),
    ],
)
def test_what_is_seen_of_a_call_about_a_queued_job(state: State, settled: Conclusion, unsettled: Conclusion) -> None:
    """No look tells one wait from another."""
    waited = case(Life.queued(), failure=told(CLUSTER))
    assert job(state).conclude(waited, settled=True) is settled
    assert job(state).conclude(waited, settled=False) is unsettled


@pytest.mark.parametrize(("count", "marks", "retries"), [(None, 0, 0), (3, 0, 3), (3, 2, 1), (3, 4, 0)])
def test_restarts_of_the_scheduler_s_own(count: int | None, marks: int, retries: int) -> None:
    """Its counter counts ours as well; never below none."""
    record = JobRecord(attempts=tuple(AttemptMark(number + 1, AT) for number in range(marks)))
    assert job().retries_of_its_own(record, told(CLUSTER, restart_count=count), 9) == retries


def test_nodes_and_a_start_are_offered_only_of_a_run_that_goes_on() -> None:
    """Of another the list may still show them."""
    running, queued = job(nodes=("n1",)), job(State.QUEUED, nodes=("n1",))
    assert (running.offered.nodes, running.running_since) == (("n1",), 900)
    assert (queued.offered.nodes, queued.running_since) == ((), None)
    assert (job(State.FINISHED).life, job(start=None).life, queued.life) == (None, None, Life.queued())


@pytest.mark.parametrize(
    ("modified", "start", "at"), [(None, 5, None), (7, None, 7), (7, 5, 7), (7, 9, 9), (7, 7, 7), (0, None, 0)]
)
def test_what_is_seen_of_a_job_was_changed_last(modified: int | None, start: int | None, at: int | None) -> None:
    """When it was modified or began, whichever is later; perhaps just now, where the list says no time."""
    seen = EhpcSnapshot(
        job_id="1.s", state=State.FINISHED, start_time=start, last_modify_time=modified, look_begun_at=1_000.0
    )
    assert seen.changed_at == at
