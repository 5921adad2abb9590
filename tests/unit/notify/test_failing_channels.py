"""Robots, boxes and ledgers that fail: what becomes of a message, and that nothing else waits for it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.notify import LetterEnding
from shared.policy.model import Breaker
from shared.policy.notify import Notify
from shared.ports import Write
from tests.support.clock import START
from tests.support.memory_ledger import touch
from tests.support.messages import LOST, OPS, REFUSED, TAKEN, THROTTLED, TellingHouse
from tests.unit.heal.tricks import set_policy
from tests.unit.notify.holds import box, hold


def test_a_logstore_that_is_down_delays_no_message_and_doubles_none(house: TellingHouse) -> None:
    """The outcome stays owed and is written again and again; the message has left long since."""
    house.sink.down = True
    hold(house)
    for _ in range(5):
        house.minute()
    house.sink.down = False
    house.minute()
    assert len(house.robot().drafts) == 1
    assert [row["verdict"] for row in house.sink.rows] == ["held"]


def test_a_box_that_cannot_be_written_leaves_the_outcome_owed(house: TellingHouse) -> None:
    """Others keep changing it: the outcome is not struck, so the sweep posts the message."""
    house.ledger.before_save = lambda: touch(house.ledger, box_key("ops"))
    hold(house)
    assert house.robot().drafts == []
    house.ledger.leave_alone()
    house.minute()
    assert len(house.robot().drafts) == 1


def test_a_robot_that_refuses_is_told_once_and_delays_nothing(house: TellingHouse) -> None:
    """Its message waits; an outcome says so once; when it is mended all that still holds is told in one."""
    house.robot().endings = [REFUSED] * 5
    hold(house, 1)
    hold(house, 2)
    assert [verdict for verdict, _ in house.sink.told()] == ["held", "refused", "held"]
    assert house.robot().asked == 1, "after a refusal it is left alone for a while"
    house.robot().endings = []
    for _ in range(10):
        house.minute()
    (draft,) = house.robot().drafts
    assert len(draft.items) == 2
    refusals = [row for row in house.sink.rows if row["reason"] == "channel_refuses"]
    assert [row["api_code"] for row in refusals] == ["310000"]
    assert [(row["trigger"], row["request_id"]) for row in refusals] == [("sweep", "r-1")], "who wanted to tell"
    assert box(house).problem == ""


def test_a_robot_that_refuses_a_strangers_words_is_told_without_them(house: TellingHouse) -> None:
    """A chat that reads what it shows, a firewall before a receiver: one failure's text keeps no other from people."""
    robot = house.robot()
    robot.refuses = lambda draft: any("bad words" in fact.text for item in draft.items for fact in item.facts)
    house.deliver(house.hung(1, message="weigh bad words"))
    house.leave()
    assert robot.drafts == []
    hold(house, 2)
    house.minute()
    (draft,) = robot.drafts
    assert [item.thing.job_id for item in draft.items] == ["1.scheduler", "2.scheduler"]
    assert all(item.links and item.thing.evidence == "" for item in draft.items)
    assert any("the channel refused" in note for note in draft.notes)
    hold(house, 3)
    house.minute()
    assert any("weigh" in fact.text for item in robot.drafts[-1].items for fact in item.facts), "the next says all"


def test_what_is_refused_with_and_without_words_is_tried_with_them_again(house: TellingHouse) -> None:
    """It was no word: when the channel is mended people read all that there is; a limit in between changes nothing."""
    house.robot().endings = [REFUSED, THROTTLED, LOST, REFUSED]
    house.robot().arrives = False
    hold(house)
    for _ in range(30):
        house.minute()
    (draft,) = house.robot().drafts
    assert house.robot().asked == 5
    assert any(fact.text == "weigh" for fact in draft.items[0].facts)
    assert [note for note in draft.notes if "come before" not in note] == []


def test_a_robot_that_throttles_is_left_alone_as_long_as_it_says(house: TellingHouse) -> None:
    """Ten minutes of DingTalk's."""
    house.robot().endings = [THROTTLED]
    hold(house)
    for _ in range(9):
        house.minute()
    assert house.robot().asked == 1
    house.minute()
    house.minute()
    assert len(house.robot().drafts) == 1


def test_a_lost_answer_is_told_as_such(house: TellingHouse) -> None:
    """Nobody knows whether it arrived: the same letter comes again, says so, and stays what it was."""
    house.robot().endings = [LOST]
    hold(house, 1)
    hold(house, 2)
    house.minute()
    house.minute()
    first, again = house.robot().drafts[:2]
    assert (first.id, [item.thing.id for item in first.items]) == (again.id, [item.thing.id for item in again.items])
    assert any("come before" in note for note in again.notes)
    assert not any("come before" in note for note in first.notes)


