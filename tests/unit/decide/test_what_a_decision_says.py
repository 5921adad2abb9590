"""All that a decision says of the job, the rule and the attempt."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.act import Way
from shared.domain.failure import FailureClass, Speaker
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.policy.conditions import EventPlace
from shared.policy.decide import GATES, decide, gates_before
from shared.policy.facts import Facts
from shared.policy.gates.trust import may_tell
from shared.policy.match import Matcher
from shared.policy.matching import wording
from shared.policy.matching.wording import Wording
from shared.policy.model import Action, Attempts, Match, Policy, Rule, Source
from shared.policy.rule import CauseLine, Tells
from tests.support.make import Make
from tests.unit.decide.facts import ASK, START, make_failure, make_look

RULE = Rule(name="r", match=Match(), action=Action.RERUN, failure_class=FailureClass.CAPACITY, attempts=Attempts(max=7))
POLICY = Policy(version=1, rules=(RULE,))


def test_a_rerun_says_whose_and_which(facts: Make[Facts]) -> None:
    """The job as the list has it, not as it was told."""
    look = make_look(job_id="1.head", owner="ann@head")
    found = decide(facts(policy=POLICY, observation=look))
    assert (found.verdict, found.reason, found.due_at) == (Verdict.RERUN, Reason.ACCEPTED, None)
    assert (found.job_id, found.owner, found.state) == ("1.head", "ann", "RUNNING")
    assert (found.rule, found.failure_class, found.action_api) == ("r", FailureClass.CAPACITY, RULE.action_api)
    assert (found.attempt, found.max_attempts) == (1, 7)
    assert (found.life, found.running_since) == (look.life, START)
    assert (found.job_instance_id, found.data_time, found.forced) == (None, None, False)
    assert found.failure_id == facts(policy=POLICY, observation=look).failure_id


def test_without_a_rule_it_says_none(facts: Make[Facts]) -> None:
    """And no attempt: there is to be none."""
    found = decide(facts(policy=Policy(version=1)))
    assert (found.rule, found.failure_class, found.action_api) == ("", FailureClass.UNKNOWN, None)
    assert (found.reason, found.attempt, found.max_attempts) == (Reason.NO_RULE, 0, Policy(version=1).attempts.max)


def test_an_attempt_that_waits_elsewhere_keeps_its_number(facts: Make[Facts], case: Make[Case]) -> None:
    """Its case may not be in the job's own document."""
    assert facts(case=case(attempt=2, state=CaseState.UNKNOWN)).attempt_number == 2
    waits = case(failure_id=facts().failure_id, attempt=2, state=CaseState.UNKNOWN)
    assert facts(record=JobRecord(cases=(waits,))).attempt_number == 2, "nor need it be the case that is decided"


def test_who_forces_is_said_with_why(facts: Make[Facts]) -> None:
    """And by which way it came."""
    found = decide(facts(ask=replace(ASK, force=True, actor="ann", why="it is mine")))
    assert (found.forced, found.actor, found.why, found.way) == (True, "ann", "it is mine", Way.FUNCTION)


def test_one_source_that_told_it_is_enough() -> None:
    """Of what is told of machines."""
    policy = Policy(version=1, sources=tuple(Source(event=EventPlace(source=one)) for one in ("a", "b")))
    told = [may_tell(policy, Speaker(event_source=one), by_hand=False) for one in ("a", "b", "c")]
    assert told == [True, True, False]
    assert may_tell(policy, Speaker(event_source="c"), by_hand=True)
    assert may_tell(Policy(version=1), Speaker(event_source="c"), by_hand=False)


@pytest.mark.parametrize(("held", "state", "rejected"), [("run", State.RUNNING, True), ("queued", State.QUEUED, False)])
def test_a_no_is_said_of_a_run_that_can_be_told_apart(
    facts: Make[Facts], case: Make[Case], held: str, state: State, *, rejected: bool
) -> None:
    """Each run that waits in a queue looks like every other."""
    look = make_look(state=state)
    life = look.life if held == "run" else Life.read("queued")
    assert look.life == life
    no = case(failure_id="other", state=CaseState.CLOSED, reason=Reason.REJECTED, held_life=life, tellings=("u",))
    found = decide(facts(observation=look, record=JobRecord(cases=(no,))))
    assert (found.verdict is Verdict.DUPLICATE) is rejected


def test_how_to_look_is_worked_out_for_the_second_text_of_a_kind(monkeypatch: pytest.MonkeyPatch) -> None:
    """A plan for what comes once would be kept in vain; of a kind that comes again it is made twice at the most."""
    planned = []
    plan = Wording._plan

    def counted(self: Wording, *given: object) -> object:
        planned.append(given)
        return plan(self, *given)  # type: ignore[arg-type]  # as given

    monkeypatch.setattr(wording.Wording, "_plan", counted)
    asked = [(Match(message=f"out of {word}"), Tells.CAUSE, CauseLine.ANY) for word in ("memory", "space")]
    matcher = Matcher(asked, ())
    for number in range(5):
        assert matcher.first(make_failure(message=f"job {number}: out of space"), None) == 1
    assert len(planned) == 2


@pytest.mark.parametrize("reason", [one for one in Reason if one.giver.gates])
def test_before_a_reason_all_gates_have_passed_that_come_before_the_first_to_give_it(reason: Reason) -> None:
    """And none that can give it."""
    before, giving = gates_before(reason.giver), reason.giver.gates
    names = [name for name, *_ in GATES]
    assert list(before) == names[: min(map(names.index, giving))]
    assert names[len(before)] in giving
