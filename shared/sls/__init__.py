"""Log Service: pulls the logs of a trigger's range, puts outcomes. The only importer of its SDK, loaded when called.

One call is one request: the SDK would repeat up to ten times with a second between, longer than many invocations have
left, so its loop is not used (`_client`). Here a request is repeated once if the service or network failed; a second
write of the same outcome has the same `outcome_id`. Wire and limits: docs/facts/log-service.md,
https://www.alibabacloud.com/help/en/sls/developer-reference/api-sls-2020-12-30-putlogs.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cache, partial
from typing import Any

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, InputError, SinkUnavailable, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import Clock, LogEntry, LogPage, LogRange
from shared.put_off import put_off

MAX_PUT_BYTES = 4_900_000
"""Below the 5 MB of the longest log group, the least that any page of the service says of a request."""
MAX_PUT_LOGS = 4_096
"""The same of their number (docs/facts/log-service.md#limits)."""
SHORT_BYTES = 1_024
"""What stays of a value in a record that fits into no request."""
PULL_GROUPS = 1000
"""Log groups a page: the most that the service gives."""
FIRST_GROUPS = 10
"""Of the first page, before anybody knows what a log group weighs here: it may have 5 MB."""
PAGE_BYTES = 4_000_000
"""After a page that weighs more half as many log groups are asked for, after one of a quarter twice as many."""
MOST_PAGE_BYTES = 32_000_000
"""A page that weighs more is not taken, but asked for again with half as many log groups; one alone is passed over."""
TRIES = 2
LEAST_TIME_S = 1.0
_FIELD_BYTES = 16
POST_BODY_TOO_LARGE = "PostBodyTooLarge"
REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
_TOO_LARGE_PAGE = frozenset({"AnswerTooLong", "PageTooLarge"})
_GARBAGE_CURSOR = frozenset({"InvalidCursor", "ParameterInvalid", "InvalidParameter"})
"""What the service says of a cursor or shard that no trigger can have sent: coming again would not help."""


_OTHER_CALLS = """
    async_sql_pb2 async_sql_response cursor_response cursor_time_response get_async_sql_request getcontextlogsresponse
    gethistogramsrequest gethistogramsresponse getlogsresponse listlogstoresrequest listlogstoresresponse
    listtopicsrequest listtopicsresponse machine_group_detail metering_mode_response multimodal_config_response
    object_response resource_policy scheduled_sql shipper_config store_view store_view_response
    submit_async_sql_request tag_response
"""
"""Modules of requests and answers that the functions do not exchange; those of which the SDK takes all names at once
(`import *`) cannot wait."""
NEVER_USED = (
    "aliyun.log.logclient_operator",  # copying whole projects, in processes of its own
    "aliyun.log.logger_hanlder",  # a handler of `logging`; so the SDK spells it
    "dateutil.parser",
    "dateutil.tz",
    "google.protobuf.text_format",  # printing
    "google.protobuf.internal.python_message",  # messages in Python, where the compiled ones are not to be had
    "requests",  # the SDK's own transport, and all that is below it
    *(f"aliyun.log.{name}" for name in _OTHER_CALLS.split()),
)
"""What the SDK (aliyun-log-python-sdk 0.9.52) imports and neither a pull nor a put touches; used, it is loaded."""
_SDK = f"{__name__}._client"


class LogCallFailed(Exception):  # noqa: N818 - never leaves this package
    """A call that was not answered with success. Has a code and no text: services quote what they got."""

    def __init__(self, code: str, *, worth_repeating: bool, following: str = "") -> None:
        self.code = code
        self.worth_repeating = worth_repeating
        self.following = following
        """Of a page that is too large: the cursor behind it."""


class Access(Struct, frozen=True, kw_only=True):
    """How to reach Log Service: with whose key, and how much time is left for it."""

    credentials: Credentials
    remaining_s: Callable[[], float]


class UnreadGroup(Struct, frozen=True):
    """A page of one log group that is too large for the memory of a function: it is told, and not taken."""

    next_cursor: str
    cursor: str
    size: int = MOST_PAGE_BYTES
    """Bytes that it has at least."""
    logs: int = 1
    """As many places as it takes in the range."""
    foreign: bool = False

    def entries(self, ordinal: int) -> Iterator[LogEntry]:
        """What stands for its logs."""
        why = f"is a log group of more than {self.size} bytes, which is not read: pull one from cursor {self.cursor}"
        yield LogEntry(ordinal, 0, {}, unread=why)


class SlsSource:
    """Implements `shared.ports.LogSource`."""

    def __init__(self, access: Access, words: Sequence[str] = ()) -> None:
        """`words`: of which one stands in every log that is meant, in ASCII; without any each log has to be read."""
        self._access, self._words = access, words

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        """The pages of `[since, end_cursor)` in order; where nothing is left nothing is asked.

        Raises:
            SourceUnavailable: the source cannot be read now, also in the middle; the delivery must come again.
            InputError: the service knows no such cursor as `since` has: the delivery was garbage. Never in the middle,
                where the cursor is the service's own and what was read before must not be given up.
        """
        cursor, ordinal = since.cursor, since.ordinal
        if cursor == wanted.end_cursor:
            return
        client, groups = _connect(self._access, wanted.endpoint), min(FIRST_GROUPS, PULL_GROUPS)
        while cursor != wanted.end_cursor:
            page, groups = self._page(client, wanted, cursor, groups, first=cursor == since.cursor)
            following = wanted.end_cursor if page.next_cursor in {"", cursor} else page.next_cursor
            foreign = page.logs if page.foreign else 0
            told, ordinal = LogPage(cursor, following, ordinal, page.entries(ordinal), foreign), ordinal + page.logs
            groups, cursor = _next_groups(groups, page.size), following
            del page
            yield told
            del told  # its logs are not kept while the next page comes

    def _page(self, client: Any, wanted: LogRange, cursor: str, groups: int, *, first: bool) -> tuple[Any, int]:
        """A page of so many log groups at most, and how many were asked for at last."""
        while True:
            try:
                pull = partial(client.pull, wanted, cursor, groups, self._words)
                return _repeating(self._access, pull), groups
            except LogCallFailed as error:
                code, following = error.code, error.following
            if code not in _TOO_LARGE_PAGE:
                break
            if groups == 1 and following not in {"", cursor}:
                return UnreadGroup(following, cursor), groups
            if groups == 1:
                break
            groups //= 2
        if code in _GARBAGE_CURSOR and first:
            raise InputError([Fault("$.source", f"Log Service knows no such range: {code}")])
        where = f"{wanted.project}/{wanted.logstore}/{wanted.shard}"
        raise SourceUnavailable(f"Log Service at {wanted.endpoint} cannot be read at {where}: {code}")


def _next_groups(groups: int, size: int) -> int:
    """How many log groups to ask for after a page of that many bytes."""
    if size > PAGE_BYTES:
        return max(1, groups // 2)
    return min(PULL_GROUPS, groups * 2) if size < PAGE_BYTES // 4 else groups


class SlsSink:
    """Implements `shared.ports.OutcomeSink` for one Logstore."""

    def __init__(self, access: Access, endpoint: str, project: str, logstore: str, clock: Clock) -> None:
        self._access = access
        self._endpoint = endpoint
        self._project = project
        self._logstore = logstore
        self._clock = clock

    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Write all records, in as few PutLogs as the limits allow; a record that fits into none is shortened.

        Raises:
            SinkUnavailable: not every record was certainly taken.
        """
        if not records:
            return
        client = _connect(self._access, self._endpoint)
        now = int(self._clock.now())
        for batch in batches(records):
            self._put(client, now, batch)

    def _put(self, client: Any, now: int, batch: list[Mapping[str, str]]) -> None:
        """One batch; what the service finds too large is halved, down to one record, and that one shortened."""
        waiting = [batch]
        while waiting:
            part = waiting.pop()
            code = self._refusal(client, now, part)
            if not code:
                continue
            smaller = _smaller(part) if code == POST_BODY_TOO_LARGE else []
            if not smaller:
                raise SinkUnavailable(f"Log Service at {self._endpoint} did not take {len(part)} outcomes: {code}")
            waiting += reversed(smaller)

    def _refusal(self, client: Any, now: int, part: Sequence[Mapping[str, str]]) -> str:
        """The code with which it was not taken; empty if it was."""
        try:
            _repeating(self._access, lambda: client.put(self._project, self._logstore, now, part))
        except LogCallFailed as error:
            return error.code
        return ""


def batches(records: Sequence[Mapping[str, str]]) -> Iterator[list[Mapping[str, str]]]:
    """The records in as few batches as a request's limits allow; one too large for any is shortened."""
    batch: list[Mapping[str, str]] = []
    size = 0
    for whole in records:
        record, weight = whole, _weight(whole)
        if weight > MAX_PUT_BYTES:
            record = shortened(whole)
            weight = _weight(record)
        if batch and (size + weight > MAX_PUT_BYTES or len(batch) >= MAX_PUT_LOGS):
            yield batch
            batch, size = [], 0
        batch.append(record)
        size += weight
    if batch:
        yield batch


def shortened(record: Mapping[str, str]) -> Mapping[str, str]:
    """The record with each value cut to 1 KiB: ids and reasons are shorter."""
    return {name: _cut(value) for name, value in record.items()}


def _cut(value: str) -> str:
    raw = value.encode("utf-8", "replace")
    return value if len(raw) <= SHORT_BYTES else raw[: SHORT_BYTES - 3].decode("utf-8", "ignore") + "…"


def _smaller(part: list[Mapping[str, str]]) -> list[list[Mapping[str, str]]]:
    """What to send in its place: two halves, or the one record shortened; nothing if it is short already."""
    if len(part) > 1:
        middle = len(part) // 2
        return [part[:middle], part[middle:]]
    short = shortened(part[0])
    return [] if short == part[0] else [[short]]


def _weight(record: Mapping[str, str]) -> int:
    """Bytes of the record in a request, at most."""
    values = "".join(record.values())
    # Of ASCII, which nearly all is, the length is at hand.
    size = len(values) if values.isascii() else len(values.encode("utf-8", "replace"))
    return size + len("".join(record)) + _FIELD_BYTES * len(record)


def _connect(access: Access, endpoint: str) -> Any:
    return _client_class()(access, endpoint)


@cache
def _client_class() -> Any:
    """Kept: on a machine that has just slept even to import what is loaded takes longer than to sign a request."""
    if _SDK not in sys.modules:
        put_off(*NEVER_USED)
    from shared.sls._client import Client  # noqa: PLC0415 - 0.2 s that only a caller pays

    return Client


def _repeating(access: Access, call: Callable[[], Any]) -> Any:
    for left in reversed(range(TRIES)):
        if access.remaining_s() < LEAST_TIME_S:
            raise LogCallFailed("Deadline", worth_repeating=False)
        try:
            return call()
        except LogCallFailed as error:
            if not (left and error.worth_repeating):
                raise
    raise AssertionError("unreachable: the last try returns or raises")
