"""Single gates at their bounds: the last moment that still counts, the case that is none of theirs."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.evidence import EvidenceFrom
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.runs import SKEW_S
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.bounds import BadNodes, NodeAction, SameText
from shared.policy.decide import decide
from shared.policy.gates import attempts, job, limits, tellings, trust
from shared.policy.model import Action, Match, Rule, Thrash
from shared.policy.text.fingerprint import fingerprint
from tests.support.clock import START as NOW
from tests.unit.decide.facts import ASK, POLICY, START, make_case, make_facts, make_failure, make_look

BLIND = LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW)
SAME_LIFE = f"run:{START}"
FORCE = replace(ASK, force=True)


def _with(*cases: Case, **parts: Any) -> Decision:
    return decide(make_facts(record=JobRecord(cases=cases), **parts))


@pytest.mark.parametrize(("age_s", "stale"), [(0, False), (1, True)])
def test_a_failure_is_stale_beyond_its_bound(age_s: float, *, stale: bool) -> None:
    """As old as is allowed is fresh."""
    told = make_failure(occurred_at=NOW - POLICY.timing.stale_event_s - age_s)
    assert (decide(make_facts(failure=told)).reason is Reason.STALE_EVENT) is stale


def test_what_could_not_be_seen_again_is_not_asked_for_its_age() -> None:
    """It was fresh when it was told; only the look that comes about can say otherwise."""
    old = make_failure(occurred_at=NOW - 10 * POLICY.timing.stale_event_s)
    waits = make_case(failure=old, reason=Reason.LOOK_FAILED, opened_at=NOW - 60)
    assert job.fresh(make_facts(failure=old, case=waits, observation=BLIND)) is None
    assert job.fresh(make_facts(failure=old, case=waits)) is not None


def test_what_is_told_anew_is_stale_whatever_the_look_shows() -> None:
    """Nobody waits for a look at what is too old by its own word."""
    old = make_failure(occurred_at=NOW - 10 * POLICY.timing.stale_event_s)
    assert decide(make_facts(failure=old, observation=BLIND)).reason is Reason.STALE_EVENT


def test_how_old_it_was_counts_from_when_it_was_told_first() -> None:
    """A person's yes, days later, makes it no older."""
    told_at = NOW - 10 * POLICY.timing.stale_event_s
    waits = make_case(failure=make_failure(occurred_at=told_at - 5), opened_at=NOW, told_at=told_at)
    answer = job.fresh(make_facts(failure=waits.failure, case=waits))
    assert answer is not None
    assert (answer.stop, answer.saw) == (None, "5 s old")


def test_the_life_that_is_asked_about_is_shown() -> None:
    """Or that there is none."""
    record = JobRecord(cases=(make_case(failure_id="g", state=CaseState.CLOSED, tellings=("u",)),))
    seen = [tellings.in_hand(make_facts(record=record, observation=make_look(start_time=at))) for at in (START, None)]
    assert [one.saw for one in seen] == [SAME_LIFE, "no life"]


def test_a_rerun_without_a_word_was_accepted() -> None:
    """A document from before outcomes were noted in it."""
    done = make_case(state=CaseState.DONE, life=SAME_LIFE, attempt=1, reason=None)
    found = _with(done, case=done, observation=BLIND)
    assert (found.verdict, found.reason) == (Verdict.RERUN, Reason.ACCEPTED)


