"""What the Redis ledger asks of the server: round trips, time to live, scripts, cleaning."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger.redis import RedisLedger
from shared.ports import Due, Stored, Write
from tests.support.clock import Clock
from tests.support.make import Make
from tests.support.redis_server import RedisServer
from tests.support.tcp_proxy import TcpProxy

Connect = Callable[..., RedisLedger]
DAY_S = 86_400.0


def write(key: str, document: bytes = b"{}", expected: int | None = None, **rest: Any) -> Write:
    """A save of one document."""
    return Write(key=key, document=document, expected=expected, **{"due_at": None, "expires_at": None, **rest})


def calls(server: RedisServer) -> dict[str, int]:
    """How often the server ran each command since the last reset, told by itself."""
    told = server.ask("INFO", "commandstats")
    lines = told.splitlines() if isinstance(told, str) else [f"{key}:calls={told[key]['calls']}" for key in told]
    found = {}
    for line in lines:
        if line.startswith("cmdstat_"):
            name, _, rest = line.removeprefix("cmdstat_").partition(":calls=")
            found[name] = int(rest.split(",")[0])
    return found


def test_a_hundred_documents_are_one_round_trip_a_step(server: RedisServer, proxy: TcpProxy, connect: Connect) -> None:
    """Load, save and each page of what is due are one command and one answer, by the wire's count and by the server's.

    But for the first page: whether what is due is there is another one.
    """
    ledger = connect(proxy.port)
    ledger.save([write("first")])  # connects, and teaches the server the scripts
    ledger.load(["first"])
    ledger.save([write("second", due_at=1.0)])
    ledger.due(1, 1)
    keys = [f"ehpc/cn-hangzhou/cluster/{number}" for number in range(100)]
    steps: list[tuple[int, Callable[[], Any]]] = [
        (1, lambda: ledger.save([write(key, due_at=5.0, expires_at=2e9) for key in keys])),
        (1, lambda: ledger.load(keys)),
        (1, lambda: ledger.save([write(key, expected=1, due_at=6.0) for key in keys])),
        (2, lambda: ledger.due(10, 100)),
        (1, lambda: ledger.due(10, 100, Due(6.0, keys[50]))),
    ]
    for turns, step in steps:
        server.ask("CONFIG", "RESETSTAT")
        before = proxy.turns
        step()
        assert proxy.turns - before == turns
        told = calls(server)
        assert told["evalsha"] == turns
        assert "eval" not in told


def test_a_connection_costs_nothing_but_itself(server: RedisServer, proxy: TcpProxy, connect: Connect) -> None:
    """No greeting, no health check: the first word on a new connection is the question."""
    connect(server.port).load(["a"])  # the server has the script from here on
    connect(proxy.port).load(["a"])
    assert proxy.turns == 1


def test_nothing_is_sent_for_nothing(proxy: TcpProxy, connect: Connect) -> None:
    """Empty loads and saves open no connection."""
    ledger = connect(proxy.port)
    assert (ledger.load([]), ledger.save([]), proxy.turns) == ({}, frozenset(), 0)


def test_a_server_that_forgot_the_scripts_is_taught_again(server: RedisServer, connect: Connect) -> None:
    """NOSCRIPT is answered by sending the script, once, and the call is not made twice."""
    ledger = connect(server.port)
    ledger.save([write("a", b"1")])
    for version in range(1, 4):
        server.ask("SCRIPT", "FLUSH")
        server.ask("CONFIG", "RESETSTAT")
        assert ledger.save([write("a", b"x", expected=version, due_at=1.0)]) == frozenset()
        assert (calls(server)["eval"], calls(server)["hset"]) == (1, 1)
        server.ask("SCRIPT", "FLUSH")
        assert ledger.load(["a"])["a"].version == version + 1
        server.ask("SCRIPT", "FLUSH")
        assert ledger.due(1, 1) == [Due(1.0, "a")]


def test_only_documents_with_an_end_have_a_time_to_live(server: RedisServer, connect: Connect) -> None:
    """`expires_at` becomes the key's time to live, counted from our clock; each save sets it anew or takes it away."""
    ledger = connect(server.port)
    now = 1_800_000_000.0
    ledger.save([write("ever"), write("month", expires_at=now + 30 * DAY_S)])

    def lives_s(key: str) -> float:
        return float(server.ask("PTTL", "{secondwind}:document:" + key)) / 1000

    assert lives_s("ever") == -0.001
    assert 30 * DAY_S - 60 < lives_s("month") <= 30 * DAY_S
    ledger.save([write("month", expected=1), write("ever", expected=1, expires_at=now + DAY_S)])
    assert lives_s("month") == -0.001
    assert DAY_S - 60 < lives_s("ever") <= DAY_S


