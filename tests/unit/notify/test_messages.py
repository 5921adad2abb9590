"""From an outcome to a message: at once, once, gathered in a storm, late ones in one, what is over not at all."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest
from msgspec.structs import replace

from secondwind.parser import command_parser
from shared.documents import decode_box, decode_record, encode
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import box_key
from shared.domain.messages import Box, What
from shared.domain.snapshot import LookFailed
from shared.people import answer, holds
from shared.policy.model import Breaker
from shared.policy.notify import ChannelKind, MessageChannel, Notify, Quiet, Route
from shared.ports import Write
from tests.support.clock import START
from tests.support.memory_ledger import touch
from tests.support.messages import LOST, OPS, REFUSED, TAKEN, THROTTLED, CountedNight, TellingHouse
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import set_policy

MALLORY = MessageChannel(name="other", kind=ChannelKind.WECOM, url="SECONDWIND_NOTIFY_OTHER_URL")


def box(house: TellingHouse, name: str = "ops") -> Box:
    """A channel's document."""
    stored = house.ledger.load([box_key(name)]).get(box_key(name))
    return Box() if stored is None else decode_box(stored.document)


def hold(house: TellingHouse, number: int = 1) -> None:
    """One more failure that waits for a person, all the way, with the end of its invocation."""
    house.deliver(house.hung(number, message="weigh"))
    house.leave()


def test_what_is_held_is_told_in_the_same_invocation_with_a_button(house: TellingHouse) -> None:
    """One invocation; the message names job and place, and has the link of the channel."""
    hold(house)
    (draft,) = house.robot().drafts
    (item,) = draft.items
    assert (item.thing.what, item.thing.job_id) == (What.HELD, "1.scheduler")
    assert "ehpc-hz-1" in item.thing.place.values()
    assert [link.url.partition("-channel:")[2][:3] for link in item.links] == ["ops"]
    assert "yes or no" in draft.title
    (run,) = [fact.text for fact in item.facts if fact.label == "its run"]
    assert run.startswith("goes on since ")


def test_a_thing_is_told_once(house: TellingHouse) -> None:
    """Told again, swept again, written to the Logstore again: still one message."""
    hold(house)
    house.deliver(house.failure(1, message="weigh", telling_id="another"))
    house.leave()
    for _ in range(5):
        house.minute()
    assert len(house.robot().drafts) == 1


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


def test_what_is_answered_before_it_is_told_is_not_told(house: TellingHouse) -> None:
    """In quiet hours two are held, one is answered: afterwards one is told."""
    quiet = Quiet(begins="00:00", ends="23:59", zone="UTC")
    house.notify = Notify(channels=(replace(OPS, quiet=quiet),))
    hold(house, 1)
    hold(house, 2)
    assert house.robot().drafts == []
    first = holds(house.ledger)[0]
    answer(house.ledger, first, yes=False, by="ann", now=house.clock.now())
    house.notify = Notify(channels=(OPS,))
    house.minute()
    (draft,) = house.robot().drafts
    assert [item.thing.job_id for item in draft.items] == ["2.scheduler"]


def test_a_breaker_is_told_also_in_quiet_hours_where_the_policy_says_so(house: TellingHouse) -> None:
    """`but` names what is told at any hour; the letter takes along nothing that is to wait."""
    quiet = Quiet(begins="00:00", ends="23:59", zone="UTC", but=(What.BREAKER_OPENED,))
    house.notify = Notify(channels=(replace(OPS, quiet=quiet),))
    set_policy(house, breaker=Breaker(max_jobs=1))
    hold(house, 1)
    house.deliver(house.hung(2), house.hung(3))
    house.leave()
    (draft,) = house.robot().drafts
    assert [item.thing.what for item in draft.items] == [What.BREAKER_OPENED]
    (command,) = [fact.text for fact in draft.items[0].facts if fact.label == "by hand"]
    assert command == f"secondwind breaker close {CLUSTER.key} --backlog resume"
    assert command_parser().parse_args(command.split()[1:]).scope == CLUSTER.key