@pytest.mark.parametrize(
    ("ahead_s", "case", "foretold"),
    [
        (0, None, False),
        (1, None, True),
        (0, {}, False),
        (1, {}, True),
        (1, {"run_clear": True}, False),
        (SKEW_S, {"run_clear": True}, False),
        (SKEW_S + 1, {"run_clear": True}, True),
        (1, {"life": "run:1", "attempt": 1}, False),
    ],
)
def test_a_start_after_the_telling_is_believed_of_a_run_that_was_seen(
    ahead_s: float, case: dict[str, Any] | None, *, foretold: bool
) -> None:
    """As far as clocks differ, and only if the first look showed which run is meant."""
    waits = None if case is None else make_case(opened_at=NOW - 50, **case)
    told = make_failure(started_at=(NOW if waits is None else NOW - 50) + ahead_s)
    facts = make_facts(failure=told, case=waits)
    assert facts.run is (Run.UNCLEAR if waits is None or waits.life is None else Run.EARLIER)
    assert (trust.claims_agree(facts).stop is not None) is foretold


@pytest.mark.parametrize(
    ("began_s", "told_s", "foretold"),
    [(SKEW_S, SKEW_S, False), (SKEW_S + 1, SKEW_S, True), (SKEW_S + 1, -900, False), (SKEW_S, SKEW_S + 1, True)],
)
def test_of_the_run_that_is_listed_the_later_start_counts(began_s: float, told_s: float, *, foretold: bool) -> None:
    """The told one may be cut to a second; of another run the listed start says nothing."""
    opened_at = START + 1000
    told = make_failure(started_at=opened_at + told_s, occurred_at=NOW - 600)
    seen = make_look(start_time=int(opened_at + began_s))
    facts = make_facts(failure=told, observation=seen, case=make_case(opened_at=opened_at, run_clear=True))
    assert facts.run is (Run.THIS if told_s > 0 else Run.EARLIER)
    assert (trust.claims_agree(facts).stop is not None) is foretold


@pytest.mark.parametrize(("restarts", "word"), [(3, "3 of them by the job system itself"), (None, "used up")])
def test_who_used_the_attempts_up_is_said(restarts: int | None, word: str) -> None:
    """Ours are not the scheduler's."""
    tried = tuple(AttemptMark(number, NOW - 60) for number in range(0 if restarts else 3))
    found = decide(make_facts(failure=make_failure(restart_count=restarts), record=JobRecord(attempts=tried)))
    assert (found.reason, found.message.endswith(word)) == (Reason.ATTEMPTS_USED_UP, True)


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({}, True),
        ({"reserved_at": NOW - 600}, False),
        ({"reserved_at": NOW - 599}, True),
        ({"fingerprint": fingerprint("other words")}, False),
        ({"fingerprint": ""}, False),
        ({"state": CaseState.REFUSED}, False),
        ({"state": CaseState.CLOSED, "verdict": Verdict.REFUSED, "reason": Reason.GAVE_UP}, False),
        ({"state": CaseState.CLOSED, "verdict": Verdict.UNKNOWN, "reason": Reason.NO_EVIDENCE}, True),
    ],
)
def test_a_text_has_come_again_if_a_rerun_was_made_for_it(other: dict[str, Any], *, counts: bool) -> None:
    """In the window, and with the same words; the rule's own bound goes before the policy's."""
    parts = {"reserved_at": NOW - 60, "fingerprint": fingerprint("it fell"), "attempt": 1, "life": "run:1"}
    earlier = make_case(**{"failure_id": "g", "state": CaseState.DONE, **parts, **other})
    record, told = JobRecord(cases=(earlier,)), make_failure(message="it fell")
    strict = SameText(max=1, window_s=600)
    own = Rule(name="a", match=Match(), action=Action.RERUN, same_text=strict)
    for policy in (
        replace(POLICY, same_text=strict),
        replace(POLICY, same_text=SameText(max=9, window_s=600), rules=(own,)),
    ):
        found = decide(make_facts(failure=told, record=record, policy=policy))
        assert (found.reason is Reason.SAME_TEXT_AGAIN) is counts
        wordless = make_facts(failure=make_failure(message="7"), record=record, policy=policy)
        assert decide(wordless).reason is Reason.ACCEPTED
        assert limits.text_is_new(make_facts(failure=make_failure(), record=record, policy=policy)) is None


