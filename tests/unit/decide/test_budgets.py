"""Budgets: whose attempts count for what, thrashing, work that would be lost, and a person's yes."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, FailureClass
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.model import Action, Attempts, Match, Rule, Thrash
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import Instance
from tests.support.make import Make

NOW = 1_800_000_000.0
START = int(NOW) - 3600
INFRASTRUCTURE, APPLICATION, USER = FailureClass.INFRASTRUCTURE, FailureClass.APPLICATION, FailureClass.USER


def record(*classes: FailureClass, ago_s: float = 60.0) -> JobRecord:
    """A record with an attempt for each class."""
    return JobRecord(attempts=tuple(AttemptMark(n, NOW - ago_s - n, one) for n, one in enumerate(classes, 1)))


def rules(**of_last: Any) -> tuple[Rule, ...]:
    """A rule for infrastructure, and one for the rest."""
    first = Rule(name="node", match=Match(reason="node"), action=Action.RERUN, failure_class=INFRASTRUCTURE)
    return (first, Rule(**{"name": "rest", "match": Match(), "action": Action.RERUN, **of_last}))


@pytest.mark.parametrize(
    ("told", "attempts", "expected"),
    [
        ("node", (), ("accepted", 1, 2)),
        ("node", (INFRASTRUCTURE,), ("accepted", 2, 2)),
        ("node", (INFRASTRUCTURE, INFRASTRUCTURE), ("class_attempts_used_up", 0, 2)),
        ("node", (APPLICATION, APPLICATION, USER), ("accepted", 1, 2)),
        ("", (INFRASTRUCTURE, INFRASTRUCTURE, INFRASTRUCTURE), ("accepted", 1, 3)),
        ("", (INFRASTRUCTURE, APPLICATION, USER), ("accepted", 3, 3)),
        ("", (APPLICATION, FailureClass.UNKNOWN, USER), ("attempts_used_up", 0, 3)),
    ],
)
def test_a_class_pays_from_its_own_budget(
    facts: Make[Facts],
    failure: Make[Failure],
    told: str,
    attempts: tuple[FailureClass, ...],
    expected: tuple[str, int, int],
) -> None:
    """Failures of a class with a budget neither use up the others' nor are stopped by theirs."""
    policy = replace(facts().policy, rules=rules(failure_class=APPLICATION), classes={INFRASTRUCTURE: Attempts(max=2)})
    decision = decide(facts(policy=policy, failure=failure(reason=told), record=record(*attempts)))
    assert (decision.reason.value, decision.attempt, decision.max_attempts) == expected
    assert decision.failure_class is (INFRASTRUCTURE if told else APPLICATION)


def test_a_rules_own_budget_bounds_the_pool_that_it_draws_from(facts: Make[Facts]) -> None:
    """A rule's attempts count against the same pool as those of the other rules."""
    policy = replace(facts().policy, rules=rules(attempts=Attempts(max=2)))
    assert decide(facts(policy=policy, record=record(APPLICATION))).reason.value == "accepted"
    assert decide(facts(policy=policy, record=record(APPLICATION, USER))).reason.value == "attempts_used_up"


def test_attempts_leave_the_window(facts: Make[Facts]) -> None:
    """What is older than the window does not count, what is younger does."""
    policy = replace(facts().policy, attempts=Attempts(max=1, window_s=100))
    assert decide(facts(policy=policy, record=record(USER, ago_s=98))).reason.value == "attempts_used_up"
    assert decide(facts(policy=policy, record=record(USER, ago_s=99))).reason.value == "accepted"


@pytest.mark.parametrize(
    ("restarts", "attempts", "expected"),
    [
        (None, 2, "accepted"),
        (2, 0, "accepted"),
        (3, 0, "attempts_used_up"),
        (2, 2, "accepted"),
        (3, 2, "attempts_used_up"),
        (1, 3, "attempts_used_up"),
    ],
)
def test_the_schedulers_restarts_count(
    facts: Make[Facts], failure: Make[Failure], restarts: int | None, attempts: int, expected: str
) -> None:
    """The scheduler's counter counts its own restarts and ours: the larger of it and our count is what is used."""
    decision = decide(facts(failure=failure(restart_count=restarts), record=record(*[USER] * attempts)))
    assert decision.reason.value == expected


def test_our_reruns_are_not_taken_for_the_schedulers(facts: Make[Facts], failure: Make[Failure]) -> None:
    """Reruns paid from a class's budget are in the counter as well, and stay off the others' budgets."""
    policy = replace(facts().policy, rules=rules(), classes={INFRASTRUCTURE: Attempts(max=5)})
    told = failure(restart_count=4)
    assert decide(facts(policy=policy, failure=told, record=record(*[INFRASTRUCTURE] * 4))).reason.value == "accepted"
    assert decide(facts(policy=policy, failure=told, record=record(USER))).reason.value == "attempts_used_up"


