"""What a look proves, at the second and the number from which on it is something else; pure."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.failure import Failure, Trigger
from shared.domain.gate import GateAnswer
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.snapshot import Execution, Schedulerx3Snapshot, attempt_of
from tests.support.systems import CLUSTER, GROUP

AT, CALLED, SKEW_S = 1_000.0, 1_500.0, 30.0
"""When the job failed, and when its rerun was called."""
DAY, OTHER_DAY = "2026-01-01 10:00:00", "2026-01-02 10:00:00"
APP = App(region="cn-hangzhou", cluster_id="c", app_name="a")


def told(scope: Any = GROUP, **rest: Any) -> Failure:
    """It has failed."""
    return Failure(
        scope=scope, job_id="42", occurred_at=AT, trigger=Trigger.EVENT, event_id="e", telling_id="t", **rest
    )


def case(life: Life | None, **rest: Any) -> Case:
    """A rerun that was called."""
    base: dict[str, Any] = {"failure": told(), "state": CaseState.UNKNOWN, "attempt": 1, "reserved_at": CALLED}
    return Case(failure_id="f", opened_at=AT, life=life, **{**base, **rest})


# SchedulerX.


def instance(number: int = 7, **rest: Any) -> Instance:
    """One that has failed."""
    base: dict[str, Any] = {"state": State.FAILED, "data_time": DAY, "trigger_type": 1, "started_at": 900.0}
    return Instance(instance_id=number, **{**base, **rest})


def group(*others: Instance, meant: Instance | None = None, **rest: Any) -> SchedulerxSnapshot:
    """A look at a SchedulerX job."""
    one = meant or instance()
    return SchedulerxSnapshot(job_id="42", state=one.state, instance=one, others=others, look_begun_at=2_000.0, **rest)


MINE = case(Life.instance(DAY, 7))


@pytest.mark.parametrize(
    ("made", "is_new"),
    [
        ({"trigger_type": 2, "started_at": CALLED - SKEW_S}, True),
        ({"trigger_type": 2, "started_at": CALLED - SKEW_S - 0.1}, False),
        ({"trigger_type": 2, "started_at": None}, True),
        ({"trigger_type": 1, "started_at": CALLED}, False),
        ({"trigger_type": 4, "started_at": CALLED}, False),
        ({"trigger_type": 2, "started_at": CALLED, "data_time": OTHER_DAY}, True),
        ({"trigger_type": 2, "started_at": CALLED, "number": 3}, False),
    ],
)
def test_what_a_rerun_of_a_day_has_made(made: dict[str, Any], is_new: bool) -> None:  # noqa: FBT001
    """By its kind and its start; what was known before the call is none of it, another day's strays."""
    seen = group(instance(**{"number": 9, **made}))
    assert bool(seen.new_reruns(replace(MINE, known_reruns=(3,)))) is is_new


@pytest.mark.parametrize(
    ("meant", "is_new"),
    [
        ({"started_at": CALLED - SKEW_S}, True),
        ({"started_at": CALLED - SKEW_S - 0.1}, False),
        ({"started_at": None}, False),
        ({"number": 9, "trigger_type": 4, "started_at": CALLED - SKEW_S}, True),
        ({"number": 9, "trigger_type": 4, "started_at": CALLED - SKEW_S - 0.1}, False),
        ({"number": 9, "trigger_type": 4, "started_at": None}, True),
        ({"number": 9, "trigger_type": 2, "started_at": CALLED}, False),
        ({"number": 9, "trigger_type": 4, "started_at": CALLED, "data_time": OTHER_DAY}, False),
    ],
)
def test_what_a_retry_of_an_instance_has_made(meant: dict[str, Any], is_new: bool) -> None:  # noqa: FBT001
    """The instance itself begun anew, or another one of its day."""
    seen = group(meant=instance(**meant))
    assert bool(seen.new_reruns(replace(MINE, action_api=ActionApi.RETRY_INSTANCE))) is is_new


def test_a_retry_whose_case_has_no_life_is_known_by_its_kind() -> None:
    """Whatever its day."""
    nameless = case(None, action_api=ActionApi.RETRY_INSTANCE)
    assert group(instance(9, trigger_type=4, started_at=CALLED, data_time=OTHER_DAY)).new_reruns(nameless)
    assert not group().new_reruns(nameless)


