"""What a person who forces passes, and what stays open or reserved for how long."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.mode import Mode
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.blocks import Block
from shared.policy.decide import GATES, Skip, decide
from shared.policy.facts import Facts
from shared.policy.model import Attempts
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.in_the_way import EHPC_GATES, LIFE, in_the_way, stopped


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


@pytest.mark.parametrize(
    ("mode", "told"),
    [
        (Mode.OFF, ("suppressed", "kill_switch", "the kill switch of block 1 is on (mode off)")),
        (Mode.OBSERVE, ("would_rerun", "observe_rule", "block 1 only observes: nothing was called")),
        (None, ("rerun", "accepted", "eligible, within budget, in no other hand")),
    ],
)
def test_force_passes_no_blocks_mode_where_no_rule_matches(
    facts: Make[Facts], mode: Mode | None, told: tuple[str, str, str]
) -> None:
    """What stops or only watches a part of the jobs does so whichever rule they fall under, if any."""
    forced = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    blocks = (Block(clusters="*", mode=mode, attempts=Attempts(max=1)), Block(clusters="no-*", mode=Mode.OFF))
    policy = replace(facts().policy, rules=(), by=blocks)
    for ask in (forced, replace(forced, force=False)):
        decision = decide(facts(ask=ask, policy=policy))
        expected = told if ask.force else ("suppressed", "no_rule", "no rule of the policy matches")
        assert (decision.verdict.value, decision.reason.value, decision.message, decision.rule) == (*expected, "")


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
        assert (unseen.message == "could not look at the job: x") is in_time
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
