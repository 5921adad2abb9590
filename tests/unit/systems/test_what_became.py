"""What a look proves of a rerun, for each job system; pure."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.runs import START_TOLERANCE_S
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, TRIGGER_USER_RETRY, Instance, SchedulerxSnapshot
from tests.support.systems import CLUSTER, GROUP

DAY = "2026-01-01 10:00:00"
TOLD = Failure(scope=GROUP, job_id="42", occurred_at=1000.0, trigger=Trigger.EVENT, event_id="e", telling_id="t")
FAILED = Instance(instance_id=7, state=State.FAILED, data_time=DAY, trigger_type=1, started_at=900.0)
MADE = Instance(instance_id=9, state=State.RUNNING, data_time=DAY, trigger_type=TRIGGER_DATA_RERUN, started_at=1600.0)


def case(life: Life | None) -> Case:
    """A rerun that was called at 1500."""
    told = replace(TOLD, scope=CLUSTER) if life is not None and life.instance_id is None else TOLD
    return Case(
        failure=told, failure_id="f", state=CaseState.DONE, opened_at=1400.0, life=life, attempt=1, reserved_at=1500.0
    )


def cluster(state: State, start: int | None) -> EhpcSnapshot:
    """A look at an E-HPC job."""
    return EhpcSnapshot(job_id="1.s", state=state, start_time=start, look_begun_at=2000.0)


def group(*others: Instance, meant: Instance | None = FAILED) -> SchedulerxSnapshot:
    """A look at a SchedulerX job."""
    state = meant.state if meant else State.NOT_FOUND
    return SchedulerxSnapshot(job_id="42", state=state, instance=meant, others=others, look_begun_at=2000.0)


@pytest.mark.parametrize(
    ("seen", "settled", "became"),
    [
        (cluster(State.FINISHED, 1600), True, Aftermath.ENDED),
        (cluster(State.QUEUED, None), True, Aftermath.WAIT),
        (cluster(State.RUNNING, None), True, Aftermath.WAIT),
        (cluster(State.RUNNING, 1600), False, Aftermath.RESTARTED),
        (cluster(State.RUNNING, 1995), False, Aftermath.RESTARTED),
        (cluster(State.RUNNING, 1996), True, Aftermath.BEGINNING),
        (cluster(State.RUNNING, 2000), True, Aftermath.BEGINNING),
        (cluster(State.FINISHED, 1996), True, Aftermath.BEGINNING),
        (cluster(State.FINISHED, 1995), True, Aftermath.ENDED),
        (cluster(State.FINISHED, 500), False, Aftermath.NO_FURTHER_RUN),
        (cluster(State.FINISHED, None), False, Aftermath.NO_FURTHER_RUN),
        (cluster(State.FINISHED, 499), True, Aftermath.WAIT),
        (cluster(State.RUNNING, 499), True, Aftermath.WAIT),
        (cluster(State.FINISHED, 1469), True, Aftermath.NO_FURTHER_RUN),
        (cluster(State.RUNNING, 1469), True, Aftermath.WAIT),
        (cluster(State.FINISHED, 1470), True, Aftermath.ENDED),
        (cluster(State.RUNNING, 1470), True, Aftermath.RESTARTED),
        (cluster(State.RUNNING, 500), True, Aftermath.NOT_RESTARTED),
        (cluster(State.RUNNING, 500), False, Aftermath.WAIT),
    ],
)
def test_of_a_cluster_job(seen: EhpcSnapshot, *, settled: bool, became: Aftermath) -> None:
    """By its start, once that no longer moves; a rerun is the same job again and cannot stray."""
    assert seen.aftermath(case(Life.run(500)), settled=settled) is became
    assert seen.strays(case(Life.run(500))) is None


@pytest.mark.parametrize(
    ("seen", "settled", "became"),
    [
        (group(MADE), False, Aftermath.RESTARTED),
        (group(replace(MADE, state=State.SUCCEEDED)), False, Aftermath.SUCCEEDED),
        (group(replace(MADE, state=State.FAILED)), False, Aftermath.FAILED),
        (group(replace(MADE, state=State.UNKNOWN)), False, Aftermath.ENDED),
        (group(), True, Aftermath.NOT_RESTARTED),
        (group(), False, Aftermath.WAIT),
        (group(meant=None), True, Aftermath.WAIT),
    ],
)
def test_of_an_instance(seen: SchedulerxSnapshot, *, settled: bool, became: Aftermath) -> None:
    """By the newest instance that a rerun has made since."""
    assert seen.aftermath(case(Life.instance(DAY, 7)), settled=settled) is became


def test_a_rerun_of_a_day_strays_if_it_makes_anything_else() -> None:
    """Another day, two of them, or none."""
    life, other = Life.instance(DAY, 7), replace(MADE, instance_id=10, data_time="2026-01-02 10:00:00")
    assert [group(*made).strays(case(life)) for made in ((MADE,), (other,), (MADE, other), ())] == [
        False,
        True,
        True,
        True,
    ]
    assert group(MADE).strays(case(None)) is True


def test_what_is_not_there_proves_nothing() -> None:
    """No instance: which one is meant cannot be doubted, a case cannot be about another, a call has no evidence."""
    gone = group(meant=None)
    assert gone.which_run(TOLD, JobRecord()) is Run.THIS
    assert gone.concerns(case(Life.instance(DAY, 7)))
    assert gone.conclude(case(Life.instance(DAY, 7)), settled=True) is Conclusion.NO_EVIDENCE


def test_a_start_that_is_not_known_leaves_the_run_unclear() -> None:
    """Told by its day alone, with another instance of that day, and nothing to compare."""
    other = replace(FAILED, instance_id=5, started_at=100.0)
    seen = group(other, meant=replace(FAILED, started_at=None))
    assert seen.which_run(replace(TOLD, data_time=DAY), JobRecord()) is Run.UNCLEAR


def test_a_rerun_done_after_the_failure_means_an_earlier_run() -> None:
    """The day was healed since it was told."""
    other = replace(FAILED, instance_id=5, started_at=100.0)
    record = JobRecord(cases=(case(Life.instance(DAY, 7)),))
    assert group(other).which_run(replace(TOLD, data_time=DAY), record) is Run.EARLIER


def test_what_has_no_run_to_kill_is_not_eligible() -> None:
    """A state that nobody documented; an instance that has succeeded, also beside live ones; one that is not there."""
    seen = [cluster(State.UNKNOWN, None).eligible(beside_live=False)]
    seen += [
        group(meant=replace(FAILED, state=State.SUCCEEDED)).eligible(beside_live=beside) for beside in (True, False)
    ]
    assert [one.stop and one.stop.reason for one in seen] == [Reason.STATE_NOT_ELIGIBLE] * 3
    assert group().eligible(beside_live=True).stop is None
    assert group(meant=None).wants_person() is None


RETRIED = replace(MADE, trigger_type=TRIGGER_USER_RETRY)
"""An instance that RetryJobInstance has made."""


@pytest.mark.parametrize(
    ("seen", "concluded"),
    [
        (group(), Conclusion.NOT_RESTARTED),
        (group(RETRIED), Conclusion.RESTARTED),
        (group(MADE), Conclusion.NOT_RESTARTED),
        (group(replace(RETRIED, data_time="2026-01-02 10:00:00")), Conclusion.NOT_RESTARTED),
        (group(replace(RETRIED, started_at=1000.0)), Conclusion.NOT_RESTARTED),
        (group(replace(RETRIED, instance_id=5)), Conclusion.NOT_RESTARTED),
        (group(meant=replace(FAILED, started_at=1600.0)), Conclusion.RESTARTED),
        (group(meant=replace(FAILED, started_at=None)), Conclusion.NOT_RESTARTED),
    ],
)
def test_what_a_retry_of_the_one_instance_leaves(seen: SchedulerxSnapshot, concluded: Conclusion) -> None:
    """A retry of the same data time that was not there before, or the instance itself with a later start."""
    mine = replace(case(Life.instance(DAY, 7)), action_api=ActionApi.RETRY_INSTANCE, known_reruns=(5,))
    assert seen.conclude(mine, settled=True) is concluded
    assert seen.strays(mine) is None


def test_retries_known_before_are_no_evidence() -> None:
    """As instances that RerunJob has made."""
    assert group(RETRIED, replace(MADE, instance_id=3)).known_reruns == (9, 3)
    beside = group(RETRIED)
    assert beside.conclude(case(Life.instance(DAY, 7)), settled=True) is Conclusion.NOT_RESTARTED


def test_a_call_reaches_no_further_than_the_job_that_it_names() -> None:
    """Neither of a cluster nor of a group."""
    assert (cluster(State.RUNNING, 5).share(None), group().share(None)) == (None, None)


def test_a_run_is_called_by_its_instance_or_as_it_was_told() -> None:
    """What has no instance by the id that was told, else by its day: two tellings of it are one failure."""
    assert group().run_label(TOLD, Run.THIS) == str(Life.instance(DAY, 7))
    told = replace(TOLD, job_instance_id=0, data_time=DAY)
    assert group(meant=None).run_label(told, Run.THIS) == "told:0"
    assert group(meant=None).run_label(replace(told, job_instance_id=None), Run.THIS) == f"told:{DAY}"


def test_an_instance_that_was_named_is_meant_whatever_its_start() -> None:
    """Its day has an older one: only who tells no instance is asked for a start."""
    meant, older = replace(FAILED, started_at=1_500.0), replace(FAILED, instance_id=5, started_at=100.0)
    seen, told = group(older, meant=meant), replace(TOLD, job_instance_id=7)
    assert seen.which_run(told, JobRecord()) is Run.THIS
    assert seen.which_run(replace(told, job_instance_id=None, data_time=DAY), JobRecord()) is Run.EARLIER


def test_a_told_start_is_doubted_only_where_the_list_should_have_it() -> None:
    """Later than the one seen by more than clocks differ, and told longer ago than lists lag; else nothing is said."""
    seen = cluster(State.RUNNING, 500)
    for started_at, settle_s, said in (
        (1_000.0, 999.0, "start"),
        (1_000.0, 1_000.0, ""),
        (500.0 + START_TOLERANCE_S, 1.0, ""),
        (501.0 + START_TOLERANCE_S, 1.0, "start"),
    ):
        assert seen.disagreement(replace(TOLD, started_at=started_at), Run.THIS, settle_s=settle_s) == said
    told = replace(TOLD, started_at=1_000.0)
    assert cluster(State.QUEUED, 500).disagreement(told, Run.THIS, settle_s=1.0) == ""
    assert cluster(State.RUNNING, None).disagreement(told, Run.THIS, settle_s=1.0) == ""
    assert seen.disagreement(TOLD, Run.THIS, settle_s=1.0) == ""


def test_a_node_is_doubted_only_in_the_run_that_is_seen() -> None:
    """And where both sides name one."""
    seen, told = replace(cluster(State.RUNNING, 500), nodes=("n1", "n2")), replace(TOLD, node="n9")
    assert seen.disagreement(told, Run.THIS, settle_s=1.0) == "node"
    assert seen.disagreement(told, Run.EARLIER, settle_s=1.0) == ""
    assert seen.disagreement(replace(told, node="n2"), Run.THIS, settle_s=1.0) == ""
    assert cluster(State.RUNNING, 500).disagreement(told, Run.THIS, settle_s=1.0) == ""


def test_which_jobs_are_not_single() -> None:
    """A number of several, an array's parent by any sign of it; not one element of an array."""
    plain = cluster(State.RUNNING, 500)
    stops = [
        replace(plain, **more).not_single()
        for more in ({"ambiguous": True}, {"has_tasks": True}, {"array_request": "1-3"}, {"job_id": "1[].s"})
    ]
    assert [stop and stop.reason for stop in stops] == [Reason.AMBIGUOUS_JOB_ID, *[Reason.ARRAY_PARENT] * 3]
    assert plain.not_single() is None
    assert replace(plain, job_id="1[2].s", has_tasks=True).not_single() is None
