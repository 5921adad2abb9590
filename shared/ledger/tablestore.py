"""The ledger in a table of Alibaba Cloud Tablestore: for functions, many instances at once.

A row is strongly consistent, and its condition and write are one step
(https://www.alibabacloud.com/help/en/tablestore/developer-reference/conditional-update); a batch is one request and no
transaction, as the port wants it. Its traps, and the answers:

- A write that is sent again (by us after "busy", by a proxy) can meet its own success as a conflict, and an answer can
  be lost. Every save writes a token of its own; rows that conflicted or whose effect is unknown are read again once,
  and those with our token are saved. If the effect stays unknown, the save raises: the write may still come.
- A reported conflict of a row that others have written several times since counts as a conflict, even if one of those
  versions was ours: the caller loads again and finds in the document what it wrote.
- The indexes lag, so `due` is a hint, as the port says; nothing is decided by an index.
- The table has no TTL. A TTL counts from the last write and knows no exception, so it would forget an open breaker,
  which must never be forgotten; and Tablestore refuses one beside an index unless updates are forbidden
  (https://www.alibabacloud.com/help/en/tablestore/secondary-index-overview). Instead an expired document counts as
  absent at once, a new one may replace it, and the sweep's first look at what is due removes up to 200 of them, each on
  the condition that it still has the expiry that was seen.
"""

from __future__ import annotations

import logging
import secrets
import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.domain.credentials import Credentials
from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_rows as rows
from shared.ledger._sizes import check
from shared.ledger._tablestore_cells import Bound, Key
from shared.ledger._tablestore_link import Link, Place, TableFailure
from shared.ledger._tablestore_rows import Put, Seen
from shared.ledger._tablestore_table import WRITE_ROWS_MAX, Reading, Table
from shared.ports import Clock, Due, Stored, Write

__all__ = ["Place", "TablestoreLedger"]

WRITE_BYTES_MAX = 3_500_000
"""In one BatchWriteRow, which takes 4 MB."""
PURGE_TIME_S = 10.0
"""Expired documents are removed only if that much time is left."""
_STATE = (rows.VERSION, rows.OWNER, rows.EXPIRES)
_WHOLE = (rows.DOCUMENT, *_STATE)
_LOG = logging.getLogger(__name__)