@pytest.mark.parametrize(
    ("own", "attempts", "expected"),
    [
        (0, 2, "accepted"),
        (1, 0, "accepted"),
        (1, 1, "attempts_used_up"),
        (2, 0, "accepted"),
        (3, 0, "attempts_used_up"),
    ],
)
def test_schedulerx_retries_count(schedulerx_facts: Make[Facts], own: int, attempts: int, expected: str) -> None:
    """SchedulerX repeats the first run and each of ours: each run of the budget is then so many more."""
    decision = decide(schedulerx_facts(look={"own_retries": own}, record=record(*[USER] * attempts)))
    assert decision.reason.value == expected
    told = next(gate for gate in decision.gates if gate.name == "attempts_left")
    assert told.saw == str(attempts * (1 + own) + own)
    if expected == "accepted":
        assert decision.attempt == attempts + 1


@pytest.mark.parametrize(
    ("ages_s", "expected"),
    [
        ((), "accepted"),
        ((60,), "accepted"),
        ((60, 120), "thrashing"),
        ((60, 601), "accepted"),
        ((60, 599), "thrashing"),
    ],
)
def test_thrashing_ends_it(facts: Make[Facts], case: Make[Case], ages_s: tuple[float, ...], expected: str) -> None:
    """More failures in the window than allowed, this one among them; those before it do not count."""
    policy = replace(facts().policy, thrash=Thrash(max_failures=2, window_s=600))
    cases = tuple(
        case(failure_id=f"other-{age}", state=CaseState.DONE, opened_at=NOW - age, life=f"run:{age}") for age in ages_s
    )
    assert decide(facts(policy=policy, record=JobRecord(cases=cases))).reason.value == expected


@pytest.mark.parametrize(
    ("state", "reason", "expected"),
    [
        (CaseState.REFUSED, Reason.LOOK_REFUSED, "accepted"),
        (CaseState.CLOSED, Reason.LOOK_REFUSED, "accepted"),
        (CaseState.REFUSED, Reason.API_REFUSED, "thrashing"),
        (CaseState.CLOSED, Reason.STALE_EVENT, "thrashing"),
        (CaseState.DONE, None, "thrashing"),
    ],
)
def test_failures_at_which_nobody_could_look_are_no_thrashing(
    facts: Make[Facts], case: Make[Case], state: CaseState, reason: Reason | None, expected: str
) -> None:
    """Three failures refused for want of a right leave the job as it was; any other end of theirs counts."""
    policy = replace(facts().policy, thrash=Thrash(max_failures=2, window_s=600))
    cases = tuple(
        case(failure_id=f"other-{age}", state=state, reason=reason, opened_at=NOW - age, life=f"run:{age}")
        for age in (60, 120, 180)
    )
    assert decide(facts(policy=policy, record=JobRecord(cases=cases))).reason.value == expected


def test_a_failure_is_not_counted_twice(facts: Make[Facts], case: Make[Case]) -> None:
    """The case that goes on is this failure, not one more; one that has its attempt goes on."""
    policy = replace(facts().policy, thrash=Thrash(max_failures=1, window_s=600))
    own = case(opened_at=NOW - 60, run_clear=True)
    assert decide(facts(policy=policy, case=own, record=JobRecord(cases=(own,)))).reason.value == "accepted"
    taken = replace(own, attempt=1, life=Life.run(START))
    other = case(failure_id="g", state=CaseState.DONE, opened_at=NOW - 60, life="run:5")
    found = facts(policy=policy, case=taken, record=JobRecord(cases=(taken, other)))
    assert decide(found).reason.value == "accepted"


@pytest.mark.parametrize(
    ("general", "own", "expected"),
    [
        (None, None, "accepted"),
        (1.0, None, "accepted"),
        (0.99, None, "too_much_to_lose"),
        (0.5, 2.0, "accepted"),
        (2.0, 0.5, "too_much_to_lose"),
        (None, 0.5, "too_much_to_lose"),
        (0.0, None, "too_much_to_lose"),
    ],
)
def test_much_work_is_not_thrown_away_unasked(
    facts: Make[Facts], general: float | None, own: float | None, expected: str
) -> None:
    """A run older than the rule's bound, else the policy's, is held for a day; one at the bound is not."""
    policy = replace(facts().policy, max_lost_h=general, rules=rules(max_lost_h=own))
    decision = decide(facts(policy=policy))
    assert decision.reason.value == expected
    if expected != "accepted":
        assert (decision.verdict.value, decision.due_at) == ("held", NOW + 86_400)


