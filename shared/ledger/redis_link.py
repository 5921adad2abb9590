"""One connection to a Redis server: bounded in time, never repeats a command, rests on no idle socket, shows no secret.

The client's low-level connection is used because what it does is exactly what is asked: no pool, no retry, no health
check between two commands. The client (redis 8.1) is imported with the first connection, so it costs nothing where the
ledger is another, and of it nothing that a single connection does not touch.
"""

from __future__ import annotations

import hashlib
import re
import select
from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from types import FunctionType
from typing import Any

from shared.domain.errors import LedgerUnavailable
from shared.network.idle import LastUse
from shared.put_off import put_off

MAX_WAIT_S = 5.0
"""Longest wait for one answer."""
_PARTS = """
    _parsers.commands _parsers.hiredis _parsers.resp3 asyncio auth.token cache client cluster event himport
    keyspace_notifications observability.config observability.metrics observability.providers
    observability.recorder sentinel typing
"""
"""Of the client: clusters, every command as a method, its other half, other ways to read an answer, its meters."""
PARTS = tuple(f"redis.{name}" for name in _PARTS.split())
NEVER_USED = (
    "ast",  # what inspects sources, which none of the client's decorators does
    "asyncio",
    "cryptography",  # certificates of other services
    "importlib.metadata",  # the client's own version, which no server is told
    "inspect",  # whether a function that is decorated is a coroutine's: `_is_coroutine` knows
    "queue",  # of pools
    "redis.driver_info",  # what a server is told of the client, and what makes classes of data
)
"""With these what the client imports and a connection does not touch: four fifths of what loading it took. Used, it is
loaded."""
_CODE = re.compile(r"[A-Z]{2,20}\b")

Argument = str | bytes | float


class _Host(bytes):
    """A name in ASCII: Python loads tables of all languages to look up a text, and none for bytes."""

    def __str__(self) -> str:
        return self.decode("ascii")


class AnswerLost(LedgerUnavailable):
    """The command left, and nobody knows whether it took effect."""


_KEPT: dict[tuple[Any, ...], tuple[Any, LastUse]] = {}
"""By server and key, the one connection that nobody uses now."""


class RedisLink:
    """A server's address and at most one connection to it, opened when first needed. Use from one thread at a time.

    Args:
        host: DNS name or IPv4 address.
        port: TCP port.
        tls: encrypt, and check the server's certificate and name against the machine's authorities.
        database: number of the database.
        user: empty for the default user.
        password: empty for none.
        remaining_s: seconds that the invocation still has; a wait takes at most half of them, so that there is time
            left to look what came of it.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        tls: bool,
        database: int,
        user: str,
        password: str,
        remaining_s: Callable[[], float],
    ) -> None:
        self.place = f"{host}:{port}/{database}"
        """For people; holds no secret."""
        self._address: dict[str, Any] = {"host": host, "port": port, "db": database}
        self._secrets = {"username": user or None, "password": password or None}
        self._tls = tls
        self._key = (host, port, database, tls, user, password)
        self._remaining_s = remaining_s
        self._connection: Any = None  # the client's types are incomplete
        self._last_use = LastUse()
        self._closed = False

    def __repr__(self) -> str:
        return f"RedisLink({self.place})"

    def close(self) -> None:
        """Nothing is asked through it any more; its connection is kept for the next link to the same place."""
        self._closed = True
        connection, self._connection = self._connection, None
        if connection is not None:
            before = _KEPT.pop(self._key, None)
            _KEPT[self._key] = (connection, self._last_use)
            if before is not None:
                before[0].disconnect()

    def run(self, script: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The script's answer; the script itself is sent only if the server does not have it yet.

        Raises:
            AnswerLost: it was sent and may run, now or later.
            LedgerUnavailable: it was certainly not carried out, or the server answered with an error.
        """
        digest = _digest(script)
        rest = (b"%d" % len(keys), *[key.encode() for key in keys], *arguments)  # the client asks long what a text is
        try:
            return self._exchange(b"EVALSHA", digest, *rest)
        except _exceptions().NoScriptError:
            return self.ask("EVAL", script, *rest)

    def ask(self, *command: Argument) -> Any:
        """The answer to one command. Raises as `run`."""
        try:
            return self._exchange(*command)
        except _exceptions().NoScriptError as error:
            raise self._refused(error) from None

    def _exchange(self, *command: Argument) -> Any:
        """As `ask`, but lets NoScriptError through: it is the one error that says what to do next."""
        exceptions = _exceptions()

        wait_s = self._wait_s()
        connection = self._open(wait_s)
        self._last_use.touch()
        try:
            _give(connection, wait_s)
            connection.send_packed_command([_packed(command)])
            return connection.read_response()
        except exceptions.NoScriptError:
            raise
        except exceptions.TimeoutError:
            pass
        except exceptions.ResponseError as error:
            self._drop()
            raise self._refused(error) from None
        except (exceptions.RedisError, OSError) as error:
            self._drop()
            raise AnswerLost(
                f"the Redis ledger at {self.place} was asked and its answer lost: {_shown(error)}"
            ) from None
        except BaseException:
            self._drop()  # half an answer may be left in it
            raise
        self._drop()
        raise AnswerLost(f"the Redis ledger at {self.place} was asked and gave no answer within {wait_s:.1f} s")

    def _open(self, wait_s: float) -> Any:
        exceptions = _exceptions()

        if self._closed:
            raise LedgerUnavailable(f"the Redis ledger at {self.place} has been closed")
        if self._connection is None and self._key in _KEPT:
            self._connection, self._last_use = _KEPT.pop(self._key)
        if self._connection is not None and not self._last_use.stale and _silent(self._connection):
            return self._connection
        self._drop()
        connection = self._made(wait_s)
        try:
            connection.connect()
        except (exceptions.RedisError, OSError) as error:
            connection.disconnect()
            raise LedgerUnavailable(f"the Redis ledger at {self.place} cannot be reached: {_shown(error)}") from None
        self._connection = connection
        return connection

    def _made(self, wait_s: float) -> Any:
        from redis.connection import Connection, SSLConnection  # noqa: PLC0415 - see above

        kind: Any = SSLConnection if self._tls else Connection
        host = self._address["host"]
        name = host if self._tls or not host.isascii() else _Host(host.encode())  # certificates are of text
        return kind(
            **{**self._address, "host": name},
            **self._secrets,
            socket_timeout=wait_s,
            socket_connect_timeout=wait_s,
            protocol=2,  # the newer one begins with a command that Redis before 6 does not know
            driver_info=None,  # else two round trips at each connection tell the server the client's name
        )

    def _wait_s(self) -> float:
        wait_s = min(MAX_WAIT_S, self._remaining_s() / 2)
        if wait_s <= 0:
            raise LedgerUnavailable(f"no time is left to ask the Redis ledger at {self.place}")
        return wait_s

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.disconnect()

    def _refused(self, error: Exception) -> LedgerUnavailable:
        return LedgerUnavailable(f"the Redis ledger at {self.place} answered with an error: {_shown(error)}")


