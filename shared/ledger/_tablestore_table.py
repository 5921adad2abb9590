"""Tablestore requests on one ledger table: batches written and read, indexes scanned.

Limits: https://www.alibabacloud.com/help/en/tablestore/product-overview/general-limits. A batch may partly fail: each
row has its own answer, in the request's order
(https://www.alibabacloud.com/help/en/tablestore/developer-reference/batchwriterow).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from shared.domain.errors import LedgerUnavailable
from shared.ledger import _tablestore_rows as rows
from shared.ledger._tablestore_link import Link, Place, TableCallFailed, TableFailure, failure_of, sdk
from shared.ledger._tablestore_rows import Seen

READ_ROWS_MAX = 100
"""In one BatchGetRow."""
WRITE_ROWS_MAX = 200
"""In one BatchWriteRow."""


class Table:
    """One ledger table and its indexes."""

    def __init__(self, place: Place, link: Link) -> None:
        self._place = place
        self._link = link

    def write(self, items: Sequence[Any]) -> list[TableCallFailed | None]:
        """One BatchWriteRow; per row None or why not. Raises LedgerUnavailable if any row was refused."""
        request = sdk().BatchWriteRowRequest()
        request.add(sdk().TableInBatchWriteRowItem(self._place.table, list(items)))
        try:
            response = self._link.call(lambda client: client.batch_write_row(request))
        except TableCallFailed as error:
            answers: list[TableCallFailed | None] = [error] * len(items)
        else:
            done = [*response.table_of_put[self._place.table], *response.table_of_delete[self._place.table]]
            if len(done) != len(items):
                answers = [TableCallFailed("an answer for other rows", TableFailure.UNKNOWN)] * len(items)
            else:
                answers = [None if one.is_ok else _row_failure(one.error_code) for one in done]
        for answer in answers:
            if answer is not None and answer.failure is TableFailure.REFUSED:
                raise self.unavailable(answer)
        return answers

    def read(self, keys: Sequence[str], columns: Sequence[str]) -> dict[str, Seen]:
        """The rows that exist, expired or not; rows that fail are read again."""
        found: dict[str, Seen] = {}
        wanted = list(dict.fromkeys(keys))
        attempt = 0
        for start in range(0, len(wanted), READ_ROWS_MAX):
            some = wanted[start : start + READ_ROWS_MAX]
            while some:
                answers = self._read_batch(some, columns)
                failed = [_row_failure(one.error_code) for one in answers if not one.is_ok]
                for key, one in zip(some, answers, strict=True):
                    if one.row is not None:
                        with_document = rows.DOCUMENT in columns
                        found[key] = rows.seen(one.row.attribute_columns, with_document=with_document)
                some = [key for key, one in zip(some, answers, strict=True) if not one.is_ok]
                if some and not self._link.pause(attempt):
                    raise self.unavailable(failed[0])
                attempt += bool(some)
        return found

    def _read_batch(self, keys: Sequence[str], columns: Sequence[str]) -> list[Any]:
        request = sdk().BatchGetRowRequest()
        wanted = [rows.primary_key(key) for key in keys]
        request.add(sdk().TableInBatchGetRowItem(self._place.table, wanted, list(columns), max_version=1))
        try:
            response = self._link.repeating(lambda client: client.batch_get_row(request))
        except TableCallFailed as error:
            raise self.unavailable(error) from error
        answers: list[Any] = response.get_result_by_table(self._place.table) or []
        if len(answers) != len(keys):
            raise self.unavailable(TableCallFailed("an answer for other rows", TableFailure.UNKNOWN))
        return answers

    def scan(
        self, index: str, start: list[tuple[str, Any]], end: tuple[str, int], limit: int
    ) -> Iterator[tuple[dict[str, Any], Sequence[tuple[str, Any, int]]]]:
        """An index's rows from `start` on and before `end`, in pages of `limit`: key by name, and columns.

        Raises:
            LedgerUnavailable: the index is out of reach, also in the middle.
        """
        stop = [end, (rows.KEY, sdk().INF_MIN)]
        following: list[tuple[str, Any]] | None = start
        while following:
            following, found = self._page(index, following, stop, limit)
            for row in found:
                yield dict(row.primary_key), row.attribute_columns

    def _page(self, index: str, start: list[tuple[str, Any]], stop: list[tuple[str, Any]], limit: int) -> Any:
        def request(client: Any) -> Any:
            forward = sdk().Direction.FORWARD
            return client.get_range(index, forward, start, stop, limit=limit, max_version=1)

        try:
            _, following, found, _ = self._link.repeating(request)
        except TableCallFailed as error:
            raise self.unavailable(error) from error
        return following, found

    def unavailable(self, error: TableCallFailed) -> LedgerUnavailable:
        """What a failure means to the ledger's user."""
        where = f"{self._place.instance}/{self._place.table}"
        if error.code == "OTSObjectNotExist":
            return LedgerUnavailable(f"the Tablestore table {where} or its index is missing: create_table sets it up")
        return LedgerUnavailable(
            f"the Tablestore ledger {where} at {self._place.endpoint} did not answer: {error.code}"
        )


def _row_failure(code: str) -> TableCallFailed:
    return TableCallFailed(str(code)[:64], failure_of(code))
