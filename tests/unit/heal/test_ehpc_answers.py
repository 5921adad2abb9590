"""What the corridor makes of E-HPC's answers, of none, and of a ledger or Logstore that is away."""

from __future__ import annotations

import pytest

from shared.domain.call import Effect, Target
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from shared.systems.ehpc.scope import Cluster
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed


def test_a_throttled_call_is_deferred_and_keeps_its_attempt(house: House) -> None:
    """Certainly not done, worth repeating: the sweep calls again under the same attempt number."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling.User"
    assert verdicts(house.deliver(house.hung())) == [("deferred", "throttled")]
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    assert verdicts(house.sweep()) == []
    house.later(61)
    report = house.sweep()
    assert verdicts(report) == [("rerun", "accepted")]
    assert (report.results[0].outcome.attempt, report.results[0].outcome.trigger) == ("1", "sweep")
    assert report.results[0].outcome.follow_up == house.sink.rows[0]["outcome_id"]
    assert len(house.ehpc.kills) == 1


def test_a_plain_refusal_is_final(house: House) -> None:
    """Certainly not done and useless to repeat: refused, nothing due, a redelivery is a duplicate."""
    failure = house.hung()
    house.ehpc.answer = lambda _: Effect.NOT_DONE_USELESS
    assert verdicts(house.deliver(failure)) == [("refused", "api_refused")]
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert len(house.ehpc.calls) == 1


def test_a_refused_key_waits_for_a_person_and_says_so(house: House) -> None:
    """Not done; no further call in this invocation; when the key is good again the sweep goes on, same attempt."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "SignatureDoesNotMatch"
    house.ehpc.account_wide = house.ehpc.credentials = True
    elsewhere = house.hung(2, scope=Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-2"))
    report = house.deliver(house.hung(1), elsewhere)
    assert verdicts(report) == [("deferred", "credentials_refused")] * 2
    assert len(house.ehpc.calls) == 1
    house.ehpc.answer, house.ehpc.code, house.ehpc.account_wide = lambda _: Effect.DONE, "", False
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")] * 2
    assert {row["attempt"] for row in house.sink.rows} == {"1"}


def test_a_look_with_a_refused_key_says_so(house: House) -> None:
    """Its reason tells what a person has to mend: it does not go on by itself."""
    house.ehpc.look_fails = LookFailed(
        worth_repeating=True, credentials=True, code="InvalidSecurityToken.Expired", message="old", look_begun_at=0
    )
    assert verdicts(house.deliver(house.hung())) == [("deferred", "look_credentials_refused")]
    house.ehpc.look_fails = None
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_a_lost_answer_with_effect_is_seen_and_not_repeated(house: House) -> None:
    """Unknown: the sweep looks, sees the restart, and the verdict becomes rerun without a second call."""
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    failure = house.hung()
    assert verdicts(house.deliver(failure)) == [("unknown", "answer_lost")]
    assert verdicts(house.deliver(failure)) == [("duplicate", "in_hand")]
    house.later(122)
    assert verdicts(house.sweep()) == [("rerun", "observed_restart")]
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (1, 1)


def test_a_lost_answer_without_effect_is_repeated_only_after_it_settled(house: House) -> None:
    """Before `settle_s` nothing is proven; after it, the same run means that the call may be repeated."""
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    house.deliver(house.hung())
    house.later(60)
    assert verdicts(house.sweep()) == []
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.DONE, lambda _: True
    house.later(62)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (2, 1)
    assert house.sink.rows[-1]["attempt"] == "1"


def test_an_unknown_rerun_of_a_queued_job_is_never_repeated(house: House) -> None:
    """Queued before and after: nobody can ever tell."""
    failure = house.hung()
    house.ehpc.jobs["1.scheduler"].state = State.QUEUED
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(failure)
    house.later(122)
    assert verdicts(house.sweep()) == [("unknown", "not_observable")]
    assert house.sink.rows[-1]["final"] == "true"
    house.later(10**6)
    assert verdicts(house.sweep()) == []
    assert len(house.ehpc.calls) == 1


def test_a_run_that_ended_after_an_unknown_call_is_ineligible(house: House) -> None:
    """The run ended by itself: there is nothing to rerun any more."""
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    house.deliver(house.hung())
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.later(122)
    assert verdicts(house.sweep()) == [("ineligible", "job_finished")]


def test_a_job_gone_after_an_unknown_call_ends_without_evidence(house: House) -> None:
    """Not listed proves nothing: the sweep goes on looking for a day, then says so."""
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(house.hung())
    del house.ehpc.jobs["1.scheduler"]
    house.later(122)
    assert verdicts(house.sweep()) == [("unknown", "not_settled")]
    house.later(90_000)
    assert verdicts(house.sweep()) == [("unknown", "no_evidence")]
    assert len(house.ehpc.calls) == 1


def test_a_crash_after_the_reservation_is_settled_by_looking(house: House) -> None:
    """A reservation whose invocation died is due after its hard deadline and `settle_s`; the look decides."""

    def die(_target: Target) -> Effect:
        raise Killed

    failure = house.hung()
    house.ehpc.answer = die
    with pytest.raises(Killed):
        house.deliver(failure)
    house.ehpc.answer = lambda _: Effect.DONE
    assert verdicts(house.deliver(failure)) == [("duplicate", "in_hand")]
    house.later(60)
    assert verdicts(house.sweep()) == []
    house.later(122)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert (len(house.ehpc.kills), house.sink.rows[-1]["attempt"]) == (1, "1")


def test_a_look_that_fails_waits_in_the_ledger(house: House) -> None:
    """Observing failed and is worth repeating: deferred, and the sweep goes on from the told id to the live one."""
    failure = house.hung(1, job_id="1")
    house.ehpc.look_fails = LookFailed(worth_repeating=True, code="Throttling", message="slow down", look_begun_at=0)
    assert verdicts(house.deliver(failure)) == [("deferred", "look_failed")]
    assert verdicts(house.deliver(failure)) == [("duplicate", "in_hand")]
    house.ehpc.look_fails = None
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.sink.rows[-1]["job_id"] == "1.scheduler"
    house.later(61)
    assert verdicts(house.sweep()) == []
    assert house.unfinished() == []
    assert len(house.ehpc.kills) == 1


def test_a_look_that_is_refused_is_final(house: House) -> None:
    """Observing failed and repeating is useless."""
    house.ehpc.look_fails = LookFailed(worth_repeating=False, code="ClusterNotFound", message="no", look_begun_at=0)
    assert verdicts(house.deliver(house.hung())) == [("refused", "look_refused")]
    assert house.unfinished() == []


def test_no_call_without_time_to_settle(house: House) -> None:
    """Near the deadline nothing is called; the failure is due at once and keeps its attempt."""
    assert verdicts(house.deliver(house.hung(), time_s=1.0)) == [("deferred", "deadline")]
    assert house.ehpc.calls == []
    house.later(1)
    report = house.sweep()
    assert (verdicts(report), report.results[0].outcome.attempt) == ([("rerun", "accepted")], "1")


def test_outcomes_are_owed_until_the_logstore_takes_them(house: House) -> None:
    """A Logstore out of reach delays outcomes, of records and of the rest, and loses none."""
    house.sink.down = True
    house.deliver(house.hung(), house.failure(9))
    assert house.sink.rows == []
    house.later(61)
    house.sweep()
    house.sink.down = False
    house.later(61)
    house.sweep()
    assert sorted(house.sink.told()) == [("ineligible", "not_found"), ("rerun", "accepted")]
    house.later(10**5)
    assert verdicts(house.sweep()) == []
    assert house.unfinished() == []


def test_a_ledger_out_of_reach_fails_the_delivery_before_any_call(house: House) -> None:
    """Without the ledger nothing is called and the whole delivery comes again."""
    failure = house.hung()
    house.ledger.close()
    with pytest.raises(LedgerUnavailable):
        house.deliver(failure)
    assert house.ehpc.calls == []


def test_a_thousand_failures_make_ten_calls(house: House) -> None:
    """RerunJobs takes up to 100 jobs, so 1,000 failures in one cluster make ten calls and one PutLogs."""
    house.policy = type(house.policy)(version=1, breaker=None, rules=house.policy.rules)
    report = house.deliver(*(house.hung(number) for number in range(1, 1001)))
    assert len(report.results) == 1000
    assert [len(call) for call in house.ehpc.calls] == [100] * 10
    assert (len(house.ehpc.kills), house.ehpc.looks, house.sink.puts) == (1000, 1, 1)
