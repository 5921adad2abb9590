"""Pace, stale events, old looks, and refusals that end an invocation."""

from __future__ import annotations

from shared.domain.call import Effect
from shared.domain.job import State
from shared.domain.outcome import rfc3339
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import DAY_S, count, set_policy


def test_schedulerx_is_called_eighty_times_a_minute(house: House) -> None:
    """The 81st waits, keeps no attempt, and goes on when the minute is over."""
    set_policy(house, breaker=None)
    failures = [house.failed_instance(instance_id=number, job_id=str(number)) for number in range(1, 83)]
    told = verdicts(house.deliver(*failures))
    assert (told.count(("rerun", "accepted")), told.count(("deferred", "pace"))) == (80, 2)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    house.later(60)
    house.sweep()
    house.later(61)
    house.sweep()
    assert sorted(int(job) for job, _ in house.schedulerx.calls) == list(range(1, 83))
    assert house.open_cases() == []


def test_ehpc_has_no_pace(house: House) -> None:
    """No rate is published for E-HPC, and a call names a hundred jobs."""
    report = house.deliver(*(house.hung(number) for number in range(1, 101)))
    assert count(report) == (100, 0)


# Time.


def test_a_stale_event_is_suppressed(house: House) -> None:
    """Older than the policy allows, to the second; one that waits in the ledger is not told anew."""
    old = house.hung(1, occurred_at=house.clock.now() - DAY_S - 1)
    young = house.hung(2, occurred_at=house.clock.now() - DAY_S)
    for number in (1, 2):
        house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 10 * DAY_S
    assert verdicts(house.deliver(old)) == [("suppressed", "stale_event")]
    assert verdicts(house.deliver(young)) == [("rerun", "accepted")]


def test_a_look_that_took_too_long_is_taken_again(house: House) -> None:
    """Half the allowed age is used up: the job is looked at again before it is decided."""
    slow = iter([20.0, 0.0])
    house.ehpc.after_look = lambda: house.later(next(slow))
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    assert house.ehpc.looks == 2


def test_what_changed_during_a_slow_look_is_seen(house: House) -> None:
    """The second look decides: the job ended meanwhile, so nothing is called."""
    failure = house.hung()

    def end() -> None:
        house.later(20)
        house.ehpc.jobs["1.scheduler"].state = State.FINISHED
        house.ehpc.after_look = lambda: None

    house.ehpc.after_look = end
    assert verdicts(house.deliver(failure)) == [("ineligible", "job_finished")]
    assert house.ehpc.calls == []


def test_nothing_is_called_on_an_old_look(house: House) -> None:
    """Every look is too slow: the attempt is reserved, the call is not made, a day later it is given up."""
    house.ehpc.after_look = lambda: house.later(31)
    failure = house.hung()
    assert verdicts(house.deliver(failure, time_s=600)) == [("deferred", "look_too_old")]
    for _ in range(30):
        house.later(3600)
        house.sweep()
    assert house.ehpc.calls == []
    assert house.sink.told()[-1] == ("refused", "gave_up")
    assert house.open_cases() == []


def test_a_refusal_of_the_whole_account_stops_further_calls(house: House) -> None:
    """No permission for the first call means none for the next: 250 jobs make one call, all are told."""
    set_policy(house, breaker=None)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_USELESS, "NotAuthorized"
    house.ehpc.account_wide = True
    report = house.deliver(*(house.hung(number) for number in range(1, 251)), house.failed_instance())
    told = verdicts(report)
    assert (told.count(("refused", "api_refused")), told.count(("rerun", "accepted"))) == (250, 1)
    assert [len(call) for call in house.ehpc.calls] == [100]


def test_what_is_decided_after_a_slow_look_is_decided_by_the_clock_then(house: House) -> None:
    """Its outcome says so, and the attempt counts from then: a delivery may take minutes."""
    house.ehpc.after_look = lambda: house.later(7)
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    assert house.sink.rows[0]["at"] == rfc3339(START + 7)
    (record,) = house.records().values()
    assert (record.cases[0].reserved_at, record.attempts[0].at) == (START + 7, START + 7)
