"""What a decision waits for: a text, a delay, a suspected node, a start that may still move."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.evidence import EvidenceFrom
from shared.domain.failure import Failure
from shared.domain.life import Life
from shared.domain.nodes import NodeLimit
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.conditions import Match
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates.attempts import BEGINS_S
from shared.policy.gates.limits import late_enough, text_is_new
from shared.policy.model import Policy, SameText
from shared.policy.rule import Action, Rule, Tells
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.unit.decide.facts import ASK

ENDED = (Verdict.DUPLICATE, Reason.ALREADY_HANDLED)
TOLD_ANEW = (Verdict.RERUN, Reason.ACCEPTED)


@pytest.mark.parametrize(
    ("rules", "ends"),
    [
        ((), ENDED),
        ((Rule(name="any", match=Match(), action=Action.RERUN),), ENDED),
        ((Rule(name="code", match=Match(exit_code=1), action=Action.RERUN),), ENDED),
        ((Rule(name="effect", match=Match(message="rank"), action=Action.RERUN, tells=Tells.EFFECT),), ENDED),
        ((Rule(name="cause", match=Match(message="rank"), action=Action.RERUN),), TOLD_ANEW),
    ],
)
def test_what_the_job_had_printed_is_not_asked_for_again_but_by_who_tells_a_cause(
    facts: Make[Facts], failure: Make[Failure], case: Make[Case], rules: tuple[Rule, ...], ends: tuple[Verdict, Reason]
) -> None:
    """No rule, a rule for all, an exit code and an effect may all have the cause that ended it."""
    told = failure(message="a rank is lost", exit_code="1")
    ended = case(failure_id=facts(failure=told).failure_id, state=CaseState.CLOSED, tellings=("u",))
    printed = replace(ended, failure=replace(ended.failure, message_from=EvidenceFrom.JOB_LOG))
    parts = {"failure": told, "policy": Policy(version=1, rules=rules), "record": JobRecord(cases=(printed,))}
    found = decide(facts(**parts))
    assert (found.verdict, found.reason) == ends
    assert decide(facts(**parts, ask=replace(ASK, force=True))).reason is not Reason.ALREADY_HANDLED
    told_alone = facts(**{**parts, "record": JobRecord(cases=(ended,))})
    assert decide(told_alone).reason is not Reason.ALREADY_HANDLED, (
        "nothing was printed: words may be asked about again"
    )


def test_what_is_reserved_is_not_asked_for_its_text_again(
    facts: Make[Facts], failure: Make[Failure], case: Make[Case]
) -> None:
    """Its own rerun is no earlier one."""
    policy = replace(facts().policy, same_text=SameText(max=1))
    answer = text_is_new(facts(policy=policy, failure=failure(message="weigh"), case=case(attempt=1)))
    assert answer is not None
    assert (answer.stop, answer.saw) == (None, "attempt 1 is reserved already")


def test_reruns_for_texts_that_nobody_kept_or_of_long_ago_are_no_earlier_ones(
    facts: Make[Facts], failure: Make[Failure], case: Make[Case]
) -> None:
    """The text is new then, however many cases the job has."""
    policy = replace(facts().policy, same_text=SameText(max=1, window_s=60.0))
    cases = (case(failure_id="b", reserved_at=NOW), case(failure_id="c", fingerprint="x", reserved_at=NOW - 61))
    answer = text_is_new(facts(policy=policy, failure=failure(message="weigh"), record=JobRecord(cases=cases)))
    assert answer is not None
    assert (answer.stop, answer.saw) == (None, "1")


def test_a_delay_ends(facts: Make[Facts], failure: Make[Failure]) -> None:
    """So many seconds after the failure, and not one less."""
    rules = tuple(replace(rule, delay_s=30.0) for rule in facts().policy.rules)
    policy = replace(facts().policy, rules=rules)
    answers = [late_enough(facts(policy=policy, failure=failure(occurred_at=NOW - ago))) for ago in (29.0, 30.0)]
    assert [bool(answer and answer.stop) for answer in answers] == [True, False]


def test_a_failure_waits_for_a_suspected_node_and_no_longer_than_it_may(
    facts: Make[Facts], look: Make[EhpcSnapshot], case: Make[Case]
) -> None:
    """Told an hour and more ago it is rerun all the same."""
    policy = replace(facts().policy, bad_nodes=BadNodes(action=NodeAction.HOLD, max_wait_s=3600))
    seen = look(nodes=("n1",))
    waits = facts(policy=policy, observation=seen, suspects=frozenset({"n1"}))
    assert decide(waits).reason is Reason.BAD_NODE
    told_at = replace(case(), opened_at=NOW - 3600)
    assert (
        decide(facts(policy=policy, observation=seen, suspects=waits.suspects, case=told_at)).verdict is Verdict.RERUN
    )
    bound = policy.bad_nodes and policy.bad_nodes.bound
    assert bound == NodeLimit(jobs=3, owners=1, window_s=3600.0, clear_after_s=86_400.0)


def test_a_start_that_may_still_move_is_looked_at_again(
    facts: Make[Facts], look: Make[EhpcSnapshot], case: Make[Case]
) -> None:
    """A run that has begun just now is no proof yet that the rerun took place, and soon will be."""
    done = case(
        state=CaseState.DONE,
        life=Life.run(int(NOW) - 3600),
        attempt=1,
        verdict=Verdict.RERUN,
        reason=Reason.ACCEPTED,
        reserved_at=NOW - 500,
        may_leave_until=NOW - 490,
    )
    seen = look(start_time=int(NOW) - 1)
    found = decide(facts(observation=seen, case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert (found.verdict, found.reason, found.due_at) == (Verdict.RERUN, Reason.ACCEPTED, NOW + BEGINS_S)
