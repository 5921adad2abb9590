"""What follows from what is known, worked out once: which run, which instance, which of two settings."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.domain.life import Life
from shared.domain.mode import Mode
from shared.domain.proof import Run
from shared.domain.record import AttemptMark, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.facts import Facts
from shared.policy.gates.outlook import gets_further
from shared.policy.model import Action, Match, Rule
from shared.systems.schedulerx.snapshot import Instance
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.support.systems import GROUP
from tests.unit.decide.facts import DAY_1, POLICY, START, make_case, make_facts, make_failure


def test_what_was_worked_out_stays() -> None:
    """One decision asks for it more than once."""
    facts = make_facts()
    assert facts.budget is facts.budget
    assert facts.nodes is facts.nodes


@pytest.mark.parametrize(("life", "run"), [(START, Run.THIS), (START + 1, Run.EARLIER), (START - 1, Run.EARLIER)])
def test_a_case_is_about_the_life_that_it_was_reserved_at(life: int, run: Run) -> None:
    """Whatever was told of starts."""
    case = make_case(life=f"run:{life}", attempt=1, reserved_at=NOW - 60)
    assert make_facts(case=case, failure=make_failure(started_at=START)).run is run


def test_an_instance_is_told_apart_by_the_look(
    schedulerx_facts: Make[Facts], instance: Make[Instance], failure: Make[Failure]
) -> None:
    """Its life names no start: whether it is still the one that failed says the list."""
    told = failure(scope=GROUP, job_id="42", data_time=DAY_1)
    for case in (make_case(failure=told, life=Life.instance(DAY_1, 7), attempt=1), make_case(failure=told)):
        assert schedulerx_facts(meant=instance(9), failure=told, case=case).run is Run.THIS
    queued = make_case(failure=told, life=Life.queued(), attempt=1)
    assert schedulerx_facts(meant=instance(9), failure=told, case=queued).job_instance_id == 9
    assert make_facts().job_instance_id is None


def test_an_outcome_names_the_day_of_the_instance(
    schedulerx_facts: Make[Facts], instance: Make[Instance], failure: Make[Failure]
) -> None:
    """By its id it is told which is meant; a day that is told beside it may be of the teller's zone."""
    told = failure(scope=GROUP, job_id="42", job_instance_id=7, data_time="2026-01-01 02:00:00")
    assert schedulerx_facts(meant=instance(7, data_time=DAY_1), failure=told).data_time == DAY_1
    blind = LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW)
    assert make_facts(failure=told, observation=blind).data_time == "2026-01-01 02:00:00"
    assert make_facts().data_time is None


def test_a_rules_own_hold_goes_before_the_policys() -> None:
    """And where there is no rule, the policy's."""
    held = [
        make_facts(policy=replace(POLICY, rules=rules)).hold_expires_s
        for own_s in (60.0, None)
        for rules in ((Rule(name="a", match=Match(), action=Action.HOLD, hold_expires_s=own_s),), ())
    ]
    assert held == [60.0, POLICY.hold_expires_s, POLICY.hold_expires_s, POLICY.hold_expires_s]


@pytest.mark.parametrize("own_parameters", [True, False])
def test_a_cause_gets_further_than_what_no_rule_knows(schedulerx_facts: Make[Facts], *, own_parameters: bool) -> None:
    """Unless a person has to weigh it as well: then both wait, the one for ever."""
    rules = (Rule(name="a", match=Match(message="node down"), action=Action.RERUN),)
    told = replace(schedulerx_facts().failure, message="node down")
    waits = make_case(failure=replace(told, message=""), failure_id="f")
    parts = {"failure": told, "policy": replace(POLICY, rules=rules), "record": JobRecord(cases=(waits,))}
    facts = schedulerx_facts(look={"own_parameters": own_parameters}, **parts)
    assert gets_further(facts, waits)


@pytest.mark.parametrize("forced", [True, False])
def test_a_rule_that_only_watches_gets_a_run_nowhere(*, forced: bool) -> None:
    """By force its action is passed, its mode is not."""
    watch, mode = (
        Rule(name="watch", match=Match(message="watch"), action=Action.OBSERVE),
        Rule(name="mode", match=Match(message="mode"), action=Action.RERUN, mode=Mode.OBSERVE),
    )
    policy = replace(POLICY, rules=(watch, mode))
    waits = make_case(failure=make_failure(message="mode"), failure_id="f", state=CaseState.HELD, forced=forced)
    told = make_facts(failure=make_failure(message="watch"), policy=policy, ask=replace(make_facts().ask, force=forced))
    assert gets_further(told, waits) is forced


def test_what_waits_for_a_node_is_passed_by_what_names_a_sound_one() -> None:
    """Suspected nodes are the same for both."""
    rules = (Rule(name="a", match=Match(message="down"), action=Action.RERUN),)
    policy = replace(POLICY, rules=rules, bad_nodes=BadNodes(action=NodeAction.HOLD))
    waits = make_case(failure=make_failure(message="down", node="n1"), failure_id="f")
    for node, further in (("n2", True), ("n1", False)):
        told = make_failure(message="down", node=node, telling_id="t2")
        assert gets_further(make_facts(failure=told, policy=policy, suspects=frozenset({"n1"})), waits) is further


@pytest.mark.parametrize(("state", "number"), [(CaseState.UNKNOWN, 3), (CaseState.REFUSED, 2), (CaseState.DONE, 2)])
def test_an_attempt_keeps_its_number_while_its_case_is_open(state: CaseState, number: int) -> None:
    """What begins anew, as by force, counts those in the window."""
    known = make_case(failure_id=make_facts().failure_id, state=state, attempt=3, life="run:1")
    record = JobRecord(cases=(known,), attempts=(AttemptMark(1, NOW - 60),))
    assert make_facts(record=record).attempt_number == number