@pytest.mark.parametrize("then", [THROTTLED, REFUSED])
def test_what_may_have_come_stays_so_where_the_robot_refuses_it_then(house: TellingHouse, then: LetterEnding) -> None:
    """A lost answer, then a refusal: the third time it is still the same letter, and says that it may have come."""
    house.robot().endings = [LOST, then]
    hold(house)
    for _ in range(20):
        house.minute()
    first, again = house.robot().drafts
    assert first.id == again.id
    assert any("come before" in note for note in again.notes)


def test_a_letter_in_doubt_that_is_refused_for_a_day_is_given_up(house: TellingHouse) -> None:
    """It keeps nothing else from the channel when that takes messages again."""
    set_policy(house, breaker=Breaker(max_jobs=1))
    house.robot().endings = [LOST, *[REFUSED] * 100]
    house.robot().arrives = False
    house.deliver(house.hung(2), house.hung(3))
    house.leave()
    for _ in range(26):
        house.clock.moment += 3600.0
        house.leave()
    assert ("refused", "message_given_up") in house.sink.told()
    assert (box(house).things, box(house).letter) == ((), None)


def test_a_letter_whose_answers_are_all_lost_is_given_up_and_told_as_such(house: TellingHouse) -> None:
    """Three times at most, and the Logstore says so."""
    house.robot().endings = [LOST] * 50
    hold(house)
    for _ in range(60):
        house.minute()
    assert house.robot().asked == 3
    assert ("refused", "message_given_up") in house.sink.told()


def test_what_waits_for_a_day_is_given_up_and_told_as_such(house: TellingHouse) -> None:
    """A robot that refuses for good: its message becomes an outcome, and leaves the box."""
    house.notify = Notify(channels=(OPS,))
    set_policy(house, hold_expires_s=86_400.0)
    house.robot().endings = [REFUSED] * 100
    set_policy(house, breaker=Breaker(max_jobs=1))
    house.deliver(house.hung(2), house.hung(3))
    house.leave()
    for _ in range(26):
        house.clock.moment += 3600.0
        house.leave()
    assert ("refused", "message_given_up") in house.sink.told()
    assert box(house).things == ()


def test_a_box_that_is_none_of_ours_stops_only_its_messages(house: TellingHouse) -> None:
    """It is left as it is; outcomes are written and struck."""
    house.ledger.save([Write(key=box_key("ops"), document=b"[]", expected=None, due_at=None, expires_at=None)])
    hold(house)
    assert house.sink.told() == [("held", "rule_holds")]
    job = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
    assert decode_record(house.ledger.load([job])[job].document).owed == ()


def test_a_robot_that_takes_its_time_does_not_outlast_the_invocation(house: TellingHouse) -> None:
    """Each channel has its turn only while there is time for a whole letter."""
    channels = tuple(replace(OPS, name=f"ops{number}") for number in range(9))
    house.notify = Notify(channels=channels)
    for channel in channels:
        house.robot(channel.name).takes_s = 6.0
    begun = house.clock.now()
    house.deliver(house.hung(1, message="weigh"))
    house.leave(time_s=30.0)
    assert house.clock.now() - begun <= 30.0


@pytest.mark.parametrize("ending", [TAKEN, LOST, REFUSED])
def test_a_late_answer_changes_no_other_letter(house: TellingHouse, ending: object) -> None:
    """A zombie comes back after another has taken its letter up: its answer counts for nothing."""
    from shared.notify.boxes import abandoned, posted, sealed, settled
    from shared.notify.events import told_by

    hold(house)
    told = told_by(house.sink.rows[0], house.notify)
    assert told is not None
    first = sealed(posted(Box(), [(told, ())], START), lambda _: False, START, "one", leave_s=5, answer_s=6)
    later = abandoned(first, START + 60)
    second = sealed(later, lambda _: False, START + 60, "two", leave_s=5, answer_s=6)
    assert settled(second, "one", ending, START + 61) == second  # type: ignore[arg-type]
    assert second.letter is not None
    assert second.letter.doubts == 1


def test_a_ledger_out_of_reach_stops_no_invocation(house: TellingHouse) -> None:
    """What a channel or the ledger does is never raised from the end of an invocation."""
    house.deliver(house.hung(1, message="weigh"))

    def gone() -> None:
        raise LedgerUnavailable("gone")

    house.ledger.before_save = gone
    assert house.leave() == 0
    assert house.robot().asked == 0
