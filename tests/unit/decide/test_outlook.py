"""Which of two tellings of one failure stands: the one that gets further, of what was never attempted."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.failure import Failure, Trigger
from shared.domain.life import Life
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates.outlook import gets_further
from shared.policy.model import Action, Match, Policy, Rule
from tests.support.clock import START as NOW
from tests.support.make import Make

HELD, RERUN, DELAYED = "held", "rerun", "delayed"
IGNORED, WATCHED, MUTED, SWITCHED_OFF = "ignored", "watched", "muted", "off"
POLICY = Policy(
    version=1,
    rules=(
        Rule(name=HELD, match=Match(message=HELD), action=Action.HOLD),
        Rule(name=IGNORED, match=Match(message=IGNORED), action=Action.IGNORE),
        Rule(name=WATCHED, match=Match(message=WATCHED), action=Action.OBSERVE),
        Rule(name=MUTED, match=Match(message=MUTED), action=Action.RERUN, mode=Mode.OBSERVE),
        Rule(name=SWITCHED_OFF, match=Match(message=SWITCHED_OFF), action=Action.RERUN, mode=Mode.OFF),
        Rule(name=DELAYED, match=Match(message=DELAYED), action=Action.RERUN, delay_s=600),
        Rule(name=RERUN, match=Match(message=RERUN), action=Action.RERUN),
    ),
)
BEST_FIRST = ({RERUN}, {DELAYED}, {HELD}, {IGNORED, WATCHED, MUTED, SWITCHED_OFF, "no rule"})


def waits(case: Make[Case], failure: Make[Failure], text: str, **more: Any) -> Case:
    """What waits, told with that text."""
    return case(failure=failure(message=text), failure_id="f", state=CaseState.HELD, attempt=0, **more)


def further(facts: Make[Facts], failure: Make[Failure], waiting: Case, text: str) -> bool:
    """Whether a telling with that text takes it on."""
    record = JobRecord(cases=(waiting,))
    return gets_further(facts(failure=failure(message=text), policy=POLICY, record=record), waiting)


@pytest.mark.parametrize("told", [name for names in BEST_FIRST for name in sorted(names)])
@pytest.mark.parametrize("known", [name for names in BEST_FIRST for name in sorted(names)])
def test_the_better_of_two_stands(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], known: str, told: str
) -> None:
    """Rerun before wait before ask a person before nothing; of equals the first."""
    rank = {name: place for place, names in enumerate(BEST_FIRST) for name in names}
    waiting = waits(case, failure, known)
    assert further(facts, failure, waiting, told) == (rank[told] < rank[known])


@pytest.mark.parametrize(("spared_s", "stands"), [(-600.0, False), (0.0, False), (59.0, False), (60.0, True)])
def test_of_two_that_wait_the_shorter_wait_stands(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], spared_s: float, *, stands: bool
) -> None:
    """By a minute at the least: two reporters of one failure differ by seconds."""
    waiting = waits(case, failure, DELAYED)
    told = failure(message=DELAYED, occurred_at=waiting.failure.occurred_at - spared_s)
    assert gets_further(facts(failure=told, policy=POLICY, record=JobRecord(cases=(waiting,))), waiting) is stands


def test_who_waits_by_itself_is_not_held_instead(facts: Make[Facts], case: Make[Case], failure: Make[Failure]) -> None:
    """However soon the hold would expire: then it would be over."""
    soon = Rule(name="soon", match=Match(message="soon"), action=Action.HOLD, hold_expires_s=60)
    policy = replace(POLICY, rules=(soon, *POLICY.rules))
    waiting = waits(case, failure, DELAYED)
    assert not gets_further(facts(failure=failure(message="soon"), policy=policy), waiting)


def test_of_two_on_a_bad_node_the_first_stands(facts: Make[Facts], case: Make[Case], failure: Make[Failure]) -> None:
    """How long such a one waits at the most counts from when it was told; what waits less stands."""
    policy = replace(POLICY, bad_nodes=BadNodes(action=NodeAction.HOLD))
    on_node = failure(message=RERUN, node="compute001")
    waiting = replace(waits(case, failure, RERUN), failure=on_node, looks=9)
    for told, stands in ((on_node, False), (failure(message=RERUN), True)):
        record = JobRecord(cases=(waiting,), not_before=NOW + 30)
        asked = facts(failure=told, policy=policy, record=record, suspects=frozenset({"compute001"}))
        assert gets_further(asked, waiting) is stands


@pytest.mark.parametrize("tried", [{"attempt": 1}, {"life": "run:5"}])
def test_what_was_attempted_is_not_weighed(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], tried: dict[str, Any]
) -> None:
    """Whatever is told of it."""
    waiting = waits(case, failure, HELD)
    assert further(facts, failure, waiting, RERUN)
    tried = {**tried, "life": Life.read(tried["life"])} if "life" in tried else tried
    assert not further(facts, failure, replace(waiting, **tried), RERUN)


@pytest.mark.parametrize("yes", [{"approved_by": "ann"}, {"forced": True}])
def test_what_a_person_has_let_go_on_is_no_worse(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], yes: dict[str, Any]
) -> None:
    """An approved or forced failure goes on as it was told."""
    assert not further(facts, failure, replace(waits(case, failure, HELD), **yes), RERUN)
    assert further(facts, failure, replace(waits(case, failure, MUTED), **yes), RERUN), "a rule's mode nobody passes"


@pytest.mark.parametrize(("told", "reason"), [(RERUN, "accepted"), (IGNORED, "in_hand")])
def test_a_decision_goes_on_with_the_better_one_only(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], told: str, reason: str
) -> None:
    """Of a waiting failure the other telling is a duplicate; a person who forces need not be better."""
    found = facts(failure=failure(message=told, telling_id="t2"), policy=POLICY)
    waiting = replace(waits(case, failure, HELD), failure_id=found.failure_id)
    record = JobRecord(cases=(waiting,))
    parts = {"failure": found.failure, "policy": POLICY, "record": record}
    assert decide(facts(**parts)).reason.value == reason
    by_hand = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    assert decide(facts(**parts, ask=by_hand)).reason is Reason.ACCEPTED


@pytest.mark.parametrize(
    ("no", "reason"),
    [
        ({"same_id": True, "held_life": None}, "already_handled"),
        ({"same_id": False, "held_life": "run"}, "already_handled"),
        ({"same_id": False, "held_life": "queued"}, "accepted"),
        ({"same_id": False, "held_life": "run:5"}, "accepted"),
        ({"same_id": False, "held_life": None}, "accepted"),
    ],
)
def test_a_no_is_about_the_run_that_was_weighed(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], no: dict[str, Any], reason: str
) -> None:
    """Known by the failure's id, or by the life that the person saw; two waits in the queue nobody can tell apart."""
    found = facts(failure=failure(message=RERUN, telling_id="t2"), policy=POLICY)
    lives = {"run": found.snapshot.life, "queued": Life.queued(), None: None, "run:5": Life.run(5)}
    rejected = replace(
        waits(case, failure, HELD),
        state=CaseState.CLOSED,
        reason=Reason.REJECTED,
        due_at=None,
        held_life=lives[no["held_life"]],
        failure_id=found.failure_id if no["same_id"] else "pending",
    )
    parts = {"failure": found.failure, "policy": POLICY, "record": JobRecord(cases=(rejected,))}
    assert decide(facts(**parts)).reason.value == reason
    by_hand = Ask(now=NOW, trigger=Trigger.MANUAL, request_id="r", force=True)
    assert decide(facts(**parts, ask=by_hand)).reason is Reason.ACCEPTED


