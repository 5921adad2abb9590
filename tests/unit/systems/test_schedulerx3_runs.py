"""SchedulerX 3: what a look proves of a rerun, and which run a failure means."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.record import Case, CaseState, JobRecord
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.support.clock import START
from tests.unit.systems.schedulerx3_looks import ID, TOLD, seen


def execution(**parts: Any) -> Execution:
    """One that failed ten minutes before the telling."""
    base: dict[str, Any] = {
        "execution_id": ID,
        "state": State.FAILED,
        "attempt": 1,
        "data_time": "d",
        "started_at": START - 600,
        "ended_at": START - 5,
    }
    return Execution(**{**base, **parts})


def reserved(**parts: Any) -> Case:
    """A case whose call is in doubt."""
    base: dict[str, Any] = {
        "failure": replace(TOLD, occurred_at=START - 60),
        "failure_id": "f",
        "state": CaseState.UNKNOWN,
        "opened_at": START,
        "life": execution().life,
        "attempt": 1,
        "reserved_at": START,
    }
    return Case(**{**base, **parts})


@pytest.mark.parametrize(
    ("snapshot", "settled", "concluded", "became"),
    [
        (seen(execution()), False, Conclusion.WAIT, Aftermath.WAIT),
        (seen(execution()), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (seen(None), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(ended_at=None)), True, Conclusion.NOT_RESTARTED, Aftermath.NOT_RESTARTED),
        (seen(execution(attempt=2, state=State.RUNNING)), False, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(state=State.RUNNING)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(state=State.RUNNING, started_at=START)), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(state=State.QUEUED)), True, Conclusion.RESTARTED, Aftermath.RESTARTED),
        (seen(execution(ended_at=START - 40)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=0, state=State.RUNNING)), True, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 31)), True, Conclusion.RESTARTED_BEFORE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 31)), False, Conclusion.NO_EVIDENCE, Aftermath.WAIT),
        (seen(execution(attempt=2, started_at=START - 30)), True, Conclusion.RESTARTED, Aftermath.FAILED),
        (seen(execution(attempt=2, ended_at=START + 90)), False, Conclusion.RESTARTED, Aftermath.FAILED),
        (
            seen(execution(state=State.SUCCEEDED, ended_at=START + 90)),
            False,
            Conclusion.RESTARTED,
            Aftermath.SUCCEEDED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, state=State.QUEUED, started_at=None)),
            False,
            Conclusion.RESTARTED,
            Aftermath.RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, started_at=START - 3600)),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=4, started_at=START, data_time="other")),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
        (
            seen(execution(), execution(execution_id=ID + 1, trigger_type=1, started_at=START)),
            True,
            Conclusion.NOT_RESTARTED,
            Aftermath.NOT_RESTARTED,
        ),
    ],
)
def test_what_a_look_proves(
    snapshot: Schedulerx3Snapshot,
    settled: bool,  # noqa: FBT001 - a table
    concluded: Conclusion,
    became: Aftermath,
) -> None:
    """Under the old id or a new one, begun since; an end that is missing proves nothing."""
    case = reserved()
    assert snapshot.conclude(case, settled=settled) is concluded
    assert snapshot.aftermath(case, settled=settled) is became


def test_a_retry_known_before_the_call_proves_nothing() -> None:
    """Somebody's of a minute ago is not ours."""
    earlier = execution(execution_id=ID + 1, trigger_type=4, started_at=START - 10)
    snapshot = seen(execution(), earlier)
    assert snapshot.known_reruns == (ID + 1,)
    assert snapshot.conclude(reserved(known_reruns=(ID + 1,)), settled=True) is Conclusion.NOT_RESTARTED


