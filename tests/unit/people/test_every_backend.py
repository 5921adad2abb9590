"""The same work over every ledger that there is: lists, a hold, a mode, a breaker and its backlog."""

from __future__ import annotations

from shared import people
from shared.domain.mode import Mode, ModeSet
from shared.people import Backlog
from shared.ports import Ledger
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.ledger.conftest import (  # noqa: F401 - fixtures of every backend
    clock,
    ledger,
    place,
    redis_server,
    tablestore_server,
)
from tests.unit.people.conftest import failure_id, held, put, stopped


def test_a_persons_work_over_every_backend(ledger: Ledger) -> None:  # noqa: F811 - the fixture
    """120 failures behind a breaker, one hold and a mode: found by walking `due`, and changed each once."""
    for number in range(120):
        put(ledger, stopped(number))
    put(ledger, held(900))
    people.open_breaker(ledger, CLUSTER, why="w", by="ann", now=START)
    (seen,) = people.breakers(ledger)
    assert (seen.scope, seen.waiting) == (CLUSTER.key, 120)
    people.close_breaker(ledger, CLUSTER, by="ann", now=START + 1)
    done = people.settle(ledger, CLUSTER, Backlog.RESUME, by="ann", now=START + 1, per_minute=1000)
    assert (done.changed, done.left) == (120, 0)
    assert people.waiting_behind(ledger, CLUSTER) == 0
    outcome = people.answer(ledger, people.find(ledger, failure_id(900)), yes=True, by="ann", now=START + 1)
    assert outcome.reason == "approved"
    people.set_mode(ledger, None, ModeSet(mode=Mode.OFF, by="ann", at=START))
    assert people.read_controls(ledger).everything is not None
    assert len(ledger.due(START + 2, 1000)) == 121 + 2, (
        "the sweep finds the resumed, the approved, the breaker's word and the mode's"
    )
