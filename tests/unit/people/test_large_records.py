"""What people say of a job with a large record: no ledger is asked for more room than it has, and nobody waits."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest
from msgspec.structs import replace

from shared import people
from shared.domain.act import Signed
from shared.domain.room import LARGEST_BYTES
from shared.ledger import sqlite
from shared.people import Backlog
from shared.policy.model import Action, Match, Rule
from tests.support.house import House, verdicts
from tests.support.systems import GROUP

TABLESTORE_BYTES = 2 * 1024 * 1024
BY, SIGNED = "😀" * 128, Signed(identity="😀" * 380, why="😀" * 256)


@pytest.fixture(autouse=True)
def _narrow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sqlite, "VALUE_BYTES_MAX", TABLESTORE_BYTES, raising=False)


def _days(house: House, count: int) -> list[Any]:
    """So many failed days of one job, and their tellings: each with the longest id that an event may have."""
    days = [f"2026-{number // 28 + 1:02}-{number % 28 + 1:02} 10:00:00" for number in range(count)]
    return [
        replace(house.failed_instance(day, 7 + number), event_id=f"{number:04}" + '"' * 1020, message="weigh")
        for number, day in enumerate(days)
    ]


def _largest(house: House) -> int:
    return max(len(row[1]) for row in house.database())


def test_a_backlog_is_resumed_however_long_the_words_are(house: House) -> None:
    """256 days of one job, who resumes them says much; the job beside it is resumed as well."""
    now = house.clock.now()
    people.open_breaker(house.ledger, GROUP, why="x", by="ann", now=now)
    for failure in (*_days(house, 256), house.failed_instance(job_id="43", instance_id=9000)):
        assert verdicts(house.deliver(failure)) == [("suppressed", "breaker_open")]
    people.close_breaker(house.ledger, GROUP, by="ann", now=now)
    done = people.settle(house.ledger, GROUP, Backlog.RESUME, by=BY, now=now, per_minute=9, signed=SIGNED)
    assert (done.changed, done.left) == (257, 0)
    assert _largest(house) <= LARGEST_BYTES


def test_what_finds_no_room_stays_listed_and_holds_up_nobody(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A record that cannot be made to fit."""
    now = house.clock.now()
    people.open_breaker(house.ledger, GROUP, why="x", by="ann", now=now)
    for failure in (*_days(house, 9), house.failed_instance(job_id="43", instance_id=9000)):
        house.deliver(failure)
    people.close_breaker(house.ledger, GROUP, by="ann", now=now)
    monkeypatch.setattr(import_module("shared.people.breakers"), "LARGEST_BYTES", 9_000)
    done = people.settle(house.ledger, GROUP, Backlog.RESUME, by="ann", now=now, per_minute=9)
    assert (done.changed, done.left) == (1, 9)
    assert people.waiting_behind(house.ledger, GROUP) == 9


def test_each_yes_finds_room(house: House) -> None:
    """128 held days of one job are approved one after the other while the Logstore is down."""
    house.policy = replace(house.policy, rules=(Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD),))
    house.deliver(*(replace(failure, message="weigh " + "x" * 4000) for failure in _days(house, 128)))
    held = people.holds(house.ledger)
    assert len(held) > 100
    for hold in held:
        people.answer(house.ledger, hold, yes=True, by=BY, now=house.clock.now(), signed=SIGNED)
    assert people.holds(house.ledger) == []
    assert _largest(house) <= LARGEST_BYTES


def test_a_yes_takes_its_room_from_what_is_over_and_counts_without_any(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The text of the day that got a no goes for the second's yes; the third's is written down though nothing fits."""
    house.policy = replace(house.policy, rules=(Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD),))
    house.deliver(*(replace(failure, message="weigh " + "x" * 4000) for failure in _days(house, 3)))
    now = house.clock.now()
    over, second, third = people.holds(house.ledger)
    people.answer(house.ledger, over, yes=False, by="ann", now=now)
    before = _largest(house)
    monkeypatch.setattr(import_module("shared.people.holds"), "LARGEST_BYTES", before)
    people.answer(house.ledger, second, yes=True, by="ann", now=now)
    assert _largest(house) < before
    monkeypatch.setattr(import_module("shared.people.holds"), "LARGEST_BYTES", 1_000)
    people.answer(house.ledger, third, yes=True, by="ann", now=now)
    assert people.holds(house.ledger) == []
