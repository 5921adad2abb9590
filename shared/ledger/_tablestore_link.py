"""One request at a time to Tablestore, signed, with what a failure means for a write.

Not through its SDK: that repeats up to 20 times over a minute, logs each error with its text and at DEBUG each request
with its token, and takes longer to load, and for each request, than all else that an event costs. What is sent and read
is written here byte by byte as the SDK (tablestore 6.4.8) has it, which is its judge in the tests. Codes:
https://www.alibabacloud.com/help/en/tablestore/developer-reference/error-codes.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from enum import Enum
from typing import Generic, TypeVar

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.ledger._tablestore_cells import RowError
from shared.ledger._tablestore_messages import MessageError, error_code
from shared.ledger._tablestore_signing import Doubt, doubt_about, headers_of
from shared.network.http_answer import HttpAnswer
from shared.network.http_bounds import Bounds
from shared.network.kept_http import Begun, NoWholeAnswer, Snag, begin

TRIES = 3
"""How often a request is sent that was certainly not done, or only reads."""
PAUSES_S = (0.1, 0.4)
"""Before the second and the third."""
TIMEOUT_S = 5.0
"""Of a socket, or half of the time left."""
MOST_BYTES = 16_000_000
"""Of an answer: the service gives 4 MB of rows at once."""
LEAST_S = 0.25
"""With a shorter one than this nothing is sent."""
_BUSY = frozenset(
    {
        "OTSNotEnoughCapacityUnit",
        "OTSOperationConflict",
        "OTSOperationThrottled",
        "OTSPartitionUnavailable",
        "OTSRowOperationConflict",
        "OTSServerBusy",
        "OTSTableNotReady",
    }
)
_UNKNOWN = frozenset({"OTSInternalServerError", "OTSServerUnavailable", "OTSTimeout"})
_DONE = range(200, 300)
_REFUSED_KEY = "OTSAuthFailed"
_CODE = re.compile(r"OTS[A-Za-z]{1,60}")
TOO_LONG = Snag.TOO_LONG.value
"""Code of an answer that is longer than `MOST_BYTES`."""
_FIRST_SERVER_ERROR = 500

T = TypeVar("T")


class Place(Struct, frozen=True, kw_only=True):
    """Where the ledger is."""

    endpoint: str
    """URL, without a path."""
    instance: str
    table: str

    @property
    def due_index(self) -> str:
        """Index table by due time."""
        return f"{self.table}_due"

    @property
    def expiry_index(self) -> str:
        """Index table by expiry."""
        return f"{self.table}_expiry"


class TableFailure(Enum):
    """What a failure says of the effect."""

    BUSY = "busy"
    """Certainly not done, worth repeating."""
    REFUSED = "refused"
    """Certainly not done, and the same again would be refused again."""
    CONFLICT = "conflict"
    """The condition did not hold, or not any more."""
    UNKNOWN = "unknown"
    """Perhaps done, perhaps still to be done."""


class TableCallFailed(Exception):  # noqa: N818 - never leaves this package
    """A request that was not answered with success. Has a code and no text: services quote what they got."""

    def __init__(self, code: str, failure: TableFailure) -> None:
        self.code = code
        self.failure = failure
        super().__init__(code)


def failure_of(code: str, status: int = 0) -> TableFailure:
    """What Tablestore's error code means, of a request (with its HTTP status) or of one row."""
    if code == "OTSConditionCheckFail":
        return TableFailure.CONFLICT
    if code in _BUSY:
        return TableFailure.BUSY
    if code in _UNKNOWN or status >= _FIRST_SERVER_ERROR:
        return TableFailure.UNKNOWN
    return TableFailure.REFUSED


