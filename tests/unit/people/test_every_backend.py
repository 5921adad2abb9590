"""The same work over every ledger that there is: lists, a hold, a mode, a breaker and its backlog."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

from shared import people
from shared.domain.act import Signed
from shared.domain.errors import LedgerUnavailable
from shared.domain.links import AnswerLink, HoldAnswer, link_to
from shared.domain.mode import Mode, ModeSet
from shared.people import Backlog
from shared.people.moves import NotHeld
from shared.ports import Ledger
from tests.support.clock import START
from tests.support.systems import CLUSTER
from tests.unit.ledger.conftest import (  # noqa: F401 - fixtures of every backend
    Place,
    clock,
    ledger,
    place,
    redis_server,
    tablestore_server,
)
from tests.unit.people.conftest import failure_id, held, put, record_at, stopped


def test_of_twelve_hands_on_two_links_one_answers(place: Place) -> None:  # noqa: F811 - the fixture
    """At once, each on a connection of its own, over every ledger: one outcome, and everybody else is told so."""
    ours = place.connect()
    key = put(ours, case := held(1))
    links = [link_to(key, case, said, "ann", expires_at=START + 60, nonce=f"n-{said.value}") for said in HoldAnswer] * 6
    ready = Barrier(len(links))

    def press(link: AnswerLink) -> str:
        mine = place.connect()
        try:
            ready.wait(10)
            signed = Signed(identity="link")
            people.answer_by_link(mine, link, seen=link.digest, by="ann", now=START + 1, signed=signed)
        except (people.LinkSpent, NotHeld, people.Contended, LedgerUnavailable):
            return ""
        finally:
            mine.close()
        return link.answer.value

    with ThreadPoolExecutor(len(links)) as hands:
        answered = [one for one in hands.map(press, links) if one]
    owed = record_at(ours, key).owed
    ours.close()
    assert len(owed) == 1
    assert answered in ([{"approved": "approve", "rejected": "reject"}[owed[0]["reason"]]], [])


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
