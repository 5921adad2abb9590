"""The edges of what is compared and chosen on the way to a decision."""

from __future__ import annotations

import pytest

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.runs import SKEW_S
from shared.policy.decide import decide
from shared.policy.evidence import ending_of
from shared.policy.facts import Facts, pause_s
from shared.policy.model import Action, Cooldown, Match, Policy, Rule
from shared.policy.text.normal import each_once
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make

START = int(NOW) - 3600


def test_pauses_double_up_to_half_an_hour() -> None:
    """30 s first."""
    assert [pause_s(looks) for looks in (0, 1, 2, 5, 6, 7, 10, 11, 2000)] == [30, 60, 120, 960, *[1800] * 5]


def test_a_rule_s_own_cooldown_goes_before_the_policy_s(facts: Make[Facts]) -> None:
    """And where it has none, the policy's holds."""
    own, of_all = Cooldown(base_s=7), Cooldown(base_s=99)
    for cooldown, expected in ((own, own), (None, of_all)):
        rules = (Rule(name="a", match=Match(), action=Action.RERUN, cooldown=cooldown),)
        assert facts(policy=Policy(version=1, rules=rules, cooldown=of_all)).cooldown == expected


@pytest.mark.parametrize(
    ("told", "code", "signal"),
    [
        ("128", 128, None),
        ("129", 129, 1),
        ("192", 192, 64),
        ("193", 193, None),
        ("256", 256, None),
        ("257", 257, 1),
        ("320", 320, 64),
        ("321", 321, None),
        ("0:9", 137, 9),
        ("3:64", 3, 64),
        ("3:65", 3, None),
    ],
)
def test_an_exit_code_names_its_signal(told: str, code: int, signal: int | None) -> None:
    """Above 128 as shells tell it, above 256 as PBS does; the base itself names none."""
    ending = ending_of(told)
    assert (ending.code, ending.signal) == (code, signal)


@pytest.mark.parametrize(("late_s", "suppressed"), [(0.0, False), (1.0, True)])
def test_a_start_may_lie_30_s_after_the_telling(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot], late_s: float, *, suppressed: bool
) -> None:
    """Clocks differ by so much and no more."""
    start = int(NOW + SKEW_S + late_s)
    decision = decide(facts(failure=failure(started_at=float(start)), observation=look(start_time=start)))
    assert (decision.reason.value == "untrusted_source") is suppressed


def test_a_decision_names_the_day(schedulerx_facts: Make[Facts]) -> None:
    """Of SchedulerX: the call needs it."""
    decided = schedulerx_facts()
    assert decided.data_time
    assert (decide(decided).data_time, decide(decided).job_instance_id) == (decided.data_time, decided.job_instance_id)


def test_empty_and_repeated_lines_say_nothing() -> None:
    """An empty line between two equal ones does not part them."""
    assert each_once(["", "a", "", "a", "b", "a", ""]) == ["a", "b", "a"]


@pytest.mark.parametrize(("seen", "due_s"), [(State.RUNNING, 121.0), (State.NOT_FOUND, 121.0)])
@pytest.mark.parametrize("left_s", [0.0, 5.0])
def test_a_call_in_doubt_is_looked_at_a_second_after_its_effect_would_show(
    facts: Make[Facts], case: Make[Case], look: Make[EhpcSnapshot], seen: State, due_s: float, left_s: float
) -> None:
    """No sooner, whatever was seen before, and no later."""
    lost = case(state=CaseState.UNKNOWN, life=f"run:{START}", attempt=1, may_leave_until=NOW - left_s)
    decision = decide(facts(case=lost, record=JobRecord(cases=(lost,)), observation=look(state=seen)))
    assert (decision.reason.value, decision.due_at) == ("not_settled", NOW - left_s + due_s)


@pytest.mark.parametrize(("since_s", "reason"), [(119.0, "not_settled"), (120.0, "accepted")])
def test_the_same_life_proves_something_once_the_effect_would_show(
    facts: Make[Facts], case: Make[Case], since_s: float, reason: str
) -> None:
    """From the very second on."""
    lost = case(state=CaseState.UNKNOWN, life=f"run:{START}", attempt=1, may_leave_until=NOW - since_s)
    assert decide(facts(case=lost, record=JobRecord(cases=(lost,)))).reason.value == reason


@pytest.mark.parametrize(("vain", "wait_s"), [(0, None), (1, 60.0), (2, 120.0), (9, 1800.0)])
def test_a_call_in_vain_waits_longer_each_time(
    facts: Make[Facts], case: Make[Case], vain: int, wait_s: float | None
) -> None:
    """The first is repeated at once; halves of a batch do not count."""
    parts = {"state": CaseState.UNKNOWN, "life": f"run:{START}", "attempt": 1, "may_leave_until": NOW - 3600}
    alone = case(**parts, calls_in_vain=vain)
    decision = decide(facts(case=alone, record=JobRecord(cases=(alone,))))
    assert decision.due_at == (None if wait_s is None else NOW + wait_s)
    half = case(**parts, most_a_call=2, calls_in_vain=1)
    assert decide(facts(case=half, record=JobRecord(cases=(half,)))).reason.value == "accepted"
