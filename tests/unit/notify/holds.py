"""A failure that waits for a person, and the box from which that is told."""

from __future__ import annotations

from shared.documents import decode_box
from shared.domain.keys import box_key
from shared.domain.messages import Box
from tests.support.messages import TellingHouse


def box(house: TellingHouse, name: str = "ops") -> Box:
    """A channel's document."""
    stored = house.ledger.load([box_key(name)]).get(box_key(name))
    return Box() if stored is None else decode_box(stored.document)


def hold(house: TellingHouse, number: int = 1) -> None:
    """One more failure that waits for a person, all the way, with the end of its invocation."""
    house.deliver(house.hung(number, message="weigh"))
    house.leave()
