"""When a decision is due, and whose it is: edges that a gate reckons with."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Speaker
from shared.domain.job import State
from shared.domain.proof import Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.runs import SKEW_S
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.conditions import EventPlace
from shared.policy.decide import decide
from shared.policy.facts import FIRST_PAUSE_S, Facts
from shared.policy.gates import attempts, tellings, trust
from shared.policy.gates.limits import LOOK_AGAIN_S
from shared.policy.model import Source
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.facts import POLICY, START, make_failure, make_look


@pytest.mark.parametrize(
    ("asked_for_s", "due_s"), [(None, FIRST_PAUSE_S), (FIRST_PAUSE_S - 1, FIRST_PAUSE_S), (500.0, 500.0)]
)
def test_a_busy_service_is_looked_at_no_sooner_than_it_asked_for(
    facts: Make[Facts], asked_for_s: float | None, due_s: float
) -> None:
    """Nor than we would look again."""
    failed = LookFailed(worth_repeating=True, code="C", message="m", look_begun_at=NOW, retry_after_s=asked_for_s)
    found = decide(facts(observation=failed))
    assert (found.reason, found.due_at) == (Reason.LOOK_FAILED, NOW + due_s)


@pytest.mark.parametrize(
    ("max_wait_s", "looks", "due_s"), [(20.0, 0, 20.0), (900.0, 0, FIRST_PAUSE_S), (9000.0, 9, LOOK_AGAIN_S)]
)
def test_what_waits_for_a_node_is_looked_at_when_the_first_of_all_bounds_is_reached(
    facts: Make[Facts], case: Make[Case], max_wait_s: float, looks: int, due_s: float
) -> None:
    """The end of its wait, its next look, five minutes."""
    policy = replace(POLICY, bad_nodes=BadNodes(action=NodeAction.HOLD, max_wait_s=max_wait_s))
    waits = case(looks=looks, opened_at=NOW, failure=make_failure(node="n1"))
    parts: dict[str, Any] = {"case": waits, "record": JobRecord(cases=(waits,)), "failure": waits.failure}
    found = decide(facts(policy=policy, suspects=frozenset({"n1"}), **parts))
    assert (found.reason, found.due_at) == (Reason.BAD_NODE, NOW + due_s)


@pytest.mark.parametrize(("busy_until", "due_at"), [(None, NOW + 1), (NOW - 5, NOW + 1), (NOW + 50, NOW + 50)])
def test_another_attempt_in_doubt_is_waited_for(
    facts: Make[Facts], case: Make[Case], busy_until: float | None, due_at: float
) -> None:
    """Until it is due, and never for no time at all."""
    parts: dict[str, Any] = {"life": "run:1", "attempt": 1, "reserved_at": NOW - 9, "due_at": busy_until}
    busy = case(failure_id="g", state=CaseState.UNKNOWN, **parts)
    found = decide(facts(record=JobRecord(cases=(busy,))))
    assert (found.reason, found.due_at) == (Reason.OTHER_RUN_IN_HAND, due_at)


def test_what_another_run_waits_for_is_in_nobody_s_way(facts: Make[Facts], case: Make[Case]) -> None:
    """Each failure has a wait of its own."""
    other = case(failure_id="other", state=CaseState.DEFERRED, tellings=("u",))
    found = decide(facts(record=JobRecord(cases=(other,))))
    assert (found.reason, found.failure_id) == (Reason.ACCEPTED, facts().failure_id)


@pytest.mark.parametrize(("attempt", "elsewhere", "ended"), [(0, True, True), (1, True, False), (0, False, False)])
def test_a_case_that_waited_ends_as_one_that_is_known_elsewhere(
    facts: Make[Facts], case: Make[Case], *, attempt: int, elsewhere: bool, ended: bool
) -> None:
    """It was told again meanwhile, under the live job's id; an attempt of its own it sees to itself."""
    mine = case(failure_id="mine", attempt=attempt, tellings=("t",))
    known = case(failure_id="known", state=CaseState.REFUSED) if elsewhere else None
    asked = tellings.told_before(facts(case=mine, record=JobRecord(cases=(mine,)), known_elsewhere=known))
    assert (asked is not None) is ended
    if asked is not None:
        assert asked.stop is not None
        assert (asked.stop.verdict, asked.stop.failure_id) == (Verdict.DUPLICATE, "known")


@pytest.mark.parametrize(
    "gate",
    [attempts.rerun_seen, attempts.hold_valid, attempts.attempt_seen, attempts.calls_take_effect],
)
def test_nothing_is_asked_about_a_case_that_there_is_not(facts: Make[Facts], gate: Any) -> None:
    """Nor about one that waits for the first time."""
    assert gate(facts()) is None