def test_calls_in_vain_are_asked_about_while_one_is_in_doubt() -> None:
    """What waits for something else is called when that is over."""
    vain: dict[str, Any] = {"calls_in_vain": 5, "attempt": 1, "life": SAME_LIFE}
    waits, doubt = make_case(**vain), make_case(**vain, state=CaseState.UNKNOWN)
    assert attempts.calls_take_effect(make_facts()) is None
    assert attempts.calls_take_effect(make_facts(case=waits)) is None
    asked = attempts.calls_take_effect(make_facts(case=doubt))
    assert asked is not None
    assert asked.stop is not None


def test_a_suspected_node_is_waited_for_only_where_the_policy_holds_for_it() -> None:
    """Telling people of it is another matter."""
    parts: dict[str, Any] = {"failure": make_failure(node="n1"), "suspects": frozenset({"n1"})}
    for action, reason in ((NodeAction.TELL, Reason.ACCEPTED), (NodeAction.HOLD, Reason.BAD_NODE)):
        policy = replace(POLICY, bad_nodes=BadNodes(action=action))
        assert decide(make_facts(policy=policy, **parts)).reason is reason


@pytest.mark.parametrize(
    ("state", "reason"),
    [(CaseState.CLOSED, Reason.ALREADY_HANDLED), (CaseState.DEFERRED, Reason.IN_HAND), (CaseState.HELD, None)],
)
def test_what_was_fetched_answers_for_the_failure_once_it_is_over(state: CaseState, reason: Reason | None) -> None:
    """While it waits a telling that gets further goes on with it, also by an exit code."""
    rules = (
        Rule(name="code", match=Match(exit_code=7), action=Action.RERUN),
        Rule(name="rest", match=Match(), action=Action.HOLD),
    )
    told = make_failure(exit_code="7", telling_id="t2")
    facts = make_facts(failure=told, policy=replace(POLICY, rules=rules))
    fetched = make_failure(message="nothing of it", message_from=EvidenceFrom.JOB_LOG)
    if state is CaseState.DEFERRED:
        fetched = replace(fetched, exit_code="7")
    known = make_case(failure=fetched, failure_id=facts.failure_id, state=state)
    found = _with(known, failure=told, policy=facts.policy)
    assert found.reason is (reason or Reason.ACCEPTED)
    assert (found.gates[-1].name == "told_before") is (state is CaseState.CLOSED)


def test_a_run_that_is_not_clear_is_in_hand_while_something_waits_for_it() -> None:
    """What is over is in nobody's way, nor what gets less far."""
    rules = (
        Rule(name="hold", match=Match(message="hold"), action=Action.HOLD),
        Rule(name="go", match=Match(message="go"), action=Action.RERUN),
    )
    parts: dict[str, Any] = {
        "failure": make_failure(message="go", telling_id="t2"),
        "observation": make_look(start_time=int(NOW) - 10),
        "policy": replace(POLICY, rules=rules),
    }
    facts = make_facts(**parts)
    assert facts.run is Run.UNCLEAR
    for state, text, reason in (
        (CaseState.DEFERRED, "go", Reason.IN_HAND),
        (CaseState.DEFERRED, "hold", Reason.RUN_UNCLEAR),
        (CaseState.CLOSED, "go", Reason.RUN_UNCLEAR),
    ):
        known = make_case(failure=make_failure(message=text), failure_id=facts.failure_id, state=state)
        assert _with(known, **parts).reason is reason


