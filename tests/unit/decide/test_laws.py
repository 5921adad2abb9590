"""Laws of the decision, over facts of every kind (the strategy `any_facts`)."""

from __future__ import annotations

import inspect
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.failure import FailureClass
from shared.domain.job import State
from shared.domain.mode import Mode
from shared.domain.proof import Conclusion
from shared.domain.reasons import Reason, is_final
from shared.domain.record import CaseState
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.conditions import EventPlace
from shared.policy.decide import GATES, Skip, decide
from shared.policy.facts import Facts
from shared.policy.model import Action, Attempts, Match, Policy, Rule, SameText, Source, Thrash
from tests.support.depth import deep
from tests.unit.decide.drawn_facts import IN_DOUBT, ON_A_SUSPECT, WAITS_ALREADY
from tests.unit.decide.drawn_policies import BLOCKS, WINDOWS

SLOW_IS_FINE = [HealthCheck.too_slow]
"""On a busy machine drawing takes its time; that says nothing about the laws."""
LAW = settings(max_examples=deep(100, 200), deadline=None, suppress_health_check=SLOW_IS_FINE)
ACTING = {Verdict.RERUN, Verdict.WOULD_RERUN}
SKIPPED_BY_FORCE = {name for name, _, skip in GATES if skip is Skip.BY_FORCE}
ABOUT_OTHER_TELLINGS = {"told_before", "in_hand"}


def with_parts(facts: Facts, **parts: Any) -> Facts:
    """The same facts but for these, with nothing worked out yet."""
    names = list(inspect.signature(Facts).parameters)
    return Facts(**{name: parts.get(name, getattr(facts, name)) for name in names})


def under(facts: Facts, **parts: Any) -> Facts:
    """The same facts under a policy with these parts instead."""
    fields: dict[str, Any] = {name: getattr(facts.policy, name) for name in facts.policy.__struct_fields__}
    return with_parts(facts, policy=Policy(**{**fields, **parts}))


def asked(facts: Facts, **parts: Any) -> Facts:
    """The same facts, asked differently."""
    return with_parts(facts, ask=replace(facts.ask, **parts))


def calls(decision: Decision) -> bool:
    """Whether a call is to follow; a rerun being watched says `accepted` again, and is stopped by its gate."""
    return decision.reason is Reason.ACCEPTED and decision.gates[-1].passed


