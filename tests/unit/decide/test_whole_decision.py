"""All that a decision says beside its verdict: which attempt, when it is due, what was asked before it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.decision import Decision
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.policy.decide import GATES, GIVE_UP_AFTER_S, decide, gates_before
from shared.policy.model import Action, Match, Rule
from tests.support.clock import START as NOW
from tests.unit.decide.facts import ASK, POLICY, START, make_case, make_facts, make_look

SAME_LIFE = f"run:{START}"
LONG_AGO = NOW - GIVE_UP_AFTER_S


def _of_case(record: dict[str, Any] | None = None, look: dict[str, Any] | None = None, **case: Any) -> Decision:
    one = make_case(**case)
    parts = {"record": JobRecord(cases=(one,), **(record or {})), "case": one}
    return decide(make_facts(**parts, observation=make_look(**(look or {}))))


def test_what_no_gate_gives_has_none_before_it() -> None:
    """Where all had passed all are; what a person said, or age, was no gate's."""
    names = tuple(name for name, *_ in GATES)
    asked = [gates_before(reason.giver) for reason in (Reason.ACCEPTED, Reason.GAVE_UP, Reason.REJECTED)]
    assert asked == [names, (), ()]


@pytest.mark.parametrize("age_s", [0, -1])
@pytest.mark.parametrize("before", [None, Reason.MAINTENANCE])
def test_what_waits_is_given_up_after_a_day(age_s: float, before: Reason | None) -> None:
    """It says what it had waited for, by its last outcome or by what is in the way now."""
    found = _of_case({"not_before": NOW + 60}, opened_at=LONG_AGO - age_s, reason=before)
    if age_s < 0:
        assert (found.verdict, found.due_at) == (Verdict.DEFERRED, NOW + 60)
        return
    was = "maintenance" if before else "cooldown"
    assert (found.verdict, found.reason, found.due_at) == (Verdict.REFUSED, Reason.GAVE_UP, None)
    assert found.message == f"still {was} a day after it was told"
    name, answer = found.asked[-1]
    assert (name, answer.saw, answer.wanted) == ("open_less_than_a_day", "open for 86400 s", "less than 86400 s")


@pytest.mark.parametrize("attempt", [0, 2])
def test_what_would_be_called_a_day_later_is_given_up_as_the_attempt_that_it_is(attempt: int) -> None:
    """None was begun where none was reserved."""
    life: dict[str, Any] = {"life": SAME_LIFE} if attempt else {}
    found = _of_case(opened_at=LONG_AGO, attempt=attempt, reason=Reason.COOLDOWN, **life)
    assert (found.reason, found.attempt, found.due_at) == (Reason.GAVE_UP, attempt, None)


def test_an_attempt_of_which_nothing_is_known_ends_after_a_day() -> None:
    """Without evidence, and with its number."""
    found = _of_case(
        opened_at=LONG_AGO, state=CaseState.UNKNOWN, attempt=2, life=SAME_LIFE, may_leave_until=NOW, reserved_at=NOW
    )
    assert (found.verdict, found.reason, found.attempt) == (Verdict.UNKNOWN, Reason.NO_EVIDENCE, 2)
    assert (found.message, found.due_at) == ("a day has passed without evidence of what the call did", None)


@pytest.mark.parametrize("reason", [Reason.ACCEPTED, Reason.SEEN_RESTARTED])
def test_what_was_rerun_is_not_given_up(reason: Reason) -> None:
    """Nothing of it is open: the sweep only looks what has become of it. It keeps its number as well."""
    done: dict[str, Any] = {"state": CaseState.DONE, "attempt": 2, "reason": reason}
    found = _of_case(
        {"attempts": tuple(AttemptMark(number, NOW - 600) for number in (1, 2, 3))},
        **{**done, "life": SAME_LIFE, "opened_at": LONG_AGO - 60, "may_leave_until": NOW},
    )
    assert (found.verdict, found.reason, found.attempt) == (Verdict.RERUN, reason, 2)


def test_what_would_be_rerun_says_which_attempt_it_would_be() -> None:
    """As the rerun itself."""
    for ask in (ASK, replace(ASK, dry_run=True)):
        assert decide(make_facts(ask=ask)).attempt == 1


@pytest.mark.parametrize("force", [False, True])
@pytest.mark.parametrize(
    ("action", "mode"), [(Action.OBSERVE, None), (Action.RERUN, Mode.OBSERVE), (Action.RERUN, None)]
)
def test_a_rule_that_only_watches_calls_nothing(action: Action, mode: Mode | None, *, force: bool) -> None:
    """By force its action is passed, never its mode. It names the operation that it is for."""
    rules = (Rule(name="a", match=Match(), action=action, mode=mode, action_api=ActionApi.RETRY_INSTANCE),)
    found = decide(make_facts(policy=replace(POLICY, rules=rules), ask=replace(ASK, force=force)))
    watched = mode is not None or (action is Action.OBSERVE and not force)
    assert found.reason is (Reason.OBSERVE_RULE if watched else Reason.ACCEPTED)
    assert found.action_api is ActionApi.RETRY_INSTANCE


def test_a_held_failure_is_asked_about_for_a_day() -> None:
    """Then it expires."""
    rules = (Rule(name="a", match=Match(), action=Action.HOLD),)
    found = decide(make_facts(policy=replace(POLICY, rules=rules)))
    assert (found.reason, found.due_at) == (Reason.RULE_HOLDS, NOW + POLICY.hold_expires_s)
