"""Facts of every kind, likely and unlikely, as Hypothesis draws them."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

from shared.domain.decision import Ask
from shared.domain.failure import Failure, FailureClass, Speaker, Trigger
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.belts import BadNodes, NodeAction
from shared.policy.facts import Facts
from shared.policy.model import Action, Attempts, Block, Match, Policy, Rule, SameText, Thrash, Window
from shared.policy.text.fingerprint import fingerprint
from shared.policy.windows import WindowAction
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from tests.support.clock import START as NOW
from tests.support.systems import CLUSTER, GROUP
from tests.unit.decide.drawn_policies import CLASSES, POLICIES
from tests.unit.decide.facts import (
    DAY_1,
    DAY_2,
    POLICY,
    START,
    make_case,
    make_facts,
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


def _record(cases: list[Case], attempts: list[float], not_before: float) -> JobRecord:
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
    _record,
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
    _record,
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


def _instances(meant: Instance, others: list[Instance], told: Failure, enabled: bool, own: bool) -> tuple[Any, Any]:  # noqa: FBT001 - drawn, never written by hand
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
        _instances,
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
        _instances,
        meant=INSTANCES,
        others=st.lists(INSTANCES, max_size=2),
        told=FAILURES,
        enabled=st.sampled_from([True, True, False]),
        own=st.sampled_from([False, False, True]),
    ),
)
SUSPECTED = frozenset({"compute1"})


def _obstacle(told: Failure, seen: Any, record: JobRecord, parts: dict[str, Any], ask: Ask) -> Facts:
    policy = Policy(version=1, rules=(Rule(name="all", match=Match(), action=Action.RERUN),), **parts)
    return make_facts(failure=told, observation=seen, record=record, policy=policy, ask=ask, suspects=SUSPECTED)


LIVE_BESIDE = _instances(
    make_instance(),
    [make_instance(8, state=State.RUNNING, data_time=DAY_2)],
    make_failure(),
    enabled=True,
    own=False,
)
ONE_OBSTACLE = st.builds(
    _obstacle,
    told=st.sampled_from(
        [make_failure(), make_failure(owner="bob"), make_failure(node="compute9"), make_failure(message="weigh 7")]
    ),
    seen=st.just(make_look(owner="ann@scheduler", nodes=("compute1",))),
    record=st.sampled_from(
        [
            JobRecord(),
            _record(OTHER_CASES[2:], [NOW - 100, NOW - 5000], 0.0),
            _record(RERUN_FOR_WEIGH, [NOW - 100], 0.0),
        ]
    ),
    parts=st.sampled_from(
        [
            {"thrash": Thrash(max_failures=1, window_s=3600.0)},
            {"thrash": Thrash(max_failures=2, window_s=3600.0)},
            {"max_lost_h": 0.5},
            {"max_lost_h": 1.5},
            {"classes": {FailureClass.UNKNOWN: Attempts(max=1, window_s=4000.0)}},
            {"attempts": Attempts(max=1)},
            {"by": (Block(clusters="*", attempts=Attempts(max=1)),)},
            {"windows": (Window(name="w", action=WindowAction.HOLD, begins="2027-01-15", ends="2027-01-16"),)},
            {"same_text": SameText(max=1)},
            {"attempts": Attempts(max=2)},
            {"bad_nodes": BadNodes(action=NodeAction.HOLD)},
        ]
    ),
    ask=ASKS,
)
IN_VAIN = make_case(
    state=CaseState.UNKNOWN, life=f"run:{START}", attempt=1, may_leave_until=NOW - 3600, calls_in_vain=1
)
OLD_CASES = [make_case(opened_at=NOW - 90_000), make_case(opened_at=NOW - 90_000, approved_by="ann"), IN_VAIN]
OLD = st.builds(
    lambda case, ask: make_facts(case=case, record=JobRecord(cases=(case,)), ask=ask),
    case=st.sampled_from(OLD_CASES),
    ask=ASKS,
)
UNCLEAR = st.builds(
    lambda start, ask: make_facts(observation=make_look(start_time=int(NOW) - start), ask=ask),
    start=st.integers(0, 60),
    ask=ASKS,
)
BESIDE = st.builds(
    _obstacle,
    told=st.just(LIVE_BESIDE[0]),
    seen=st.just(LIVE_BESIDE[1]),
    record=st.just(JobRecord()),
    parts=st.just({}),
    ask=ASKS,
)
AGAIN = st.builds(
    lambda text, limit, delay_s, ask: make_facts(
        failure=make_failure(message=text),
        record=_record(RERUN_FOR_WEIGH, [NOW - 100], 0.0),
        policy=Policy(
            version=1,
            same_text=limit,
            rules=(Rule(name="all", match=Match(), action=Action.RERUN, delay_s=delay_s),),
        ),
        ask=ask,
    ),
    text=st.sampled_from(["weigh", "weigh 7", "other"]),
    limit=st.sampled_from([None, SameText(max=1), SameText(max=2), SameText(max=1, window_s=60.0)]),
    delay_s=st.sampled_from([0.0, 5.0, 60.0]),
    ask=ASKS,
)


@st.composite
def all_facts(draw: st.DrawFn) -> Facts:
    """Any of them."""
    if draw(st.integers(0, 2)) == 0:
        hindered: Facts = draw(st.one_of(ONE_OBSTACLE, ONE_OBSTACLE, BESIDE, OLD, UNCLEAR, AGAIN))
        return hindered
    # Half of all are easy at first sight, so that the later gates are asked as well.
    easy = draw(st.booleans())
    told, seen = draw(EASY if easy else TOLD_AND_SEEN)
    record = draw(EASY_RECORDS if easy else RECORDS)
    # The sweep takes up what is open, and watches what was accepted.
    waiting = [one for one in record.cases if one.open or one.state is CaseState.DONE]
    case = draw(st.sampled_from([None, *waiting]))
    return make_facts(
        failure=case.failure if case and told.scope == CLUSTER else told,
        observation=seen,
        record=record,
        breaker=draw(BREAKERS),
        policy=POLICY if easy and draw(st.booleans()) else draw(POLICIES),
        ask=draw(ASKS),
        case=case,
        unreadable=draw(st.sampled_from([""] * 15 + ["ehpc/x"])),
        suspects=draw(st.sampled_from([frozenset(), SUSPECTED])),
    )
