"""Tablestore requests on one ledger table: batches written and read, indexes scanned.

Limits: https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits. A batch may partly fail: each
row has its own answer, in the request's order
(https://www.alibabacloud.com/help/en/tablestore/developer-reference/batchwriterow).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from itertools import count

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_messages as messages
from shared.ledger import _tablestore_rows as rows
from shared.ledger._tablestore_cells import Bound, Key, Row, read, written
from shared.ledger._tablestore_link import TOO_LONG, Asked, Link, Place, TableCallFailed, TableFailure, failed_with
from shared.ledger._tablestore_messages import RowAnswer
from shared.ledger._tablestore_rows import Seen

READ_ROWS_MAX = 100
"""In one BatchGetRow."""
READS_AT_ONCE = 5
"""BatchGetRow whose answers are under way together, each on a connection of its own."""
WRITE_ROWS_MAX = 200
"""In one BatchWriteRow."""


class Table:
    """One ledger table and its indexes."""

    def __init__(self, place: Place, link: Link) -> None:
        self._place = place
        self._link = link

    def write(self, items: Sequence[bytes]) -> list[TableCallFailed | None]:
        """One BatchWriteRow; per row None or why not. Raises LedgerUnavailable if any row was refused."""
        body = messages.batch_write_row(self._place.table, items)
        try:
            done = self._link.call("BatchWriteRow", body, self._answers(len(items)))
        except TableCallFailed as error:
            answers: list[TableCallFailed | None] = [error] * len(items)
        else:
            answers = [None if one.error is None else failed_with(one.error) for one in done]
        for answer in answers:
            if answer is not None and answer.failure is TableFailure.REFUSED:
                raise self.unavailable(answer)
        return answers

    def read(self, keys: Sequence[str], columns: Sequence[str]) -> dict[str, Seen]:
        """The rows that exist, expired or not; rows that fail are read again."""
        wanted = list(dict.fromkeys(keys))
        batches = [wanted[start : start + READ_ROWS_MAX] for start in range(0, len(wanted), READ_ROWS_MAX)]
        found: dict[str, Seen] = {}
        attempts = count()
        for start in range(0, len(batches), READS_AT_ONCE):
            found.update(self._read_some(batches[start : start + READS_AT_ONCE], columns, attempts))
        return found

    def _read_some(
        self, batches: Sequence[Sequence[str]], columns: Sequence[str], attempts: Iterator[int]
    ) -> dict[str, Seen]:
        """All are asked for before the first is waited for: a hundred jobs and their limits are more than a batch."""
        found: dict[str, Seen] = {}
        asked = deque(self.begin_read(batch, columns) for batch in batches) if len(batches) > 1 else deque([None])
        try:
            for batch in batches:
                reading = asked.popleft()
                rows = None if reading is None else reading.found()
                found.update(self._read_again(batch, columns, attempts) if rows is None else rows)
        finally:
            for left in asked:
                if left is not None:
                    left.drop()
        return found

    def _read_again(self, keys: Sequence[str], columns: Sequence[str], attempts: Iterator[int]) -> dict[str, Seen]:
        """Until all are read; `attempts` counts the pauses of all batches."""
        found: dict[str, Seen] = {}
        while keys:
            answers = self._read_batch(keys, columns)
            failed = [failed_with(error) for error, _ in answers if error is not None]
            found.update(_seen(keys, answers, columns))
            keys = [key for key, (error, _) in zip(keys, answers, strict=True) if error is not None]
            if keys and not self._link.pause(next(attempts)):
                raise self.unavailable(failed[0])
        return found

    def _read_batch(self, keys: Sequence[str], columns: Sequence[str]) -> _Rows:
        """All of them; large ones, a hundred of which would be more than an answer may have, in halves."""
        try:
            return self._link.repeating("BatchGetRow", self._wanting(keys, columns), self._rows(len(keys)))
        except TableCallFailed as error:
            if error.code != TOO_LONG or len(keys) == 1:
                raise self.unavailable(error) from error
        half = len(keys) // 2
        return [*self._read_batch(keys[:half], columns), *self._read_batch(keys[half:], columns)]

    def begin_read(self, keys: Sequence[str], columns: Sequence[str]) -> Reading | None:
        """Ask for the rows, none of them twice; None if that cannot be sent, or not at once."""
        if len(keys) > READ_ROWS_MAX:
            return None
        try:
            asked = self._link.ask("BatchGetRow", self._wanting(keys, columns), self._rows(len(keys)))
        except TableCallFailed:
            return None
        return Reading(asked, keys, columns)

    def _wanting(self, keys: Sequence[str], columns: Sequence[str]) -> bytes:
        return messages.batch_get_row(self._place.table, map(rows.key_wanted, keys), tuple(columns))

    def _rows(self, count: int) -> Callable[[bytes], _Rows]:
        answers = self._answers(count)

        def rows_of(answer: bytes) -> _Rows:
            return [(one.error, next(iter(read(one.row)), None) if one.row else None) for one in answers(answer)]

        return rows_of

    def _answers(self, count: int) -> Callable[[bytes], Sequence[RowAnswer]]:
        """Reads what became of so many rows. To take one for another would run a job again."""

        def answers(body: bytes) -> Sequence[RowAnswer]:
            found = messages.row_answers(body, self._place.table)
            if len(found) != count:
                raise TableCallFailed("an answer for other rows", TableFailure.UNKNOWN)
            return found

        return answers

    def scan(self, index: str, start: Key, end: tuple[str, int], limit: int) -> Iterator[Row]:
        """An index's rows from `start` on and before `end`, in pages of `limit`: of each its key and its columns.

        Raises:
            LedgerUnavailable: the index is out of reach, also in the middle.
        """
        stop = written([end, (rows.KEY, Bound.LEAST)])
        following: bytes | None = written(start)
        while following:
            body = messages.get_range(index, following, stop, limit)
            try:
                following, found = self._link.repeating("GetRange", body, _page)
            except TableCallFailed as error:
                raise self.unavailable(error) from error
            yield from found

    def unavailable(self, error: TableCallFailed) -> LedgerUnavailable:
        """What a failure means to the ledger's user."""
        where = f"{self._place.instance}/{self._place.table}"
        if error.code == "OTSObjectNotExist":
            return LedgerUnavailable(f"the Tablestore table {where} or its index is missing: create_table sets it up")
        return LedgerUnavailable(
            f"the Tablestore ledger {where} at {self._place.endpoint} did not answer: {error.code}"
        )


class Reading:
    """Rows that were asked for."""

    def __init__(self, asked: Asked[_Rows], keys: Sequence[str], columns: Sequence[str]) -> None:
        self._asked, self._keys, self._columns = asked, keys, columns

    def found(self) -> dict[str, Seen] | None:
        """The rows that exist, expired or not; None if not all could be read."""
        try:
            answers = self._asked.answer()
        except TableCallFailed:
            return None
        if any(error is not None for error, _ in answers):
            return None
        return _seen(self._keys, answers, self._columns)

    def drop(self) -> None:
        """Nobody wants to know."""
        self._asked.drop()


_Rows = list[tuple[str | None, Row | None]]
"""Of each row why it could not be read, and what it holds."""


def _seen(keys: Sequence[str], answers: _Rows, columns: Sequence[str]) -> dict[str, Seen]:
    with_document = rows.DOCUMENT in columns
    there = ((key, row) for key, (_, row) in zip(keys, answers, strict=True) if row is not None)
    return {key: rows.seen(row[1], with_document=with_document) for key, row in there}


def _page(answer: bytes) -> tuple[bytes | None, list[Row]]:
    """The key from which to go on, as it is to be sent; and a page of rows."""
    following, found = messages.range_answer(answer)
    return following, read(found)
