"""What a look proves of an accepted rerun where the job had further attempts since."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion
from shared.domain.record import Case, JobRecord
from shared.domain.runs import since
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, Instance, SchedulerxSnapshot
from shared.systems.schedulerx3.execution import TRIGGER_RERUN, TRIGGER_USER_RETRY
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.unit.systems.exact import AT, CALLED, DAY, OTHER_DAY, case, execution

NEXT = CALLED + 60.0
"""When the next attempt was reserved."""


def later(life: Life, *known: int) -> Case:
    """The job's next attempt, for that life; these numbers reruns had made before."""
    return case(life, reserved_at=NEXT, known_reruns=known)


def test_attempts_beside_one_another_have_their_order() -> None:
    """What has none, and the case itself, are none of them; later is what was reserved later."""
    mine, waits, before = case(Life.run(1)), case(None, reserved_at=NEXT), case(Life.run(0), reserved_at=CALLED - 1)
    third, second = case(Life.run(3), reserved_at=NEXT + 1), case(Life.run(2), reserved_at=NEXT)
    known = [replace(one, failure_id=str(number)) for number, one in enumerate((third, mine, waits, before, second))]
    beside = JobRecord(cases=tuple(known)).attempted_beside(known[1])
    assert beside == (known[3], known[4], known[0])
    assert since(known[1], beside) == [known[4], known[0]]
    assert since(known[4], (known[4],)) == []


def _made(number: int, state: State, day: str = DAY) -> Instance:
    return Instance(
        instance_id=number, state=state, data_time=day, trigger_type=TRIGGER_DATA_RERUN, started_at=CALLED + 1
    )


def _group(*made: Instance) -> SchedulerxSnapshot:
    meant = Instance(instance_id=7, state=State.FAILED, data_time=DAY, trigger_type=1, started_at=900.0)
    return SchedulerxSnapshot(job_id="42", state=State.FAILED, instance=meant, others=made, look_begun_at=2_000.0)


FIRST, SECOND, OTHER = _made(9, State.FAILED), _made(10, State.SUCCEEDED), _made(11, State.SUCCEEDED, OTHER_DAY)
AGAIN, BESIDE = later(Life.instance(DAY, 9), 9), later(Life.instance(OTHER_DAY, 8), 9)


@pytest.mark.parametrize(
    ("seen", "since", "became", "strays"),
    [
        (_group(SECOND, FIRST), (AGAIN,), Aftermath.FAILED, False),
        (_group(OTHER, FIRST), (BESIDE,), Aftermath.FAILED, False),
        (_group(SECOND, OTHER, FIRST), (BESIDE, AGAIN), Aftermath.FAILED, False),
        (_group(OTHER), (BESIDE,), Aftermath.NOT_RESTARTED, None),
        (_group(SECOND), (AGAIN,), Aftermath.WAIT, None),
        (_group(OTHER, FIRST), (later(Life.instance(OTHER_DAY, 8), 9, 11),), Aftermath.FAILED, True),
    ],
)
def test_of_an_instance(
    seen: SchedulerxSnapshot,
    since: tuple[Case, ...],
    became: Aftermath,
    strays: bool | None,  # noqa: FBT001 - a table
) -> None:
    """What was there before the next attempt of its day is its own; of another day nothing is."""
    mine = case(Life.instance(DAY, 7))
    assert seen.aftermath(mine, since, settled=True) is became
    assert seen.strays(mine, since) is strays


def test_of_an_instance_without_a_life_nothing_is_its_own() -> None:
    """Whose day it was for nobody knows."""
    assert _group(FIRST).aftermath(case(None), (BESIDE,), settled=True) is Aftermath.NOT_RESTARTED


@pytest.mark.parametrize(
    ("number", "became"), [(2, Aftermath.FAILED), (3, Aftermath.WAIT)], ids=["its own run failed", "another one did"]
)
def test_of_a_task_instance(number: int, became: Aftermath) -> None:
    """The next attempt was reserved for a run that had failed: this one's, if it is the next by number."""
    one = TaskInstance(instance_id=7, state=State.SUCCEEDED, run_number=4, started_at=NEXT, finished_at=NEXT + 9)
    seen = DataworksSnapshot(job_id="7", instance=one, look_begun_at=2_000.0)
    assert seen.aftermath(case(Life.attempt(7, 1)), (later(Life.attempt(7, number)),), settled=True) is became