@pytest.mark.parametrize(
    ("other", "counts"),
    [
        ({"run_clear": True}, True),
        ({"life": "run:1", "attempt": 1}, True),
        ({}, False),
        ({"run_clear": True, "reason": Reason.LOOK_REFUSED}, True),
        ({"run_clear": True, "reason": Reason.LOOK_REFUSED, "state": CaseState.REFUSED}, False),
        ({"run_clear": True, "opened_at": NOW - 600}, False),
        ({"run_clear": True, "opened_at": NOW - 599}, True),
        ({"run_clear": True, "told_at": NOW - 600}, False),
    ],
)
def test_which_failures_are_too_many(other: dict[str, Any], *, counts: bool) -> None:
    """Of runs that were clear, in the window, and not those at which nobody might look."""
    case = make_case(**{"failure_id": "g", "opened_at": NOW - 60, "tellings": ("u",), **other})
    policy = replace(POLICY, thrash=Thrash(max_failures=1, window_s=600))
    for own in (None, make_case(opened_at=NOW - 60)):
        answer = limits.not_thrashing(make_facts(record=JobRecord(cases=(case,)), policy=policy, case=own))
        assert answer is not None
        assert (answer.stop is not None) is counts


def test_a_no_is_not_in_the_way_of_its_own_case_nor_of_what_has_no_life() -> None:
    """A person who takes it back goes on with the same case."""
    mine = make_case(reason=Reason.REJECTED)
    assert _with(mine, case=mine).reason is Reason.ACCEPTED
    other = make_case(failure_id="g", reason=Reason.REJECTED, state=CaseState.CLOSED, tellings=("u",))
    facts = make_facts(record=JobRecord(cases=(other,)), observation=make_look(start_time=None))
    assert tellings.in_hand(facts).stop is None


def test_what_has_an_attempt_does_not_wait_for_another_telling() -> None:
    """It means the life that it was reserved at."""
    tried = make_case(failure_id=make_facts().failure_id, attempt=1, life="run:1", tellings=("u",))
    waits = make_case(failure_id=make_facts().failure_id, tellings=("u",))
    found = [tellings.in_hand(make_facts(record=JobRecord(cases=(one,)))).stop is None for one in (tried, waits)]
    assert found == [True, False]


@pytest.mark.parametrize(
    ("state", "seen", "reason"),
    [
        (CaseState.REFUSED, True, Reason.ACCEPTED),
        (CaseState.DONE, True, Reason.ALREADY_HANDLED),
        (CaseState.REFUSED, False, Reason.ALREADY_HANDLED),
        (CaseState.DEFERRED, False, Reason.IN_HAND),
    ],
)
def test_force_takes_over_what_was_not_done_once_it_was_seen(state: CaseState, reason: Reason, *, seen: bool) -> None:
    """Of the same telling, and of the same life."""
    for own in ({"tellings": ("t",)}, {"tellings": ("u",), "failure_id": "g"}) if seen else ({"tellings": ("t",)},):
        known = make_case(**{"life": SAME_LIFE, "attempt": 1, "reserved_at": NOW - 60, "state": state, **own})
        observed = {} if seen else {"observation": BLIND}
        assert _with(known, ask=FORCE, **observed).reason is reason


def test_what_is_known_elsewhere_is_a_duplicate_whatever_else_is_remembered() -> None:
    """Of a telling that this document does not know."""
    other = make_case(failure_id="other", state=CaseState.CLOSED, tellings=("u",))
    known = make_case(failure_id="known", state=CaseState.REFUSED)
    for cases in ((), (other,)):
        found = _with(*cases, known_elsewhere=known)
        assert (found.reason, found.failure_id) == (Reason.ALREADY_HANDLED, "known")


@pytest.mark.parametrize(
    ("not_before", "attempt", "reason"),
    [(NOW, 0, Reason.ACCEPTED), (NOW + 1, 0, Reason.COOLDOWN), (NOW + 1, 1, Reason.ACCEPTED)],
)
def test_a_cooldown_is_over_at_its_end(not_before: float, attempt: int, reason: Reason) -> None:
    """And is not asked of an attempt that is reserved."""
    case = make_case(attempt=attempt, **({"life": SAME_LIFE} if attempt else {}))
    facts = make_facts(record=JobRecord(cases=(case,), not_before=not_before), case=case)
    assert decide(facts).reason is reason
