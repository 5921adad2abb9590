"""What a look at DataWorks proves, at the second and the number from which on it is something else."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion
from shared.domain.record import AttemptMark, JobRecord
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from tests.unit.systems.exact import AT, CALLED, SKEW_S, case, told


def task(**rest: Any) -> DataworksSnapshot:
    """A look at a task instance that has failed."""
    base: dict[str, Any] = {"state": State.FAILED, "started_at": 900.0, "finished_at": AT}
    one = TaskInstance(instance_id=7, **{**base, **rest})
    return DataworksSnapshot(job_id="7", instance=one, look_begun_at=2_000.0)


RUN_2 = case(Life.attempt(7, "2"))


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
        (task(run_number=2, state=State.SUCCEEDED), Conclusion.ENDED, Aftermath.ENDED),
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
    gone = DataworksSnapshot(job_id="7", look_begun_at=2_000.0)
    assert gone.conclude(RUN_2, settled=True) is Conclusion.NO_EVIDENCE


def test_runs_of_an_instance_that_were_not_ours_are_counted_once() -> None:
    """Ours are the larger of what this budget and what the record knows; never below none."""
    marks = tuple(AttemptMark(number, AT) for number in (1, 2))
    for run, ours, record, retries in [
        (1, 0, JobRecord(), 0), (4, 0, JobRecord(), 3), (4, 1, JobRecord(), 2),
        (4, 1, JobRecord(attempts=marks), 1), (4, 3, JobRecord(attempts=marks), 0), (1, 3, JobRecord(), 0),
    ]:  # fmt: skip
        assert task(run_number=run).retries_of_its_own(record, told(), ours) == retries