@pytest.mark.parametrize(
    ("snapshot", "told", "run"),
    [
        (seen(None), {}, Run.THIS),
        (seen(execution()), {}, Run.THIS),
        (seen(execution(started_at=START - 5)), {}, Run.THIS),
        (seen(execution(started_at=START - 31, ended_at=None, attempt=2)), {}, Run.THIS),
        (seen(execution(started_at=START - 30, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 30, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 30)), {}, Run.THIS),
        (seen(execution(started_at=START - 5, ended_at=START, attempt=2)), {}, Run.THIS),
        (seen(execution(started_at=None)), {}, Run.THIS),
        (seen(execution(started_at=None, attempt=2)), {}, Run.UNCLEAR),
        (seen(execution(started_at=START + 60, attempt=2)), {}, Run.EARLIER),
        (seen(execution()), {"started_at": START - 600}, Run.THIS),
        (seen(execution(attempt=2)), {"started_at": START - 1200}, Run.EARLIER),
        (seen(execution(attempt=0)), {"started_at": START - 1200}, Run.EARLIER),
        (seen(execution()), {"started_at": START - 1200}, Run.THIS),
        (seen(execution()), {"started_at": START - 300}, Run.UNCLEAR),
        (seen(execution(), execution(execution_id=ID + 1, trigger_type=5)), {}, Run.EARLIER),
        (seen(execution(), execution(execution_id=ID + 1, trigger_type=1)), {}, Run.THIS),
    ],
)
def test_which_run_a_failure_means(snapshot: Schedulerx3Snapshot, told: dict[str, float], run: Run) -> None:
    """The execution told, unless it has been run again since."""
    failure = Failure(**{**{name: getattr(TOLD, name) for name in TOLD.__struct_fields__}, **told})
    assert snapshot.which_run(failure, JobRecord()) is run


def test_a_rerun_of_ours_since_makes_it_an_earlier_run() -> None:
    """The record knows what the list does not show yet."""
    done = reserved(state=CaseState.DONE, reserved_at=START + 10)
    assert seen(execution()).which_run(TOLD, JobRecord(cases=(done,))) is Run.EARLIER


def test_attempts_that_were_not_ours_count() -> None:
    """So that its retries and ours do not multiply. Ours are known by their cases: other executions' say nothing."""
    ours, others = (
        JobRecord(cases=tuple(reserved(failure_id=str(run), life=Life.attempt(one, run, "x")) for run in (1, 2)))
        for one in (ID, ID + 1)
    )
    for record, retries in ((JobRecord(), 3), (ours, 1), (others, 3)):
        assert seen(execution(attempt=4)).retries_of_its_own(record, TOLD, 2) == retries
    assert seen(execution(attempt=0)).retries_of_its_own(ours, TOLD, 0) == 0
    assert seen(None).retries_of_its_own(ours, TOLD, 0) == 0


def test_the_attempt_for_the_run_that_is_seen_has_made_none_yet() -> None:
    """It is open again, as its call did nothing: what the execution counts is its service's."""
    now = seen(execution(attempt=2))
    record = JobRecord(cases=(reserved(life=now.life),))
    assert now.retries_of_its_own(record, TOLD, 1) == 1


def test_lives_come_back_from_documents() -> None:
    """With the execution that they name."""
    for one in (execution(), execution(state=State.RUNNING, attempt=2)):
        assert one.life is not None
        again = Life.read(one.life.text)
        assert (again, again.instance_id, again.data_time) == (one.life, ID, None)


def test_what_a_call_may_restart_beside_the_execution() -> None:
    """The workflow that it is part of, whole only by the call that is for that."""
    part = seen(execution(workflow=5))
    assert part.share(ActionApi.RETRY_WORKFLOW) == Share(of="5", all_of_it=True)
    assert part.share(None) == Share(of="5")
    assert (seen(execution()).share(ActionApi.RETRY_WORKFLOW), seen(None).share(None)) == (None, None)


def test_a_backfill_makes_one_execution_of_the_same_data_time() -> None:
    """The meant one stays as it is; another data time, or two, is what a wrong time zone does."""
    case = reserved(action_api=ActionApi.BACKFILL)
    made = execution(execution_id=ID + 1, trigger_type=2, started_at=START)
    assert seen(execution(attempt=2), made).strays(case) is False
    assert seen(execution()).strays(case) is True
    assert (seen(execution()).strays(reserved()), seen(None).strays(case)) == (None, None)
