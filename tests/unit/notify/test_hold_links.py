"""Buttons: for whoever may answer, the right case, the right answer, and for nobody else."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.link_key import LinkKey
from shared.domain.links import HoldAnswer, digest_of, verify
from shared.domain.messages import What
from shared.notify import HoldLinks
from shared.people import holds
from shared.policy.people import Deed, Person
from tests.support.messages import TellingHouse

KEY = LinkKey((b"k" * 32,))


def links_of(house: TellingHouse, *people: Person, persons: tuple[str, ...] = ()) -> list[tuple[str, str]]:
    """Label and token of each button for the one hold that there is."""
    house.deliver(house.hung(1, message="weigh"))
    (hold,) = holds(house.ledger)
    made = HoldLinks(KEY, "https://console.example", people, house.chance)
    found = made.links(hold.key, replace(hold.case, held_owner="ann"), "ops", persons, house.clock.now())
    assert all(link.url.startswith("https://console.example/link?t=") for link in found)
    return [(link.label, link.url.partition("?t=")[2]) for link in found]


def test_a_channel_that_may_answer_has_two_buttons(house: TellingHouse) -> None:
    """Each is bound to the case as it is, to the channel, and to a day at most."""
    channel = Person(who="channel:ops", may=(Deed.APPROVE, Deed.REJECT))
    found = links_of(house, channel)
    assert [label for label, _ in found] == ["Approve", "Reject"]
    (hold,) = holds(house.ledger)
    said = [verify(token, KEY, house.clock.now()) for _, token in found]
    assert [one.answer for one in said] == [HoldAnswer.APPROVE, HoldAnswer.REJECT]
    for one in said:
        assert (one.who, one.failure_id, one.key) == ("channel:ops", hold.case.failure_id, hold.key)
        assert one.expires_at <= house.clock.now() + 86_400
        assert one.digest == digest_of(hold.key, replace(hold.case, held_owner="ann"))


def test_nobody_who_may_not_act_gets_a_button(house: TellingHouse) -> None:
    """No entry, no act; an entry for another channel is none."""
    assert links_of(house, Person(who="channel:other", may=(Deed.APPROVE,))) == []


def test_a_page_is_named_only_where_people_can_sign_in(house: TellingHouse) -> None:
    """A breaker's message leads to the page of breakers; without sign-in it would lead to a closed door."""
    there = HoldLinks(KEY, "https://console.example", (), house.chance, signed_in=True)
    assert [link.url for link in there.page(What.BREAKER_OPENED)] == ["https://console.example/breakers"]
    assert there.page(What.DISCOVERY_BLIND) == ()
    assert HoldLinks(KEY, "https://console.example", (), house.chance).page(What.BREAKER_OPENED) == ()


def test_a_person_of_a_route_gets_links_of_their_own(house: TellingHouse) -> None:
    """Who owns the job may say no to it: that button alone."""
    found = links_of(house, Person(who="ann", own_jobs=(HoldAnswer.REJECT,)), persons=("ann",))
    assert [(label, verify(token, KEY, house.clock.now()).who) for label, token in found] == [("Reject", "ann")]