def test_what_does_not_run_has_nothing_to_lose(
    facts: Make[Facts], look: Make[EhpcSnapshot], schedulerx_facts: Make[Facts], instance: Make[Instance]
) -> None:
    """A queued job and a failed instance lose nothing; a live instance under `beside_live` may."""
    policy = replace(facts().policy, max_lost_h=0.1, rules=rules(beside_live=True))
    queued = look(state=State.QUEUED)
    assert decide(facts(policy=policy, observation=queued)).reason.value == "accepted"
    assert decide(schedulerx_facts(policy=policy)).reason.value == "accepted"
    running = schedulerx_facts(meant=instance(state=State.RUNNING), policy=policy)
    assert decide(running).reason.value == "too_much_to_lose"
    unknown = instance(state=State.RUNNING, started_at=None)
    assert decide(schedulerx_facts(meant=unknown, policy=policy)).reason.value == "accepted"


def test_a_yes_passes_only_what_was_asked(facts: Make[Facts], case: Make[Case], look: Make[EhpcSnapshot]) -> None:
    """Who let the rule's hold go was not asked whether a day's work may be lost; each question has its own yes."""
    held = (Rule(name="ask", match=Match(), action=Action.HOLD),)
    policy = replace(facts().policy, max_lost_h=0.1, rules=held)
    running = look(start_time=int(NOW) - 7200)

    def asked(*said: Reason) -> str:
        one = case(approved_by="ann", approved_for=said)
        decision = decide(facts(policy=policy, case=one, record=JobRecord(cases=(one,)), observation=running))
        return str(decision.reason.value)

    assert asked(Reason.RULE_HOLDS) == "too_much_to_lose"
    assert asked(Reason.TOO_MUCH_TO_LOSE) == "rule_holds"
    assert asked(Reason.MAINTENANCE) == "rule_holds"
    assert asked(Reason.RULE_HOLDS, Reason.TOO_MUCH_TO_LOSE) == "accepted"


def test_a_rules_hold_does_not_answer_for_the_instance(schedulerx_facts: Make[Facts], case: Make[Case]) -> None:
    """Approved as held by a rule; that a rerun cannot carry its parameters is another question."""
    rules = (Rule(name="ask", match=Match(), action=Action.HOLD),)
    one = case(failure=schedulerx_facts().failure, approved_by="ann", approved_for=(Reason.RULE_HOLDS,))
    parts = {"policy": replace(schedulerx_facts().policy, rules=rules), "case": one}
    found = schedulerx_facts(look={"own_parameters": True}, record=JobRecord(cases=(one,)), **parts)
    assert decide(found).reason.value == "own_parameters"


@pytest.mark.parametrize("by", ["", "ann"])
def test_a_yes_passes_the_gates_that_ask_for_a_person(facts: Make[Facts], case: Make[Case], by: str) -> None:
    """Approved: neither the rule nor the work to lose holds it again; without a yes both do."""
    one = case(approved_by=by)
    held = (Rule(name="ask", match=Match(), action=Action.HOLD),)
    for policy in (replace(facts().policy, max_lost_h=0.1), replace(facts().policy, rules=held)):
        decision = decide(facts(policy=policy, case=one, record=JobRecord(cases=(one,))))
        assert decision.verdict.value == ("rerun" if by else "held")
        assert any("approved by a person" in gate.saw for gate in decision.gates) is bool(by)


@pytest.mark.parametrize(
    ("gate", "parts"),
    [
        ("eligible", {"observation": {"state": State.FINISHED}}),
        ("rerunnable", {"observation": {"rerunnable": False}}),
        ("switched_on", {"policy": {"mode": Mode.OFF}}),
        ("attempts_left", {"record": {"attempts": tuple(AttemptMark(n, NOW - n) for n in (1, 2, 3))}}),
        ("cooled_down", {"record": {"not_before": NOW + 60}}),
    ],
)
def test_a_yes_passes_nothing_else(
    facts: Make[Facts], case: Make[Case], look: Make[EhpcSnapshot], gate: str, parts: dict[str, Any]
) -> None:
    """A person's word makes nothing eligible, and raises no budget."""
    one = case(approved_by="ann")
    base = JobRecord(cases=(one,))
    decision = decide(
        facts(
            case=one,
            record=replace(base, **parts.get("record", {})),
            observation=look(**parts.get("observation", {})),
            policy=replace(facts().policy, **parts.get("policy", {})),
        )
    )
    assert (decision.gates[-1].name, decision.gates[-1].passed) == (gate, False)


@pytest.mark.parametrize(
    ("mode", "force", "expected"),
    [
        (None, False, "accepted"),
        (Mode.AUTO, False, "accepted"),
        (Mode.OBSERVE, False, "observe_rule"),
        (Mode.OBSERVE, True, "observe_rule"),
        (Mode.OFF, False, "kill_switch"),
        (Mode.OFF, True, "kill_switch"),
    ],
)
def test_a_rules_mode_holds_for_its_failures(
    facts: Make[Facts], mode: Mode | None, *, force: bool, expected: str
) -> None:
    """A rule can tighten the mode for what it matches, and nobody passes that by force."""
    found = facts(policy=replace(facts().policy, rules=rules(mode=mode)))
    asked = replace(found.ask, force=force)
    decision = decide(facts(policy=found.policy, ask=asked))
    assert decision.reason.value == expected
