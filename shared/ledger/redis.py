"""The ledger in Redis or Tair: one script a step, which is one round trip and atomic for any number of documents.

What Redis acknowledges it may still lose: docs/ledger-redis.md says when, and what Second Wind then does. This
backend warns where it can see it coming: keys that may be evicted, or no append-only file.
"""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator, Mapping, Sequence

from shared.domain.errors import LedgerUnavailable
from shared.ledger._redis_scripts import DOCUMENT_PREFIX, DUE, DUE_KEY, EXPIRES_KEY, FORGET, LOAD, NOTHING_KEY, SAVE
from shared.ledger._sizes import check
from shared.ledger.redis_link import AnswerLost, Argument, RedisLink
from shared.ports import Clock, Due, Stored, Write

_WANTED = {"maxmemory-policy": "noeviction", "appendonly": "yes"}
VALUE_BYTES_MAX = 512 * 1024 * 1024 - 64
"""Less a prefix: the server takes no longer text in a command (proto-max-bulk-len,
https://redis.io/docs/latest/develop/data-types/strings/#limits)."""
LOOKED_AT = 1000
"""Of what is due so many are asked for whether they are there."""
TOLD = 10
"""Of those that are not so many are named at once."""
_LOG = logging.getLogger(__name__)
_checked: set[str] = set()


def open_redis(link: RedisLink, clock: Clock) -> RedisLedger:
    """A ledger on that server, whose settings were looked at once in this process; to be closed."""
    ledger = RedisLedger(link, clock)
    if link.place not in _checked:
        _checked.add(link.place)
        ledger.check_server()
    return ledger


class RedisLedger:
    """Implements `shared.ports.Ledger`. Use from one thread at a time; `close` when done.

    Args:
        link: the server; nothing is sent before it is needed.
        clock: tells which documents have expired, and how long the server is to keep one.
    """

    def __init__(self, link: RedisLink, clock: Clock) -> None:
        self._link = link
        self._clock = clock

    def close(self) -> None:
        """Let the connection go."""
        self._link.close()

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist, by key; one round trip."""
        return {key: Stored(document, int(version)) for key, (version, _, document) in self._found(keys).items()}

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """One script for all; the keys whose expectation did not hold come back.

        If the answer is lost, the documents are read once: where all carry this call's token, it was saved. Else
        nothing is known, for the script may still be on its way.
        """
        return self._saved(writes, whole=False)

    def save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        """The same, or nothing if one expectation does not hold."""
        return self._saved(writes, whole=True)

    def _saved(self, writes: Sequence[Write], *, whole: bool) -> frozenset[str]:
        if not writes:
            return frozenset()
        check(writes, key_bytes=VALUE_BYTES_MAX, document_bytes=VALUE_BYTES_MAX)
        owner = os.urandom(16).hex()  # an identity, not chance: nothing is decided by it
        keys = [DUE_KEY, EXPIRES_KEY, NOTHING_KEY, *[DOCUMENT_PREFIX + write.key for write in writes]]
        arguments: list[Argument] = [f"{self._clock.now()!r} {owner} {int(whole)}".encode()]
        for write in writes:
            wanted = f"{_said(write.expected)} {_said(write.due_at)} {_said(write.expires_at)} {write.key}"
            arguments += (wanted.encode(), write.document)
        try:
            return frozenset(writes[place].key for place in self._link.run(SAVE, keys, arguments))
        except AnswerLost:
            found = self._found([write.key for write in writes])
            if len(found) == len(writes) and all(told == owner.encode() for _, told, _ in found.values()):
                return frozenset()
            raise

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """Due documents, oldest first; one round trip, and for the first page another one.

        Those of which that finds out that the server has lost them are told once, and due no more.
        """
        while True:
            found = self._due(before, limit, after)
            if after is not None or not self._forgotten(found[:LOOKED_AT]):
                return found

    def _due(self, before: float, limit: int, after: Due | None) -> list[Due]:
        place: tuple[Argument, Argument] = (float(after.due_at), after.key) if after else ("", "")
        answer = self._link.run(DUE, [DUE_KEY, EXPIRES_KEY], [self._clock.now(), float(before), limit, *place])
        return [Due(float(score), key.decode()) for key, score in zip(answer[::2], answer[1::2], strict=True)]

    def _forgotten(self, due: Sequence[Due]) -> bool:
        """Whether documents that were due are gone: what may be evicted is, and what pointed at it stays."""
        if not due:
            return False
        documents = [DOCUMENT_PREFIX + one.key for one in due]
        places = self._link.run(FORGET, [DUE_KEY, EXPIRES_KEY, *documents], [one.key for one in due])
        if places:
            some = ", ".join(due[place].key for place in places[:TOLD])
            _LOG.error(
                "the Redis ledger at %s has lost %d documents that were due, evicted or deleted by the server: "
                "nobody goes on with them: %s",
                self._link.place,
                len(places),
                some,
            )
        return bool(places)

    def check_server(self) -> None:
        """Warn of settings under which documents get lost.

        A server that does not show them (Tair may not) is one warning too; so is one that is out of reach, for the
        first load will say so and raise.
        """
        try:
            for risk in self.at_risk():
                _LOG.warning("the Redis ledger at %s may lose reservations: %s", self._link.place, risk)
        except LedgerUnavailable as error:
            _LOG.warning(
                "cannot check that %s: %s", " and ".join(f"{one} is {it}" for one, it in _WANTED.items()), error
            )

    def at_risk(self) -> Iterator[str]:
        """Settings under which documents get lost, as they are and as they should be. Raises LedgerUnavailable."""
        for name, wanted in _WANTED.items():
            answer = self._link.ask("CONFIG", "GET", name)
            value = answer[1].decode() if len(answer) > 1 else "not told"
            if value != wanted:
                yield f"{name} is {value}, it should be {wanted}"

    def _found(self, keys: Sequence[str]) -> dict[str, list[bytes]]:
        """Version, owner and document of those that exist."""
        if not keys:
            return {}
        answer = self._link.run(LOAD, [DOCUMENT_PREFIX + key for key in keys], [self._clock.now()])
        return {key: found.split(b" ", 2) for key, found in zip(keys, answer, strict=True) if found is not None}


def _said(number: float | None) -> str:
    return "" if number is None else repr(number)