@pytest.mark.parametrize("conclusion", list(Conclusion))
@pytest.mark.parametrize("may_leave_until", [NOW - 3600, NOW])
def test_what_is_looked_at_again_is_looked_at_later(
    facts: Make[Facts], case: Make[Case], conclusion: Conclusion, may_leave_until: float
) -> None:
    """Whatever was seen: no sweep goes on with it at once."""
    lost = case(state=CaseState.UNKNOWN, life=f"run:{START}", attempt=1, may_leave_until=may_leave_until)
    stop = attempts._stop_of(conclusion, lost, facts(case=lost, record=JobRecord(cases=(lost,))))
    assert stop is None or stop.due_at is None or stop.due_at > NOW


@pytest.mark.parametrize(("conclusion", "due_s"), [(Conclusion.WAIT, 1.0), (Conclusion.NO_EVIDENCE, FIRST_PAUSE_S)])
def test_what_nothing_proves_yet_is_looked_at_soon(
    facts: Make[Facts], case: Make[Case], conclusion: Conclusion, due_s: float
) -> None:
    """A second later where the look was a moment too early; where there is nothing to see after a pause."""
    lost = case(state=CaseState.UNKNOWN, life=f"run:{START}", attempt=1, may_leave_until=NOW - 3600)
    stop = attempts._stop_of(conclusion, lost, facts(case=lost, record=JobRecord(cases=(lost,))))
    assert stop is not None
    assert (stop.reason, stop.due_at) == (Reason.NOT_SETTLED, NOW + due_s)


@pytest.mark.parametrize(
    ("began_s", "reserved_s", "run"),
    [
        (-SKEW_S, 0, Run.THIS),
        (-SKEW_S + 1, 0, Run.EARLIER),
        (-SKEW_S + 1, -1, Run.THIS),
        (-SKEW_S - 1, 0, Run.THIS),
    ],
)
def test_a_run_began_by_our_rerun_if_it_began_after_the_telling(
    facts: Make[Facts], case: Make[Case], began_s: float, reserved_s: float, run: Run
) -> None:
    """Give or take what clocks differ by; and an attempt was reserved since."""
    told_at = NOW - 300
    began = int(told_at + began_s)
    told = make_failure(started_at=began, occurred_at=told_at)
    mine = case(failure=told, opened_at=told_at)
    other = case(failure_id="other", attempt=1, reserved_at=told_at + reserved_s, state=CaseState.REFUSED)
    record = JobRecord(cases=(mine, other))
    found = facts(failure=told, case=mine, record=record, observation=make_look(start_time=began))
    assert found.run is run


@pytest.mark.parametrize(
    ("source", "seen", "says_owner"), [("known", "", True), ("stranger", "", False), ("known", "bob", False)]
)
def test_who_may_not_speak_at_all_is_told_nothing_of_owners(
    facts: Make[Facts], source: str, seen: str, *, says_owner: bool
) -> None:
    """Only whose source asks for an owner where the job system names none."""
    policy = replace(POLICY, sources=(Source(event=EventPlace(source="known"), owners="ann"),))
    told = make_failure(speaker=Speaker(event_source=source))
    found = decide(facts(policy=policy, failure=told, observation=make_look(owner=seen)))
    assert found.reason is Reason.UNTRUSTED_SOURCE
    assert ("names no owner" in found.message) is says_owner


@pytest.mark.parametrize(("ahead_s", "foretold"), [(0.0, False), (SKEW_S + 1, True)])
def test_a_start_that_lies_ahead_is_no_evidence_where_no_run_is_shown(
    facts: Make[Facts], ahead_s: float, *, foretold: bool
) -> None:
    """There is nothing that it could be taken for."""
    unseen = facts(observation=make_look(state=State.NOT_FOUND, start_time=None))
    assert unseen.seen_life is None
    assert trust._foretold(unseen, unseen.told_at + ahead_s) is foretold


@pytest.mark.parametrize(("reserved_at", "whose"), [(NOW - 5, "g"), (NOW - 15, None)])
def test_a_failure_from_before_a_rerun_names_the_failure_that_it_was_made_for(
    facts: Make[Facts], case: Make[Case], reserved_at: float, whose: str | None
) -> None:
    """Whoever reads the duplicate finds what was done; of a restart of somebody else's there is nothing to name."""
    done = case(failure_id="g", state=CaseState.DONE, attempt=1, reserved_at=reserved_at, life="run:1", tellings=("u",))
    parts: dict[str, Any] = {"failure": make_failure(started_at=START - 100), "record": JobRecord(cases=(done,))}
    found = decide(facts(**parts))
    assert (found.reason, found.failure_id) == (Reason.RESTARTED_SINCE, whose or facts(**parts).failure_id)
