"""Each gate says no to what it is there for, and every decision tells which gates were asked."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.limits import SharedLimit
from shared.domain.record import Case, CaseState, JobRecord
from shared.policy.decide import GATES, decide
from shared.policy.facts import Facts
from shared.policy.model import SameText
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.in_the_way import EHPC_GATES, LIFE, WEIGH, in_the_way, stopped


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
