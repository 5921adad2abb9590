"""A telling that waits under `pending/`, or is deferred, and comes again: one final verdict, in the job's document."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing

import pytest

from shared.domain.call import Effect
from shared.policy.model import Action, Match, Rule
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import nothing
from tests.unit.heal.tricks import BAD_LOOK, NO_LOOK, finals, quiet, set_policy


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
def test_what_ended_while_it_waited_is_known_to_a_redelivery(house: House, job_id: str) -> None:
    """The look failed, the sweep's was refused for good: told again when the look works, it is not rerun."""
    failure = house.hung(1, job_id=job_id)
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = NO_LOOK
    house.later(61)
    assert verdicts(house.sweep()) == [("refused", "look_refused")]
    house.ehpc.look_fails = None
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    quiet(house, 2)
    assert house.ehpc.calls == []


def test_what_waits_ends_as_a_duplicate_of_its_redelivery(house: House) -> None:
    """The look failed; told again it was healed; the sweep, whose look is refused, tells no second end."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    house.ehpc.look_fails = None
    assert verdicts(house.deliver(failure)) == [("rerun", "accepted")]
    house.ehpc.look_fails = NO_LOOK
    house.later(61)
    assert verdicts(house.sweep()) == [("duplicate", "already_handled")]
    ends = [verdict for found in finals(house).values() for verdict in found if verdict != "duplicate"]
    assert ends == ["rerun"]


def test_force_takes_over_nothing_that_it_cannot_look_at(house: House) -> None:
    """It is deferred in the job's document; forced while no look is allowed, it stays in hand and is healed later."""
    failure = house.hung()
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    assert verdicts(house.deliver(failure)) == [("deferred", "throttled")]
    house.ehpc.look_fails = NO_LOOK
    assert verdicts(house.deliver(failure, force=True)) == [("duplicate", "in_hand")]
    house.ehpc.look_fails, house.ehpc.answer, house.ehpc.code = None, lambda _: Effect.DONE, ""
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


LATER = Rule(name="gpu", match=Match(message="Xid"), action=Action.RERUN, delay_s=3600)
ASK = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)


def _hold_expires(house: House) -> None:
    house.later(601)


def _look_refused(house: House) -> None:
    house.ehpc.look_fails = NO_LOOK
    house.later(601)


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
@pytest.mark.parametrize("ends", [_hold_expires, _look_refused])
def test_what_ends_in_the_jobs_document_takes_nothing_in_any_more(
    house: House, job_id: str, ends: Callable[[House], None]
) -> None:
    """Told by its number alone, and nobody can look when it ends; a better telling comes before the next sweep."""
    set_policy(house, rules=(ASK, LATER), hold_expires_s=600)
    held = house.hung(1, job_id=job_id, message="weigh", event_id="held")
    assert verdicts(house.deliver(held)) == [("held", "rule_holds")]
    ends(house)
    assert verdicts(house.sweep()) == [("suppressed", "hold_expired")]
    assert house.open_cases() == []
    house.ehpc.look_fails = None
    better = house.failure(
        1, job_id=job_id, message="Xid 79", event_id="better", occurred_at=held.occurred_at, telling_id="better"
    )
    assert verdicts(house.deliver(better)) == [("deferred", "delay")]
    house.later(3600)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert len(house.ehpc.kills) == 1


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
def test_what_was_healed_at_home_has_no_second_end_where_it_waited(house: House, job_id: str) -> None:
    """Told by its number alone, beside one at home that comes first; the sweep after that may not look any more."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(0))
    house.ehpc.answer, house.ehpc.code, house.ehpc.look_fails = lambda _: Effect.DONE, "", BAD_LOOK
    house.deliver(house.hung(1, job_id=job_id))
    house.ehpc.look_fails = None
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")] * 2
    house.ehpc.look_fails = NO_LOOK
    house.later(61)
    assert verdicts(house.sweep()) == []
    assert sorted(finals(house).values()) == [["rerun"]] * 2


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
def test_what_is_gone_when_the_sweep_comes_to_it_is_left_at_that(house: House, job_id: str) -> None:
    """Its document expires while the sweep looks at its job: it is not told as ended, and nothing is called."""
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.hung(1, job_id=job_id))
    house.ehpc.look_fails = None
    house.ehpc.after_look = lambda: _expire(house)
    house.later(61)
    assert verdicts(house.sweep()) == []
    assert house.ehpc.calls == []


def test_what_another_sweep_puts_off_meanwhile_is_not_taken_for_done(house: House) -> None:
    """Its look fails where ours does not: the failure waits on where it waited, and is healed when it is due again."""
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.hung())
    house.ehpc.look_fails = None
    house.ehpc.after_look = lambda: _put_off(house)
    house.later(61)
    assert verdicts(house.sweep()) == []
    house.later(600)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert list(finals(house).values()) == [["rerun"]]


def _put_off(house: House) -> None:
    house.ehpc.after_look, house.ehpc.look_fails = nothing, BAD_LOOK
    house.sweep()
    house.ehpc.look_fails = None


def _expire(house: House) -> None:
    with closing(sqlite3.connect(house.path / "ledger.db")) as ledger, ledger:
        ledger.execute("DELETE FROM documents WHERE key LIKE 'pending/%'")
