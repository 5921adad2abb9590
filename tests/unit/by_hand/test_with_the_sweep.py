"""A person's word and the corridor: what follows from it, and what happens if both act at the same moment."""

from __future__ import annotations

from typing import Any

import pytest

from shared import people
from shared.domain.mode import Mode, ModeSet
from shared.people import Backlog
from shared.people.moves import NotHeld
from shared.policy.model import Action
from tests.unit.by_hand.conftest import CLUSTER, House

DAY = 86_400.0


def close(house: House, backlog: Backlog, per_minute: int = 100) -> people.Settled:
    """What the command does: close first, then settle."""
    now = house.clock.now()
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=now)
    return people.settle(house.ledger, CLUSTER, backlog, by="ann", now=now, per_minute=per_minute)


def storm(house: House) -> None:
    """Five jobs fail at once where two may: the breaker opens, three wait behind it."""
    house.deliver(1, 2, 3, 4, 5)
    assert len(house.kills) == 2
    assert house.breaker_open()
    assert people.waiting_behind(house.ledger, CLUSTER) == 3
    house.max_jobs = 100


def test_a_resumed_backlog_is_healed_each_once(house: House) -> None:
    """After close and resume the sweep reruns the three, none twice; a second sweep finds nothing."""
    storm(house)
    house.clock.moment += 60
    assert close(house, Backlog.RESUME).changed == 3
    house.sweep()
    house.clock.moment += 1
    house.sweep()
    assert sorted(house.kills) == [f"{number}.scheduler" for number in range(1, 6)]
    stopped = next(number for number in range(1, 6) if ("suppressed", "breaker_open") in house.told(number))
    assert house.told(stopped)[:3] == [
        ("suppressed", "breaker_open"),
        ("deferred", "breaker_closed"),
        ("rerun", "accepted"),
    ]


def test_a_backlog_of_a_week_ago_is_not_given_up_unseen(house: House) -> None:
    """The day after which an open failure is given up counts from the resumption."""
    storm(house)
    house.clock.moment += 7 * DAY
    close(house, Backlog.RESUME)
    house.sweep()
    assert len(house.kills) == 5


def test_a_dropped_backlog_stays_as_it_was_told(house: House) -> None:
    """No rerun, no further outcome, nothing waiting."""
    storm(house)
    close(house, Backlog.DROP)
    house.clock.moment += 60
    house.sweep()
    assert len(house.kills) == 2
    assert people.waiting_behind(house.ledger, CLUSTER) == 0
    assert not [row for row in house.rows if row["reason"] == "breaker_closed" and row["verdict"] == "deferred"]


def test_the_sweep_comes_between_closing_and_resuming(house: House) -> None:
    """A crash after closing, sweeps, then the command again: the backlog is still there and goes on."""
    storm(house)
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=house.clock.now())
    house.clock.moment += 60
    house.sweep()
    assert len(house.kills) == 2
    assert close(house, Backlog.RESUME).changed == 3
    house.sweep()
    assert len(house.kills) == 5


def test_resumed_under_an_open_breaker_it_would_be_stopped_again(house: House) -> None:
    """Why closing comes first: the other way round the sweep puts the failures back into the backlog."""
    storm(house)
    now = house.clock.now()
    people.settle(house.ledger, CLUSTER, Backlog.RESUME, by="ann", now=now, per_minute=100)
    house.clock.moment += 1
    house.sweep()
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=house.clock.now())
    house.clock.moment += 1
    house.sweep()
    assert len(house.kills) == 2
    assert people.waiting_behind(house.ledger, CLUSTER) == 3


def test_a_breaker_opened_by_hand_stops_and_closed_lets_go(house: House) -> None:
    """From the next delivery on nobody is rerun; after closing the next is; each change is told once."""
    people.open_breaker(house.ledger, CLUSTER, why="storage is down", by="ann", now=house.clock.now())
    house.deliver(1)
    assert house.kills == []
    close(house, Backlog.DROP)
    house.clock.moment += 60
    house.deliver(2)
    house.sweep()
    house.sweep()
    assert house.kills == ["2.scheduler"]
    told = {row["outcome_id"]: (row["reason"], "ann" in row["message"]) for row in house.rows if "job_id" not in row}
    assert sorted(told.values()) == [("breaker_closed", True), ("breaker_opened", True)]


def test_an_approved_hold_is_healed_once(house: House) -> None:
    """Held, approved, swept: one rerun, and the chain says who approved."""
    house.action = Action.HOLD
    house.deliver(1)
    assert house.kills == []
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    house.clock.moment += 1
    house.sweep()
    assert house.kills == ["1.scheduler"]
    assert house.told(1)[:3] == [("held", "rule_holds"), ("deferred", "approved"), ("rerun", "accepted")]


