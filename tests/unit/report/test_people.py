"""Every hand on record: who did what, from where and why, each act once."""

from __future__ import annotations

import pytest

from shared import people
from shared.domain.act import UNEXPLAINED, Signed, Way
from shared.domain.mode import Mode, ModeSet
from shared.domain.reasons import Reason
from shared.policy.model import Action, Match, Policy, Rule
from shared.report import NightReport
from tests.support.house import House
from tests.support.make import Make
from tests.support.systems import CLUSTER

Row = dict[str, str]


def test_each_act_is_one_hand(row: Make[Row], report: Make[NightReport]) -> None:
    """A forced failure has its actor in each outcome, a resumed backlog in each failure: an act is one all the same."""
    forced = {"failure_id": "x", "actor": "ann", "forced": "true", "why": "now", "way": "function"}
    resumed = {"actor": "bob", "final": "false", "why": "storage is back", "way": "console"}
    told = report(
        row("suppressed", "mode_set", 1, failure_id="m", actor="eve", way="command_line", job_id="", cluster_id=""),
        row("deferred", "cooldown", 2, **forced),
        row("rerun", "accepted", 3, attempt="1", **forced),
        row("suppressed", "breaker_closed", 4, failure_id="b", actor="bob", job_id="", way="console"),
        *(row("deferred", "breaker_closed", 4, failure_id=f"f{n}", **resumed) for n in range(7)),
        row("suppressed", "rejected", 5, failure_id="r", actor="li", way="link"),
    )
    hands = [(hand.act, hand.actor, hand.way, hand.count) for hand in told.hands]
    assert hands == [
        ("rejected", "li", "link", 1),
        ("breaker_closed", "bob", "console", 7),
        ("breaker_closed", "bob", "console", 1),
        ("forced", "ann", "function", 1),
        ("mode_set", "eve", "command_line", 1),
    ]


def test_hands_are_bounded(row: Make[Row], report: Make[NightReport]) -> None:
    """The newest 200; how many are left out is said."""
    told = report(*(row("suppressed", "rejected", n, failure_id=f"f{n}", actor="ann") for n in range(205)))
    assert (len(told.hands), told.hands_left_out, told.hands[0].failure_id) == (200, 5, "f204")


def test_breakers_are_told_by_what_came_last(row: Make[Row], report: Make[NightReport]) -> None:
    """Opened and closed again; opened anew; and one that only stopped failures."""
    at = {"failure_id": "b", "job_id": ""}
    opened = row("suppressed", "breaker_opened", 10, **at, why="more than 2 jobs in 600 s")
    closed = row("suppressed", "breaker_closed", 20, **at, actor="bob")
    stopped = row("suppressed", "breaker_open", 15)
    (line,) = report(closed, stopped, opened).breakers
    assert (line.open, line.held_back, line.closed_by, line.opened_by) == (False, 1, "bob", "")
    (line,) = report(closed, opened, {**opened, "outcome_id": "again", "at": "2026-01-05T00:01:00.000Z"}).breakers
    assert line.open
    (line,) = report(stopped).breakers
    assert (line.open, line.opened_at) == (True, None)


@pytest.mark.parametrize("yes", [True, False])
def test_what_people_do_is_in_the_report(house: House, report: Make[NightReport], *, yes: bool) -> None:
    """A hold, a breaker, a mode, a force: each with who, from where and why."""
    house.policy = Policy(version=1, rules=(Rule(name="ask", match=Match(), action=Action.HOLD),))
    house.deliver(house.hung())
    (hold,) = people.holds(house.ledger)
    now = house.clock.now()
    signed = Signed(identity="system user root", way=Way.CONSOLE, why="known fault")
    people.answer(house.ledger, hold, yes=yes, by="ann", now=now, signed=signed)
    people.open_breaker(house.ledger, CLUSTER, why="maintenance", by="bob", now=now, signed=Signed(way=Way.LINK))
    people.close_breaker(house.ledger, CLUSTER, by="bob", now=now + 1, signed=signed)
    people.set_mode(house.ledger, None, ModeSet(mode=Mode.OFF, by="eve", at=now, why="stop"), way=Way.COMMAND_LINE)
    people.clear_mode(house.ledger, None, by="eve", now=now + 1, signed=Signed(way=Way.COMMAND_LINE))
    house.later(600)
    house.sweep()
    house.deliver(house.hung(2), force=True, actor="li", why="urgent")
    hands = {(hand.act, hand.actor, hand.way, hand.why) for hand in report(*house.sink.rows).hands}
    answer = Reason.APPROVED if yes else Reason.REJECTED
    assert hands == {
        (answer.value, "ann (system user root)", "console", "known fault"),
        ("breaker_opened", "bob", "link", "maintenance"),
        ("breaker_closed", "bob (system user root)", "console", "known fault"),
        ("mode_set", "eve", "command_line", "stop"),
        ("mode_cleared", "eve", "command_line", UNEXPLAINED),
        ("forced", "li", "function", "urgent"),
    }