def test_the_server_itself_forgets_what_expired(server: RedisServer, connect: Connect) -> None:
    """A document whose time to live ran out is gone although our clock stands, and may be made anew as version 1."""
    ledger = connect(server.port)
    ledger.save([write("a", b"1", due_at=5.0, expires_at=1_800_000_000.02)])
    until = time.monotonic() + 10
    while ledger.load(["a"]) and time.monotonic() < until:
        time.sleep(0.01)
    assert ledger.load(["a"]) == {}
    assert ledger.due(5, 5) == [], "whatever our own clock says"
    assert ledger.save([write("a", b"2", expected=1)]) == {"a"}
    assert ledger.save([write("a", b"3")]) == frozenset()
    assert ledger.load(["a"]) == {"a": Stored(b"3", 1)}


def test_expired_documents_leave_no_trace(server: RedisServer, connect: Connect, clock: Clock) -> None:
    """A look after the end removes what pointed at them, more than one handful at once, and nothing else."""
    ledger = connect(server.port)
    gone = [write(f"gone{number}", due_at=5.0, expires_at=clock.moment + 10) for number in range(2500)]
    ledger.save([*gone, write("stays", due_at=6.0, expires_at=clock.moment + DAY_S), write("ever", due_at=7.0)])
    clock.moment += 9
    assert len(ledger.due(10, 5000)) == 2502
    clock.moment += 1
    assert ledger.due(10, 1) == [Due(6.0, "stays")]
    assert ledger.due(10, 9) == [Due(6.0, "stays"), Due(7.0, "ever")]
    assert ledger.load([gone[0].key, "stays", "ever"]).keys() == {"stays", "ever"}
    assert (server.ask("ZCARD", "{secondwind}:due"), server.ask("ZCARD", "{secondwind}:expires")) == (2, 1)


def test_a_save_takes_an_expired_document_as_missing(server: RedisServer, connect: Connect, clock: Clock) -> None:
    """Also while the server still has it: our clock decides, so that two of ours agree."""
    ledger = connect(server.port)
    ledger.save([write("a", b"old", due_at=5.0, expires_at=clock.moment + 10)])
    clock.moment += 10
    assert ledger.save([write("a", b"seen", expected=1)]) == {"a"}
    assert ledger.save([write("a", b"new", due_at=8.0)]) == frozenset()
    assert (ledger.load(["a"]), ledger.due(9, 9)) == ({"a": Stored(b"new", 1)}, [Due(8.0, "a")])
    assert server.ask("HGET", "{secondwind}:document:a", "expires_at") == "inf"


def test_ties_are_paged_by_bytes_whatever_the_locale(
    own_server: Make[RedisServer], connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Keys that differ in case, digits, script or length only; every page size, from a place that is there or gone."""
    monkeypatch.setenv("LC_ALL", "C.UTF-8")
    ledger = connect(own_server().port)
    keys = ["a", "A", "b", "B", "a/1", "a/10", "a/2", "aa", "Z", "_", "~", "é", "作业", "作", "\U0001f600", "\uffff"]
    ledger.save([write(key, due_at=due_at) for due_at in (1.5,) for key in keys])
    ledger.save([write("first", due_at=1.25), write("last", due_at=2.0)])
    whole = ledger.due(9, 99)
    assert whole == sorted(whole)
    assert len(whole) == len(keys) + 2
    for size in range(1, len(whole) + 1):
        paged: list[Due] = []
        while page := ledger.due(9, size, paged[-1] if paged else None):
            paged += page
        assert paged == whole
    for place in [Due(1.5, key + suffix) for key in keys for suffix in ("", "!", "\U0010ffff")] + [Due(1.5, "")]:
        assert ledger.due(9, 99, place) == [one for one in whole if one > place]


def test_moments_come_back_to_the_last_bit(server: RedisServer, connect: Connect) -> None:
    """A due time that was saved is the one that is told, so that a place in the order stays a place."""
    ledger = connect(server.port)
    moments = [1_800_000_000.123456, 0.1, 1e-300, 2**53 + 0.0, 1_800_000_000.1234563]
    ledger.save([write(str(number), due_at=moment) for number, moment in enumerate(moments)])
    assert [due.due_at for due in ledger.due(1e17, 99)] == sorted(moments)


@pytest.mark.parametrize("place", ["first", "last"])
def test_a_foreign_key_fails_the_whole_batch(server: RedisServer, connect: Connect, place: str) -> None:
    """Someone else's value under our name: nothing of the batch is saved, before it or behind it."""
    ledger = connect(server.port)
    server.ask("SET", f"{{secondwind}}:document:{place}", "not ours")
    with pytest.raises(LedgerUnavailable):
        ledger.save([write(key, due_at=1.0) for key in ("first", "middle", "last")])
    assert ledger.load(["middle"]) == {}
    assert ledger.due(9, 9) == []


def test_a_full_server_saves_nothing_and_says_so(own_server: Make[RedisServer], connect: Connect) -> None:
    """Without eviction, full memory is an error, no half batch; what is there can still be read."""
    server = own_server("--maxmemory-policy", "noeviction")
    ledger = connect(server.port)
    ledger.save([write("a", b"1")])
    server.ask("CONFIG", "SET", "maxmemory", "1")
    with pytest.raises(LedgerUnavailable, match="answered with an error"):
        ledger.save([write("a", b"2", expected=1), write("b")])
    assert ledger.load(["a", "b"]) == {"a": Stored(b"1", 1)}