@pytest.mark.parametrize("text", ["", "it failed"])
def test_who_tells_no_cause_takes_nothing_on(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], text: str
) -> None:
    """A second reporter's bare word that it failed is no reason to pass a person whom the first one's text asks for."""
    policy = replace(POLICY, rules=(*POLICY.rules, Rule(name="the-rest", match=Match(), action=Action.RERUN)))
    waiting = waits(case, failure, HELD)
    told = facts(failure=failure(message=text), policy=policy, record=JobRecord(cases=(waiting,)))
    assert told.rule is not None
    assert (told.rule.name, gets_further(told, waiting)) == ("the-rest", False)


@pytest.mark.parametrize(
    ("told", "due_in_s", "stands"),
    [(RERUN, 60, True), (HELD, 60, False), (IGNORED, 60, False), (DELAYED, 60, False), (DELAYED, 660, True)],
)
def test_who_tells_a_cause_spares_a_failure_the_question(
    facts: Make[Facts], case: Make[Case], failure: Make[Failure], told: str, due_in_s: int, *, stands: bool
) -> None:
    """What waits until somebody has read what its job has printed is no rerun yet, whatever it falls under so far."""
    waiting = waits(case, failure, RERUN, reason=Reason.OUTPUT_UNREAD, due_at=NOW + due_in_s)
    assert further(facts, failure, waiting, told) is stands
