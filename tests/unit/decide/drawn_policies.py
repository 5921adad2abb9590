"""Policies of every kind, as Hypothesis draws them."""

from __future__ import annotations

from hypothesis import strategies as st

from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.conditions import EventPlace
from shared.policy.model import Action, Attempts, Block, Cooldown, Match, Policy, Rule, SameText, Source, Thrash, Window
from shared.policy.windows import WindowAction

CLASSES = [FailureClass.UNKNOWN, FailureClass.INFRASTRUCTURE]
RULES = st.lists(
    st.builds(
        Rule,
        name=st.sampled_from(["a", "b"]),
        match=st.builds(Match, message=st.sampled_from([None, None, "SyntaxError", "weigh"])),
        action=st.sampled_from(list(Action)),
        attempts=st.sampled_from([None, Attempts(max=1)]),
        cooldown=st.sampled_from([None, Cooldown(base_s=0, max_s=0)]),
        beside_live=st.booleans(),
        failure_class=st.sampled_from(CLASSES),
        mode=st.sampled_from([None, None, *Mode]),
        max_lost_h=st.sampled_from([None, 0.5, 3.0]),
        delay_s=st.sampled_from([0.0, 0.0, 60.0]),
        same_text=st.sampled_from([None, None, SameText(max=1)]),
    ),
    max_size=3,
)
WINDOWS = st.builds(
    lambda action, days, reach: Window(
        name="w", action=action, begins="2027-01-15", ends=f"2027-01-{15 + days}", zone="UTC", **reach
    ),
    action=st.sampled_from(list(WindowAction)),
    days=st.sampled_from([0, 1]),
    reach=st.sampled_from([{}, {"clusters": "ehpc-*"}, {"owners": "bob"}]),
)
BLOCKS = st.builds(
    lambda settings, reach: Block(**settings, **reach),
    settings=st.fixed_dictionaries(
        {},
        optional={
            "attempts": st.builds(Attempts, max=st.integers(1, 3), window_s=st.sampled_from([60.0, 86_400.0])),
            "mode": st.sampled_from(list(Mode)),
            "max_lost_h": st.sampled_from([0.5, 3.0]),
            "cooldown": st.just(Cooldown(base_s=100.0)),
            "hold_expires_s": st.just(600.0),
        },
    ),
    reach=st.sampled_from([{"clusters": "*"}, {"groups": "*"}, {"owners": "ann"}, {"queues": "*"}]),
)
BUDGETS = st.builds(Attempts, max=st.integers(1, 4), window_s=st.sampled_from([60.0, 4000.0, 86_400.0]))
SOURCES = [Source(event=EventPlace(source="jobs")), Source(event=EventPlace(source="*"), owners="ann")]
POLICIES = st.builds(
    Policy,
    version=st.just(1),
    mode=st.sampled_from([Mode.AUTO, Mode.AUTO, Mode.OBSERVE, Mode.OFF]),
    attempts=BUDGETS,
    classes=st.sampled_from([{}, {FailureClass.INFRASTRUCTURE: Attempts(max=2, window_s=4000.0)}]),
    max_lost_h=st.sampled_from([None, None, 0.5, 3.0]),
    thrash=st.sampled_from([None, Thrash(max_failures=1, window_s=3600.0)]),
    same_text=st.sampled_from([None, None, SameText(max=1), SameText(max=2)]),
    windows=st.one_of(st.just(()), st.lists(WINDOWS, max_size=2).map(tuple)),
    by=st.one_of(st.just(()), st.lists(BLOCKS, max_size=2).map(tuple)),
    bad_nodes=st.sampled_from([None, None, BadNodes(), BadNodes(action=NodeAction.HOLD)]),
    sources=st.sampled_from([(), (), (SOURCES[0],), (SOURCES[1],)]),
    rules=RULES.map(tuple),
)
