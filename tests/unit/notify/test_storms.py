"""Many messages at once: a storm is gathered, a trickle is not, and a minute has its limit."""

from __future__ import annotations

import pytest

from shared.documents import encode
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.ports import Write
from tests.support.clock import START
from tests.support.messages import TellingHouse
from tests.unit.notify.holds import hold


def test_a_storm_of_holds_makes_three_messages_at_most(house: TellingHouse) -> None:
    """A thousand in one delivery are one message; a thousand, one a second, are three. Each is told or counted."""
    house.deliver(*(house.hung(number, message="weigh") for number in range(1, 1001)))
    house.leave()
    assert len(house.robot().drafts) == 1
    (draft,) = house.robot().drafts
    assert len(draft.items) + sum(draft.more.values()) == 1000


def test_a_storm_over_minutes_makes_three_messages_at_most(house: TellingHouse) -> None:
    """One hold each second for some minutes, each in an invocation of its own, and the timer between them."""
    total = 60
    for number in range(1, total + 1):
        hold(house, number)
        house.clock.moment += 10.0
        if number % 6 == 0:
            house.leave()
    for _ in range(30):
        house.minute()
    drafts = house.robot().drafts
    assert len(drafts) <= 3
    assert sum(len(draft.items) + sum(draft.more.values()) for draft in drafts) == total


@pytest.mark.parametrize(("apart_s", "at_once"), [(10.0, 4), (45.0, 6)])
def test_a_storm_of_any_length_makes_three_messages(house: TellingHouse, apart_s: float, at_once: int) -> None:
    """Some holds every ten seconds for a quarter of an hour, or for most of an hour: all told in three."""
    total = at_once * (90 if apart_s < 30 else 70)
    for begin in range(1, total + 1, at_once):
        house.deliver(*(house.hung(number, message="weigh") for number in range(begin, begin + at_once)))
        house.leave()
        house.clock.moment += apart_s
    for _ in range(70):
        house.minute()
    drafts = house.robot().drafts
    assert len(drafts) <= 3
    assert sum(len(draft.items) + sum(draft.more.values()) for draft in drafts) == total


def test_a_trickle_is_no_storm(house: TellingHouse) -> None:
    """One hold each quarter of an hour is told at once each time."""
    for number in range(1, 6):
        hold(house, number)
        assert len(house.robot().drafts) == number
        house.clock.moment += 900.0


def test_a_minute_has_twenty_letters_at_most(house: TellingHouse) -> None:
    """Whatever wants to be told: the limit is kept by all functions together, in the box."""
    full = Box(sent=tuple(START - second for second in range(20)))
    write = Write(key=box_key("ops"), document=encode(full), expected=None, due_at=None, expires_at=None)
    house.ledger.save([write])
    hold(house)
    assert house.robot().asked == 0
    house.minute()
    assert house.robot().asked == 1
