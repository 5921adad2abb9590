"""A breaker that a person opens holds, whether or not the policy lets one open by itself."""

from __future__ import annotations

import pytest

from shared.documents import decode_limit, limit_of, limit_write
from shared.domain.keys import breaker_key, rate_key
from shared.domain.limits import SharedLimit, opened, take_tokens
from shared.policy.model import Rate
from shared.ports import Ledger
from tests.support.house import House
from tests.unit.heal.tricks import count, set_policy


def open_by_hand(house: House, ledger: Ledger) -> str:
    """As `secondwind breaker open` does; the document's key."""
    scope = house.failure(1).scope
    key = breaker_key(scope)
    stored = ledger.load([key]).get(key)
    now = house.clock.now()
    limit = opened(limit_of(key, stored) or SharedLimit(), scope, "maintenance", now, "ann")
    assert not ledger.save([limit_write(key, limit, stored, now)])
    return key


def test_it_holds_where_the_policy_has_no_breaker(house: House) -> None:
    """With `breaker: null` nothing is rerun at a scope that a person closed off, and the document stays as it was."""
    set_policy(house, breaker=None)
    key = open_by_hand(house, house.ledger)
    before = house.ledger.load([key])[key]
    assert count(house.deliver(*(house.hung(number) for number in range(1, 4)))) == (0, 3)
    assert house.ehpc.calls == []
    assert decode_limit(house.ledger.load([key])[key].document).buckets == {}
    assert house.ledger.load([key])[key].document == before.document


def test_without_one_no_tokens_are_taken(house: House) -> None:
    """With `breaker: null` and none open, jobs are rerun and no document of a breaker comes to be."""
    set_policy(house, breaker=None)
    assert count(house.deliver(*(house.hung(number) for number in range(1, 4)))) == (3, 0)
    key = breaker_key(house.failure(1).scope)
    assert house.ledger.load([key]) == {}


@pytest.mark.parametrize("early", [False, True])
@pytest.mark.parametrize("whole", [False, True])
def test_it_is_met_by_who_has_a_token_already(house: House, *, early: bool, whole: bool) -> None:
    """A job that fails twice within a minute changes nothing in the breaker's document, and still asks it."""
    house.ledger.early, house.ledger.whole, house.chance.value = early, whole, 0.0
    assert count(house.deliver(house.hung(1))) == (1, 0)
    house.later(40)
    again = house.failure(1, started_at=float(house.ehpc.jobs["1.scheduler"].start), telling_id="again", event_id="2")

    def meddle() -> None:
        house.ledger.leave_alone()
        house.ehpc.after_look = lambda: None
        open_by_hand(house, house.ledger.inner)

    if early:
        house.ehpc.after_look = meddle
    else:
        house.ledger.before_save = meddle
    assert count(house.deliver(again)) == (0, 1)
    assert len(house.ehpc.calls) == 1


def test_it_holds_if_it_opens_while_others_take_tokens(house: House) -> None:
    """Opened between the first look at the limits and a second try for the rate's tokens: nobody is rerun any more."""
    set_policy(house, breaker=None, rate=Rate(max_jobs=50, window_s=600))
    inner = house.ledger.inner

    def meddle() -> None:
        house.ledger.leave_alone()
        taken = take_tokens(SharedLimit(), 1, 600, house.clock.now())
        write = limit_write(rate_key(house.failure(1).scope), taken, None, house.clock.now())
        assert not inner.save([write])
        open_by_hand(house, inner)

    house.ledger.before_save = meddle
    assert count(house.deliver(house.hung(1), house.hung(2))) == (0, 2)
    assert house.ehpc.calls == []
