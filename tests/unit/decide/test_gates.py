"""Each gate says no to what it is there for, and every decision tells which gates were asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask, Decision
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.mode import Mode
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.belts import BadNodes, NodeAction
from shared.policy.conditions import EventPlace
from shared.policy.decide import GATES, Skip, decide
from shared.policy.facts import Facts
from shared.policy.model import Action, Match, Rule, SameText, Source, Thrash, Window
from shared.policy.text.fingerprint import fingerprint
from shared.policy.windows import WindowAction
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance
from tests.support.make import Make

NOW = 1_800_000_000.0
LIFE = f"run:{int(NOW) - 3600}"


OPEN = Window(name="now", action=WindowAction.DEFER, begins="2027-01-15", ends="2027-01-16", zone="UTC")
"""It is open at NOW, for every job."""
WEIGH = fingerprint("weigh 1")


def stopped(decision: Decision) -> tuple[str, str, str]:
    """(the gate that said no, verdict, reason)."""
    return (decision.gates[-1].name, decision.verdict.value, decision.reason.value)


def test_nothing_in_the_way_is_a_rerun(facts: Make[Facts]) -> None:
    """All gates passed, each named with what it saw and wanted."""
    decision = decide(facts())
    assert (decision.verdict.value, decision.reason.value, decision.attempt) == ("rerun", "accepted", 1)
    assert (decision.state, decision.rule, decision.max_attempts) == ("RUNNING", "the-rest", 3)
    assert str(decision.life) == LIFE
    assert all(gate.passed and gate.saw and gate.wanted for gate in decision.gates)
    asked = [gate.name for gate in decision.gates]
    assert asked == [name for name, *_ in GATES if name not in NOT_ALWAYS_ASKED]


NOT_ALWAYS_ASKED = {
    "rerun_seen",
    "hold_valid",
    "attempt_seen",
    "record_readable",
    "no_live_instance",
    "rule_switched_on",
    "little_to_lose",
    "not_thrashing",
    "outside_windows",
    "text_is_new",
    "late_enough",
    "node_sound",
    "calls_take_effect",
}
"""Asked of cases that are watched, held or in doubt, of SchedulerX jobs, or where the policy says something of it."""
EHPC_GATES: list[tuple[str, str, str]] = [
    ("rerun_seen", "rerun", "seen_no_run"),
    ("hold_valid", "suppressed", "hold_expired"),
    ("attempt_seen", "unknown", "not_settled"),
    ("switched_on", "suppressed", "kill_switch"),
    ("may_speak", "suppressed", "untrusted_source"),
    ("told_before", "duplicate", "already_handled"),
    ("fresh", "suppressed", "stale_event"),
    ("record_readable", "deferred", "record_unreadable"),
    ("observed", "deferred", "look_failed"),
    ("exists", "ineligible", "not_found"),
    ("restarted_since", "duplicate", "restarted_since"),
    ("claims_agree", "suppressed", "untrusted_source"),
    ("eligible", "ineligible", "job_finished"),
    ("rerunnable", "ineligible", "not_rerunnable"),
    ("run_clear", "deferred", "run_unclear"),
    ("in_hand", "deferred", "other_run_in_hand"),
    ("rule_switched_on", "suppressed", "kill_switch"),
    ("rule_allows", "suppressed", "rule_ignores"),
    ("outside_windows", "deferred", "maintenance"),
    ("needs_no_person", "held", "rule_holds"),
    ("little_to_lose", "held", "too_much_to_lose"),
    ("not_thrashing", "suppressed", "thrashing"),
    ("text_is_new", "suppressed", "same_text_again"),
    ("attempts_left", "suppressed", "attempts_used_up"),
    ("late_enough", "deferred", "delay"),
    ("node_sound", "deferred", "bad_node"),
    ("cooled_down", "deferred", "cooldown"),
    ("breaker_closed", "suppressed", "breaker_open"),
    ("calls_take_effect", "deferred", "call_in_vain"),
]


def in_the_way(
    gate: str, facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot], case: Make[Case]
) -> Facts:
    """Good facts but for the one thing that this gate is there for."""
    held, lost = case(state=CaseState.HELD), case(state=CaseState.UNKNOWN, life=LIFE, attempt=1, may_leave_until=NOW)
    vain = case(state=CaseState.UNKNOWN, life=LIFE, attempt=1, may_leave_until=NOW - 3600, calls_in_vain=1)
    done = case(state=CaseState.DONE, life=LIFE, attempt=1, may_leave_until=NOW)
    policy = facts().policy
    hold = (Rule(name="ask", match=Match(), action=Action.HOLD),)
    attempts = tuple(AttemptMark(number, NOW - number) for number in (1, 2, 3))
    parts: dict[str, dict[str, Any]] = {
        "rerun_seen": {"case": done, "record": JobRecord(cases=(done,)), "observation": look(state=State.FINISHED)},
        "hold_valid": {"case": held, "record": JobRecord(cases=(held,))},
        "attempt_seen": {"case": lost, "record": JobRecord(cases=(lost,))},
        "switched_on": {"policy": replace(policy, mode=Mode.OFF)},
        "may_speak": {"policy": replace(policy, sources=(Source(event=EventPlace(source="jobs")),))},
        "told_before": {"record": JobRecord(cases=(case(state=CaseState.DONE, tellings=("t",)),))},
        "fresh": {"failure": failure(occurred_at=NOW - 86_401)},
        "record_readable": {"unreadable": "ehpc/cn-hangzhou/x/1"},
        "observed": {"observation": LookFailed(worth_repeating=True, code="x", message="x", look_begun_at=NOW)},
        "exists": {"observation": look(state=State.NOT_FOUND)},
        "restarted_since": {"failure": failure(started_at=5.0)},
        "claims_agree": {"failure": failure(owner="ann"), "observation": look(owner="bob@scheduler")},
        "eligible": {"observation": look(state=State.FINISHED)},
        "rerunnable": {"observation": look(rerunnable=False)},
        "run_clear": {"observation": look(start_time=int(NOW) - 5)},
        "in_hand": {"record": JobRecord(cases=(case(state=CaseState.UNKNOWN, life="run:5", attempt=1),))},
        "rule_switched_on": {"policy": replace(policy, rules=(replace(policy.rules[1], mode=Mode.OFF),))},
        "rule_allows": {"failure": failure(message="SyntaxError")},
        "needs_no_person": {"policy": replace(policy, rules=hold)},
        "little_to_lose": {"policy": replace(policy, max_lost_h=0.9)},
        "not_thrashing": {
            "policy": replace(policy, thrash=Thrash(max_failures=1, window_s=3600)),
            "record": JobRecord(cases=(case(state=CaseState.DONE, life="run:5"),)),
        },
        "outside_windows": {"policy": replace(policy, windows=(OPEN,))},
        "text_is_new": {
            "policy": replace(policy, same_text=SameText(max=1)),
            "failure": failure(message="weigh 2"),
            "record": JobRecord(
                cases=(case(state=CaseState.DONE, life="run:5", fingerprint=WEIGH, reserved_at=NOW - 600),)
            ),
        },
        "late_enough": {"policy": replace(policy, rules=(replace(policy.rules[1], delay_s=11.0),))},
        "node_sound": {
            "policy": replace(policy, bad_nodes=BadNodes(action=NodeAction.HOLD)),
            "failure": failure(node="N1.local"),
            "suspects": frozenset({"n1"}),
        },
        "attempts_left": {"record": JobRecord(attempts=attempts)},
        "cooled_down": {"record": JobRecord(not_before=NOW + 1)},
        "breaker_closed": {"breaker": SharedLimit(opened_at=NOW - 10**9, why="more than 2 jobs")},
        "calls_take_effect": {"case": vain, "record": JobRecord(cases=(vain,))},
    }
    return facts(**parts[gate])


@pytest.mark.parametrize(("gate", "verdict", "reason"), EHPC_GATES, ids=[row[0] for row in EHPC_GATES])
def test_each_gate_stops_what_it_is_there_for(
    facts: Make[Facts],
    failure: Make[Failure],
    look: Make[EhpcSnapshot],
    case: Make[Case],
    gate: str,
    verdict: str,
    reason: str,
) -> None:
    """One thing in the way: that gate is the last one asked, the only no, and gives its verdict."""
    decision = decide(in_the_way(gate, facts, failure, look, case))
    assert stopped(decision) == (gate, verdict, reason)
    assert [one.passed for one in decision.gates] == [True] * (len(decision.gates) - 1) + [False]


def test_a_failure_is_not_its_own_return(facts: Make[Facts], failure: Make[Failure], case: Make[Case]) -> None:
    """A rerun that was accepted and did not take place is tried again; another failure with that text is not."""
    policy = replace(facts().policy, same_text=SameText(max=1))
    own = case(failure=failure(message="weigh 2"), fingerprint=WEIGH, reserved_at=NOW - 600)
    parts: dict[str, Any] = {"policy": policy, "failure": own.failure, "record": JobRecord(cases=(own,))}
    assert decide(facts(case=own, **parts)).reason.value == "accepted"
    other = case(failure_id="g", fingerprint=WEIGH, reserved_at=NOW - 600, state=CaseState.DONE)
    both = {**parts, "record": JobRecord(cases=(own, other))}
    assert decide(facts(case=own, **both)).reason.value == "same_text_again"


@pytest.mark.parametrize("by", ["ann", ""])
def test_an_open_breaker_holds_without_a_window(facts: Make[Facts], by: str) -> None:
    """With `breaker: null` none opens by itself, but one that is open says no all the same, whoever opened it."""
    policy = replace(facts().policy, breaker=None)
    assert decide(facts(policy=policy)).reason.value == "accepted"
    found = facts(policy=policy, breaker=SharedLimit(opened_at=NOW - 5, why="maintenance", opened_by=by))
    decision = decide(found)
    assert stopped(decision) == ("breaker_closed", "suppressed", "breaker_open")
    assert "maintenance" in decision.message
    assert (
        decide(facts(policy=policy, breaker=found.breaker, ask=replace(found.ask, force=True))).verdict.value == "rerun"
    )


@pytest.mark.parametrize(("gate", "verdict", "reason"), EHPC_GATES, ids=[row[0] for row in EHPC_GATES])
def test_force_passes_the_policy_and_nothing_else(
    facts: Make[Facts],
    failure: Make[Failure],
    look: Make[EhpcSnapshot],
    case: Make[Case],
    gate: str,
    verdict: str,
    reason: str,
) -> None:
    """What the policy alone asks for is skipped. Every other gate says what it always says."""
    plain = in_the_way(gate, facts, failure, look, case)
    forced = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    parts = ("failure", "observation", "record", "breaker", "policy", "case", "unreadable", "suspects")
    decision = decide(facts(ask=forced, **{name: getattr(plain, name) for name in parts}))
    skippable = {name for name, _, skip in GATES if skip is Skip.BY_FORCE}
    assert skippable == {
        "rule_allows",
        "outside_windows",
        "needs_no_person",
        "little_to_lose",
        "not_thrashing",
        "text_is_new",
        "attempts_left",
        "late_enough",
        "node_sound",
        "cooled_down",
        "breaker_closed",
    }
    if gate in skippable:
        assert decision.reason.value == "accepted"
    else:
        assert stopped(decision) == (gate, verdict, reason)


def test_every_gate_is_in_a_table_of_these_tests() -> None:
    """A new gate needs a case here."""
    assert {name for name, *_ in GATES} == {row[0] for row in EHPC_GATES} | {"no_live_instance"}


def test_a_live_instance_stops(schedulerx_facts: Make[Facts], instance: Make[Instance], case: Make[Case]) -> None:
    """A stranger's is ineligible; our own rerun of another day defers."""
    live = instance(6, state=State.RUNNING, data_time="2026-01-02 10:00:00")
    assert stopped(decide(schedulerx_facts(live))) == ("no_live_instance", "ineligible", "live_instance")
    ours = replace(live, trigger_type=2)
    record = JobRecord(cases=(case(state=CaseState.DONE, life="2026-01-02 10:00:00#5"),))
    found = decide(schedulerx_facts(ours, record=record))
    assert stopped(found) == ("no_live_instance", "deferred", "other_run_in_hand")


