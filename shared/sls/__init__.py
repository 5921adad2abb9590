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
from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.errors import Fault, GroupGarbled, InputError, SinkUnavailable, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import Clock, LogEntry, LogPage, LogRange
from shared.put_off import put_off
from shared.sls.batches import batches, smaller

PULL_GROUPS = 1000
"""Log groups a page: the most that the service gives."""
FIRST_GROUPS = 10
"""Of the first page, before anybody knows what a log group weighs here: it may have 5 MB."""
PAGE_BYTES = 4_000_000
"""After a page that weighs more half as many log groups are asked for, after one of a quarter twice as many."""
MOST_PAGE_BYTES = 32_000_000
"""A page that weighs more is not taken, but asked for again with half as many log groups; one alone is passed over."""
MOST_PAIRS = 1_000_000
"""Nor one with more names and values: each pair takes 60 bytes of memory, however short it is. A log group of 5 MB, the
longest that is documented, has fewer."""
TRIES = 2
LEAST_TIME_S = 1.0
POST_BODY_TOO_LARGE = "PostBodyTooLarge"
REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
UNREADABLE = "UnreadableAnswer"
TOO_LARGE_PAGE = "PageTooLarge"
_TOO_LARGE = frozenset({"AnswerTooLong", TOO_LARGE_PAGE})
_GARBLED_PAGE = frozenset({UNREADABLE, "BadResponse"})
"""The second is the SDK's word for log groups that are none."""
GARBLED_DELIVERIES = 4
"""Of a range may end at a log group that cannot be read while nothing behind it can either; the last passes over it. As
many calls as a trigger makes at once with the usual `maxRetryTime`: it may give the range up after that, untold."""
_TOO_SLOW = "ReadTimeout"
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
OF_PULLS = (
    "aliyun.log.proto",  # log groups as messages, and protobuf below it: what is put is encoded by `_signing`
    "calendar",
)
"""What the first pull loads, and no put."""
_SDK = f"{__name__}._client"


class LogCallFailed(Exception):  # noqa: N818 - never leaves this package
    """A call that was not answered with success. Has a code and no text: services quote what they got."""

    def __init__(self, code: str, *, worth_repeating: bool = False, following: str = "") -> None:
        self.code = code
        self.worth_repeating = worth_repeating
        self.following = following
        """Of a page that cannot be taken: the cursor behind it."""


class Access(Struct, frozen=True, kw_only=True):
    """How to reach Log Service: with whose key, and how much time is left for it."""

    credentials: Credentials
    remaining_s: Callable[[], float]


class UnreadGroup(Struct, frozen=True):
    """A page of one log group that is too large for the memory of a function, or garbled: it is told, and not taken."""

    next_cursor: str
    shard: int
    cursor: str
    why: str
    size: int = MOST_PAGE_BYTES
    """For whoever asks for the next one: with no more log groups than now."""
    logs: int = 1
    """As many places as it takes in the range."""
    foreign: bool = False

    def entries(self, ordinal: int) -> Iterator[LogEntry]:
        """What stands for its logs."""
        where = f"pull one of shard {self.shard} from cursor {self.cursor}"
        yield LogEntry(ordinal, 0, {}, unread=f"is a log group {self.why}: {where}")


