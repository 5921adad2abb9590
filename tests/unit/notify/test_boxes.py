"""A box by itself: who has the letter, when it may leave, what an answer changes."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.domain.messages import Box, Thing, What
from shared.notify.boxes import AT_ONCE, abandoned, posted, sealed
from shared.notify.events import Told
from tests.support.clock import START
from tests.support.messages import TellingHouse


def thing(number: int = 1, **parts: Any) -> Thing:
    """Something that was held just now."""
    return replace(
        Thing(id=f"thing-{number}", what=What.HELD, at=START, due_at=START, failure_id=f"failure-{number}"), **parts
    )


def holding(*things: Thing) -> Box:
    """A box with these."""
    return posted(Box(), [(Told(failure_id=one.failure_id, goes_on=False, thing=one), ()) for one in things], START)


def seal(box: Box, owner: str, now: float = START) -> Box:
    """Somebody wants to send what there is."""
    return sealed(abandoned(box, now), lambda _: False, now, owner, leave_s=5.0, answer_s=6.0)


def test_a_letter_has_one_hand() -> None:
    """While one may be sending it no other gets it; who is dead with it leaves it in doubt."""
    mine = seal(holding(thing()), "one")
    assert mine.letter is not None
    assert seal(mine, "two") == mine
    assert seal(mine, "two", START + 10.9) == mine
    later = seal(mine, "two", START + 11.0)
    assert later.letter is not None
    assert (later.letter.owner, later.letter.id, later.letter.doubts) == ("two", mine.letter.id, 1)


def test_a_hand_that_slept_sends_nothing(house: TellingHouse) -> None:
    """The ledger takes so long that another may have the letter by now."""
    house.deliver(house.hung(1, message="weigh"))
    slept = [False]

    def sleep() -> None:
        if not slept[0]:
            slept[0] = True
            house.clock.moment += 8.0

    house.ledger.after_save = sleep
    assert house.leave() == 0
    assert house.robot().asked == 0
    house.minute()
    house.minute()
    assert len(house.robot().drafts) == 1


def test_what_follows_up_takes_out_what_waits() -> None:
    """A breaker that was closed, a failure that was answered; a duplicate telling takes out nothing."""
    box = holding(thing(1), thing(2))
    gone_on = posted(box, [(Told(failure_id="failure-1", goes_on=True, thing=None), None)], START)
    assert [one.id for one in gone_on.things] == ["thing-2"]
    same = posted(box, [(Told(failure_id="failure-1", goes_on=False, thing=None), None)], START)
    assert same == box


def test_too_many_things_are_counted() -> None:
    """A box stays small, and what it has no room for is told as a number, once."""
    many = [thing(number) for number in range(300)]
    box = holding(*many, *many)
    assert len(box.things) + sum(box.more.values()) == 300
    assert len(box.things) == 100


def test_what_is_a_day_old_is_not_taken_in() -> None:
    """What a box has forgotten cannot come back as news."""
    assert holding(thing(1, at=START - 90_000.0)) == Box()


def test_a_kind_in_a_storm_does_not_silence_another() -> None:
    """Holds have used up their turns; a breaker that opens is told at once, with all that waits."""
    box, now = holding(thing(1)), START
    from shared.notify.boxes import settled
    from tests.support.messages import TAKEN

    for number in range(AT_ONCE):
        box = settled(seal(box, "a", now), "a", TAKEN, now)
        now += 60.0
        new = thing(10 + number, at=now, due_at=now)
        box = posted(box, [(Told(failure_id="", goes_on=False, thing=new), ())], now)
    assert seal(box, "a", now).letter is None
    opened = thing(99, what=What.BREAKER_OPENED, at=now, due_at=now)
    box = seal(posted(box, [(Told(failure_id="x", goes_on=False, thing=opened), ())], now), "a", now)
    assert box.letter is not None
    assert len(box.letter.things) == 2
