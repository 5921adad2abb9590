"""What a Redis server refuses, or has lost, amid what the ledger keeps: nothing is half saved, nothing gone untold."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from shared.documents import decode_record
from shared.domain.errors import LedgerUnavailable
from shared.ledger import redis
from shared.ledger.redis import RedisLedger
from shared.ledger.redis_link import RedisLink
from shared.ports import Due, Stored, Write
from tests.support.clock import Clock
from tests.support.redis_server import RedisServer
from tests.unit.docs.pages import ROOT

Connect = Callable[..., RedisLedger]
DOCUMENT = "{secondwind}:document:"


def write(key: str, document: bytes = b"{}", expected: int | None = None, **rest: Any) -> Write:
    """A save of one document."""
    return Write(key=key, document=document, expected=expected, **{"due_at": None, "expires_at": None, **rest})


@pytest.fixture
def server(redis_server: RedisServer) -> RedisServer:
    """Emptied, and known to its owner alone."""
    redis_server.ask("FLUSHALL")
    return redis_server


@pytest.fixture
def connect(server: RedisServer, clock: Clock) -> Iterator[Connect]:
    """A ledger over it, as some user."""
    made: list[RedisLedger] = []

    def make(user: str = "", password: str = "") -> RedisLedger:
        address: dict[str, Any] = {"host": "127.0.0.1", "port": server.port, "tls": False, "database": 0}
        link = RedisLink(**address, user=user, password=password, remaining_s=lambda: 60.0)
        made.append(RedisLedger(link, clock))
        return made[-1]

    yield make
    for ledger in made:
        ledger.close()


ENDS: list[dict[str, Any]] = [{}, {"due_at": 5.0}, {"expires_at": 2e9}, {"due_at": 5.0, "expires_at": 2e9}]
WRITES = ("hset", "zadd", "zrem", "persist", "pexpire")
"""Commands of a save that change something."""


@pytest.mark.parametrize("denied", WRITES)
def test_a_right_that_is_missing_leaves_nothing_half_saved(server: RedisServer, connect: Connect, denied: str) -> None:
    """Whichever command the user may not run, and whatever the documents would need: nothing changes, which is told."""
    connect().save([write("b", b"1", due_at=1.0, expires_at=2e9)])
    server.ask("ACL", "SETUSER", "some", "reset", "on", ">p", "~*", "+@all", f"-{denied}")
    ledger = connect(user="some", password="p")
    for more in ENDS:
        with pytest.raises(LedgerUnavailable, match="answered with an error"):
            ledger.save([write("a", b"2", **more), write("b", b"2", expected=1, **more)])
    assert ledger.load(["a", "b"]) == {"b": Stored(b"1", 1)}
    assert connect().due(9, 9) == [Due(1.0, "b")]
    server.ask("ACL", "DELUSER", "some")


def test_the_rights_that_the_page_names_are_enough(server: RedisServer, connect: Connect) -> None:
    """For each script; who has them may do nothing else."""
    (row,) = re.findall(r"^\| rights \|.*", (ROOT / "docs/ledger-redis.md").read_text(encoding="utf-8"), re.MULTILINE)
    rights = [f"+{name.lower()}" for name in re.findall(r"`([A-Z]+)`", row)]
    server.ask("ACL", "SETUSER", "some", "reset", "on", ">p", "~{secondwind}:*", *rights)
    ledger = connect(user="some", password="p")
    for number, ends in enumerate(ENDS):
        assert ledger.save([write(f"{number}", **ends)]) == frozenset()
    assert ledger.load(["0"]) == {"0": Stored(b"{}", 1)}
    assert ledger.due(9, 1) == [Due(5.0, "1")]
    assert ledger.due(9, 1, Due(5.0, "1")) == [Due(5.0, "3")]
    server.ask("ACL", "DELUSER", "some")


def test_what_the_server_has_lost_is_told_once_and_due_no_more(
    server: RedisServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """More of it than is asked for at once; what is due behind it is still told in this very page."""
    monkeypatch.setattr(redis, "LOOKED_AT", 8)
    ledger = connect()
    ledger.save([write(f"{number:02}", due_at=1.0 + number, expires_at=2e9) for number in range(20)])
    lost = [number for number in range(20) if number not in {3, 19}]
    for number in lost:
        server.ask("DEL", f"{DOCUMENT}{number:02}")
    there = [Due(4.0, "03"), Due(20.0, "19")]
    for _ in range(2):
        assert ledger.due(99, 5) == there
    assert sum(int(re.findall(r"has lost (\d+) documents", one)[0]) for one in caplog.messages) == len(lost)
    assert all(f"{number:02}" in "".join(caplog.messages) for number in lost)
    assert server.ask("ZCARD", "{secondwind}:expires") == len(there)


def test_what_is_lost_is_found_where_it_is_the_oldest(server: RedisServer, connect: Connect) -> None:
    """A further page is one question: what it tells is a hint until it comes to be of the first."""
    ledger = connect()
    ledger.save([write(key, due_at=at) for key, at in (("a", 1.0), ("b", 2.0), ("c", 3.0))])
    server.ask("DEL", f"{DOCUMENT}c")
    assert ledger.due(9, 9, Due(1.0, "a")) == [Due(2.0, "b"), Due(3.0, "c")]
    assert ledger.due(9, 9) == [Due(1.0, "a"), Due(2.0, "b")]


def test_of_much_that_is_lost_some_is_named(
    server: RedisServer, connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """In the order in which it was due."""
    ledger = connect()
    ledger.save([write(f"job-{number:02}", due_at=1.0 + number) for number in range(12)])
    server.ask("DEL", *[f"{DOCUMENT}job-{number:02}" for number in range(12)])
    assert ledger.due(99, 99) == []
    (message,) = caplog.messages
    assert "lost 12 documents" in message
    assert re.findall("job-[0-9]+", message) == [f"job-{number:02}" for number in range(10)]


@pytest.mark.parametrize("name", ["due", "expires"])
def test_a_foreign_value_in_the_place_of_an_index_leaves_nothing_half_saved(
    server: RedisServer, connect: Connect, name: str
) -> None:
    """Also where the document needs no place in it."""
    ledger = connect()
    server.ask("SET", f"{{secondwind}}:{name}", "not ours")
    for more in ENDS:
        with pytest.raises(LedgerUnavailable, match="WRONGTYPE"):
            ledger.save([write("a", **more)])
    assert ledger.load(["a"]) == {}


@pytest.mark.parametrize(
    "command",
    [
        ("SET", "theirs"),
        ("HSET", "version", "1"),
        ("HSET", "version", "1", "document", "{}"),
        ("HSET", "version", "1", "owner", "me"),
        ("HSET", "owner", "me", "document", "{}"),
        ("HSET", "document", "{}"),
        ("HSET", "owner", "me"),
        ("HSET", "owner", "me", "document", "{}", "version", "one"),
        ("HSET", "owner", "me", "document", "{}", "version", "1", "expires_at", "soon"),
    ],
)
def test_what_no_ledger_wrote_stops_no_other_document(
    server: RedisServer, connect: Connect, command: tuple[str, ...]
) -> None:
    """Law 6: nothing can be made of it, it counts as there, and no save replaces what was loaded so."""
    ledger = connect()
    ledger.save([write("a", due_at=1.0), write("b", b"{}", due_at=2.0)])
    server.ask("DEL", f"{DOCUMENT}a")
    server.ask(command[0], f"{DOCUMENT}a", *command[1:])
    shown = ("GET" if command[0] == "SET" else "HGETALL", f"{DOCUMENT}a")
    before = server.ask(*shown)
    found = ledger.load(["a", "b", "c"])
    assert found["b"] == Stored(b"{}", 1)
    assert sorted(found) == ["a", "b"]
    with pytest.raises(LedgerUnavailable, match="malformed"):
        decode_record(found["a"].document)
    with contextlib.suppress(LedgerUnavailable):
        assert ledger.save([write("a", expected=found["a"].version)]) == {"a"}
    assert Due(2.0, "b") in ledger.due(9, 9)
    assert server.ask(*shown) == before


def test_a_right_to_read_that_is_missing_makes_no_document_malformed(server: RedisServer, connect: Connect) -> None:
    """It is the ledger that cannot be read."""
    connect().save([write("a", due_at=1.0)])
    server.ask("ACL", "SETUSER", "some", "reset", "on", ">p", "~*", "+@all", "-hmget")
    ledger = connect(user="some", password="p")
    for asked in (lambda: ledger.load(["a"]), lambda: ledger.due(9, 9)):
        with pytest.raises(LedgerUnavailable, match="answered with an error"):
            asked()
    server.ask("ACL", "DELUSER", "some")
    assert connect().due(9, 9) == [Due(1.0, "a")]