class SlsSource:
    """Implements `shared.ports.LogSource`."""

    def __init__(self, access: Access, words: Sequence[str] = ()) -> None:
        """`words`: of which one stands in every log that is meant, in ASCII; without any each log has to be read."""
        self._access, self._words = access, words

    def pages(self, wanted: LogRange, since: Progress) -> Iterator[LogPage]:
        """The pages of `[since, end_cursor)` in order; where nothing is left nothing is asked.

        Raises:
            SourceUnavailable: the source cannot be read now, also in the middle; the delivery must come again.
            GroupGarbled: the same, and it may be the log group's own fault: of `GARBLED_DELIVERIES` the last goes on.
            InputError: the service knows no such cursor as `since` has: the delivery was garbage. Never in the middle,
                where the cursor is the service's own and what was read before must not be given up.
        """
        cursor, ordinal = since.cursor, since.ordinal
        if cursor == wanted.end_cursor:
            return
        client, groups = _connect(self._access, wanted.endpoint), min(FIRST_GROUPS, PULL_GROUPS)
        while cursor != wanted.end_cursor:
            page, groups = self._page(client, wanted, cursor, groups, since)
            following = wanted.end_cursor if page.next_cursor in {"", cursor} else page.next_cursor
            foreign = page.logs if page.foreign else 0
            told, ordinal = LogPage(cursor, following, ordinal, page.entries(ordinal), foreign), ordinal + page.logs
            groups, cursor = _next_groups(groups, page.size), following
            del page
            yield told
            del told  # its logs are not kept while the next page comes

    def _page(self, client: Any, wanted: LogRange, cursor: str, groups: int, since: Progress) -> tuple[Any, int]:
        """A page of so many log groups at most, and how many were asked for at last."""
        again, first = False, cursor == since.cursor
        garbled = since.garbled if first else 0
        while True:
            try:
                return self._pulled(client, wanted, cursor, groups), groups
            except LogCallFailed as error:
                code, following = error.code, error.following
            if fewer := _fewer(code, groups, following):
                groups = fewer
                continue
            may_pass = following not in {"", cursor}
            why = self._passed_over(client, wanted, code, following, garbled) if may_pass else ""
            if not why:
                break
            if again or code in _TOO_LARGE:
                return UnreadGroup(following, wanted.shard, cursor, why), groups
            again = True  # what was garbled on its way comes whole now
        if code in _GARBAGE_CURSOR and first:
            raise InputError([Fault("$.source", f"Log Service knows no such range: {code}")])
        where = f"{wanted.project}/{wanted.logstore}/{wanted.shard}"
        kind = GroupGarbled if code in _GARBLED_PAGE and may_pass else SourceUnavailable
        raise kind(f"Log Service at {wanted.endpoint} cannot be read at {where}: {code}")

    def _pulled(self, client: Any, wanted: LogRange, cursor: str, groups: int) -> Any:
        return _repeating(self._access, partial(client.pull, wanted, cursor, groups, self._words), but=_TOO_SLOW)

    def _passed_over(self, client: Any, wanted: LogRange, code: str, following: str, garbled: int) -> str:
        """Why a log group is not read although what is behind it is; empty: it has to be read.

        One is garbled by itself where another one of its shard, be it behind the range, can be read. Where none is, or
        it cannot be read either, the service or what stands before it may be at fault, and the same may come whole:
        `garbled` deliveries have waited for that.
        """
        if code in _TOO_LARGE:
            return f"of more than {MOST_PAGE_BYTES} bytes or {MOST_PAIRS} values, which is not read"
        if code not in _GARBLED_PAGE:
            return ""
        try:
            behind = self._pulled(client, replace(wanted, end_cursor=""), following, 1)
        except LogCallFailed:
            good = False
        else:
            good = behind.logs > 0
        if good:
            return "that cannot be read, while the one behind it can"
        enough = garbled + 1 >= GARBLED_DELIVERIES
        return f"that could not be read in {GARBLED_DELIVERIES} deliveries, nor could any behind it" if enough else ""


def _fewer(code: str, groups: int, following: str) -> int:
    """How many log groups to ask for after that answer; 0: the same would come of fewer."""
    if code == _TOO_SLOW and groups > 1:
        return 1  # not half: there may be time for one more try
    garbled = code in _GARBLED_PAGE and bool(following)
    return groups // 2 if garbled or code in _TOO_LARGE else 0


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
            parts = smaller(part) if code == POST_BODY_TOO_LARGE else []
            if not parts:
                raise SinkUnavailable(f"Log Service at {self._endpoint} did not take {len(part)} outcomes: {code}")
            waiting += reversed(parts)

    def _refusal(self, client: Any, now: int, part: Sequence[Mapping[str, str]]) -> str:
        """The code with which it was not taken; empty if it was."""
        try:
            _repeating(self._access, lambda: client.put(self._project, self._logstore, now, part))
        except LogCallFailed as error:
            return error.code
        return ""


def _connect(access: Access, endpoint: str) -> Any:
    return _client_class()(access, endpoint)


@cache
def _client_class() -> Any:
    """Kept: on a machine that has just slept even to import what is loaded takes longer than to sign a request."""
    if _SDK not in sys.modules:
        put_off(*NEVER_USED, *OF_PULLS)
    from shared.sls._client import Client  # noqa: PLC0415 - 0.2 s that only a caller pays

    return Client


def _repeating(access: Access, call: Callable[[], Any], but: str = "") -> Any:
    """What it gives at the first or second try; what ends with that code is not worth one."""
    for left in reversed(range(TRIES)):
        if access.remaining_s() < LEAST_TIME_S:
            raise LogCallFailed("Deadline")
        try:
            return call()
        except LogCallFailed as error:
            if error.code == but or not (left and error.worth_repeating):
                raise
    raise AssertionError("unreachable: the last try returns or raises")
