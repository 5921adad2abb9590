"""The Redis ledger when the wire or the server fails: nothing is repeated, nothing is guessed, no secret is shown."""

from __future__ import annotations

import logging
import time
import traceback
from collections.abc import Callable

import pytest

from shared.domain.errors import LedgerUnavailable
from shared.ledger.redis import RedisLedger
from shared.network import idle
from shared.ports import Stored, Write
from tests.support.make import Make
from tests.support.redis_server import RedisServer
from tests.support.tcp_proxy import Fault, TcpProxy

Connect = Callable[..., RedisLedger]
SHORT_S = 0.4
SECRET = "hunter2-und-mehr"


def write(key: str, document: bytes = b"{}", expected: int | None = None) -> Write:
    """A save of one document."""
    return Write(key=key, document=document, expected=expected, due_at=1.0, expires_at=None)


@pytest.fixture
def wired(server: RedisServer, proxy: TcpProxy, connect: Connect) -> RedisLedger:
    """A ledger through the proxy, connected, with little time; `a` is there, and the server knows the scripts."""
    ledger = connect(proxy.port, remaining_s=SHORT_S)
    ledger.save([write("a", b"1")])
    ledger.load(["a"])
    ledger.due(0, 1)
    assert server.ask("EXISTS", "{secondwind}:document:a") == 1
    return ledger


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.CUT])
def test_a_save_whose_answer_was_lost_is_recognised(wired: RedisLedger, proxy: TcpProxy, fault: Fault) -> None:
    """It took effect: one look finds our token on every document, and it is no conflict and no error."""
    proxy.fault = fault
    assert wired.save([write("a", b"2", expected=1), write("b", b"new")]) == frozenset()
    assert wired.load(["a", "b"]) == {"a": Stored(b"2", 2), "b": Stored(b"new", 1)}


def test_a_save_that_never_arrived_is_not_called_saved(wired: RedisLedger, proxy: TcpProxy) -> None:
    """No effect to be seen, and it might still come: the delivery must come again."""
    proxy.fault = Fault.REQUEST_LOST
    with pytest.raises(LedgerUnavailable, match="no answer"):
        wired.save([write("a", b"2", expected=1), write("b")])
    assert wired.load(["a", "b"]) == {"a": Stored(b"1", 1)}


@pytest.mark.parametrize("key", ["a", "missing"])
def test_a_lost_answer_with_a_conflict_in_it_is_not_called_saved(wired: RedisLedger, proxy: TcpProxy, key: str) -> None:
    """A document without our token may have conflicted or been overwritten: nobody can tell, so nobody is told."""
    proxy.fault = Fault.ANSWER_LOST
    with pytest.raises(LedgerUnavailable):
        wired.save([write(key, b"2", expected=7), write("b")])
    assert wired.load(["a"]) == {"a": Stored(b"1", 1)}


def test_a_save_overwritten_before_the_look_is_not_called_saved(
    wired: RedisLedger, proxy: TcpProxy, server: RedisServer, connect: Connect
) -> None:
    """Ours was saved and another's followed: the look cannot tell, and says so."""
    other = connect(server.port)
    proxy.fault = Fault.ANSWER_LOST
    proxy.meanwhile = lambda: other.save([write("a", b"3", expected=2)])
    with pytest.raises(LedgerUnavailable):
        wired.save([write("a", b"2", expected=1)])
    assert other.load(["a"]) == {"a": Stored(b"3", 3)}


def test_a_save_that_arrives_twice_is_no_conflict_with_itself(wired: RedisLedger, proxy: TcpProxy) -> None:
    """Something on the way repeats the command: one effect, and the second answer is the first one's."""
    proxy.fault = Fault.TWICE
    assert wired.save([write("a", b"2", expected=1), write("b")]) == frozenset()
    assert {key: found.version for key, found in wired.load(["a", "b"]).items()} == {"a": 2, "b": 1}