@pytest.mark.parametrize(
    ("other", "meant", "run"),
    [
        ({"number": 5, "started_at": 901.0}, {}, Run.EARLIER),
        ({"number": 9, "started_at": 899.0}, {}, Run.THIS),
        ({"number": 9, "started_at": 900.0}, {}, Run.EARLIER),
        ({"number": 5, "started_at": 900.0}, {}, Run.THIS),
        ({"number": 9, "started_at": None}, {}, Run.EARLIER),
        ({"number": 9, "started_at": 899.0}, {"started_at": None}, Run.EARLIER),
        ({"number": 5, "started_at": None}, {}, Run.THIS),
        ({"number": 9, "started_at": 901.0, "data_time": OTHER_DAY}, {}, Run.THIS),
    ],
)
def test_which_of_a_day_s_instances_is_later(other: dict[str, Any], meant: dict[str, Any], run: Run) -> None:
    """By their starts; by their ids only where one is unknown or they are equal."""
    seen = group(instance(**other), meant=instance(**meant))
    assert seen.which_run(told(job_instance_id=7), JobRecord()) is run


@pytest.mark.parametrize(
    ("started_at", "run"),
    [
        (AT + SKEW_S, Run.UNCLEAR),
        (AT + SKEW_S + 0.1, Run.EARLIER),
        (AT - SKEW_S, Run.UNCLEAR),
        (AT - SKEW_S - 0.1, Run.THIS),
    ],
)
def test_which_run_a_day_means_by_its_start(started_at: float, run: Run) -> None:
    """Clocks are trusted to half a minute."""
    seen = group(instance(5, started_at=100.0), meant=instance(started_at=started_at))
    assert seen.which_run(told(data_time=DAY), JobRecord()) is run


def test_the_only_instance_of_a_day_is_meant_whatever_its_start() -> None:
    """There is no other that could be."""
    for started_at in (None, AT, AT + 600):
        seen = group(instance(5, data_time=OTHER_DAY), meant=instance(started_at=started_at))
        assert seen.which_run(told(data_time=DAY), JobRecord()) is Run.THIS


def test_a_told_start_says_which_run_a_day_means() -> None:
    """Where the meant one has a start as well."""
    seen = group(instance(5, started_at=100.0))
    assert seen.which_run(told(data_time=DAY, started_at=901.0), JobRecord()) is Run.THIS
    assert seen.which_run(told(data_time=DAY, started_at=898.0), JobRecord()) is Run.EARLIER
    unknown = group(instance(5, started_at=100.0), meant=instance(started_at=None))
    assert unknown.which_run(told(data_time=DAY, started_at=901.0), JobRecord()) is Run.UNCLEAR


def test_its_own_retries_are_counted_for_the_first_run_and_each_of_ours() -> None:
    """It repeats every one of them."""
    for ours, retries in [(0, 3), (1, 6), (2, 9)]:
        assert group(own_retries=3).retries_of_its_own(JobRecord(), told(), ours) == retries


def test_known_reruns_are_those_that_any_of_its_calls_makes() -> None:
    """The meant one first; fifty of them."""
    shown = [instance(number, trigger_type=2 + 2 * (number % 2)) for number in range(100, 160)]
    seen = group(*shown, instance(5), meant=instance(trigger_type=4))
    assert seen.known_reruns == (7, *range(100, 149))
    assert group(instance(5, trigger_type=3)).known_reruns == ()


@pytest.mark.parametrize(
    ("trigger_type", "state", "verdict"),
    [
        (2, CaseState.DONE, Verdict.DEFERRED),
        (4, CaseState.DONE, Verdict.DEFERRED),
        (1, CaseState.DONE, Verdict.INELIGIBLE),
        (2, CaseState.UNKNOWN, Verdict.INELIGIBLE),
    ],
)
@pytest.mark.parametrize("system", ["schedulerx", "schedulerx3"])
def test_who_lives_beside_it_decides_whether_to_wait(
    system: str, trigger_type: int, state: CaseState, verdict: Verdict
) -> None:
    """A rerun of ours ends by itself; nobody waits for what others have begun."""
    record = JobRecord(cases=(replace(MINE, state=state),))
    if system == "schedulerx":
        live = instance(9, state=State.RUNNING, trigger_type=trigger_type)
        answer = group(instance(5), live).alone(record, look_again_at=2_060.0)
    else:
        beside = execution(9, state=State.RUNNING, trigger_type=trigger_type)
        answer = app(execution(5), beside).alone(record, look_again_at=2_060.0)
    assert answer is not None
    assert answer.stop is not None
    assert (answer.stop.verdict, answer.saw) == (verdict, "9 RUNNING")
    assert answer.stop.due_at == (2_060.0 if verdict is Verdict.DEFERRED else None)
    assert "9" in answer.stop.message
    assert "RUNNING" in answer.stop.message


