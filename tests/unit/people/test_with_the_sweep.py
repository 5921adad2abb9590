"""A person's word and the corridor: what follows from it, and what happens if both act at the same moment."""

from __future__ import annotations

import pytest

from shared import people
from shared.domain.mode import Mode, ModeSet
from shared.people import Backlog
from shared.people.moves import NotHeld
from shared.policy.model import Action
from tests.support.systems import CLUSTER, Job
from tests.unit.people.conftest import Ward, failure

DAY = 86_400.0


def close(house: Ward, backlog: Backlog, per_minute: int = 100) -> people.Settled:
    """What the command does: close first, then settle."""
    now = house.clock.now()
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=now)
    return people.settle(house.ledger, CLUSTER, backlog, by="ann", now=now, per_minute=per_minute)


def storm(house: Ward) -> None:
    """Five jobs fail at once where two may: the breaker opens, three wait behind it."""
    house.fail(1, 2, 3, 4, 5)
    assert len(house.killed) == 2
    assert house.breaker_open()
    assert people.waiting_behind(house.ledger, CLUSTER) == 3
    house.rule(Action.RERUN, max_jobs=100)


def test_a_resumed_backlog_is_healed_each_once(house: Ward) -> None:
    """After close and resume the sweep reruns the three, none twice; a second sweep finds nothing."""
    storm(house)
    house.later(60)
    assert close(house, Backlog.RESUME).changed == 3
    house.sweep()
    house.later(1)
    house.sweep()
    assert sorted(house.killed) == [f"{number}.scheduler" for number in range(1, 6)]
    stopped = next(number for number in range(1, 6) if ("suppressed", "breaker_open") in house.told(number))
    assert house.told(stopped)[:3] == [
        ("suppressed", "breaker_open"),
        ("deferred", "breaker_closed"),
        ("rerun", "accepted"),
    ]


def test_a_backlog_of_a_week_ago_is_not_given_up_unseen(house: Ward) -> None:
    """The day after which an open failure is given up counts from the resumption."""
    storm(house)
    house.later(7 * DAY)
    close(house, Backlog.RESUME)
    house.sweep()
    assert len(house.killed) == 5


def test_a_dropped_backlog_stays_as_it_was_told(house: Ward) -> None:
    """No rerun, no further outcome, nothing waiting."""
    storm(house)
    close(house, Backlog.DROP)
    house.later(60)
    house.sweep()
    assert len(house.killed) == 2
    assert people.waiting_behind(house.ledger, CLUSTER) == 0
    assert not [row for row in house.sink.rows if row["reason"] == "breaker_closed" and row["verdict"] == "deferred"]


def test_the_sweep_comes_between_closing_and_resuming(house: Ward) -> None:
    """A crash after closing, sweeps, then the command again: the backlog is still there and goes on."""
    storm(house)
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=house.clock.now())
    house.later(60)
    house.sweep()
    assert len(house.killed) == 2
    assert close(house, Backlog.RESUME).changed == 3
    house.sweep()
    assert len(house.killed) == 5


def test_resumed_under_an_open_breaker_it_would_be_stopped_again(house: Ward) -> None:
    """Why closing comes first: the other way round the sweep puts the failures back into the backlog."""
    storm(house)
    now = house.clock.now()
    people.settle(house.ledger, CLUSTER, Backlog.RESUME, by="ann", now=now, per_minute=100)
    house.later(1)
    house.sweep()
    people.close_breaker(house.ledger, CLUSTER, by="ann", now=house.clock.now())
    house.later(1)
    house.sweep()
    assert len(house.killed) == 2
    assert people.waiting_behind(house.ledger, CLUSTER) == 3


def test_a_breaker_opened_by_hand_stops_and_closed_lets_go(house: Ward) -> None:
    """From the next delivery on nobody is rerun; after closing the next is; each change is told once."""
    people.open_breaker(house.ledger, CLUSTER, why="storage is down", by="ann", now=house.clock.now())
    house.fail(1)
    assert house.killed == []
    close(house, Backlog.DROP)
    house.later(60)
    house.fail(2)
    house.sweep()
    house.sweep()
    assert house.killed == ["2.scheduler"]
    own = [row for row in house.sink.rows if "job_id" not in row]
    told = {row["outcome_id"]: (row["reason"], "ann" in row["message"]) for row in own}
    assert sorted(told.values()) == [("breaker_closed", True), ("breaker_opened", True)]


def test_an_approved_hold_is_healed_once(house: Ward) -> None:
    """Held, approved, swept: one rerun, and the chain says who approved."""
    house.rule(Action.HOLD)
    house.fail(1)
    assert house.killed == []
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    house.later(1)
    house.sweep()
    assert house.killed == ["1.scheduler"]
    assert house.told(1)[:3] == [("held", "rule_holds"), ("deferred", "approved"), ("rerun", "accepted")]


