"""Facts and gates where little is known: what was not seen is not asked, and every end of a rerun has its word."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.mode import Mode
from shared.domain.outcome import rfc3339
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.conditions import EventPlace
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.policy.gates.trust import may_tell
from shared.policy.model import Source
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, Instance
from tests.support.clock import START as NOW
from tests.support.make import Make
from tests.support.systems import GROUP
from tests.unit.decide.facts import ASK, make_failure, make_look

DAY = "2026-01-01 10:00:00"


def test_a_gate_that_needs_a_look_cannot_be_asked_without(facts: Make[Facts]) -> None:
    """The order of the gates sees to it; whoever breaks it hears of it."""
    blind = facts(observation=LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW))
    with pytest.raises(AttributeError, match="snapshot"):
        blind.snapshot  # noqa: B018 - asking is the point


def test_what_was_not_seen_was_not_repeated(facts: Make[Facts], failure: Make[Failure]) -> None:
    """Of a job that nobody could look at our own attempts are used, whatever was told of the scheduler's."""
    blind = LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW)
    tried = JobRecord(attempts=(AttemptMark(1, NOW - 60),))
    budget = facts(failure=failure(restart_count=9), observation=blind, record=tried).budget
    assert (budget.own, budget.used) == (1, 1)


def test_a_text_that_was_cut_short_keeps_its_fingerprint(facts: Make[Facts], case: Make[Case]) -> None:
    """The one that it had when its attempt was reserved; without one, that of the text."""
    told = make_failure(message="no such file")
    whole = facts(failure=told).fingerprint
    assert [facts(failure=told, case=case(fingerprint=kept)).fingerprint for kept in ("", "5eed")] == [whole, "5eed"]


