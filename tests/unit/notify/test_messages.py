"""From an outcome to a message: at once, once, to whom the policy says, what is over not at all."""

from __future__ import annotations

from dataclasses import replace as changed

import pytest
from msgspec.structs import replace

from secondwind.parser import command_parser
from shared.domain.keys import box_key
from shared.domain.messages import What
from shared.domain.mode import Mode, ModeSet
from shared.domain.snapshot import LookFailed
from shared.people import answer, holds, set_mode
from shared.policy.model import Breaker
from shared.policy.notify import ChannelKind, MessageChannel, Notify, Quiet, Route
from tests.support.clock import START
from tests.support.messages import OPS, CountedNight, TellingHouse
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import set_policy
from tests.unit.notify.holds import hold

MALLORY = MessageChannel(name="other", kind=ChannelKind.WECOM, url="SECONDWIND_NOTIFY_OTHER_URL")


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


def test_what_is_asked_again_is_told_with_the_id_that_answers_it(house: TellingHouse) -> None:
    """A yes to the rule, then the hours that it would cost: the command of the first message answers no second one."""
    hold(house)
    (first,) = holds(house.ledger)
    answer(house.ledger, first, yes=True, by="ann", now=house.clock.now())
    set_policy(house, max_lost_h=0.1)
    house.minute()
    one, two = (fact.text for draft in house.robot().drafts for fact in draft.items[0].facts if fact.label == "by hand")
    assert (one, two) == (f"secondwind approve {first.case.failure_id[:12]}", f"{one}.2")


@pytest.mark.parametrize("by_hand", [True, False])
def test_nobody_is_asked_what_nobody_can_answer(house: TellingHouse, *, by_hand: bool) -> None:
    """In mode observe a failure that would be held is not: no command and no page knows it. What is held is told."""
    house.notify = Notify(channels=(replace(OPS, quiet=Quiet(begins="00:00", ends="23:59", zone="UTC")),))
    house.sink.down = True
    hold(house, 1)
    house.sink.down = False
    if by_hand:
        set_mode(house.ledger, None, ModeSet(mode=Mode.OBSERVE, by="zoe", at=house.clock.now()))
    else:
        set_policy(house, mode=Mode.OBSERVE)
    hold(house, 2)
    assert house.sink.told() == [("held", "rule_holds")]
    house.minute()
    house.notify = Notify(channels=(OPS,))
    house.minute()
    (draft,) = house.robot().drafts
    assert [item.thing.job_id for item in draft.items] == ["1.scheduler"]


def test_what_another_rule_asks_is_told_as_well(house: TellingHouse) -> None:
    """A yes to one rule, then another holds it: the same failure and reason, and a question that nobody has read."""
    hold(house)
    (first,) = holds(house.ledger)
    answer(house.ledger, first, yes=True, by="ann", now=house.clock.now())
    (rule, *rest) = house.policy.rules
    set_policy(house, rules=(replace(rule, name="ask-the-owner"), *rest))
    house.minute()
    assert [draft.items[0].thing.rule for draft in house.robot().drafts] == ["ask", "ask-the-owner"]


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


def test_nothing_leaves_an_invocation_that_is_about_to_end(house: TellingHouse) -> None:
    """The sweep sends it."""
    house.deliver(house.hung(1, message="weigh"))
    assert house.leave(time_s=5.0) == 0
    house.minute()
    assert len(house.robot().drafts) == 1


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