def _app(*others: Any, **meant: Any) -> Schedulerx3Snapshot:
    one = execution(**meant)
    return Schedulerx3Snapshot(job_id="42", state=one.state, execution=one, others=others, look_begun_at=2_000.0)


MINE = case(execution().life)


def _retry(number: int, state: State, trigger_type: int = TRIGGER_USER_RETRY, **rest: Any) -> Any:
    return execution(number, state=state, trigger_type=trigger_type, started_at=CALLED + 1, **rest)


def test_of_an_execution_that_keeps_its_id() -> None:
    """It succeeded in the end; the retry before had failed, or nobody would have retried it once more."""
    seen = _app(attempt=3, state=State.SUCCEEDED, started_at=NEXT, ended_at=NEXT + 9)
    again = later(Life.attempt(7, 2, str(int(NEXT))))
    assert seen.aftermath(MINE, settled=True) is Aftermath.SUCCEEDED
    assert seen.aftermath(MINE, (again,), settled=True) is Aftermath.FAILED


def test_of_executions_that_retries_make() -> None:
    """The one that the next attempt was for is the first one's; where that is not shown nothing is known."""
    first, second = _retry(9, State.FAILED), _retry(10, State.SUCCEEDED)
    again = later(Life.attempt(9, 1, str(int(AT))), 9)
    assert _app(second, first).aftermath(MINE, (again,), settled=True) is Aftermath.FAILED
    of_another_day = later(Life.attempt(12, 1, ""), 9)
    assert _app(first).aftermath(MINE, (of_another_day,), settled=True) is Aftermath.FAILED


def test_of_one_that_was_made_and_then_retried_in_its_place() -> None:
    """What the next attempt made of it says nothing of the one before."""
    for state in (State.SUCCEEDED, State.RUNNING, State.QUEUED):
        again = later(Life.attempt(9, 1, str(int(AT))), 9)
        assert _app(_retry(9, state)).aftermath(MINE, (again,), settled=True) is Aftermath.FAILED


def test_of_one_whose_day_is_not_told() -> None:
    """What a retry has made is of the same day."""
    of_another = later(Life.attempt(12, 1, ""), 9)
    assert _app(_retry(9, State.FAILED, data_time="")).aftermath(MINE, (of_another,), settled=True) is Aftermath.FAILED


def test_a_backfill_of_another_day_is_the_only_ones() -> None:
    """Where no other attempt may have made it: a wrong time zone does so."""
    mine = case(execution().life, action_api=ActionApi.BACKFILL)
    of_another_day = _retry(10, State.SUCCEEDED, TRIGGER_RERUN, data_time=OTHER_DAY)
    assert _app(of_another_day).aftermath(mine, settled=True) is Aftermath.SUCCEEDED


def test_of_backfills() -> None:
    """Of its own day, and made before the next one, whose day it may otherwise be."""
    mine = case(execution().life, action_api=ActionApi.BACKFILL)
    first, other = (
        _retry(9, State.FAILED, TRIGGER_RERUN),
        _retry(10, State.SUCCEEDED, TRIGGER_RERUN, data_time=OTHER_DAY),
    )
    beside = later(Life.attempt(12, 1, ""), 9)
    assert _app(other, first).aftermath(mine, (beside,), settled=True) is Aftermath.FAILED
    assert _app(other, first).strays(mine, (beside,)) is False
    assert _app(other).strays(mine, (beside,)) is None
    assert _app(other, first).strays(mine) is True


BEFORE = case(Life.instance(OTHER_DAY, 8), reserved_at=CALLED - 20)
"""Another day's attempt, whose call took effect after this one's was reserved."""


