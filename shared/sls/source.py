"""Where a Log Service trigger's logs are pulled from: page by page, of what cannot be read that it is there."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.errors import Fault, GroupGarbled, InputError, SourceUnavailable
from shared.domain.progress import Progress
from shared.ports import LogEntry, LogPage, LogRange
from shared.sls.calls import (
    MOST_PAGE_BYTES,
    MOST_PAIRS,
    TOO_LARGE_PAGE,
    UNREADABLE,
    Access,
    LogCallFailed,
    repeating,
)
from shared.sls.connect import connect

PULL_GROUPS = 1000
"""Log groups a page: the most that the service gives."""
FIRST_GROUPS = 10
"""Of the first page, before anybody knows what a log group weighs here: it may have 5 MB."""
PAGE_BYTES = 4_000_000
"""After a page that weighs more half as many log groups are asked for, after one of a quarter twice as many."""
_TOO_LARGE = frozenset({"AnswerTooLong", TOO_LARGE_PAGE})
_GARBLED_PAGE = frozenset({UNREADABLE, "BadResponse"})
"""The second is the SDK's word for log groups that are none."""
GARBLED_DELIVERIES = 4
"""Of a range may end at a log group that cannot be read while nothing behind it can either; the last passes over it. As
many calls as a trigger makes at once with the usual `maxRetryTime`: it may give the range up after that, untold."""
_TOO_SLOW = "ReadTimeout"
_GARBAGE_CURSOR = frozenset({"InvalidCursor", "ParameterInvalid", "InvalidParameter"})
"""What the service says of a cursor or shard that no trigger can have sent: coming again would not help."""


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
        client, groups = connect(self._access, wanted.endpoint), min(FIRST_GROUPS, PULL_GROUPS)
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
        return repeating(self._access, partial(client.pull, wanted, cursor, groups, self._words), but=_TOO_SLOW)

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