class Link:
    """Requests to one instance, for one thread at a time; `close` when done. Connections are in `kept_http`.

    Args:
        place: the instance.
        credentials: with which requests are signed.
        remaining_s: seconds that the invocation has left; bounds each request and every repetition.
        sleep: how pauses are spent.
    """

    def __init__(
        self,
        place: Place,
        credentials: Credentials,
        remaining_s: Callable[[], float],
        sleep: Callable[[float], None],
    ) -> None:
        self._place = place
        self._credentials = credentials
        self._remaining_s = remaining_s
        self._sleep = sleep
        self._closed = False

    def close(self) -> None:
        """Nothing is sent through it any more."""
        self._closed = True

    def call(self, operation: str, body: bytes, read: Callable[[bytes], T]) -> T:
        """Send one request once; what `read` makes of its answer's body. Raises TableCallFailed."""
        return self.ask(operation, body, read).answer()

    def ask(self, operation: str, body: bytes, read: Callable[[bytes], T]) -> Asked[T]:
        """The first half of a call: send it. Raises TableCallFailed."""
        return Asked(self._sent(operation, body), operation, self._credentials, read)

    def repeating(self, operation: str, body: bytes, read: Callable[[bytes], T]) -> T:
        """As `call`, a request that only reads: again while that may help and there is time."""
        attempt = 0
        while True:
            try:
                return self.call(operation, body, read)
            except TableCallFailed as error:
                again = error.failure in (TableFailure.BUSY, TableFailure.UNKNOWN) and error.code != TOO_LONG
                if not again or not self.pause(attempt):
                    raise
            attempt += 1

    def pause(self, attempt: int) -> bool:
        """Wait before the next attempt (the first is 0); False if there is to be none, or no time for it."""
        if attempt + 1 >= TRIES or self._remaining_s() < PAUSES_S[attempt] + 2 * LEAST_S:
            return False
        self._sleep(PAUSES_S[attempt])
        return True

    def has_time(self, seconds: float) -> bool:
        """Whether that much is left."""
        return self._remaining_s() >= seconds

    def _sent(self, operation: str, body: bytes) -> Begun:
        timeout_s = min(TIMEOUT_S, self._remaining_s() / 2)
        if self._closed or timeout_s < LEAST_S:
            raise TableCallFailed("closed" if self._closed else "no time left", TableFailure.REFUSED)
        headers = headers_of(operation, body, self._place.instance, self._credentials)
        bounds = Bounds(connect_s=timeout_s, read_s=timeout_s, total_s=2 * timeout_s, most_bytes=MOST_BYTES)
        try:
            return begin("POST", f"{self._place.endpoint.rstrip('/')}/{operation}", headers, body, bounds)
        except NoWholeAnswer as error:
            failed = _lost(error)
        raise failed  # here, so that what was said is no part of it


class Asked(Generic[T]):
    """A request that was sent: `answer` or `drop`, once."""

    def __init__(self, begun: Begun, operation: str, credentials: Credentials, read: Callable[[bytes], T]) -> None:
        self._begun, self._operation, self._credentials, self._read = begun, operation, credentials, read

    def answer(self) -> T:
        """What is made of its answer's body. Raises TableCallFailed."""
        failed: TableCallFailed | None
        try:
            answer = self._begun.answer()
        except NoWholeAnswer as error:
            failed = _lost(error)
        else:
            failed = _refusal(self._operation, answer, self._credentials)
            if failed is None:
                try:
                    return self._read(answer.body)
                except (MessageError, RowError):
                    failed = _no_answer(Doubt.UNREADABLE)
        raise failed  # here, so that what was read is no part of it

    def drop(self) -> None:
        """Nobody wants to know."""
        self._begun.drop()


def _lost(error: NoWholeAnswer) -> TableCallFailed:
    return TableCallFailed(error.snag.value, TableFailure.BUSY if error.snag.never_left else TableFailure.UNKNOWN)


def _refusal(operation: str, answer: HttpAnswer, credentials: Credentials) -> TableCallFailed | None:
    """What an answer says that is none of success; None: it is one."""
    if answer.status in _DONE:
        doubt = doubt_about(operation, answer, credentials, done=True)
        return None if doubt is None else _no_answer(doubt)
    try:
        code = error_code(answer.body)
    except MessageError:
        return _no_answer(Doubt.UNREADABLE)
    # Whoever has refused the key cannot sign with it.
    doubt = None if code == _REFUSED_KEY else doubt_about(operation, answer, credentials, done=False)
    return failed_with(code, answer.status) if doubt is None else _no_answer(doubt)


def failed_with(code: str, status: int = 0) -> TableCallFailed:
    """What a code says of a request (with its HTTP status) or of one row. What is no code may be what was sent."""
    if not _CODE.fullmatch(code):
        return _no_answer(Doubt.UNREADABLE)
    return TableCallFailed(code, failure_of(code, status))


def _no_answer(doubt: Doubt) -> TableCallFailed:
    return TableCallFailed(doubt.value, TableFailure.UNKNOWN)
