"""A failure about which something is done already: another telling of its run, an attempt, a force."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.facts import ASK, make_case, make_facts


@pytest.mark.parametrize(
    ("state", "reason"), [(CaseState.UNKNOWN, Reason.IN_HAND), (CaseState.REFUSED, Reason.ALREADY_HANDLED)]
)
def test_one_life_has_one_verdict(facts: Make[Facts], case: Make[Case], state: CaseState, reason: Reason) -> None:
    """Another telling of it is a duplicate, and says of which failure."""
    other = case(failure_id="g", state=state, life=f"run:{int(NOW) - 3600}", attempt=1, reserved_at=NOW - 600)
    found = decide(facts(record=JobRecord(cases=(other,))))
    assert (found.verdict, found.reason, found.failure_id) == (Verdict.DUPLICATE, reason, "g")


def test_what_waits_for_the_same_run_is_in_hand_unless_it_is_forced(facts: Make[Facts], case: Make[Case]) -> None:
    """It has no attempt, so no life: the failure's id says that it is the same."""
    own = facts().failure_id
    waits = JobRecord(cases=(case(failure_id=own, state=CaseState.DEFERRED, tellings=("u",)),))
    found = decide(facts(record=waits))
    assert (found.verdict, found.reason, found.failure_id) == (Verdict.DUPLICATE, Reason.IN_HAND, own)
    assert decide(facts(record=waits, ask=replace(ASK, force=True))).reason is Reason.ACCEPTED


@pytest.mark.parametrize("refused_last", [True, False])
def test_force_begins_nothing_anew_where_the_same_run_was_rerun_for_another_failure(
    facts: Make[Facts], case: Make[Case], *, refused_last: bool
) -> None:
    """Whichever of the two was written last: a telling that comes again moves its case to the end."""
    tried = {"life": f"run:{int(NOW) - 3600}", "attempt": 1, "reserved_at": NOW - 60}
    refused = case(failure_id="f", state=CaseState.REFUSED, tellings=("t",), **tried)
    done = case(failure_id="g", state=CaseState.DONE, tellings=("u",), **tried)
    record = JobRecord(cases=(done, refused) if refused_last else (refused, done))
    found = decide(facts(record=record, ask=replace(ASK, force=True)))
    assert (found.verdict, found.failure_id) == (Verdict.DUPLICATE, "g")


def test_an_attempt_that_goes_on_keeps_its_number(facts: Make[Facts], case: Make[Case]) -> None:
    """It was certainly not made; a case without one takes the next."""
    waits = case(attempt=2)
    assert facts(case=waits, record=JobRecord(cases=(waits,))).attempt_number == 2
    assert facts(case=case(), record=JobRecord(cases=(case(),))).attempt_number == 1


def test_a_failure_that_waits_for_certainty_is_in_hand(
    facts: Make[Facts], failure: Make[Failure], look: Make[EhpcSnapshot], case: Make[Case]
) -> None:
    """A second telling joins it: one failure, one wait."""
    told, seen = failure(occurred_at=NOW - 10), look(start_time=NOW - 10)
    unclear = facts(failure=told, observation=seen)
    assert (unclear.run, decide(unclear).reason) == (Run.UNCLEAR, Reason.RUN_UNCLEAR)
    waits = case(failure=told, failure_id=unclear.failure_id)
    again = decide(facts(failure=told, observation=seen, record=JobRecord(cases=(waits,))))
    assert (again.verdict, again.reason) == (Verdict.DUPLICATE, Reason.IN_HAND)


def test_nobody_forces_what_was_just_told_without_force() -> None:
    """Who forces it now comes before who did then."""
    asked = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True, actor="ann", why="now")
    before = make_case(forced=True, forced_by="bob", forced_why="then")
    assert (make_facts().forced_by, make_facts().forced_why) == ("", "")
    told = [make_facts(**parts) for parts in ({"ask": asked}, {"ask": asked, "case": before}, {"case": before})]
    assert [(one.forced_by, one.forced_why) for one in told] == [("ann", "now"), ("ann", "now"), ("bob", "then")]
