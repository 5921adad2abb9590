"""What a look at SchedulerX 3 proves, at the second and the number from which on it is something else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.record import Case, JobRecord
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.unit.systems.exact import AT, CALLED, DAY, OTHER_DAY, SKEW_S, app, case, execution, told

APP = App(region="cn-hangzhou", cluster_id="c", app_name="a")


FAILED_LIFE = execution().life
OURS = case(FAILED_LIFE, failure=told(APP, job_instance_id=7))


@pytest.mark.parametrize(
    ("action_api", "share"),
    [
        (None, Share(of="5")),
        (ActionApi.BACKFILL, Share(of="5")),
        (ActionApi.RETRY_WORKFLOW, Share(of="5", all_of_it=True)),
        (ActionApi.RETRY_WITH_CHILDREN, Share(of="5", all_of_it=True, followed=True)),
    ],
)
def test_how_far_a_call_reaches_into_a_workflow(action_api: ActionApi | None, share: Share) -> None:
    """All of it by two operations; whether it rests is what the look has shown."""
    part = execution(workflow=5)
    assert app(meant=part).share(action_api) == share
    assert app(meant=part, workflow_rests=True).share(action_api) == replace(share, at_rest=True)


@pytest.mark.parametrize(
    ("other", "run"),
    [
        ({"number": 8, "trigger_type": 2}, Run.EARLIER),
        ({"number": 8, "trigger_type": 4}, Run.EARLIER),
        ({"number": 8, "trigger_type": 5}, Run.EARLIER),
        ({"number": 8, "trigger_type": 1}, Run.THIS),
        ({"number": 6, "trigger_type": 4}, Run.THIS),
        ({"number": 8, "trigger_type": 4, "data_time": OTHER_DAY}, Run.THIS),
    ],
)
def test_an_execution_that_was_repeated_is_an_earlier_run(other: dict[str, Any], run: Run) -> None:
    """By a later one of the same data time that no schedule has made."""
    seen = app(execution(**{"started_at": None, **other}))
    assert seen.which_run(told(APP, job_instance_id=7), JobRecord()) is run
    nowhere = app(execution(8, trigger_type=4, data_time=""), meant=execution(data_time=""))
    assert nowhere.which_run(told(APP, job_instance_id=7), JobRecord()) is Run.THIS


@pytest.mark.parametrize(
    ("meant", "run"),
    [
        ({"ended_at": AT + 1.0, "attempt": 2, "started_at": AT}, Run.THIS),
        ({"ended_at": AT + 1.1, "attempt": 2, "started_at": AT}, Run.UNCLEAR),
        ({"ended_at": AT - 1.0, "attempt": 2, "started_at": AT - 2}, Run.THIS),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": AT + SKEW_S}, Run.UNCLEAR),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": AT + SKEW_S + 0.1}, Run.EARLIER),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": AT - SKEW_S}, Run.UNCLEAR),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": AT - SKEW_S - 0.1}, Run.THIS),
        ({"ended_at": AT + 90_000, "attempt": 1, "started_at": AT + 86_400}, Run.THIS),
        ({"ended_at": AT + 500, "attempt": 1, "started_at": None}, Run.THIS),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": None}, Run.UNCLEAR),
        ({"ended_at": None, "attempt": 2, "started_at": AT - SKEW_S - 0.1}, Run.THIS),
    ],
)
def test_which_attempt_of_an_execution_is_meant(meant: dict[str, Any], run: Run) -> None:
    """By its end to the second, else by its start to half a minute; the first attempt leaves no doubt."""
    assert app(meant=execution(**meant)).which_run(told(APP, job_instance_id=7), JobRecord()) is run


@pytest.mark.parametrize(
    ("other", "case_", "concluded"),
    [
        ({"trigger_type": 4, "started_at": CALLED - SKEW_S}, OURS, Conclusion.RESTARTED),
        ({"trigger_type": 4, "started_at": CALLED - SKEW_S - 0.1}, OURS, Conclusion.NOT_RESTARTED),
        ({"trigger_type": 4, "started_at": None}, OURS, Conclusion.RESTARTED),
        ({"trigger_type": 2, "started_at": CALLED}, OURS, Conclusion.NOT_RESTARTED),
        ({"trigger_type": 4, "started_at": CALLED, "data_time": ""}, OURS, Conclusion.RESTARTED),
        ({"trigger_type": 4, "started_at": CALLED, "data_time": OTHER_DAY}, OURS, Conclusion.NOT_RESTARTED),
        (
            {"trigger_type": 2, "started_at": CALLED, "data_time": OTHER_DAY},
            replace(OURS, action_api=ActionApi.BACKFILL), Conclusion.RESTARTED,
        ),
        (
            {"trigger_type": 4, "started_at": CALLED},
            replace(OURS, action_api=ActionApi.BACKFILL), Conclusion.NOT_RESTARTED,
        ),
    ],
)  # fmt: skip
def test_which_executions_a_call_has_made(other: dict[str, Any], case_: Case, concluded: Conclusion) -> None:
    """By the kind that the call makes, and a start that is not before it."""
    assert app(execution(9, **other)).conclude(case_, settled=True) is concluded


@pytest.mark.parametrize(
    ("meant", "concluded"),
    [
        ({"attempt": 2, "state": State.QUEUED, "ended_at": None, "started_at": None}, Conclusion.RESTARTED),
        ({"attempt": 2, "started_at": CALLED - SKEW_S, "ended_at": CALLED + 60}, Conclusion.RESTARTED),
        ({"attempt": 2, "started_at": CALLED - SKEW_S - 0.1, "ended_at": CALLED + 60}, Conclusion.RESTARTED_BEFORE),
        ({"attempt": 2, "started_at": AT - SKEW_S, "ended_at": CALLED + 60}, Conclusion.RESTARTED_BEFORE),
        ({"attempt": 2, "started_at": AT - SKEW_S - 0.1, "ended_at": CALLED + 60}, Conclusion.RESTARTED),
        ({"attempt": 1, "started_at": 900.0, "ended_at": CALLED - SKEW_S}, Conclusion.RESTARTED),
        ({"attempt": 1, "started_at": 900.0, "ended_at": CALLED - SKEW_S - 0.1}, Conclusion.NO_EVIDENCE),
        ({"attempt": 1, "state": State.RUNNING, "ended_at": None}, Conclusion.NO_EVIDENCE),
        ({"attempt": 1, "state": State.RUNNING, "ended_at": None, "started_at": CALLED}, Conclusion.RESTARTED),
    ],
)
def test_an_execution_that_keeps_its_id_is_known_by_attempt_and_times(
    meant: dict[str, Any], concluded: Conclusion
) -> None:
    """A run that was there before the call is none of its doing; one that is queued has no start yet."""
    assert app(meant=execution(**meant)).conclude(OURS, settled=True) is concluded
    unsettled = Conclusion.NO_EVIDENCE if concluded is Conclusion.RESTARTED_BEFORE else concluded
    assert app(meant=execution(**meant)).conclude(OURS, settled=False) is unsettled


GONE = Schedulerx3Snapshot(job_id="42", state=State.NOT_FOUND, look_begun_at=2e3)


def test_a_told_start_counts_where_one_is_listed() -> None:
    """To the second; of an execution that has not started it says nothing."""
    failure = told(APP, job_instance_id=7, started_at=AT - 5.0)
    listed = {AT - 6.0: Run.THIS, AT - 6.1: Run.UNCLEAR, AT - 3.9: Run.EARLIER, None: Run.THIS}
    for started_at, run in listed.items():
        assert app(meant=execution(started_at=started_at, attempt=2)).which_run(failure, JobRecord()) is run


def test_what_is_not_there_says_nothing() -> None:
    """Neither of the run that a failure means, nor of a call."""
    assert (GONE.life, GONE.running_since, GONE.ended_at, GONE.owner, GONE.offered.name) == (None, None, None, "", "")
    assert (GONE.known_reruns, GONE.share(None), GONE.wants_person(), GONE.strays(OURS)) == ((), None, None, None)
    assert (GONE.concerns(OURS), GONE.retries_of_its_own(JobRecord(), told(APP), 0)) == (True, 0)
    assert GONE.which_run(told(APP, job_instance_id=7), JobRecord()) is Run.THIS
    assert GONE.conclude(OURS, settled=True) is Conclusion.NO_EVIDENCE
    assert GONE.aftermath(OURS, settled=True) is Aftermath.WAIT


def test_a_run_is_called_by_its_life_only_if_it_is_the_one_seen() -> None:
    """Else by the execution, and the start or the time that was told."""
    failure = told(APP, job_instance_id=7)
    assert app().run_label(failure, Run.THIS) == str(execution().life)
    assert app().run_label(failure, Run.EARLIER) == GONE.run_label(failure, Run.THIS) == f"told:7:{int(AT)}"
    assert GONE.run_label(told(APP, job_instance_id=7, started_at=900.9), Run.THIS) == "told:7:900"


@pytest.mark.parametrize("state", list(State))
def test_only_what_runs_runs_since(state: State) -> None:
    """From its start on."""
    assert app(meant=execution(state=state)).running_since == (900.0 if state is State.RUNNING else None)


def test_a_retry_is_of_any_day_where_the_failed_one_has_none() -> None:
    """Days are compared where both are told."""
    retry = {"trigger_type": 4, "started_at": CALLED}
    for meant, other, made in [(DAY, DAY, True), (DAY, "", True), ("", DAY, True), (DAY, OTHER_DAY, False)]:
        seen = app(execution(9, data_time=other, **retry), meant=execution(data_time=meant))
        assert (seen.conclude(OURS, settled=True) is Conclusion.RESTARTED) is made


def test_the_newest_run_that_was_made_tells_the_end() -> None:
    """By its id; one that lives has none."""
    made = [
        execution(number, trigger_type=4, started_at=CALLED, state=state)
        for number, state in ((9, State.SUCCEEDED), (10, State.FAILED), (8, State.RUNNING))
    ]
    assert app(*made).aftermath(OURS, settled=False) is Aftermath.FAILED
    assert app(made[0], made[2]).aftermath(OURS, settled=False) is Aftermath.SUCCEEDED
    assert app(made[2]).aftermath(OURS, settled=False) is Aftermath.RESTARTED
    lags = app(meant=execution(ended_at=CALLED - SKEW_S - 1))
    assert lags.aftermath(OURS, settled=True) is Aftermath.WAIT


def test_fifty_reruns_are_known() -> None:
    """The meant one first, and of the kinds that our calls make."""
    shown = [execution(number, trigger_type=2 + 2 * (number % 2)) for number in range(100, 160)]
    assert app(*shown, meant=execution(trigger_type=4)).known_reruns == (7, *range(100, 149))
    assert app(execution(8, trigger_type=5)).known_reruns == ()


@pytest.mark.parametrize(("attempt", "ours", "retries"), [(1, 0, 0), (3, 0, 2), (3, 1, 1), (3, 2, 0), (3, 3, 0)])
def test_attempts_beyond_the_first_that_were_not_ours(attempt: int, ours: int, retries: int) -> None:
    """Never below none."""
    meant = app(meant=execution(attempt=attempt))
    lives = [Life.attempt(7, number, "ended") for number in range(ours)]
    record = JobRecord(cases=tuple(map(case, lives)))
    assert meant.retries_of_its_own(record, told(), ours) == retries
