"""Log Service: pulls the logs of a trigger's range, puts outcomes. The only importer of its SDK, loaded when called.

One call is one request: the SDK would repeat up to ten times with a second between, longer than many invocations have
left, so its loop is not used (`_client`). Here a request is repeated once if the service or network failed; a second
write of the same outcome has the same `outcome_id`. Wire and limits: docs/facts/log-service.md,
https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-putlogs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, InputError, SinkUnavailable, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import Clock, LogPage, LogRange

MAX_PUT_BYTES = 9_000_000
"""Below the 10 MB that older versions of the service take (newer: 30 MB)."""
MAX_PUT_LOGS = 500_000
"""The service takes 512 000."""
PULL_GROUPS = 1000
"""Log groups a page: the most that the service gives."""
TRIES = 2
LEAST_TIME_S = 1.0
_FIELD_BYTES = 16
_GARBAGE_CURSOR = frozenset({"InvalidCursor", "ParameterInvalid", "InvalidParameter"})
"""What the service says of a cursor or shard that no trigger can have sent: coming again would not help."""


class CallFailed(Exception):  # noqa: N818 - never leaves this package
    """A call that was not answered with success."""

    def __init__(self, code: str, *, worth_repeating: bool) -> None:
        self.code = code
        self.worth_repeating = worth_repeating
        super().__init__(code)


class Access(Struct, frozen=True, kw_only=True):
    """How to reach Log Service: with whose key, and how much time is left for it."""

    credentials: Credentials
    remaining_s: Callable[[], float]


class SlsSource:
    """Implements `shared.ports.LogSource`."""

    def __init__(self, access: Access) -> None:
        self._access = access

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        """The pages of `[since, end_cursor)` in order; where nothing is left nothing is asked.

        Raises:
            SourceUnavailable: the source cannot be read now, also in the middle; the delivery must come again.
            InputError: the service knows no such cursor: the delivery was garbage.
        """
        cursor, ordinal = since.cursor, since.ordinal
        if cursor == wanted.end_cursor:
            return
        client = _connect(self._access, wanted.endpoint)
        while cursor != wanted.end_cursor:
            page = self._page(client, wanted, cursor)
            following = wanted.end_cursor if page.next_cursor in {"", cursor} else page.next_cursor
            yield LogPage(cursor, following, ordinal, page.entries(ordinal))
            cursor, ordinal = following, ordinal + page.logs

    def _page(self, client: Any, wanted: LogRange, cursor: str) -> Any:
        try:
            return _repeating(self._access, lambda: client.pull(wanted, cursor, PULL_GROUPS))
        except CallFailed as error:
            if error.code in _GARBAGE_CURSOR:
                raise InputError([Fault("$.source", f"Log Service knows no such range: {error.code}")]) from error
            where = f"{wanted.project}/{wanted.logstore}/{wanted.shard}"
            raise SourceUnavailable(f"Log Service cannot be read at {where}: {error.code}") from error


class SlsSink:
    """Implements `shared.ports.OutcomeSink` for one Logstore."""

    def __init__(self, access: Access, endpoint: str, project: str, logstore: str, clock: Clock) -> None:
        self._access = access
        self._endpoint = endpoint
        self._project = project
        self._logstore = logstore
        self._clock = clock

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Write all records, in one PutLogs up to 9 MB.

        Raises:
            SinkUnavailable: not every record was certainly taken.
        """
        if not records:
            return
        client = _connect(self._access, self._endpoint)
        now = int(self._clock.now())
        for batch in batches(records):
            self._put(client, now, batch)

    def _put(self, client: Any, now: int, batch: Sequence[Mapping[str, str]]) -> None:
        try:
            _repeating(self._access, lambda: client.put(self._project, self._logstore, now, batch))
        except CallFailed as error:
            raise SinkUnavailable(f"Log Service did not take {len(batch)} outcomes: {error.code}") from error


def batches(records: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """The records in as few batches as a request's limits allow; one too large for any goes alone."""
    batch: list[Mapping[str, str]] = []
    size = 0
    for record in records:
        weight = sum(len(name) + len(value.encode("utf-8", "replace")) + _FIELD_BYTES for name, value in record.items())
        if batch and (size + weight > MAX_PUT_BYTES or len(batch) >= MAX_PUT_LOGS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch


def _connect(access: Access, endpoint: str) -> Any:
    from shared.sls._client import Client  # noqa: PLC0415 - 0.3 s that only a caller pays

    return Client(access, endpoint)


def _repeating(access: Access, call: Callable[[], Any]) -> Any:
    for left in reversed(range(TRIES)):
        if access.remaining_s() < LEAST_TIME_S:
            raise CallFailed("Deadline", worth_repeating=False)
        try:
            return call()
        except CallFailed as error:
            if not (left and error.worth_repeating):
                raise
    raise AssertionError("unreachable: the last try returns or raises")