def test_a_run_that_our_rerun_began_is_not_the_one_told_before_it(facts: Make[Facts], case: Make[Case]) -> None:
    """Whatever start was told, as clocks differ: an attempt was reserved since, and the live run began since."""
    began = int(NOW) - 10
    told = make_failure(started_at=began)
    mine = case(failure=told, opened_at=NOW - 20)
    other = case(failure_id="other", attempt=1, reserved_at=NOW - 15)
    look = make_look(start_time=began)
    assert facts(failure=told, case=mine, record=JobRecord(cases=(mine,)), observation=look).run is not Run.EARLIER
    after = facts(failure=told, case=mine, record=JobRecord(cases=(mine, other)), observation=look)
    assert after.run is Run.EARLIER


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.RUNNING, Reason.SEEN_RESTARTED),
        (State.SUCCEEDED, Reason.SEEN_SUCCEEDED),
        (State.FAILED, Reason.SEEN_FAILED),
        (State.UNKNOWN, Reason.SEEN_ENDED),
    ],
)
def test_every_end_of_a_rerun_has_its_word(
    schedulerx_facts: Make[Facts], instance: Make[Instance], case: Make[Case], state: State, reason: Reason
) -> None:
    """The look finds what the rerun has made."""
    done = case(
        state=CaseState.DONE,
        life=Life.instance(DAY, 7),
        attempt=1,
        verdict=Verdict.RERUN,
        reason=Reason.ACCEPTED,
        reserved_at=NOW - 500,
        may_leave_until=NOW - 490,
    )
    made = instance(9, state=state, trigger_type=TRIGGER_DATA_RERUN, started_at=NOW - 400)
    found = decide(schedulerx_facts(made, case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert (found.verdict, found.reason) == (Verdict.RERUN, reason)


def test_a_restart_that_was_told_is_not_told_again(
    schedulerx_facts: Make[Facts], instance: Make[Instance], case: Make[Case]
) -> None:
    """What the sweep has concluded from a look needs no second outcome while the rerun runs."""
    done = case(
        state=CaseState.DONE,
        life=Life.instance(DAY, 7),
        attempt=1,
        verdict=Verdict.RERUN,
        reason=Reason.OBSERVED_RESTART,
        reserved_at=NOW - 500,
        may_leave_until=NOW - 490,
    )
    made = instance(9, state=State.RUNNING, trigger_type=TRIGGER_DATA_RERUN, started_at=NOW - 400)
    found = decide(schedulerx_facts(made, case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert found.reason is Reason.OBSERVED_RESTART


def test_modes_and_rules_have_their_word(facts: Make[Facts]) -> None:
    """Nothing is called under mode observe, and nothing is healed that no rule names."""
    policy = facts().policy
    assert decide(facts(policy=replace(policy, mode=Mode.OBSERVE))).reason is Reason.OBSERVE_MODE
    assert decide(facts(policy=replace(policy, rules=()))).reason is Reason.NO_RULE


def test_what_ends_by_itself_is_not_given_up(facts: Make[Facts], look: Make[EhpcSnapshot], case: Make[Case]) -> None:
    """A day old, and the job has ended: that is said, not that it was too long."""
    old = case(opened_at=NOW - 90_000)
    found = decide(facts(case=old, record=JobRecord(cases=(old,)), observation=look(state=State.FINISHED), ask=ASK))
    assert (found.verdict, found.reason) == (Verdict.INELIGIBLE, Reason.JOB_FINISHED)


def test_without_a_life_to_compare_the_telling_says_which_run(
    facts: Make[Facts], look: Make[EhpcSnapshot], case: Make[Case]
) -> None:
    """The case knows a run, the look shows none."""
    known = facts(case=case(life="run:5"), observation=look(state=State.RUNNING, start_time=None))
    assert known.snapshot.life is None
    assert known.run is known.snapshot.which_run(known.failure, known.record) is Run.UNCLEAR


def test_the_instance_of_a_case_stays_its_own(
    schedulerx_facts: Make[Facts], instance: Make[Instance], failure: Make[Failure], case: Make[Case]
) -> None:
    """Told by its day: the look shows the rerun's instance, the case remembers which one had failed."""
    told = failure(scope=GROUP, job_id="42", data_time=DAY)
    known = schedulerx_facts(meant=instance(9), failure=told, case=case(life=Life.instance(DAY, 7)))
    assert known.job_instance_id == 7


def test_an_instance_of_a_later_run_is_not_the_one_that_failed(
    schedulerx_facts: Make[Facts], instance: Make[Instance], failure: Make[Failure]
) -> None:
    """Told by its day, and the day has been run again since: nobody knows the number any more."""
    told = failure(scope=GROUP, job_id="42", data_time=DAY, occurred_at=NOW - 1000)
    older = instance(8, started_at=NOW - 3000)
    mine = schedulerx_facts(older, meant=instance(9, started_at=NOW - 2000), failure=told)
    later = schedulerx_facts(older, meant=instance(9, started_at=NOW - 60), failure=told)
    assert (mine.run, mine.job_instance_id) == (Run.THIS, 9)
    assert (later.run, later.job_instance_id) == (Run.EARLIER, None)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (Reason.ACCEPTED, (Verdict.UNKNOWN, Reason.NOT_RESTARTED)),
        (Reason.SEEN_RESTARTED, (Verdict.RERUN, Reason.SEEN_RESTARTED)),
    ],
)
def test_a_rerun_that_is_not_seen(
    facts: Make[Facts], case: Make[Case], last: Reason, expected: tuple[Verdict, Reason]
) -> None:
    """Not restarted, unless it was seen before: a list that lags proves nothing against that. No look, nothing new."""
    done = case(state=CaseState.DONE, life=f"run:{int(NOW) - 3600}", attempt=1, reason=last, may_leave_until=NOW - 5000)
    found = decide(facts(case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert (found.verdict, found.reason) == expected
    blind = LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW)
    found = decide(facts(case=done, record=JobRecord(cases=(done,)), ask=ASK, observation=blind))
    assert (found.verdict, found.reason) == (Verdict.RERUN, last)


@pytest.mark.parametrize(
    ("last", "expected"), [(Reason.ACCEPTED, Reason.SEEN_NO_RUN), (Reason.SEEN_RESTARTED, Reason.SEEN_ENDED)]
)
def test_the_end_of_a_rerun_is_told_only_if_it_was_seen_to_run(
    facts: Make[Facts], look: Make[EhpcSnapshot], case: Make[Case], last: Reason, expected: Reason
) -> None:
    """A job that has ended shows no start: of a rerun that nobody saw nothing is claimed."""
    done = case(state=CaseState.DONE, life=f"run:{int(NOW) - 3600}", attempt=1, reason=last, may_leave_until=NOW - 5000)
    over = look(state=State.FINISHED, start_time=None)
    assert decide(facts(case=done, record=JobRecord(cases=(done,)), ask=ASK, observation=over)).reason is expected


def test_a_dry_run_says_what_would_be_done(facts: Make[Facts]) -> None:
    """Nothing else is in the way."""
    found = decide(facts(ask=replace(ASK, dry_run=True)))
    assert (found.verdict, found.reason) == (Verdict.WOULD_RERUN, Reason.DRY_RUN)


def test_a_start_that_had_not_been_when_it_was_told_is_not_believed(facts: Make[Facts], failure: Make[Failure]) -> None:
    """Nobody can know of a run that begins after the telling."""
    found = decide(facts(failure=failure(started_at=NOW + 86_400)))
    assert (found.verdict, found.reason) == (Verdict.SUPPRESSED, Reason.UNTRUSTED_SOURCE)
    assert "start" in found.message


def test_one_who_looked_needs_no_leave_to_speak(facts: Make[Facts], failure: Make[Failure]) -> None:
    """The job system itself has shown it; of machines whoever is among the sources tells."""
    policy = replace(facts().policy, sources=(Source(event=EventPlace(source="acs.ehpc")),))
    found = facts(policy=policy, failure=failure(trigger=Trigger.DISCOVER))
    assert decide(found).verdict is Verdict.RERUN
    assert decide(facts(policy=policy)).reason is Reason.UNTRUSTED_SOURCE
    assert [may_tell(policy, Speaker(), by_hand=by_hand) for by_hand in (False, True)] == [False, True]
    assert may_tell(facts().policy, Speaker(), by_hand=False)


def test_a_decision_says_when_the_run_that_it_reruns_began(facts: Make[Facts], look: Make[EhpcSnapshot]) -> None:
    """As it was seen where nobody told it; and that it is about this run."""
    made = decide(facts())
    assert made.evidence["started_at"] == rfc3339(NOW - 3600)
    assert (made.about_this_run, made.run_clear) == (True, True)
    assert decide(facts(observation=look(state=State.NOT_FOUND))).about_this_run is False
