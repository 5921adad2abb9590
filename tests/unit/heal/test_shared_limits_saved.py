"""Tokens of what many jobs share, where somebody else saves first or a document cannot be read."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import limit_write
from shared.domain.limits import SharedLimit, take_tokens
from shared.domain.reasons import Reason
from shared.heal.admission import CONTENDED_WAIT_S
from shared.policy.model import Breaker
from tests.support.clock import START
from tests.support.memory_ledger import touch
from tests.unit.heal.limits_town import BREAKER, LATER, ONE_RATE, OPEN, RATE, YES, Town, item, meddled


@pytest.mark.parametrize(("times", "told"), [(2, YES), (3, (Reason.CONTENDED, START + CONTENDED_WAIT_S))])
def test_tokens_are_taken_in_three_tries(times: int, told: tuple[Reason, float | None]) -> None:
    """Then everybody waits a little, and has none."""
    town = Town(ONE_RATE)
    meddled(town.ledger, times, lambda: touch(town.ledger, RATE))
    one = item(1)
    assert town.told(one) == [told]
    assert town.used(RATE) == (told == YES)


def test_a_conflict_is_met_by_what_the_other_has_taken() -> None:
    """Who was first has the token."""
    town = Town(ONE_RATE)

    def first() -> None:
        town.ledger.save([limit_write(RATE, take_tokens(SharedLimit(), 2, 600, START), None, START)])

    meddled(town.ledger, 1, first)
    assert town.told(item(1))[0][0] is Reason.RATE
    assert town.used(RATE) == 2


def test_an_opening_that_was_not_saved_is_not_told() -> None:
    """Another has written the breaker meanwhile, and what is told then is what is there."""
    town = Town(replace(OPEN, breaker=Breaker(max_jobs=1)))
    opened = SharedLimit(opened_at=START - 1, why="by hand")

    def by_hand() -> None:
        town.ledger.save([limit_write(BREAKER, opened, None, START)])

    meddled(town.ledger, 1, by_hand)
    one, other = item(1), item(2)
    admission = town.take(one, other)
    assert (admission.grants([one]), admission.opened.why, town.limits.notices) == (False, "by hand", [])


@pytest.mark.parametrize("key", [BREAKER, RATE])
def test_a_limit_that_cannot_be_read_is_a_no_for_all(key: str) -> None:
    """After a pause it is tried again; nothing is written."""
    town = Town(ONE_RATE)
    town.ledger.save([replace(limit_write(key, SharedLimit(), None, START), document=b"{")])
    assert town.told(item(1), item(2, forced=True)) == [(Reason.RECORD_UNREADABLE, LATER)] * 2
    assert list(town.ledger.store.kept) == [key]
    assert town.limits.unasked(town.ledger.load([key])).opened == SharedLimit()


def test_where_nothing_changes_nothing_is_written() -> None:
    """A policy without limits costs no write."""
    town = Town(OPEN)
    town.ledger.save = lambda _: pytest.fail("written")  # type: ignore[method-assign,assignment]
    assert town.told(item(1)) == [YES]


def test_who_gets_no_token_writes_nothing() -> None:
    """However long others keep getting them: a document of a whole cluster is contended for."""
    town = Town(replace(ONE_RATE, breaker=Breaker(max_jobs=9, window_s=600)))
    assert town.told(item(1), item(2)) == [YES] * 2
    later = town.at(START + 120)
    later.ledger.save = lambda _: pytest.fail("written")  # type: ignore[method-assign,assignment]
    ((reason, _),) = later.told(item(3))
    assert reason is Reason.RATE