@pytest.mark.parametrize(
    ("made", "other", "concluded", "became", "strays"),
    [
        ((OTHER,), BEFORE, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED, True),
        ((OTHER, FIRST), BEFORE, Conclusion.RESTARTED, Aftermath.FAILED, False),
        ((OTHER,), replace(BEFORE, known_reruns=(11,)), Conclusion.RESTARTED, Aftermath.SUCCEEDED, True),
        ((OTHER,), replace(BEFORE, reserved_at=CALLED + 32), Conclusion.RESTARTED, Aftermath.NOT_RESTARTED, None),
        ((OTHER,), replace(BEFORE, life=Life.instance(DAY, 8)), Conclusion.RESTARTED, Aftermath.SUCCEEDED, True),
        ((OTHER,), replace(BEFORE, life=None), Conclusion.RESTARTED, Aftermath.SUCCEEDED, True),
        ((FIRST,), replace(BEFORE, life=Life.instance(DAY, 8)), Conclusion.RESTARTED, Aftermath.FAILED, False),
    ],
)
def test_what_another_days_attempt_has_made_is_none_of_this_ones(
    made: tuple[Instance, ...],
    other: Case,
    concluded: Conclusion,
    became: Aftermath,
    strays: bool | None,  # noqa: FBT001 - a table
) -> None:
    """Nor does it open the breaker. What that one cannot have made is ours: a wrong time zone makes other days'."""
    mine = case(Life.instance(DAY, 7))
    assert _group(*made).conclude(mine, (other,), settled=True) is concluded
    assert _group(*made).aftermath(mine, (other,), settled=True) is became
    assert _group(*made).strays(mine, (other,)) is strays


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.RUNNING, State.QUEUED])
def test_of_an_instance_that_was_made_and_then_retried_in_its_place(state: State) -> None:
    """It had failed, or nobody would have retried it; a rerun of the day beside it says nothing of it."""
    seen, mine = _group(_made(9, state)), case(Life.instance(DAY, 7))
    again = replace(later(Life.instance(DAY, 9), 9), action_api=ActionApi.RETRY_INSTANCE)
    assert seen.aftermath(mine, (again,), settled=True) is Aftermath.FAILED
    shown = seen.aftermath(mine, (replace(again, action_api=None),), settled=True)
    assert shown is (Aftermath.SUCCEEDED if state is State.SUCCEEDED else Aftermath.RESTARTED)
    of_another = replace(again, life=Life.instance(DAY, 10))
    assert seen.aftermath(mine, (of_another,), settled=True) is shown
    assert seen.aftermath(mine, (replace(again, life=None),), settled=True) is shown


@pytest.mark.parametrize(
    ("rest", "concluded", "became"),
    [
        ({}, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        ({"known_reruns": (10,)}, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
        ({"action_api": None}, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
        ({"life": Life.attempt(13, 1, "")}, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
        ({"life": None}, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
    ],
)
def test_what_another_days_backfill_has_made_is_none_of_this_ones(
    rest: dict[str, Any], concluded: Conclusion, became: Aftermath
) -> None:
    """The same of executions, whose days the list shows."""
    mine = case(execution().life, action_api=ActionApi.BACKFILL)
    other = case(Life.attempt(12, 1, ""), reserved_at=CALLED - 20, action_api=ActionApi.BACKFILL)
    made = _retry(10, State.SUCCEEDED, TRIGGER_RERUN, data_time=OTHER_DAY)
    seen = _app(made, execution(12, data_time=OTHER_DAY), execution(13))
    assert seen.conclude(mine, (replace(other, **rest),), settled=True) is concluded
    assert seen.aftermath(mine, (replace(other, **rest),), settled=True) is became
    own = _app(made, _retry(9, State.FAILED, TRIGGER_RERUN), execution(12, data_time=OTHER_DAY))
    assert own.conclude(mine, (other,), settled=True) is Conclusion.RESTARTED
    assert own.strays(mine, (other,)) is False
    of_same = replace(other, life=Life.attempt(13, 1, ""))
    assert _app(_retry(9, State.FAILED, TRIGGER_RERUN), execution(13)).strays(mine, (of_same,)) is False
