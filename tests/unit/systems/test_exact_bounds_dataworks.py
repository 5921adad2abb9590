"""What a look at DataWorks proves, at the second and the number from which on it is something else."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.record import AttemptMark, JobRecord
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from tests.unit.systems.exact import AT, CALLED, SKEW_S, case, told


def task(**rest: Any) -> DataworksSnapshot:
    """A look at a task instance that has failed."""
    base: dict[str, Any] = {"state": State.FAILED, "started_at": 900.0, "finished_at": AT}
    one = TaskInstance(instance_id=7, **{**base, **rest})
    return DataworksSnapshot(job_id="7", instance=one, look_begun_at=2_000.0)


RUN_2 = case(Life.attempt(7, 2))


@pytest.mark.parametrize(
    ("seen", "concluded", "became"),
    [
        (task(run_number=2), Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (task(run_number=1), Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (task(run_number=3, started_at=CALLED - SKEW_S), Conclusion.RESTARTED, Aftermath.FAILED),
        (task(run_number=3, started_at=CALLED - SKEW_S - 0.1), Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (task(run_number=3, started_at=AT - SKEW_S), Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (task(run_number=3, started_at=AT - SKEW_S - 0.1), Conclusion.RESTARTED, Aftermath.FAILED),
        (task(run_number=3, state=State.QUEUED, started_at=AT), Conclusion.RESTARTED, Aftermath.RESTARTED),
        (task(run_number=2, state=State.RUNNING), Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (
            task(run_number=2, state=State.RUNNING, started_at=CALLED - SKEW_S),
            Conclusion.RESTARTED, Aftermath.RESTARTED,
        ),
        (task(run_number=2, state=State.QUEUED, started_at=None), Conclusion.RESTARTED, Aftermath.RESTARTED),
        (task(run_number=2, state=State.SUCCEEDED), Conclusion.ENDED, Aftermath.NO_FURTHER_RUN),
    ],
)  # fmt: skip
def test_which_run_of_an_instance_is_of_the_call(
    seen: DataworksSnapshot, concluded: Conclusion, became: Aftermath
) -> None:
    """A later one that did not begin before it; the failed one going on is what the answer was before."""
    assert seen.conclude(RUN_2, settled=True) is concluded
    assert seen.aftermath(RUN_2, settled=True) is became


def test_of_a_case_without_a_life_no_run_is_later() -> None:
    """Nothing is known of the run that had failed: what is seen is taken to be another."""
    assert task(run_number=3, started_at=AT).conclude(case(None), settled=True) is Conclusion.RESTARTED


GONE = DataworksSnapshot(job_id="7", look_begun_at=2_000.0)


def test_what_is_not_there_says_nothing() -> None:
    """Neither of the run that a failure means, nor of a call; a failure of it is told by itself."""
    assert (GONE.state, GONE.life, GONE.running_since, GONE.ended_at) == (State.NOT_FOUND, None, None, None)
    assert (GONE.owner, GONE.offered.name, GONE.wants_person()) == ("", "", None)
    assert (GONE.which_run(told(), JobRecord()), GONE.run_label(told(), Run.THIS)) == (Run.THIS, "told:7:1000")
    assert GONE.run_label(told(started_at=900.9), Run.THIS) == "told:7:900"
    assert GONE.conclude(RUN_2, settled=True) is Conclusion.NO_EVIDENCE
    assert GONE.aftermath(RUN_2, settled=True) is Aftermath.WAIT
    assert GONE.retries_of_its_own(JobRecord(), told(), 0) == 0


@pytest.mark.parametrize("state", list(State))
def test_only_a_run_that_goes_on_has_no_end(state: State) -> None:
    """And only one that runs has a start that it runs since."""
    seen = task(state=state)
    assert seen.running_since == (900.0 if state is State.RUNNING else None)
    assert seen.ended_at == (None if state in {State.RUNNING, State.QUEUED} else AT)


@pytest.mark.parametrize(
    ("seen", "failure", "run"),
    [
        ({"run_number": 2}, {"restart_count": 0}, Run.EARLIER),
        ({"run_number": 2}, {"restart_count": 1}, Run.THIS),
        ({"run_number": 2}, {"restart_count": 2}, Run.UNCLEAR),
        ({"run_number": 2}, {"started_at": 900.0}, Run.THIS),
        ({"run_number": 2}, {"started_at": 500.0}, Run.EARLIER),
        ({"run_number": 1}, {"started_at": 500.0}, Run.THIS),
        ({"run_number": 1}, {"started_at": 950.0}, Run.UNCLEAR),
        ({"run_number": 2, "started_at": None, "finished_at": None}, {"started_at": 900.0}, Run.UNCLEAR),
        ({"run_number": 2, "started_at": None, "finished_at": None}, {}, Run.UNCLEAR),
        ({"run_number": 1, "started_at": None, "finished_at": None}, {}, Run.THIS),
        ({"run_number": 1, "started_at": AT + 86_400.0}, {}, Run.THIS),
        ({"run_number": 2, "started_at": AT + SKEW_S, "finished_at": None}, {}, Run.UNCLEAR),
        ({"run_number": 2, "started_at": AT + SKEW_S + 0.1, "finished_at": None}, {}, Run.EARLIER),
        ({"run_number": 2, "started_at": AT, "finished_at": AT + 1.0}, {}, Run.THIS),
        ({"run_number": 2, "started_at": AT, "finished_at": AT + 1.1}, {}, Run.UNCLEAR),
        ({"run_number": 2, "started_at": AT - SKEW_S, "finished_at": None}, {}, Run.UNCLEAR),
        ({"run_number": 2, "started_at": AT - SKEW_S - 0.1, "finished_at": None}, {}, Run.THIS),
    ],
)
def test_which_run_a_failure_means(seen: dict[str, Any], failure: dict[str, Any], run: Run) -> None:
    """By the number told, else by the start to the second, else by the end, else by the start to half a minute."""
    assert task(**seen).which_run(told(**failure), JobRecord()) is run


def test_runs_of_an_instance_that_were_not_ours_are_counted_once() -> None:
    """Ours are the larger of what this budget and what the record knows; never below none."""
    marks = tuple(AttemptMark(number, AT) for number in (1, 2))
    for run, ours, record, retries in [
        (1, 0, JobRecord(), 0), (4, 0, JobRecord(), 3), (4, 1, JobRecord(), 2),
        (4, 1, JobRecord(attempts=marks), 1), (4, 3, JobRecord(attempts=marks), 0), (1, 3, JobRecord(), 0),
        (4, 1, JobRecord(attempts=marks, forgotten=1), 0), (6, 1, JobRecord(attempts=marks, forgotten=1), 2),
    ]:  # fmt: skip
        assert task(run_number=run).retries_of_its_own(record, told(), ours) == retries