def test_an_approval_in_the_last_minute_of_the_hold_is_worth_a_rerun(house: House) -> None:
    """Approved a minute before the end, swept a minute after it: neither expired nor given up."""
    house.action = Action.HOLD
    house.deliver(1)
    house.clock.moment += DAY - 60
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.clock.moment += 120
    house.sweep()
    assert house.kills == ["1.scheduler"]


def test_a_rejected_hold_is_told_and_never_healed(house: House) -> None:
    """Rejected: the sweep writes the final outcome and reruns nothing, then and later; a redelivery is a duplicate."""
    house.action = Action.HOLD
    house.deliver(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=False, by="ann", now=house.clock.now())
    house.sweep()
    house.clock.moment += 2 * DAY
    house.sweep()
    assert house.kills == []
    assert house.told(1) == [("held", "rule_holds"), ("suppressed", "rejected")]
    house.clock.moment -= 2 * DAY
    house.deliver(1)
    assert house.told(1)[-1] == ("duplicate", "already_handled")


def test_the_hold_expires_between_the_look_and_the_answer(house: House) -> None:
    """The sweep closed it first: the approval is refused, and no rerun follows."""
    house.action = Action.HOLD
    house.deliver(1)
    (hold,) = people.holds(house.ledger)
    house.clock.moment += DAY
    house.sweep()
    with pytest.raises(NotHeld, match="expired"):
        people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    assert house.kills == []
    assert house.told(1) == [("held", "rule_holds"), ("suppressed", "hold_expired")]


def test_the_approval_comes_between_the_sweeps_look_and_its_save(house: House) -> None:
    """The sweep took the hold up as expired, by a clock a little ahead, when ann's approval is saved: it is healed.

    The sweep's save conflicts; decided again on what ann left, the case is approved and due.
    """
    house.action = Action.HOLD
    house.deliver(1)
    (hold,) = people.holds(house.ledger)
    house.clock.moment += DAY
    real, answered = house.ledger.save, [False]

    def save(writes: Any) -> Any:
        if not answered[0]:
            answered[0] = True
            people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now() - 1)
        return real(writes)

    house.ledger.save = save  # type: ignore[method-assign]  # somebody else is quicker
    house.sweep()
    house.ledger.save = real  # type: ignore[method-assign]  # as it was
    house.clock.moment += 1
    house.sweep()
    assert house.kills == ["1.scheduler"]
    assert ("suppressed", "hold_expired") not in house.told(1)


def test_a_mode_set_by_hand_holds_from_the_next_invocation_on(house: House) -> None:
    """Off: the next delivery is suppressed. Taken back: the one after is rerun."""
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=house.clock.now(), why="w"))
    house.deliver(1)
    people.clear_mode(house.ledger, None)
    house.deliver(2)
    assert house.told(1) == [("suppressed", "kill_switch")]
    assert house.kills == ["2.scheduler"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [(Mode.OFF, ("suppressed", "kill_switch")), (Mode.OBSERVE, ("would_rerun", "observe_mode"))],
)
def test_what_waits_is_closed_under_a_mode_set_by_hand(house: House, mode: Mode, said: tuple[str, str]) -> None:
    """As `mode set` says: an approved failure that the sweep meets under off or observe ends there, for good."""
    house.action = Action.HOLD
    house.deliver(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    people.set_mode(house.ledger, None, ModeSet(mode=mode, by="ann", at=house.clock.now()))
    house.sweep()
    people.clear_mode(house.ledger, None)
    house.clock.moment += 3600
    house.sweep()
    assert house.told(1)[-1] == said
    assert house.kills == []


def test_the_sweep_comes_between_the_look_and_the_save_of_a_resumption(house: House) -> None:
    """It runs before each of the saves by which a backlog is resumed: still each job is healed once."""
    storm(house)
    house.clock.moment += 60
    real = house.ledger.save
    busy = [False]

    def save(writes: Any) -> Any:
        if not busy[0]:
            busy[0] = True
            house.sweep()
            busy[0] = False
        return real(writes)

    house.ledger.save = save  # type: ignore[method-assign]  # the timer fires in the middle
    assert close(house, Backlog.RESUME).left == 0
    house.ledger.save = real  # type: ignore[method-assign]  # as it was
    house.clock.moment += 1
    house.sweep()
    assert sorted(house.kills) == [f"{number}.scheduler" for number in range(1, 6)]


def test_an_approved_hold_meets_the_breaker(house: House) -> None:
    """A yes passes the hold alone: behind an open breaker the failure waits with the others and can be resumed."""
    house.action = Action.HOLD
    house.deliver(1)
    (hold,) = people.holds(house.ledger)
    people.open_breaker(house.ledger, CLUSTER, why="w", by="bob", now=house.clock.now())
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    assert house.kills == []
    close(house, Backlog.RESUME)
    house.clock.moment += 1
    house.sweep()
    assert house.kills == ["1.scheduler"], "the approval still counts"
