"""A ledger that lags, is malformed, moves or does not answer while people work with it."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared import people
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import breaker_key
from shared.domain.record import LISTED_AT, JobRecord
from shared.people import Backlog
from shared.people.walk import listed
from shared.ports import Due, Ledger, Write
from shared.systems.schedulerx.scope import Group
from tests.support.clock import START, Clock
from tests.support.meddled_ledger import MeddledLedger
from tests.support.memory_ledger import MemoryLedger
from tests.support.systems import CLUSTER
from tests.unit.people.conftest import held, put, stopped
from tests.unit.people.rewriting import NOW, rewrite


class Lagging(MeddledLedger):
    """Its index still lists two jobs that have been decided, or that it never had."""

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due, and what was."""
        was = [] if after else [Due(LISTED_AT, f"{CLUSTER.key}/{number}.scheduler") for number in (1, 2)]
        return [*super().due(before, limit, after), *was]


def test_a_stale_index_names_what_is_no_longer_there(clock: Clock) -> None:
    """`due` is a hint: a key without a document, or one decided meanwhile, is no backlog."""
    memory = Lagging(MemoryLedger(clock))
    put(memory, replace(stopped(1), due_at=None))
    assert people.waiting_behind(memory, CLUSTER) == 0
    assert people.settle(memory, CLUSTER, Backlog.RESUME, by="ann", now=NOW, per_minute=1).changed == 0
    assert people.breakers(memory) == []


def test_one_malformed_record_hides_no_other(ledger: Ledger, caplog: pytest.LogCaptureFixture) -> None:
    """It is left as it is, and named; lists and backlogs go on around it."""
    bad = Write(key=f"{CLUSTER.key}/9.scheduler", document=b"\xff", expected=None, due_at=NOW, expires_at=None)
    ledger.save([bad])
    put(ledger, held(1))
    put(ledger, stopped(2))
    assert len(people.holds(ledger)) == 1
    assert [message.partition(":")[0] for message in caplog.messages] == [f"{bad.key} is left as it is"]
    assert people.settle(ledger, CLUSTER, Backlog.DROP, by="ann", now=NOW, per_minute=1).changed == 1
    assert ledger.load([bad.key])[bad.key].document == b"\xff"


def test_a_malformed_breaker_is_listed_as_one(ledger: Ledger) -> None:
    """It is in the list without a state; opening or closing it is refused."""
    key = breaker_key(CLUSTER)
    ledger.save([Write(key=key, document=b"{", expected=None, due_at=NOW, expires_at=None)])
    (seen,) = people.breakers(ledger)
    assert (seen.scope, seen.limit) == (CLUSTER.key, None)
    with pytest.raises(LedgerUnavailable):
        people.close_breaker(ledger, CLUSTER, by="ann", now=NOW)


def test_more_than_one_page_of_due_keys_is_walked(memory: MeddledLedger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages of three, ten documents, several due at the same moment: each is found once."""
    monkeypatch.setattr("shared.people.walk.PAGE", 3)
    for number in range(10):
        put(memory, held(number, expires_at=START + 100 + number // 4))
    assert len(people.holds(memory)) == 10
    group = Group(region="cn-hangzhou", namespace="n", group_id="g/1")
    put(memory, stopped(11, group))
    assert people.breakers(memory)[0].scope == "schedulerx/cn-hangzhou/n/g%2F1"


def test_out_of_reach_is_said(memory: MeddledLedger) -> None:
    """No list is empty because the ledger did not answer."""
    memory.close()
    for look in (people.holds, people.breakers, people.read_controls):
        with pytest.raises(LedgerUnavailable):
            look(memory)


def test_what_moves_while_the_ledger_is_walked_is_met_once(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sweep puts a document off, so it comes again further on: counted twice, a backlog would be another."""
    monkeypatch.setattr("shared.people.walk.PAGE", 1)
    keys = [put(ledger, held(number, expires_at=START + number)) for number in (1, 2, 3)]
    met = []
    for key in listed(ledger):
        met.append(key)
        if key == keys[0] and len(met) == 1:
            rewrite(ledger, key, JobRecord(cases=(held(1, expires_at=START + 9),)))
    assert met == keys
