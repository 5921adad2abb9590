"""DataWorks: what a look proves of a rerun, which run a failure means, and what may be rerun."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.gate import GateAnswer
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import Offered
from shared.systems.dataworks.adapter import DataworksJobs
from shared.systems.dataworks.snapshot import DataworksSnapshot, RerunMode, TaskInstance
from tests.support.clock import START, Clock
from tests.support.openapi import FakeApi
from tests.unit.systems.dataworks_service import ID, ZONE, failure, seen, service, shown


def instance(**parts: Any) -> TaskInstance:
    """One that failed a moment before the telling."""
    base: dict[str, Any] = {"started_at": START - 600, "finished_at": START - 5}
    return TaskInstance(**{"instance_id": ID, "state": State.FAILED, **base, **parts})


def reserved(**parts: Any) -> Case:
    """A case whose call is in doubt, of a failure six minutes before it."""
    base: dict[str, Any] = {"failure_id": "f", "state": CaseState.UNKNOWN, "opened_at": START, "attempt": 1}
    return Case(
        **{
            "failure": failure(occurred_at=START - 360),
            "life": seen(instance()).life,
            "reserved_at": START,
            **base,
            **parts,
        }
    )


_AGAIN = (Conclusion.RESTARTED, Aftermath.RESTARTED)


@pytest.mark.parametrize(
    ("one", "settled", "concluded", "became"),
    [
        (instance(), False, Conclusion.WAIT, Aftermath.WAIT),
        (instance(), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (None, True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.UNKNOWN), True, Conclusion.NO_EVIDENCE, Aftermath.NOT_RESTARTED),
        (instance(state=State.QUEUED), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING, started_at=START), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.RUNNING, started_at=START - 31), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.RUNNING, started_at=START - 30), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.RUNNING, run_number=0), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(state=State.QUEUED, run_number=0), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300), True, Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300), False, Conclusion.WAIT, Aftermath.WAIT),
        (instance(run_number=2, started_at=START - 300, state=State.QUEUED), False, *_AGAIN),
        (instance(run_number=2, started_at=START - 391), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (instance(state=State.SUCCEEDED), False, Conclusion.ENDED, Aftermath.NO_FURTHER_RUN),
        (instance(state=State.RUNNING, run_number=2), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (instance(state=State.SUCCEEDED, run_number=2), False, Conclusion.RESTARTED, Aftermath.SUCCEEDED),
        (instance(run_number=2), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (instance(state=State.UNKNOWN, run_number=2), False, Conclusion.RESTARTED, Aftermath.ENDED),
    ],
)
def test_what_a_look_proves(
    one: TaskInstance | None,
    settled: bool,  # noqa: FBT001 - a table
    concluded: Conclusion,
    became: Aftermath,
) -> None:
    """Another run is proof unless it was there before the call, and so is one that waits; success alone was set."""
    assert seen(one).conclude(reserved(), settled=settled) is concluded
    assert seen(one).aftermath(reserved(), settled=settled) is became


@pytest.mark.parametrize(
    ("one", "told", "run"),
    [
        (None, {}, Run.THIS),
        (instance(), {}, Run.THIS),
        (instance(started_at=START - 5), {}, Run.THIS),
        (instance(run_number=2), {}, Run.THIS),
        (instance(run_number=2, started_at=START + 60), {}, Run.EARLIER),
        (instance(run_number=2, started_at=START - 30), {}, Run.UNCLEAR),
        (instance(run_number=2, started_at=START + 30), {}, Run.UNCLEAR),
        (instance(run_number=2, started_at=START - 20, finished_at=START), {}, Run.THIS),
        (instance(run_number=2, started_at=None, finished_at=None), {}, Run.UNCLEAR),
        (instance(run_number=3), {"restart_count": 2}, Run.THIS),
        (instance(run_number=3), {"restart_count": 1}, Run.EARLIER),
        (instance(run_number=3), {"restart_count": 3}, Run.UNCLEAR),
        (instance(run_number=2), {"started_at": START - 600}, Run.THIS),
        (instance(run_number=2), {"started_at": START - 1200}, Run.EARLIER),
    ],
)
def test_which_run_a_failure_means(one: TaskInstance | None, told: dict[str, Any], run: Run) -> None:
    """By the counter, the start or the end; else by the time, and if that is too near it waits."""
    assert seen(one).which_run(failure(**told), JobRecord()) is run


def test_a_rerun_of_ours_since_makes_it_an_earlier_run() -> None:
    """The record knows what the look does not show yet."""
    done = reserved(state=CaseState.DONE, reserved_at=START + 10)
    assert seen(instance()).which_run(failure(), JobRecord(cases=(done,))) is Run.EARLIER


def test_runs_that_were_not_ours_count() -> None:
    """So that its retries and ours do not multiply; what was paid from another budget was ours all the same."""
    marks = tuple(AttemptMark(number, START) for number in (1, 2))
    assert seen(instance(run_number=4)).retries_of_its_own(JobRecord(), failure(), 1) == 2
    assert seen(instance(run_number=4)).retries_of_its_own(JobRecord(attempts=marks), failure(), 1) == 1
    assert seen(None).retries_of_its_own(JobRecord(), failure(), 0) == 0


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (instance(), ""),
        (instance(rerun_mode=RerunMode.FAILURE_ALLOWED), ""),
        (instance(rerun_mode=RerunMode.ALL_DENIED), "not_rerunnable"),
        (instance(rerun_mode=RerunMode.UNKNOWN), "not_rerunnable"),
        (instance(frozen=True), "job_disabled"),
        (None, ""),
    ],
)
def test_what_a_node_allows(one: TaskInstance | None, reason: str) -> None:
    """A word that nobody documented is a no."""
    answer: GateAnswer = seen(one).may_rerun()
    assert (answer.stop.reason.value if answer.stop else "") == reason


@pytest.mark.parametrize(
    ("written", "mode"),
    [(None, RerunMode.ALL_ALLOWED), ("", RerunMode.ALL_ALLOWED), ("Perhaps", RerunMode.UNKNOWN)],
)
def test_how_a_mode_is_read(written: str | None, mode: RerunMode) -> None:
    """What is not there forbids nothing."""
    clock = Clock()
    (one,) = DataworksJobs(FakeApi(clock, service(shown(RerunMode=written))), clock, ZONE).observe([failure()])
    assert isinstance(one, DataworksSnapshot)
    assert one.instance is not None
    assert one.instance.rerun_mode is mode


def test_lives_come_back_from_documents() -> None:
    """With the instance that they name; each run is another."""
    life = seen(instance(run_number=2)).life
    assert life is not None
    assert (Life.read(life.text), Life.read(life.text).instance_id) == (life, ID)
    assert life != seen(instance()).life


def test_what_a_look_offers() -> None:
    """Owner and name as listed; a start while it runs, an end once it is over; nothing of what is not there."""
    over = seen(instance(owner="ann", name="daily"))
    goes_on = seen(instance(state=State.RUNNING))
    assert (over.owner, over.offered, over.running_since) == ("ann", Offered("ann", "", "daily"), None)
    assert over.instance is not None
    assert over.ended_at == over.instance.finished_at
    assert goes_on.instance is not None
    assert (goes_on.running_since, goes_on.ended_at) == (goes_on.instance.started_at, None)
    gone = seen(None)
    assert (gone.owner, gone.offered, gone.running_since, gone.ended_at) == ("", Offered("", "", ""), None, None)


def test_a_run_is_labelled_by_its_life_or_as_it_was_told() -> None:
    """An earlier one has no life that could be seen."""
    look, told = seen(instance()), failure(started_at=START - 7)
    assert look.run_label(told, Run.THIS) == str(look.life)
    assert look.run_label(told, Run.EARLIER) == f"told:{ID}:{int(START - 7)}"


@pytest.mark.parametrize("state", [State.FAILED, State.RUNNING, State.SUCCEEDED])
def test_only_a_failed_instance_is_eligible(state: State) -> None:
    """What is retried by its settings waits or runs."""
    stop = seen(instance(state=state)).eligible(beside_live=False).stop
    assert (stop is None) is (state is State.FAILED)


def test_what_is_under_development_wants_a_person() -> None:
    """And nothing else; a rerun is the same instance again, so that nothing of it can stray or stand beside it."""
    assert seen(instance(dev=True)).wants_person() == (
        Reason.DEV_ENVIRONMENT,
        "the instance is of the development environment",
    )
    look = seen(instance())
    assert look.share(None) is None
    assert (look.wants_person(), seen(None).wants_person(), look.not_single()) == (None, None, None)
    assert (look.strays(reserved()), look.alone(JobRecord(), look_again_at=START), look.known_reruns) == (
        None,
        None,
        (),
    )
    assert (look.concerns(reserved()), look.disagreement(failure(), Run.THIS, settle_s=1)) == (True, "")