def test_an_approval_in_the_last_minute_of_the_hold_is_worth_a_rerun(house: Ward) -> None:
    """Approved a minute before the end, swept a minute after it: neither expired nor given up."""
    house.rule(Action.HOLD)
    house.fail(1)
    house.later(DAY - 60)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.later(120)
    house.sweep()
    assert house.killed == ["1.scheduler"]


def test_a_rejected_hold_is_told_and_never_healed(house: Ward) -> None:
    """Rejected: the sweep writes the final outcome and reruns nothing, then and later; a redelivery is a duplicate."""
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=False, by="ann", now=house.clock.now())
    house.sweep()
    house.later(2 * DAY)
    house.sweep()
    assert house.killed == []
    assert house.told(1) == [("held", "rule_holds"), ("suppressed", "rejected")]
    house.later(-2 * DAY)
    house.fail(1)
    assert house.told(1)[-1] == ("duplicate", "already_handled")


def test_the_hold_expires_between_the_look_and_the_answer(house: Ward) -> None:
    """The sweep closed it first: the approval is refused, and no rerun follows."""
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    house.later(DAY)
    house.sweep()
    with pytest.raises(NotHeld, match="expired"):
        people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    assert house.killed == []
    assert house.told(1) == [("held", "rule_holds"), ("suppressed", "hold_expired")]


def test_the_approval_comes_between_the_sweeps_look_and_its_save(house: Ward) -> None:
    """The sweep took the hold up as expired, by a clock a little ahead, when ann's approval is saved: it is healed.

    The sweep's save conflicts; decided again on what ann left, the case is approved and due.
    """
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    house.later(DAY)

    def ann() -> None:
        house.ledger.leave_alone()
        people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now() - 1)

    house.ledger.before_save = ann
    house.sweep()
    house.later(1)
    house.sweep()
    assert house.killed == ["1.scheduler"]
    assert ("suppressed", "hold_expired") not in house.told(1)


def test_a_mode_set_by_hand_holds_from_the_next_invocation_on(house: Ward) -> None:
    """Off: the next delivery is suppressed. Taken back: the one after is rerun."""
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=house.clock.now(), why="w"))
    house.fail(1)
    people.clear_mode(house.ledger, None, by="ann", now=house.clock.now())
    house.fail(2)
    assert house.told(1) == [("suppressed", "kill_switch")]
    assert house.killed == ["2.scheduler"]


@pytest.mark.parametrize(
    ("mode", "said"),
    [(Mode.OFF, ("suppressed", "kill_switch")), (Mode.OBSERVE, ("would_rerun", "observe_mode"))],
)
def test_what_waits_is_closed_under_a_mode_set_by_hand(house: Ward, mode: Mode, said: tuple[str, str]) -> None:
    """As `mode set` says: an approved failure that the sweep meets under off or observe ends there, for good."""
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    people.set_mode(house.ledger, None, ModeSet(mode=mode, by="ann", at=house.clock.now()))
    house.sweep()
    people.clear_mode(house.ledger, None, by="ann", now=house.clock.now())
    house.later(3600)
    house.sweep()
    assert house.told(1)[-1] == said
    assert house.killed == []


def test_the_sweep_comes_between_the_look_and_the_save_of_a_resumption(house: Ward) -> None:
    """It runs before each of the saves by which a backlog is resumed: still each job is healed once."""
    storm(house)
    house.later(60)

    def timer() -> None:
        house.sweep()

    house.ledger.before_save = timer
    assert close(house, Backlog.RESUME).left == 0
    house.ledger.leave_alone()
    house.later(1)
    house.sweep()
    assert sorted(house.killed) == [f"{number}.scheduler" for number in range(1, 6)]


def test_an_approved_hold_meets_the_breaker(house: Ward) -> None:
    """A yes passes the hold alone: behind an open breaker the failure waits with the others and can be resumed."""
    house.rule(Action.HOLD)
    house.fail(1)
    (hold,) = people.holds(house.ledger)
    people.open_breaker(house.ledger, CLUSTER, why="w", by="bob", now=house.clock.now())
    people.answer(house.ledger, hold, yes=True, by="ann", now=house.clock.now())
    house.sweep()
    assert house.killed == []
    close(house, Backlog.RESUME)
    house.later(1)
    house.sweep()
    assert house.killed == ["1.scheduler"], "the approval still counts"


def test_a_hold_knows_the_live_jobs_owner_and_no_told_one(house: Ward) -> None:
    """Whoever tells a failure could name themselves, and say yes to what is not theirs."""
    house.rule(Action.HOLD)
    house.ehpc.jobs["1.scheduler"] = Job(owner="li@master")
    house.ehpc.jobs["2.scheduler"] = Job()
    house.deliver(failure(1, owner="li"), failure(2, owner="eve"))
    found = {hold.case.failure.job_id: hold.case.held_owner for hold in people.holds(house.ledger)}
    assert found == {"1.scheduler": "li", "2.scheduler": ""}
