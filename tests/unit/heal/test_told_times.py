"""Times are told by strangers: no run fails before it has begun, and an instance's own end says how old it is."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.keys import job_key
from shared.people.breakers import Backlog, close_breaker, settle
from shared.policy.model import Action, Match, Rule
from shared.ports import Write
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.support.systems import CLUSTER
from tests.unit.heal.test_held import answer
from tests.unit.heal.test_partial_saves import Conflicting
from tests.unit.heal.tricks import BAD_LOOK, DAY_S, break_it, quiet, set_policy


@pytest.mark.parametrize("looks", [True, False])
def test_a_run_that_began_after_the_telling_is_not_killed_for_it(house: House, *, looks: bool) -> None:
    """The start told is two hours ahead. A healthy run begins at that second; nothing that was told before means it."""
    failure = house.hung(1, started_at=START + 7200.0)
    house.ehpc.look_fails = None if looks else BAD_LOOK
    first = verdicts(house.deliver(failure))
    assert first == ([("suppressed", "untrusted_source")] if looks else [("deferred", "look_failed")])
    house.ehpc.look_fails = None
    house.later(7230)
    house.ehpc.jobs["1.scheduler"].start = int(START) + 7200
    house.sweep()
    quiet(house)
    assert house.ehpc.calls == []
    assert house.sink.told()[-1] == ("suppressed", "untrusted_source")


@pytest.mark.parametrize(("ahead_s", "reason"), [(29.0, "accepted"), (31.0, "untrusted_source")])
def test_clocks_may_differ_by_half_a_minute(house: House, ahead_s: float, reason: str) -> None:
    """A start so little ahead is believed where the look shows it."""
    failure = house.hung(1, started_at=START + ahead_s)
    house.ehpc.jobs["1.scheduler"].start = int(START + ahead_s)
    (told,) = verdicts(house.deliver(failure))
    assert told[1] == reason


@pytest.mark.parametrize("looks", [True, False])
@pytest.mark.parametrize(("told_s", "begins_s"), [(5, 5), (29, 29), (0, 1)])
def test_a_run_that_begins_soon_after_the_telling_is_not_killed_for_it(
    house: House, told_s: int, begins_s: int, *, looks: bool
) -> None:
    """Within what clocks may differ, and within what starts are rounded by: the first look did not show that run."""
    house.later(0.5)
    failure = house.hung(1, started_at=float(int(house.clock.now()) + told_s))
    house.ehpc.look_fails = None if looks else BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) + begins_s
    house.later(61)
    house.sweep()
    quiet(house)
    assert house.ehpc.calls == []
    assert house.sink.told()[-1] == ("suppressed", "untrusted_source")


def _failed(house: House, days_ago: float) -> Any:
    ended_at = house.clock.now() - days_ago * DAY_S
    return house.failed_instance(started_at=ended_at - 600, ended_at=ended_at)


def test_an_instance_that_failed_long_ago_is_stale_whenever_it_is_told(house: House) -> None:
    """Told without a time it counts as told now; its own end is 60 days back."""
    assert verdicts(house.deliver(_failed(house, 60))) == [("suppressed", "stale_event")]
    assert house.schedulerx.calls == []


def test_it_is_stale_also_when_the_first_look_failed(house: House) -> None:
    """How old it is shows only when it can be looked at."""
    failure = _failed(house, 60)
    house.schedulerx.look_fails = BAD_LOOK
    assert verdicts(house.deliver(failure)) == [("deferred", "look_failed")]
    house.schedulerx.look_fails = None
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "stale_event")]
    assert house.schedulerx.calls == []


def test_what_was_fresh_when_told_does_not_grow_stale_while_it_waits(house: House) -> None:
    """It had failed most of a day before; looks fail for some hours more."""
    failure = _failed(house, 0.9)
    house.schedulerx.look_fails = BAD_LOOK
    house.deliver(failure)
    house.schedulerx.look_fails = None
    house.later(6 * 3600)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_its_own_end_counts_also_where_an_older_time_was_told(house: House) -> None:
    """The teller's clock, or the teller, is two days behind."""
    failure = replace(house.failed_instance(), occurred_at=START - 2.0 * DAY_S)
    assert verdicts(house.deliver(failure)) == [("rerun", "accepted")]


def test_an_old_instance_is_stale_also_where_others_kept_writing_its_record(house: House) -> None:
    """Three conflicts, and both failures of the job wait elsewhere: that makes no old one young."""
    recent, old = house.failed_instance(), _failed_long_before(house)
    house.ledger = Conflicting(house.ledger, ("schedulerx/",), times=3)
    assert verdicts(house.deliver(recent, old)) == [("deferred", "contended"), ("deferred", "contended")]
    house.later(61)
    house.sweep()
    assert ("suppressed", "stale_event") in house.sink.told()
    assert [one["data_time"] for one in house.sink.rows if one["verdict"] == "rerun"] == ["2026-01-01 10:00:00"]


def test_an_old_instance_is_stale_also_where_its_record_could_not_be_read(house: House) -> None:
    """Nobody could look when it was told, nor read its record; once a person has repaired that, its end counts."""
    old = _failed_long_before(house)
    key = job_key(old.scope, old.job_id)
    house.ledger.save([Write(key=key, document=b"{", expected=None, due_at=None, expires_at=None)])
    house.schedulerx.look_fails = BAD_LOOK
    assert verdicts(house.deliver(old)) == [("deferred", "record_unreadable")]
    house.schedulerx.look_fails = None
    house.ledger.save([Write(key=key, document=b"{}", expected=1, due_at=None, expires_at=None)])
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "stale_event")]


def _failed_long_before(house: House) -> Any:
    ended_at = house.clock.now() - 60 * DAY_S
    old = house.failed_instance("2025-11-01 10:00:00", 3, started_at=ended_at - 600, ended_at=ended_at)
    return replace(old, event_id="old", telling_id="old")


@pytest.mark.parametrize("looks", [True, False])
def test_a_persons_yes_is_not_lost_with_a_look_that_fails(house: House, *, looks: bool) -> None:
    """It was told some hours late, and held for most of a day; the first look after the yes does not succeed."""
    set_policy(house, rules=(Rule(name="ask", match=Match(), action=Action.HOLD),))
    failure = house.hung(1, started_at=START - 40_000.0, occurred_at=START - 20_000.0)
    house.ehpc.jobs["1.scheduler"].start = int(START) - 40_000
    house.deliver(failure)
    house.later(0.9 * DAY_S)
    answer(house, yes=True)
    house.ehpc.look_fails = None if looks else BAD_LOOK
    house.sweep()
    house.ehpc.look_fails = None
    house.later(61)
    house.sweep()
    assert ("rerun", "accepted") in house.sink.told()


def test_a_resumed_backlog_is_not_lost_with_a_look_that_fails(house: House) -> None:
    """The breaker was open over a weekend; as a person resumes what it had stopped, the service throttles at first."""
    break_it(house)
    house.deliver(*(house.hung(number) for number in (1, 2, 3, 4)))
    house.later(2.5 * DAY_S)
    now = house.clock.now()
    close_breaker(house.ledger, CLUSTER, by="ann", now=now)
    settle(house.ledger, CLUSTER, Backlog.RESUME, by="ann", now=now, per_minute=10)
    house.ehpc.look_fails = BAD_LOOK
    house.sweep()
    house.ehpc.look_fails = None
    house.later(61)
    house.sweep()
    assert house.sink.told().count(("rerun", "accepted")) == 4
