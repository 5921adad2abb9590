"""Commands are packed and answers read as Redis has them; whatever else comes is no answer."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from typing import Any

import pytest
import redis

from shared.http_bounds import Bounded, Bounds, CutShort, Garbled, Incoming, TooLong
from shared.ledger import _redis_wire
from shared.ledger._redis_wire import ServerRefused, Wire, answer_in, packed

OFFICIAL: Any = redis  # its types are incomplete


class Sock:
    """What a peer has sent, three bytes at a time; then it hangs up."""

    def __init__(self, data: bytes) -> None:
        self.data = data

    def recv(self, most: int) -> bytes:
        part, self.data = self.data[: min(most, 3)], self.data[min(most, 3) :]
        return part

    def gettimeout(self) -> None:
        return None

    def settimeout(self, _wait_s: float) -> None:
        """Never waited for."""


def read(data: bytes, most_bytes: int = 1000) -> Any:
    """The answer in those bytes."""
    bounds = Bounds(connect_s=9.0, read_s=9.0, total_s=9.0, most_bytes=most_bytes)
    return answer_in(Incoming(Sock(data), Bounded(bounds)))


@pytest.mark.parametrize(
    "command",
    [("PING",), ("EVALSHA", "ab", 1, "ключ", b"\x00\r\n", 0.1, 1e-300, -3, 1_800_000_000.123456), ("PING", "")],
)
def test_a_command_is_packed_as_by_the_official_client(command: tuple[Any, ...]) -> None:
    """Text, bytes, numbers to the last digit."""
    assert packed(command) == b"".join(
        OFFICIAL.connection.Connection(protocol=2, driver_info=None).pack_command(*command)
    )


@pytest.mark.parametrize(
    ("data", "wanted"),
    [
        (b"+OK\r\n", b"OK"),
        (b":-17\r\n", -17),
        (b"$-1\r\n", None),
        (b"$0\r\n\r\n", b""),
        (b"$8\r\n\r\n$3\r\na\n\r\n", b"\r\n$3\r\na\n"),
        (b"*-1\r\n", None),
        (b"*0\r\n", []),
        (b"*3\r\n*2\r\n$1\r\na\r\n:5\r\n$-1\r\n+x\r\n", [[b"a", 5], None, b"x"]),
    ],
)
def test_an_answer_is_read_as_by_the_official_client(data: bytes, wanted: Any) -> None:
    """In however small parts it comes."""
    mine, theirs = socket.socketpair()
    with mine, theirs:
        theirs.sendall(data)
        parser: Any = OFFICIAL._parsers._RESP2Parser(socket_read_size=3)
        connection: Any = OFFICIAL.connection.Connection(protocol=2, driver_info=None)
        connection._sock, connection.socket_timeout = mine, 5
        connection.encoder = OFFICIAL._parsers.Encoder("utf-8", "strict", False)  # noqa: FBT003 - as its signature is
        parser.on_connect(connection)
        assert parser.read_response() == read(data) == wanted


@pytest.mark.parametrize(
    "data",
    [
        b"\r\n",
        b"HTTP/1.1 400 Bad Request\r\n",
        b":\r\n",
        b":1_0\r\n",
        b": 1\r\n",
        b":" + b"9" * 19 + b"\r\n",
        b"$x\r\n",
        b"$3\r\nabcde\r\n",
        b"*1\r\n-ERR within\r\n",
        b"*1\r\n" * 5 + b":1\r\n",
    ],
)
def test_what_is_no_answer_is_told(data: bytes) -> None:
    """Nor is an error within a list, which would leave what follows behind."""
    with pytest.raises(Garbled):
        read(data)


@pytest.mark.parametrize("data", [b"", b"+OK", b"$3\r\nab", b"*2\r\n:1\r\n", b"$3\r\nabc"])
def test_what_ends_early_is_told(data: bytes) -> None:
    """It may have been more."""
    with pytest.raises(CutShort):
        read(data)


def test_an_answer_has_a_length_at_most() -> None:
    """However long it says that it is, and however many parts it has."""
    with pytest.raises(TooLong):
        read(b"+" + b"x" * 80_000 + b"\r\n", most_bytes=10)
    with pytest.raises(TooLong):
        read(b"*999999999\r\n" + b":1\r\n" * 40_000, most_bytes=10)


@pytest.mark.parametrize(
    ("said", "code"), [(b"NOSCRIPT No matching", "NOSCRIPT"), (b"ERR unknown 'secret'", "ERR"), (b"secret", "error")]
)
def test_an_error_has_a_code_and_no_text(said: bytes, code: str) -> None:
    """A server may repeat the words of a command."""
    with pytest.raises(ServerRefused) as caught:
        read(b"-" + said + b"\r\n")
    assert (caught.value.code, str(caught.value)) == (code, code)


@pytest.fixture(name="pair")
def _pair() -> Iterator[tuple[Wire, socket.socket]]:
    """A wire, and the peer's end."""
    mine, theirs = socket.socketpair()
    wire = Wire(mine)
    yield wire, theirs
    wire.close()
    theirs.close()


def silent(wire: Wire) -> bool:
    """Asked anew each time."""
    return wire.silent


def test_a_command_goes_out_once_and_its_answer_comes_in(pair: tuple[Wire, socket.socket]) -> None:
    """What comes unasked, with the answer or later, be it only the end, makes the wire unfit for another."""
    wire, peer = pair
    peer.sendall(b"+PONG\r\n")
    assert not silent(wire)
    assert wire.ask(("PING",), 5.0) == b"PONG"
    assert peer.recv(99) == b"*1\r\n$4\r\nPING\r\n"
    assert silent(wire)
    peer.sendall(b"+PONG\r\n+MORE\r\n")
    assert wire.ask(("PING",), 5.0) == b"PONG"
    assert not silent(wire)


def test_a_peer_that_hung_up_is_seen(pair: tuple[Wire, socket.socket]) -> None:
    """And so is a wire that was closed here."""
    wire, peer = pair
    assert silent(wire)
    peer.close()
    assert not silent(wire)
    wire.close()
    assert not silent(wire)


def test_what_tls_has_unpacked_is_no_silence(pair: tuple[Wire, socket.socket]) -> None:
    """No poll sees it."""

    class Unpacked:
        def __init__(self, sock: Any) -> None:
            self.fileno = sock.fileno

        def pending(self) -> int:
            return 1

    assert not silent(Wire(Unpacked(pair[1])))


def test_an_answer_is_not_waited_for_longer_than_that(pair: tuple[Wire, socket.socket]) -> None:
    """From the first byte of the question to the last of the answer, however little comes at once."""
    with pytest.raises(TimeoutError):
        pair[0].ask(("PING",), 0.05)
    pair[1].sendall(b"$100\r\n")
    with pytest.raises(TimeoutError):
        pair[0].ask(("PING",), 0.05)


def test_a_connection_that_cannot_be_wrapped_is_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is left open behind an error."""
    mine, theirs = socket.socketpair()

    def refuse(*_: object) -> None:
        raise OSError("no")

    class Refusing:
        setsockopt, close = refuse, mine.close

    monkeypatch.setattr(socket, "create_connection", lambda *_: Refusing)
    with theirs, pytest.raises(OSError, match="no"):
        _redis_wire.dial("127.0.0.1", 1, tls=False, wait_s=1.0)
    assert mine.fileno() == -1