def _packed(command: Sequence[Argument]) -> bytes:
    """As the client packs it, which copies all that it has so far with each argument.

    https://redis.io/docs/latest/develop/reference/protocol-spec/#sending-commands-to-a-redis-server
    """
    parts = [one if isinstance(one, bytes) else _text_of(one).encode() for one in command]
    return b"".join([b"*%d\r\n" % len(parts), *[b"$%d\r\n%b\r\n" % (len(part), part) for part in parts]])


def _text_of(argument: str | float) -> str:
    return argument if isinstance(argument, str) else repr(argument)


@lru_cache(maxsize=8)
def _digest(script: str) -> bytes:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest().encode()


@cache
def _exceptions() -> Any:
    """The client's errors: asked for before anything else of it, so here it is loaded."""
    put_off(*NEVER_USED, known=_KNOWN)
    put_off(*PARTS, together=True)
    from redis import exceptions  # noqa: PLC0415 - see above

    return exceptions


def _is_coroutine(one: Any) -> Any:
    """`inspect.iscoroutinefunction` of a function on which nobody has set a mark that it is one."""
    plain = type(one) is FunctionType and not any(name.startswith("_is_coroutine") for name in vars(one))
    return bool(one.__code__.co_flags & _CO_COROUTINE) if plain else NotImplemented


def _no_driver(told: object, *_: object) -> Any:
    """`redis.driver_info.resolve_driver_info` of None, which we say."""
    return None if told is None else NotImplemented


_CO_COROUTINE = 0x80
"""Of `co_flags` (https://docs.python.org/3/library/inspect.html#inspect.CO_COROUTINE)."""
_KNOWN: dict[str, Callable[..., Any]] = {
    "inspect.iscoroutinefunction": _is_coroutine,
    "redis.driver_info.resolve_driver_info": _no_driver,
}


def _give(connection: Any, wait_s: float) -> None:
    """Let each part of a question and its answer take so long; a socket that has it is left alone."""
    sock = connection._sock  # noqa: SLF001 - the client sets it only by waiting for something
    if sock.gettimeout() != wait_s:
        sock.settimeout(wait_s)


def _silent(connection: Any) -> bool:
    """Whether nothing came on it unasked, be it only its end: what is sent after that never arrives.

    The client tells it by reading for no time at all, which sets the socket's time-out twice and raises inside. What
    TLS has unpacked, or another parser than the client's own has read, is known to nobody else.
    """
    exceptions = _exceptions()

    read = getattr(connection._parser, "_buffer", None)  # noqa: SLF001 - nothing public tells it without reading
    try:
        if read is None or hasattr(connection._sock, "pending"):  # noqa: SLF001 - as above
            return not connection.can_read(timeout=0)
        watch = select.poll()
        watch.register(connection._sock, select.POLLIN)  # noqa: SLF001 - as above
        return not (read.unread_bytes() or watch.poll(0))
    except (exceptions.RedisError, OSError):
        return False


def _shown(error: Exception) -> str:
    """What may be shown of an error.

    A server may repeat the words of a command in its error, the password among them, so of its own text only the code
    is kept; the text of a network error comes from this machine.
    """
    exceptions = _exceptions()

    name = type(error).__name__
    if type(error) in {exceptions.ConnectionError, exceptions.TimeoutError}:
        return f"{name}: {error}"
    code = _CODE.match(str(error))
    return f"{name} {code[0]}" if code else name
