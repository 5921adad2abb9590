"""All that one decision may look at, as Hypothesis draws it: of every kind, and with one thing in the way."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, FailureClass
from shared.domain.job import State
from shared.domain.record import CaseState, JobRecord
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.facts import Facts
from shared.policy.model import Action, Attempts, Block, Match, Policy, Rule, SameText, Thrash, Window
from shared.policy.windows import WindowAction
from tests.support.clock import START as NOW
from tests.support.systems import CLUSTER
from tests.unit.decide.drawn import (
    ASKS,
    BREAKERS,
    EASY,
    EASY_RECORDS,
    LOOK_FAILURES,
    OTHER_CASES,
    RECORDS,
    RERUN_FOR_WEIGH,
    TOLD_AND_SEEN,
    instances_of,
    record_of,
)
from tests.unit.decide.drawn_policies import POLICIES
from tests.unit.decide.facts import (
    DAY_2,
    POLICY,
    START,
    make_case,
    make_facts,
    make_failure,
    make_instance,
    make_look,
)

SUSPECTED = frozenset({"compute1"})


def _obstacle(told: Failure, seen: Any, record: JobRecord, parts: dict[str, Any], ask: Ask) -> Facts:
    policy = Policy(version=1, rules=(Rule(name="all", match=Match(), action=Action.RERUN),), **parts)
    return make_facts(failure=told, observation=seen, record=record, policy=policy, ask=ask, suspects=SUSPECTED)


LIVE_BESIDE = instances_of(
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
            record_of(OTHER_CASES[2:], [NOW - 100, NOW - 5000], 0.0),
            record_of(RERUN_FOR_WEIGH, [NOW - 100], 0.0),
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
IN_DOUBT = st.builds(
    lambda case, seen, ask: make_facts(case=case, record=JobRecord(cases=(case,)), observation=seen, ask=ask),
    case=st.builds(
        make_case,
        state=st.sampled_from([CaseState.UNKNOWN, CaseState.RESERVED]),
        life=st.sampled_from([f"run:{START}", f"run:{START}", f"run:{START}", "queued"]),
        attempt=st.just(1),
        may_leave_until=st.sampled_from([NOW - 3600, NOW - 20]),
        calls_in_vain=st.sampled_from([0, 0, 1]),
    ),
    seen=st.one_of(
        st.builds(make_look, start_time=st.sampled_from([START, START, int(NOW) - 20, None])),
        st.builds(make_look, state=st.sampled_from([State.RUNNING, State.RUNNING, State.QUEUED])),
        LOOK_FAILURES,
    ),
    ask=st.builds(replace, ASKS, dry_run=st.just(False)),  # noqa: FBT003 - a strategy's value
)
"""Of a call nobody knows what it did; some looks prove that it did nothing."""
ON_A_SUSPECT = st.builds(
    _obstacle,
    told=st.sampled_from([make_failure(), make_failure(node="compute1")]),
    seen=st.just(make_look(nodes=("compute1",))),
    record=st.just(JobRecord()),
    parts=st.just({"bad_nodes": BadNodes(action=NodeAction.HOLD)}),
    ask=ASKS,
)
WAITS_ALREADY = st.builds(
    lambda state, ask: make_facts(record=JobRecord(cases=(make_case(state=state, tellings=("t",)),)), ask=ask),
    state=st.sampled_from([CaseState.DEFERRED, CaseState.HELD]),
    ask=ASKS,
)
"""The same failure, told again while it waits: a person who forces takes it over."""
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
        record=record_of(RERUN_FOR_WEIGH, [NOW - 100], 0.0),
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
        hindered: Facts = draw(
            st.one_of(ONE_OBSTACLE, ONE_OBSTACLE, BESIDE, OLD, UNCLEAR, AGAIN, IN_DOUBT, ON_A_SUSPECT)
        )
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