@pytest.mark.parametrize(
    ("seen", "expected"),
    [
        ({"ambiguous": True}, "ambiguous_job_id"),
        ({"job_id": "12[].scheduler"}, "array_parent"),
        ({"job_id": "12[1-5].scheduler"}, "array_parent"),
        ({"array_request": "1-5"}, "array_parent"),
        ({"job_id": "12[3].scheduler"}, "accepted"),
        ({"job_id": "12[3].scheduler", "array_request": "1-5"}, "accepted"),
        ({"job_id": "12_3", "array_request": "0-5"}, "accepted"),
        ({"job_id": "12_3.manager", "array_request": "0-5"}, "accepted"),
        ({"job_id": "12_[0-5]"}, "array_parent"),
        ({"job_id": "12", "array_request": "0-5"}, "array_parent"),
        ({"job_id": "12", "has_tasks": True}, "array_parent"),
    ],
)
def test_what_counts_as_one_job(
    facts: Make[Facts], look: Make[EhpcSnapshot], seen: dict[str, Any], expected: str
) -> None:
    """Never an array parent, never a guess between servers; a subjob is one job."""
    assert decide(facts(observation=look(**seen))).reason.value == expected


@pytest.mark.parametrize("state", [CaseState.DEFERRED, CaseState.UNKNOWN, CaseState.RESERVED])
@pytest.mark.parametrize("age_s", [86_399, 86_400])
def test_nothing_stays_open_longer_than_a_day(
    facts: Make[Facts], case: Make[Case], state: CaseState, age_s: float
) -> None:
    """Not what cannot be looked at, and not a call that was put off again and again."""
    one = case(state=state, opened_at=NOW - age_s, life=LIFE, attempt=1, may_leave_until=NOW - 10_000)
    blind = LookFailed(worth_repeating=True, code="x", message="x", look_begun_at=NOW)
    record = JobRecord(cases=(one,))
    unseen = decide(facts(case=one, record=record, observation=blind))
    seen = decide(facts(case=one, record=record))
    in_time = age_s < 86_400
    if state is CaseState.DEFERRED:
        assert unseen.reason.value == ("look_failed" if in_time else "gave_up")
    else:
        assert unseen.reason.value == ("not_settled" if in_time else "no_evidence")
    assert (seen.verdict.value, seen.reason.value) == (("rerun", "accepted") if in_time else ("refused", "gave_up"))
    assert (seen.gates[-1].passed, seen.attempt) == (in_time, 1)


def test_an_attempt_not_made_keeps_its_number_and_its_place_in_the_budget(facts: Make[Facts], case: Make[Case]) -> None:
    """Going on with a reserved attempt asks neither for budget nor for cooldown again."""
    one = case(life=LIFE, attempt=3)
    record = JobRecord(
        cases=(one,), attempts=tuple(AttemptMark(number, NOW - 9) for number in (1, 2, 3)), not_before=NOW + 99
    )
    decision = decide(facts(case=one, record=record))
    assert (decision.reason.value, decision.attempt) == ("accepted", 3)


def test_what_a_person_forced_stays_forced(facts: Make[Facts], failure: Make[Failure], case: Make[Case]) -> None:
    """The sweep goes on with a forced case as the person asked, but not against the kill switch."""
    one = case(failure=failure(message="SyntaxError"), life=LIFE, attempt=1, forced=True)
    parts = {"failure": one.failure, "case": one, "record": JobRecord(cases=(one,))}
    assert decide(facts(**parts)).reason.value == "accepted"
    off = replace(facts().policy, mode=Mode.OFF)
    assert decide(facts(policy=off, **parts)).reason.value == "kill_switch"