def test_nobody_beside_it_is_said() -> None:
    """What has ended does not count."""
    old = group(instance(5)).alone(JobRecord(), look_again_at=2_060.0)
    new = app(execution(5)).alone(JobRecord(), look_again_at=2_060.0)
    assert old == GateAnswer(saw="none", wanted="no live instance of the job")
    assert new == GateAnswer(saw="none", wanted="no live execution of the job")


def test_a_live_instance_is_eligible_only_beside_others() -> None:
    """Where the rule wants a second one."""
    for state, alone, beside in [
        (State.FAILED, True, True), (State.RUNNING, False, True), (State.QUEUED, False, True),
        (State.SUCCEEDED, False, False),
    ]:  # fmt: skip
        answers = [group(meant=instance(state=state)).eligible(beside_live=wanted) for wanted in (False, True)]
        assert [one.stop is None for one in answers] == [alone, beside]
        assert [one.wanted for one in answers] == ["FAILED", "FAILED, RUNNING or QUEUED"]
        assert {one.saw for one in answers} == {state.value}


def test_a_disabled_job_is_not_rerun() -> None:
    """A person has said so."""
    stop = group(enabled=False).may_rerun().stop
    assert (stop and stop.reason) == Reason.JOB_DISABLED
    assert group().may_rerun().stop is None


@pytest.mark.parametrize(
    ("meant", "rest", "reason"),
    [
        ({}, {}, None),
        ({}, {"own_parameters": True}, Reason.OWN_PARAMETERS),
        ({"trigger_type": 3}, {}, Reason.TRIGGERED_BY_API),
        ({"workflow": True}, {}, Reason.WORKFLOW),
        ({"trigger_type": 3, "workflow": True}, {"own_parameters": True}, Reason.OWN_PARAMETERS),
    ],
)
def test_what_no_rerun_of_a_day_can_repeat_wants_a_person(
    meant: dict[str, Any], rest: dict[str, Any], reason: Reason | None
) -> None:
    """The first reason that there is."""
    asked = group(meant=instance(**meant), **rest).wants_person()
    assert (asked and asked[0]) == reason


def test_the_newest_of_what_was_made_tells_the_end() -> None:
    """By its id; a case of another day is another piece of work."""
    made = [
        instance(number, trigger_type=2, started_at=CALLED, state=state)
        for number, state in ((9, State.SUCCEEDED), (10, State.FAILED), (8, State.RUNNING))
    ]
    assert group(*made).aftermath(MINE, settled=True) is Aftermath.FAILED
    assert group(made[0], made[2]).aftermath(MINE, settled=True) is Aftermath.SUCCEEDED
    assert group().concerns(MINE)
    assert not group().concerns(case(Life.instance(OTHER_DAY, 7)))
    assert not group().concerns(case(None))


def test_what_runs_has_a_start_and_what_is_over_an_end() -> None:
    """As listed."""
    running = group(meant=instance(state=State.RUNNING, ended_at=None))
    assert (running.running_since, running.ended_at) == (900.0, None)
    over = group(meant=instance(ended_at=950.0))
    assert (over.running_since, over.ended_at) == (None, 950.0)


# SchedulerX 3.


def execution(number: int = 7, **rest: Any) -> Execution:
    """One that has failed."""
    base: dict[str, Any] = {
        "state": State.FAILED, "attempt": 1, "data_time": DAY, "started_at": 900.0, "ended_at": AT,
    }  # fmt: skip
    return Execution(execution_id=number, **{**base, **rest})


def app(*others: Execution, meant: Execution | None = None, **rest: Any) -> Schedulerx3Snapshot:
    """A look at a SchedulerX 3 job."""
    one = meant or execution()
    return Schedulerx3Snapshot(job_id="42", state=one.state, execution=one, others=others, look_begun_at=2e3, **rest)


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
        ({"ended_at": AT + 500, "attempt": 1, "started_at": AT}, Run.THIS),
        ({"ended_at": AT + 500, "attempt": 1, "started_at": None}, Run.THIS),
        ({"ended_at": AT + 500, "attempt": 2, "started_at": None}, Run.UNCLEAR),
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
    assert app(meant=execution(attempt=attempt)).retries_of_its_own(JobRecord(), told(), ours) == retries


@pytest.mark.parametrize(
    ("life", "attempt"), [(Life.attempt(7, "3@5"), 3), (Life.attempt(7, "x@5"), 0), (Life.run(5), 0), (None, 0)]
)
def test_which_attempt_a_life_is(life: Life | None, attempt: int) -> None:
    """Of what is no execution, none."""
    assert attempt_of(life) == attempt


# DataWorks.


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


# E-HPC.


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