def test_a_call_in_doubt_is_told_when_it_has_been_for_long(house: TellingHouse) -> None:
    """Not at once; not if a look finds out; and then once."""
    from shared.domain.call import Effect

    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.notify = Notify(channels=(OPS,), unknown_after_s=600.0)
    house.deliver(house.hung(1))
    house.leave()
    assert house.robot().drafts == []
    house.ehpc.look_fails = LookFailed(code="ServiceUnavailable", message="", worth_repeating=True, look_begun_at=START)
    for _ in range(15):
        house.minute()
    (draft,) = house.robot().drafts
    assert [item.thing.what for item in draft.items] == [What.UNKNOWN]


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
    assert box(house).problem == ""


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


def test_routes_say_who_is_told_of_what(house: TellingHouse) -> None:
    """By kind, place and owner; a person's route names them; a channel is told once."""
    routes = (
        Route(to=("ops",), what=(What.HELD,), clusters="ehpc-hz-1"),
        Route(to=("ops", "other"), what=(What.HELD,), owners="ann*", person="ann"),
        Route(to=("other",), what=(What.BREAKER_OPENED,)),
    )
    house.notify = Notify(channels=(OPS, MALLORY), routes=routes)
    hold(house, 1)
    assert (len(house.robot("ops").drafts), len(house.robot("other").drafts)) == (1, 0)
    house.ehpc.jobs["2.scheduler"] = changed(house.ehpc.jobs["1.scheduler"], owner="ann")
    hold(house, 2)
    (draft,) = house.robot("other").drafts
    assert draft.items[0].thing.persons == ("ann",)
    assert "-ann-" in draft.items[0].links[0].url


def test_no_channel_costs_nothing(house: TellingHouse) -> None:
    """Without `notify` there is no box and no letter."""
    house.notify = Notify()
    hold(house)
    assert house.ledger.load([box_key("ops")]) == {}


def test_a_dry_run_tells_nobody(house: TellingHouse) -> None:
    """It would be held."""
    house.deliver(house.hung(1, message="weigh"), dry_run=True)
    assert house.leave() == 0
    assert house.robot().drafts == []


def test_a_box_that_is_none_of_ours_stops_only_its_messages(house: TellingHouse) -> None:
    """It is left as it is; outcomes are written and struck."""
    house.ledger.save([Write(key=box_key("ops"), document=b"[]", expected=None, due_at=None, expires_at=None)])
    hold(house)
    assert house.sink.told() == [("held", "rule_holds")]
    job = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
    assert decode_record(house.ledger.load([job])[job].document).owed == ()


def test_nothing_leaves_an_invocation_that_is_about_to_end(house: TellingHouse) -> None:
    """The sweep sends it."""
    house.deliver(house.hung(1, message="weigh"))
    assert house.leave(time_s=5.0) == 0
    house.minute()
    assert len(house.robot().drafts) == 1


def test_a_minute_has_twenty_letters_at_most(house: TellingHouse) -> None:
    """Whatever wants to be told: the limit is kept by all functions together, in the box."""
    full = Box(sent=tuple(START - second for second in range(20)))
    write = Write(key=box_key("ops"), document=encode(full), expected=None, due_at=None, expires_at=None)
    house.ledger.save([write])
    hold(house)
    assert house.robot().asked == 0
    house.minute()
    assert house.robot().asked == 1


def test_a_digest_is_sent_once_a_day_at_its_time(house: TellingHouse) -> None:
    """By whichever invocation comes first then."""
    house.notify = Notify(channels=(OPS,), digest_at="08:30", zone="UTC")
    for _ in range(48):
        house.clock.moment += 3600.0
        house.leave()
    items = [item for draft in house.robot().drafts for item in draft.items]
    assert [item.thing.what for item in items] == [What.DIGEST] * 2
    assert all(fact.text == "3: 2 healed" for item in items for fact in item.facts)


def test_a_night_that_cannot_be_counted_is_told_later(house: TellingHouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """The Logstore is down at half past eight: the digest comes when it answers again, once."""
    house.notify = Notify(channels=(OPS,), digest_at="08:30", zone="UTC")
    house.clock.moment = START // 86_400 * 86_400 + 8.6 * 3600
    with monkeypatch.context() as patch:
        patch.setattr(CountedNight, "lines", lambda _self, _now: None)
        assert house.leave() == 0
    assert (house.leave(), house.leave()) == (1, 0)


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