def test_a_whole_that_arrives_twice_or_whose_answer_is_lost_is_saved_once(wired: RedisLedger, proxy: TcpProxy) -> None:
    """As a save is; and one that conflicts is nothing, however often it comes."""
    proxy.fault = Fault.TWICE
    assert wired.save_whole([write("a", b"2", expected=1), write("b")]) == frozenset()
    proxy.fault = Fault.TWICE
    assert wired.save_whole([write("a", b"3", expected=2), write("b", expected=7)]) == {"b"}
    proxy.fault = Fault.ANSWER_LOST
    assert wired.save_whole([write("a", b"4", expected=2), write("b", expected=1)]) == frozenset()
    proxy.fault = Fault.REQUEST_LOST
    with pytest.raises(LedgerUnavailable):
        wired.save_whole([write("a", b"5", expected=3), write("b", expected=2)])
    assert {key: found.version for key, found in wired.load(["a", "b"]).items()} == {"a": 3, "b": 2}


@pytest.mark.parametrize("fault", [Fault.ANSWER_LOST, Fault.REQUEST_LOST, Fault.CUT])
def test_a_lost_answer_to_a_question_is_not_asked_again(wired: RedisLedger, proxy: TcpProxy, fault: Fault) -> None:
    """Loads and looks raise, in bounded time, and the next one connects anew."""
    for ask in (lambda: wired.load(["a"]), lambda: wired.due(9, 9)):
        proxy.fault = fault
        before, began = proxy.turns, time.monotonic()
        with pytest.raises(LedgerUnavailable):
            ask()
        assert proxy.turns - before == 1
        assert time.monotonic() - began < 10, "no time-out of the client's own, which is unbounded"
        assert ask()


@pytest.mark.parametrize(("idle_s", "connections"), [(0.0, 3), (60.0, 0)])
def test_a_connection_that_stood_idle_is_not_used_again(
    server: RedisServer, connect: Connect, monkeypatch: pytest.MonkeyPatch, idle_s: float, connections: int
) -> None:
    """A proxy drops it without a word, and nobody could tell what became of a save on it; else it is kept."""
    monkeypatch.setattr(idle, "IDLE_S", idle_s)
    ledger = connect(server.port)
    ledger.load(["a"])
    before = _connections(server)
    for _ in range(3):
        ledger.load(["a"])
    assert _connections(server) - before - 1 == connections, "the one more is the one that asks"


def test_a_connection_that_the_server_has_closed_is_not_used_again(server: RedisServer, connect: Connect) -> None:
    """It was restarted, or its own time-out came: what is sent then never arrives, so another connection is opened."""
    ledger = connect(server.port)
    asks: list[Callable[[], object]] = [
        lambda: ledger.load(["a"]),
        lambda: ledger.due(9, 9),
        lambda: ledger.save([write("a")]),
    ]
    for ask in asks:
        ledger.load(["b"])
        server.ask("CLIENT", "KILL", "TYPE", "normal", "SKIPME", "yes")
        time.sleep(0.05)
        ask()


def _connections(server: RedisServer) -> int:
    return int(server.ask("INFO", "stats")["total_connections_received"])


@pytest.mark.parametrize("remaining_s", [0.0, -3.0])
def test_nothing_is_begun_without_time(proxy: TcpProxy, connect: Connect, remaining_s: float) -> None:
    """After the deadline nothing is sent that nobody could hear the answer of."""
    ledger = connect(proxy.port, remaining_s=remaining_s)
    for operation in (lambda: ledger.load(["a"]), lambda: ledger.save([write("a")]), lambda: ledger.due(1, 1)):
        with pytest.raises(LedgerUnavailable, match="no time"):
            operation()
    assert proxy.turns == 0


def test_an_absent_server_is_out_of_reach(own_server: Make[RedisServer], connect: Connect) -> None:
    """Refused connections are told with the place, and the ledger works again when the server does."""
    server = own_server()
    ledger = connect(server.port)
    ledger.save([write("a")])
    server.stop()
    for _ in range(2):
        with pytest.raises(LedgerUnavailable, match=f"127.0.0.1:{server.port}"):
            ledger.load(["a"])
    server.start()
    assert ledger.load(["a"]) == {"a": Stored(b"{}", 1)}


def test_a_host_that_does_not_exist_is_out_of_reach(connect: Connect) -> None:
    """So is a name that cannot be looked up."""
    with pytest.raises(LedgerUnavailable, match="cannot be reached"):
        connect(6379, host="no-such-host.invalid").load(["a"])


