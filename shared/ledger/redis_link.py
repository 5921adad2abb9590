"""One connection to a Redis server: bounded in time, repeats no command, rests on no idle socket, shows no secret."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Any

from shared.domain.errors import LedgerUnavailable
from shared.http_bounds import CutShort, Garbled, TooLong
from shared.idle import LastUse
from shared.ledger._redis_wire import Argument, ServerRefused, Wire, dial

__all__ = ["AnswerLost", "Argument", "RedisLink"]

MAX_WAIT_S = 5.0
"""Longest wait for one answer."""
_UNKNOWN_SCRIPT = "NOSCRIPT"
_NO_SUCH_CALL = "ERR"
_BROKEN = (OSError, CutShort, Garbled, TooLong)
"""What leaves no answer."""


class AnswerLost(LedgerUnavailable):
    """The command left, and nobody knows whether it took effect."""


_KEPT: dict[tuple[Any, ...], tuple[Wire, LastUse]] = {}
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
        self._host, self._port, self._tls, self._database = host, port, tls, database
        self._user, self._password = user, password
        self._key = (host, port, database, tls, user, password)
        self._remaining_s = remaining_s
        self._connection: Wire | None = None
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
                before[0].close()

    def run(self, script: str, keys: Sequence[str], arguments: Sequence[Argument]) -> Any:
        """The script's answer; the script itself is sent only if the server does not have it yet.

        Raises:
            AnswerLost: it was sent and may run, now or later.
            LedgerUnavailable: it was certainly not carried out, or the server answered with an error.
        """
        digest = _digest(script)
        rest = (len(keys), *keys, *arguments)
        try:
            return self._exchange("EVALSHA", digest, *rest)
        except ServerRefused:
            return self.ask("EVAL", script, *rest)

    def ask(self, *command: Argument) -> Any:
        """The answer to one command. Raises as `run`."""
        try:
            return self._exchange(*command)
        except ServerRefused as error:
            refused = self._refused(error)
        raise refused

    def _exchange(self, *command: Argument) -> Any:
        """As `ask`, but lets through that a script is unknown: it is the one error that says what to do next."""
        wait_s = self._wait_s()
        connection = self._open(wait_s)
        self._last_use.touch()
        try:
            return connection.ask(command, wait_s)
        except ServerRefused as error:
            if error.code == _UNKNOWN_SCRIPT:
                raise
            failed = self._refused(error)
        except TimeoutError:
            failed = AnswerLost(f"the Redis ledger at {self.place} was asked and gave no answer within {wait_s:.1f} s")
        except _BROKEN as error:
            failed = AnswerLost(f"the Redis ledger at {self.place} was asked and its answer lost: {_shown(error)}")
        except BaseException:
            self._drop()  # half an answer may be left in it
            raise
        self._drop()
        raise failed

    def _open(self, wait_s: float) -> Wire:
        if self._closed:
            raise LedgerUnavailable(f"the Redis ledger at {self.place} has been closed")
        if self._connection is None and self._key in _KEPT:
            self._connection, self._last_use = _KEPT.pop(self._key)
        if self._connection is not None and not self._last_use.stale and self._connection.silent:
            return self._connection
        self._drop()
        try:
            self._connection = self._greeted(wait_s)
        except (*_BROKEN, ServerRefused, UnicodeError) as error:
            failed = LedgerUnavailable(f"the Redis ledger at {self.place} cannot be reached: {_shown(error)}")
        else:
            return self._connection
        raise failed

    def _greeted(self, wait_s: float) -> Wire:
        """A new connection, logged in, at the database that is meant."""
        connection = dial(self._host, self._port, tls=self._tls, wait_s=wait_s)
        try:
            if self._user or self._password:
                self._log_in(connection, wait_s)
            if self._database:
                connection.ask(("SELECT", self._database), wait_s)
        except BaseException:
            connection.close()
            raise
        return connection

    def _log_in(self, connection: Wire, wait_s: float) -> None:
        if self._user:
            try:
                connection.ask(("AUTH", self._user, self._password), wait_s)
            except ServerRefused as error:
                if error.code != _NO_SUCH_CALL:
                    raise
            else:
                return
        # A server before Redis 6 knows no users, and says only that this is no call.
        connection.ask(("AUTH", self._password), wait_s)

    def _wait_s(self) -> float:
        wait_s = min(MAX_WAIT_S, self._remaining_s() / 2)
        if wait_s <= 0:
            raise LedgerUnavailable(f"no time is left to ask the Redis ledger at {self.place}")
        return wait_s

    def _drop(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            connection.close()

    def _refused(self, error: ServerRefused) -> LedgerUnavailable:
        return LedgerUnavailable(f"the Redis ledger at {self.place} answered with an error: {error.code}")


@lru_cache(maxsize=8)
def _digest(script: str) -> str:
    return hashlib.sha1(script.encode(), usedforsecurity=False).hexdigest()


def _shown(error: Exception) -> str:
    """What may be shown: the text of a network error comes from this machine; of a server's there is only the code."""
    name = type(error).__name__
    return f"{name}: {error}" if isinstance(error, (OSError, ServerRefused)) else name