class TablestoreLedger:
    """Implements `shared.ports.Ledger`. Use from one thread at a time; `close` when done.

    Args:
        place: endpoint, instance and table; `tablestore_setup.create_table` makes the table, nothing here does.
        credentials: of the function's role.
        clock: tells which documents have expired.
        remaining_s: seconds that the invocation has left.
        sleep: how pauses between attempts are spent.
        new_token: makes a save's token, different each time.
    """

    def __init__(
        self,
        place: Place,
        credentials: Credentials,
        clock: Clock,
        remaining_s: Callable[[], float],
        *,
        sleep: Callable[[float], None] = time.sleep,
        new_token: Callable[[], str] = secrets.token_urlsafe,
    ) -> None:
        self._place = place
        self._link = Link(place, credentials, remaining_s, sleep)
        self._table = Table(place, self._link)
        self._clock = clock
        self._new_token = new_token

    def close(self) -> None:
        """Let the connections go."""
        self._link.close()

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents that exist, by key; one request for 100 keys."""
        return self._there(self._table.read(keys, _WHOLE))

    def load_early(self, keys: Sequence[str]) -> _Coming:
        """Ask for the documents now, and read the answer later; whatever goes wrong, they are loaded then."""
        return _Coming(self, keys, self._table.begin_read(keys, _WHOLE))

    def _there(self, found: Mapping[str, Seen]) -> dict[str, Stored]:
        return {key: Stored(row.document, row.version) for key, row in found.items() if not self._expired(row)}

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Each write whose expectation holds; the others' keys come back. One request for 200 writes, or 3.5 MB."""
        check(writes, key_bytes=rows.KEY_BYTES_MAX, document_bytes=rows.DOCUMENT_BYTES_MAX)
        conflicts: set[str] = set()
        for batch in _batches(writes):
            token = self._new_token()
            conflicts |= self._save([Put(write=write, expected=write.expected) for write in batch], token)
        return frozenset(conflicts)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """Due documents, oldest first; one request, and the first page one more for what has expired."""
        if after is None:
            self._purge()
        end = rows.to_ns(before) + 1
        start: Key = [(rows.DUE, Bound.LEAST), (rows.KEY, Bound.LEAST)]
        if after is not None:
            start = [(rows.DUE, rows.to_ns(after.due_at)), (rows.KEY, after.key)]
            if rows.to_ns(after.due_at) >= end:
                return []
        found: list[Due] = []
        for key, columns in self._table.scan(self._place.due_index, start, (rows.DUE, end), limit + 1):
            if len(found) == limit:
                break
            due_ns, document = rows.place(key, rows.DUE)
            one, expires = Due(rows.from_ns(due_ns), document), rows.expiry(columns)
            if (after is None or one > after) and (expires is None or expires >= self._now_ns()):
                found.append(one)
        return found

    def _save(self, puts: Sequence[Put], token: str) -> set[str]:
        doubtful = self._send(puts, token)
        if not doubtful:
            return set()
        found = self._table.read([put.write.key for put, _ in doubtful], _STATE)
        conflicts: set[str] = set()
        replacing: list[Put] = []
        for put, failure in doubtful:
            row = found.get(put.write.key)
            if row is not None and row.owner == token:
                continue
            if failure is TableFailure.UNKNOWN:
                _superseded(put, row)
            if row is not None and put.expected is None and self._expired(row):
                replacing.append(Put(write=put.write, expected=row.version, expired_owner=row.owner))
            else:
                conflicts.add(put.write.key)
        # A replacement expects a version, so it is never replaced again.
        return conflicts | self._save(replacing, token) if replacing else conflicts

    def _send(self, puts: Sequence[Put], token: str) -> list[tuple[Put, TableFailure]]:
        """Write all, what is busy again; those that conflicted or whose effect is unknown come back."""
        doubtful: list[tuple[Put, TableFailure]] = []
        attempt = 0
        while True:
            answers = self._table.write([rows.put_item(put, token) for put in puts])
            failed = [(put, answer) for put, answer in zip(puts, answers, strict=True) if answer is not None]
            doubtful += [(put, answer.failure) for put, answer in failed if answer.failure is not TableFailure.BUSY]
            puts = [put for put, answer in failed if answer.failure is TableFailure.BUSY]
            if not puts:
                return doubtful
            if not self._link.pause(attempt):
                raise self._table.unavailable(
                    next(answer for _, answer in failed if answer.failure is TableFailure.BUSY)
                )
            attempt += 1

    def _purge(self) -> None:
        if not self._link.has_time(PURGE_TIME_S):
            return
        start: Key = [(rows.EXPIRES, Bound.LEAST), (rows.KEY, Bound.LEAST)]
        items: list[bytes] = []
        for key, _ in self._table.scan(self._place.expiry_index, start, (rows.EXPIRES, self._now_ns()), WRITE_ROWS_MAX):
            expires_ns, document = rows.place(key, rows.EXPIRES)
            items.append(rows.delete_item(document, expires_ns))
            if len(items) == WRITE_ROWS_MAX:
                break
        if items:
            failed = [answer for answer in self._table.write(items) if answer is not None]
            if failed:  # a later sweep tries again; expired documents count as absent anyway
                _LOG.info("%d of %d expired documents stay for now: %s", len(failed), len(items), failed[0].code)

    def _expired(self, row: Seen) -> bool:
        return row.expires_ns is not None and row.expires_ns < self._now_ns()

    def _now_ns(self) -> int:
        return rows.to_ns(self._clock.now())


class _Coming:
    """Implements `shared.ports.Coming`."""

    def __init__(self, ledger: TablestoreLedger, keys: Sequence[str], reading: Reading | None) -> None:
        self._ledger, self._keys, self._reading = ledger, keys, reading

    def documents(self) -> Mapping[str, Stored]:
        """As they are answered, or else loaded."""
        found = None if self._reading is None else self._reading.found()
        return self._ledger.load(self._keys) if found is None else self._ledger._there(found)  # noqa: SLF001 - its own

    def drop(self) -> None:
        """Let the answer go."""
        if self._reading is not None:
            self._reading.drop()


def _batches(writes: Sequence[Write]) -> Iterator[list[Write]]:
    batch: list[Write] = []
    total = 0
    for write in writes:
        if batch and (len(batch) == WRITE_ROWS_MAX or total + rows.size(write) > WRITE_BYTES_MAX):
            yield batch
            batch, total = [], 0
        batch.append(write)
        total += rows.size(write)
    if batch:
        yield batch


def _superseded(put: Put, row: Seen | None) -> None:
    """Raise LedgerUnavailable unless others have certainly made this write, whose effect is unknown, impossible."""
    if row is not None and row.version == put.version and row.owner != put.expired_owner:
        return
    raise LedgerUnavailable("it is not known whether Tablestore saved: the answer was lost")