def every_word(error: BaseException) -> str:
    """All that a log would show of it, causes included."""
    return "".join(traceback.format_exception(type(error), error, error.__traceback__)) + repr(error)


@pytest.mark.parametrize(
    ("options", "user"),
    [
        (["--requirepass", "another"], ""),
        (["--requirepass", "another"], "someone"),
        (["--rename-command", "AUTH", ""], ""),  # such a server repeats the words of the command in its error
        (["--rename-command", "AUTH", ""], "someone"),
    ],
)
def test_no_error_shows_the_password(
    own_server: Make[RedisServer], connect: Connect, options: list[str], user: str
) -> None:
    """A refused login, by any kind of server, names the place and the error, and no secret."""
    ledger = connect(own_server(*options).port, password=SECRET, user=user)
    with pytest.raises(LedgerUnavailable) as caught:
        ledger.load(["a"])
    assert "127.0.0.1" in str(caught.value)
    assert SECRET not in every_word(caught.value)


def test_a_login_is_tried_once(own_server: Make[RedisServer], connect: Connect) -> None:
    """The client's own retries are off: one connection, one login, one error."""
    proxy = TcpProxy(own_server("--requirepass", SECRET).port)
    ledger = connect(proxy.port, password=SECRET)
    proxy.fault = Fault.CUT
    with pytest.raises(LedgerUnavailable, match="cannot be reached"):
        ledger.load(["a"])
    assert proxy.turns == 1
    assert ledger.load(["a"]) == {}
    proxy.close()


def test_no_face_shows_the_password(connect: Connect) -> None:
    """Neither the ledger nor its link, shown in whatever way."""
    ledger = connect(1, password=SECRET, user="someone")
    shown = repr(ledger) + str(ledger) + repr(ledger._link) + f"{ledger._link}"
    assert "RedisLink(127.0.0.1:1/0)" in shown
    assert SECRET not in shown


def test_a_password_and_a_database_open_the_door(own_server: Make[RedisServer], connect: Connect) -> None:
    """The right password works, and documents are in the database named, not in another."""
    port = own_server("--requirepass", SECRET).port
    connect(port, password=SECRET, database=3).save([write("a")])
    assert connect(port, password=SECRET, database=3).load(["a"]) == {"a": Stored(b"{}", 1)}
    assert connect(port, password=SECRET, user="default").load(["a"]) == {}


def warnings_of(caplog: pytest.LogCaptureFixture, ledger: RedisLedger) -> list[str]:
    """What the check of the server's settings warned of."""
    caplog.clear()
    with caplog.at_level(logging.WARNING):
        ledger.check_server()
    return [record.getMessage() for record in caplog.records]


def test_settings_that_lose_documents_are_warned_of(
    own_server: Make[RedisServer], connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """Eviction of keys with a time to live, Tair's default, and a server without a file; a good server is silent."""
    server = own_server()
    ledger = connect(server.port)
    assert warnings_of(caplog, ledger) == []
    server.ask("CONFIG", "SET", "maxmemory-policy", "volatile-lru")
    (warning,) = warnings_of(caplog, ledger)
    assert "maxmemory-policy is volatile-lru, it should be noeviction" in warning
    server.ask("CONFIG", "SET", "appendonly", "no")
    assert len(warnings_of(caplog, ledger)) == 2


def test_a_server_that_hides_its_settings_is_one_warning(
    own_server: Make[RedisServer], connect: Connect, caplog: pytest.LogCaptureFixture
) -> None:
    """CONFIG may be forbidden: that is said once, and the ledger works all the same."""
    server = own_server()
    server.ask("ACL", "SETUSER", "app", "on", f">{SECRET}", "~{secondwind}:*", "+@all", "-config")
    ledger = connect(server.port, user="app", password=SECRET)
    (warning,) = warnings_of(caplog, ledger)
    assert "cannot check that maxmemory-policy is noeviction" in warning
    assert SECRET not in warning
    assert ledger.save([write("a")]) == frozenset()


def test_an_absent_server_does_not_fail_the_check(
    connect: Connect, own_server: Make[RedisServer], caplog: pytest.LogCaptureFixture
) -> None:
    """The check only warns; the first load raises."""
    server = own_server()
    ledger = connect(server.port)
    server.stop()
    assert len(warnings_of(caplog, ledger)) == 1
