"""What facts are made of, likely and unlikely, as Hypothesis draws it."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.text.fingerprint import fingerprint
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.support.clock import START as NOW
from tests.support.systems import GROUP
from tests.unit.decide.drawn_policies import CLASSES
from tests.unit.decide.facts import (
    DAY_1,
    DAY_2,
    START,
    make_case,
    make_failure,
    make_instance,
    make_look,
)

MOMENTS = st.sampled_from([NOW - 200_000, NOW - 90_000, NOW - 5000, NOW - 3600, NOW - 100, NOW - 20, NOW])
FAILURES = st.builds(
    make_failure,
    occurred_at=MOMENTS,
    started_at=st.sampled_from([None, float(START), NOW - 20, NOW - 90_000]),
    restart_count=st.sampled_from([None, 0, 1]),
    message=st.sampled_from(["", "SyntaxError", "weigh"]),
    exit_code=st.sampled_from(["", "1"]),
    owner=st.sampled_from(["", "", "ann", "bob"]),
    node=st.sampled_from(["", "", "compute1"]),
    speaker=st.sampled_from([Speaker(), Speaker(event_source="jobs")]),
    trigger=st.sampled_from([Trigger.EVENT, Trigger.EVENT, Trigger.MANUAL]),
    telling_id=st.sampled_from(["t", "u"]),
)
EHPC_LOOKS = st.builds(
    make_look,
    state=st.sampled_from([State.RUNNING, State.RUNNING, State.QUEUED, State.FINISHED, State.NOT_FOUND, State.UNKNOWN]),
    start_time=st.sampled_from([START, START, int(NOW) - 20, None]),
    job_id=st.sampled_from(["1.scheduler", "1.scheduler", "1[].scheduler", "1[3].scheduler"]),
    rerunnable=st.sampled_from([True, True, False]),
    ambiguous=st.sampled_from([False, False, True]),
    owner=st.sampled_from(["", "ann@scheduler"]),
    nodes=st.sampled_from([(), ("compute1", "compute2"), ("compute3",)]),
    last_modify_time=st.sampled_from([None, int(NOW)]),
)
LOOK_FAILURES = st.builds(
    LookFailed,
    worth_repeating=st.booleans(),
    code=st.just("Throttling"),
    message=st.just("no"),
    look_begun_at=st.just(NOW),
)
CASES = st.builds(
    make_case,
    failure=FAILURES,
    failure_id=st.sampled_from(["f", "g"]),
    state=st.sampled_from(list(CaseState)),
    opened_at=MOMENTS,
    life=st.sampled_from(["", f"run:{START}", "run:5", "queued", f"{DAY_1}#7"]),
    attempt=st.integers(0, 2),
    reserved_at=MOMENTS,
    may_leave_until=MOMENTS,
    forced=st.booleans(),
    approved_by=st.sampled_from(["", "", "ann"]),
    fingerprint=st.sampled_from(["", fingerprint("weigh"), fingerprint("SyntaxError")]),
    tellings=st.sampled_from([(), ("t",), ("u",)]),
)


def record_of(cases: list[Case], attempts: list[float], not_before: float) -> JobRecord:
    """A job's record with these cases, as far as they can stand beside each other."""
    record = JobRecord(
        attempts=tuple(
            AttemptMark(number, at, CLASSES[number % len(CLASSES)]) for number, at in enumerate(attempts, 1)
        ),
        not_before=not_before,
    )
    for one in cases:
        # At most one attempt in doubt a job.
        if not (one.in_doubt and record.in_doubt):
            record = record.with_case(one)
    return record


RECORDS = st.builds(
    record_of,
    cases=st.lists(CASES, max_size=2, unique_by=lambda one: one.failure_id),
    attempts=st.lists(MOMENTS, max_size=4),
    not_before=st.sampled_from([0.0, NOW + 50]),
)
OTHER_CASES = [
    make_case(failure_id="g", state=CaseState.UNKNOWN, life="run:5", attempt=1),
    make_case(failure_id="g", state=CaseState.DONE, life=f"run:{START}", attempt=1),
    make_case(failure_id="g", state=CaseState.DONE, life=f"{DAY_2}#5", attempt=1),
]
RERUN_FOR_WEIGH = [
    make_case(
        failure_id="h",
        state=CaseState.DONE,
        life="run:7",
        attempt=1,
        reserved_at=NOW - 100,
        fingerprint=fingerprint("weigh"),
    )
]
EASY_RECORDS = st.builds(
    record_of,
    cases=st.one_of(st.just([]), st.lists(st.sampled_from(OTHER_CASES), max_size=1)),
    attempts=st.lists(MOMENTS, max_size=4),
    not_before=st.sampled_from([0.0, 0.0, NOW + 50]),
)
BREAKERS = st.sampled_from([SharedLimit(), SharedLimit(), SharedLimit(opened_at=NOW - 5, why="more than 2 jobs")])
ASKS = st.builds(
    Ask,
    now=st.just(NOW),
    trigger=st.just(Trigger.EVENT),
    request_id=st.just("r"),
    dry_run=st.booleans(),
    force=st.booleans(),
)


def instances_of(meant: Instance, others: list[Instance], told: Failure, enabled: bool, own: bool) -> tuple[Any, Any]:  # noqa: FBT001 - drawn, never written by hand
    """A failed instance as told and as seen, with others of its job."""
    seen = SchedulerxSnapshot(
        job_id="42",
        state=meant.state,
        own_retries=len(others) % 2,
        enabled=enabled,
        instance=meant,
        others=tuple(others),
        own_parameters=own,
        look_begun_at=NOW,
    )
    return Failure(**{**_fields(told), "scope": GROUP, "job_id": "42", "job_instance_id": meant.instance_id}), seen


def _fields(failure: Failure) -> dict[str, Any]:
    return {name: getattr(failure, name) for name in failure.__struct_fields__}


INSTANCES = st.builds(
    make_instance,
    number=st.integers(1, 9),
    state=st.sampled_from([State.FAILED, State.FAILED, State.RUNNING, State.SUCCEEDED, State.QUEUED]),
    data_time=st.sampled_from([DAY_1, DAY_2]),
    trigger_type=st.sampled_from([1, 1, 2, 3]),
    workflow=st.sampled_from([False, False, True]),
    started_at=st.sampled_from([None, NOW - 600, NOW - 60]),
)
EASY = st.one_of(
    st.just((make_failure(), make_look())),
    st.builds(
        instances_of,
        meant=st.just(make_instance()),
        others=st.just([]),
        told=st.just(make_failure()),
        enabled=st.just(True),  # noqa: FBT003 - a strategy's value
        own=st.booleans(),
    ),
)
TOLD_AND_SEEN = st.one_of(
    st.tuples(FAILURES, EHPC_LOOKS),
    st.tuples(FAILURES, LOOK_FAILURES),
    st.builds(
        instances_of,
        meant=INSTANCES,
        others=st.lists(INSTANCES, max_size=2),
        told=FAILURES,
        enabled=st.sampled_from([True, True, False]),
        own=st.sampled_from([False, False, True]),
    ),
)
