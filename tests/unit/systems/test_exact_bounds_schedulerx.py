"""What a look at SchedulerX proves, at the second and the number from which on it is something else."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.gate import GateAnswer
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.unit.systems.exact import AT, CALLED, DAY, OTHER_DAY, SKEW_S, app, case, execution, told


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
    """By its kind and its start; what was known before the call is none of it, another day's strays.

    The failed one is none either, should it begin anew: that is not what RerunJob does.
    """
    assert not group(meant=instance(started_at=CALLED)).new_reruns(MINE)
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


def test_what_is_not_there_says_nothing() -> None:
    """Neither of the run that a failure means, nor of a call."""
    gone = SchedulerxSnapshot(job_id="42", state=State.NOT_FOUND, look_begun_at=2_000.0)
    assert (gone.life, gone.running_since, gone.ended_at, gone.known_reruns) == (None, None, None, ())
    assert (gone.wants_person(), gone.concerns(MINE), gone.share(None)) == (None, True, None)
    assert gone.which_run(told(job_instance_id=7), JobRecord()) is Run.THIS
    assert gone.run_label(told(job_instance_id=7), Run.THIS) == "told:7"
    assert gone.run_label(told(data_time=DAY), Run.THIS) == f"told:{DAY}"
    assert gone.conclude(MINE, settled=True) is Conclusion.NO_EVIDENCE
    assert gone.aftermath(MINE, settled=True) is Aftermath.WAIT


@pytest.mark.parametrize("state", list(State))
def test_only_what_runs_runs_since(state: State) -> None:
    """From its start on."""
    assert group(meant=instance(state=state)).running_since == (900.0 if state is State.RUNNING else None)


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
        ({"number": 9, "started_at": 901.0, "data_time": ""}, {"data_time": ""}, Run.THIS),
    ],
)
def test_which_of_a_day_s_instances_is_later(other: dict[str, Any], meant: dict[str, Any], run: Run) -> None:
    """By their starts; by their ids only where one is unknown or they are equal. What shows no day is of none."""
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
    record = JobRecord(cases=(replace(MINE, state=state), replace(MINE, state=CaseState.UNKNOWN)))
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