@given(data=st.data())
@LAW
def test_the_same_facts_give_the_same_decision(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Pure: nothing but the facts decides, and asking changes nothing in them."""
    facts = data.draw(any_facts)
    again = with_parts(facts)
    before = repr(facts)
    assert decide(facts) == decide(again)
    assert repr(facts) == before


@given(data=st.data())
@LAW
def test_gates_end_with_the_one_that_stopped_it(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Every gate asked is told, in order; only the last can be a no, and it is one exactly if nothing is to be done."""
    decision = decide(data.draw(any_facts))
    order = [name for name, *_ in GATES]
    names = [gate.name for gate in decision.gates if gate.name != "open_less_than_a_day"]
    assert names == [name for name in order if name in names]
    assert all(gate.passed for gate in decision.gates[:-1]) or decision.reason in {Reason.GAVE_UP, Reason.NO_EVIDENCE}
    if decision.gates[-1].name in {"attempt_seen", "rerun_seen"}:
        assert not decision.gates[-1].passed
    else:
        assert decision.gates[-1].passed == (decision.verdict in ACTING)


@pytest.mark.parametrize("tied", ["observe", "dry_run"])
@given(data=st.data())
@LAW
def test_tied_hands_ask_the_same_gates(any_facts: st.SearchStrategy[Facts], data: st.DataObject, tied: str) -> None:
    """Mode observe and a dry run decide as a real run does but for the last step."""
    free = asked(under(data.draw(any_facts), mode=Mode.AUTO), dry_run=False)
    bound = under(free, mode=Mode.OBSERVE) if tied == "observe" else asked(free, dry_run=True)
    real, rehearsed = decide(free), decide(bound)
    modes = {"auto", "observe"}
    assert [replace(gate, saw="") if gate.saw in modes else gate for gate in real.gates] == [
        replace(gate, saw="") if gate.saw in modes else gate for gate in rehearsed.gates
    ]
    if calls(real):
        assert rehearsed.verdict is Verdict.WOULD_RERUN
        assert (rehearsed.attempt, rehearsed.life) == (real.attempt, real.life)
    else:
        assert (rehearsed.verdict, rehearsed.reason, rehearsed.due_at) == (real.verdict, real.reason, real.due_at)


@given(data=st.data())
@LAW
def test_a_suspected_node_never_causes_a_rerun(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """What is decided while a node is suspected is what would be decided else, or that it waits."""
    facts = data.draw(st.one_of(any_facts, ON_A_SUSPECT))
    suspecting, trusting = decide(facts), decide(with_parts(facts, suspects=frozenset()))
    if suspecting.reason is not Reason.BAD_NODE:
        assert (suspecting.verdict, suspecting.reason) == (trusting.verdict, trusting.reason)
    else:
        assert suspecting.verdict is Verdict.DEFERRED


@given(data=st.data())
@LAW
def test_force_skips_what_it_may_and_nothing_else(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Never eligibility, an attempt in doubt, or the kill switch; a waiting case may be taken over."""
    facts = data.draw(st.one_of(any_facts, WAITS_ALREADY))
    plain, forced = decide(asked(facts, force=False)), decide(asked(facts, force=True))
    stopper = plain.gates[-1].name
    if plain.verdict not in ACTING and stopper not in SKIPPED_BY_FORCE | ABOUT_OTHER_TELLINGS:
        assert (forced.verdict, forced.gates[-1].name) == (plain.verdict, stopper)
    if stopper in ABOUT_OTHER_TELLINGS and forced.gates[-1].name != stopper:
        assert any(case.state in {CaseState.DEFERRED, CaseState.HELD} for case in facts.record.cases)
    if calls(forced):
        own = facts.case.failure_id if facts.case else None
        assert facts.policy.mode is not Mode.OFF
        assert all(case.failure_id == own for case in facts.record.cases if case.in_doubt)
        assert not isinstance(facts.observation, LookFailed)
        assert facts.observation.state in {State.RUNNING, State.QUEUED, State.FAILED}


def _fewer(budget: Attempts) -> Attempts:
    return Attempts(max=max(1, budget.max - 1), window_s=budget.window_s + 5000.0)


TIGHTER: dict[str, Any] = {
    "attempts": lambda policy: {"attempts": _fewer(policy.attempts)},
    "classes": lambda policy: {"classes": {name: _fewer(budget) for name, budget in policy.classes.items()}},
    "rule_attempts": lambda policy: {
        "rules": tuple(replace(rule, attempts=rule.attempts and _fewer(rule.attempts)) for rule in policy.rules)
    },
    "max_lost_h": lambda policy: {"max_lost_h": 3.0 if policy.max_lost_h is None else policy.max_lost_h / 2},
    "rule_max_lost_h": lambda policy: {
        "rules": tuple(
            replace(rule, max_lost_h=None if rule.max_lost_h is None else rule.max_lost_h / 2) for rule in policy.rules
        )
    },
    "thrash": lambda policy: {
        "thrash": Thrash(max_failures=1, window_s=policy.thrash.window_s + 5000.0 if policy.thrash else 60.0)
    },
    "sources": lambda policy: {"sources": policy.sources[1:] or (Source(event=EventPlace(source="nobody")),)},
    "mode": lambda policy: {"mode": policy.mode.stricter(Mode.OBSERVE)},
    "rule_mode": lambda policy: {"rules": tuple(replace(rule, mode=Mode.OFF) for rule in policy.rules)},
    "delay": lambda policy: {"rules": tuple(replace(rule, delay_s=rule.delay_s + 5.0) for rule in policy.rules)},
    "same_text": lambda policy: {
        "same_text": SameText(max=1, window_s=policy.same_text.window_s + 5000.0 if policy.same_text else 60.0)
    },
    "rule_same_text": lambda policy: {
        "rules": tuple(replace(rule, same_text=SameText(max=1, window_s=2.0e6)) for rule in policy.rules)
    },
}


@pytest.mark.parametrize("what", TIGHTER)
@given(data=st.data())
@LAW
def test_tightening_never_causes_a_rerun(any_facts: st.SearchStrategy[Facts], data: st.DataObject, what: str) -> None:
    """Fewer attempts, longer windows, less work to lose, fewer sources, stricter modes: what acts then acted before."""
    facts = data.draw(any_facts)
    if decide(under(facts, **TIGHTER[what](facts.policy))).verdict in ACTING:
        assert decide(facts).verdict in ACTING


@given(data=st.data())
@LAW
def test_a_window_never_causes_a_rerun(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Whatever it does, whomever it is for, wherever it stands: what acts beside it acted without it."""
    facts, window = data.draw(any_facts), data.draw(WINDOWS)
    place = data.draw(st.integers(0, len(facts.policy.windows)))
    more = (*facts.policy.windows[:place], window, *facts.policy.windows[place:])
    beside = decide(under(facts, windows=more))
    if beside.verdict in ACTING:
        assert decide(facts).verdict in ACTING


@given(data=st.data())
@LAW
def test_narrowing_a_scope_never_widens_a_budget(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """A block, and a narrower one within it, leave no more attempts, no shorter wait, no longer hold, no laxer mode."""
    facts, block = data.draw(any_facts), data.draw(BLOCKS)
    narrower = replace(data.draw(BLOCKS), clusters=block.clusters, groups=block.groups, owners="ann")
    steps = [facts, under(facts, by=(*facts.policy.by, block)), under(facts, by=(*facts.policy.by, block, narrower))]
    for wide, narrow in pairwise(steps):
        assert narrow.budget.limit.max <= wide.budget.limit.max
        assert narrow.budget.limit.window_s >= wide.budget.limit.window_s
        assert narrow.cooldown.base_s >= wide.cooldown.base_s
        assert narrow.hold_expires_s <= wide.hold_expires_s
        if decide(narrow).verdict in ACTING:
            assert decide(wide).verdict in ACTING


@given(data=st.data())
@LAW
def test_a_rule_that_observes_asks_the_same_gates(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """A rule's mode observe decides as its mode auto but for the last step, forced or not."""
    facts = data.draw(any_facts)
    free, bound = (
        decide(under(facts, rules=tuple(replace(rule, mode=mode) for rule in facts.policy.rules)))
        for mode in (Mode.AUTO, Mode.OBSERVE)
    )
    assert [gate for gate in free.gates if gate.name != "rule_switched_on"] == [
        gate for gate in bound.gates if gate.name != "rule_switched_on"
    ]
    if calls(free) and free.rule:
        assert (bound.verdict, bound.reason) == (Verdict.WOULD_RERUN, Reason.OBSERVE_RULE)
    elif not calls(free) and free.verdict is not Verdict.WOULD_RERUN:
        assert (bound.verdict, bound.reason, bound.due_at) == (free.verdict, free.reason, free.due_at)


@given(data=st.data(), action=st.sampled_from(list(Action)), beside=st.booleans())
@LAW
def test_a_rule_below_the_matching_one_changes_nothing(
    any_facts: st.SearchStrategy[Facts], data: st.DataObject, action: Action, *, beside: bool
) -> None:
    """First match wins, whatever stands below."""
    facts = data.draw(any_facts)
    if facts.rule is None or not facts.rule.name:
        return
    below = Rule(
        name="below",
        match=Match(),
        action=action,
        attempts=Attempts(max=1),
        beside_live=beside,
        failure_class=FailureClass.INFRASTRUCTURE,
        mode=Mode.OFF,
        max_lost_h=0.0,
    )
    assert decide(under(facts, rules=(*facts.policy.rules, below))) == decide(facts)


@given(data=st.data())
@LAW
def test_what_stays_open_is_due_later(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Every open verdict says when to go on, later than now; no final one does, but that of a rerun being watched."""
    facts = data.draw(any_facts)
    decision = decide(facts)
    if decision.verdict is Verdict.RERUN or decision.reason is Reason.NOT_RESTARTED:
        return
    if is_final(decision.verdict, decision.reason):
        assert decision.due_at is None
    else:
        assert decision.due_at is not None
        assert decision.due_at > facts.ask.now


@given(facts=IN_DOUBT)
@LAW
def test_an_attempt_in_doubt_is_repeated_only_on_proof(facts: Facts) -> None:
    """After an unknown result: no call unless a look has proven that the job was not restarted."""
    case, look = facts.case, facts.observation
    assert case is not None
    if calls(decide(facts)):
        assert not isinstance(look, LookFailed)
        settled = look.look_begun_at >= case.may_leave_until + facts.policy.timing.settle_s
        assert look.conclude(case, settled=settled) is Conclusion.NOT_RESTARTED


@given(data=st.data())
@LAW
def test_a_case_ends_under_its_own_id(any_facts: st.SearchStrategy[Facts], data: st.DataObject) -> None:
    """Every outcome of one failure carries one `failure_id`, also when it turns out to be a duplicate."""
    facts = data.draw(any_facts)
    if facts.case is not None:
        assert decide(facts).failure_id == facts.case.failure_id


@pytest.mark.drawn
def test_the_strategy_reaches_every_gate(any_facts: st.SearchStrategy[Facts]) -> None:
    """The laws above are about something: every gate is seen saying no; calls, also after doubt, and ends are seen."""
    stops, verdicts, called = set[str](), set[Verdict](), set[bool]()

    @settings(max_examples=1600, deadline=None, database=None, derandomize=True, suppress_health_check=SLOW_IS_FINE)
    @given(facts=any_facts)
    def look(facts: Facts) -> None:
        decision = decide(facts)
        verdicts.add(decision.verdict)
        stops.update(gate.name for gate in decision.gates if not gate.passed)
        if calls(decision):
            called.add(facts.case is not None and facts.case.in_doubt)

    look()
    assert stops >= {name for name, *_ in GATES} | {"open_less_than_a_day"}
    assert verdicts == set(Verdict) - {Verdict.INVALID}
    assert called == {False, True}
