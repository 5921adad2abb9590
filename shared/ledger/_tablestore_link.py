"""One request at a time to Tablestore through its SDK, the only importer of it, with what a failure means for a write.

What the SDK (tablestore 6.4.8) would do by itself does not fit a function: it repeats up to 20 times over a minute,
logs each error with its text and at DEBUG each request with its token, and warns when it is imported. So its retries
are off, its logger is shut, and its compiled codec, which exists for some Pythons only, is not used; of what it reckons
in Python instead, cells, dates and signatures are done faster (`_tablestore_cells`, `_tablestore_quick`,
`_tablestore_signing`). Codes:
https://www.alibabacloud.com/help/en/tablestore/developer-reference/error-codes.
"""

from __future__ import annotations

import logging
import platform
import warnings
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from copy import copy
from enum import Enum
from functools import cache, lru_cache
from struct import calcsize
from typing import Any, TypeVar

from msgspec import Struct

from shared.domain.credentials import Credentials
from shared.http_bounds import Bounds
from shared.kept_http import NoWholeAnswer, exchange
from shared.ledger._tablestore_cells import hasten
from shared.ledger._tablestore_quick import quicken
from shared.ledger._tablestore_signing import spare
from shared.put_off import put_off

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
_OF_TIME_SERIES = "BytesValue FieldValues FlatBufferRowGroup FlatBufferRowInGroup FlatBufferRows Tag"
NEVER_USED = (
    "aiohttp",  # asynchronous calls
    "asyncio",
    "certifi",  # authorities, which our transport asks for itself
    "crc32c",  # sums of time series: it reads the metadata of what is installed, and has a command line
    "google.protobuf.internal.python_message",  # messages in Python, where the compiled ones are not to be had
    "google.protobuf.text_format",  # messages in its log
    "http.client",  # named by its transport alone
    *(f"tablestore.flatbuffer.timeseries.{name}" for name in _OF_TIME_SERIES.split()),
    "urllib3",  # the SDK's own transport
    "urllib3.connectionpool",
    "urllib3.poolmanager",
)
"""What the SDK imports and a request does not touch; used, it is loaded."""
_LOGGER = "shared.ledger.tablestore.sdk"
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


@cache
def sdk() -> Any:
    """The SDK's module, loaded at the first call and quiet."""
    logging.getLogger("tablestore").setLevel(logging.ERROR)  # it warns that its compiled codec does not load
    quiet = logging.getLogger(_LOGGER)
    quiet.setLevel(logging.CRITICAL + 1)  # above DEBUG by itself, or the SDK formats headers with the token
    quiet.propagate = False
    put_off(*NEVER_USED)
    with warnings.catch_warnings(), _no_programs():
        warnings.simplefilter("ignore")  # as the first line
        import tablestore  # type: ignore[import-untyped]  # noqa: PLC0415 - it publishes no types; 0.5 s, only if used
    quicken(tablestore)
    hasten(tablestore)
    spare(tablestore)
    return tablestore


@contextmanager
def _no_programs() -> Iterator[None]:
    """Without `file` and `uname`, which `platform` starts to tell how wide a pointer is, or the processor."""
    usual = platform.architecture, platform.platform
    platform.architecture = lambda *_, **__: (f"{8 * calcsize('P')}bit", "")
    platform.platform = lambda *_, **__: platform.system()
    try:
        yield
    finally:
        platform.architecture, platform.platform = usual


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
        self._client: Any = None
        self._closed = False

    def close(self) -> None:
        """Nothing is sent through it any more."""
        self._closed = True

    def call(self, request: Callable[[Any], T]) -> T:
        """Send one request once. Raises TableCallFailed."""
        client = self._connected()
        try:
            return request(client)
        except Exception as error:  # noqa: BLE001 - the SDK lets through whatever urllib3 and protobuf raise
            failed = self._meaning(error)
        raise failed  # here, so that the SDK's text is no part of it

    def repeating(self, request: Callable[[Any], T]) -> T:
        """Send a request that only reads, again while that may help and there is time. Raises TableCallFailed."""
        attempt = 0
        while True:
            try:
                return self.call(request)
            except TableCallFailed as error:
                if error.failure not in (TableFailure.BUSY, TableFailure.UNKNOWN) or not self.pause(attempt):
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

    def _connected(self) -> Any:
        timeout_s = min(TIMEOUT_S, self._remaining_s() / 2)
        if self._closed or timeout_s < LEAST_S:
            raise TableCallFailed("closed" if self._closed else "no time left", TableFailure.REFUSED)
        if self._client is None:
            self._client = copy(_client(self._place.endpoint, self._place.instance, self._credentials))
            self._client.connection = _Connection(self._place.endpoint)
        self._client.connection.timeout_s = timeout_s
        return self._client

    def _meaning(self, error: Exception) -> TableCallFailed:
        if isinstance(error, sdk().OTSServiceError):
            return TableCallFailed(str(error.code)[:64], failure_of(error.code, error.http_status))
        if isinstance(error, NoWholeAnswer):
            never_left = error.snag.never_left
            return TableCallFailed(error.snag.value, TableFailure.BUSY if never_left else TableFailure.UNKNOWN)
        return TableCallFailed(type(error).__name__, TableFailure.UNKNOWN)


class _Connection:
    """What the SDK's client sends through, in the place of its `ConnectionPool`: the same question, the same answer."""

    def __init__(self, endpoint: str) -> None:
        self.timeout_s = TIMEOUT_S
        self._endpoint = endpoint.rstrip("/")

    def send_receive(self, path: str, headers: Mapping[str, str], body: Any) -> tuple[int, str, dict[str, str], bytes]:
        """One POST, sent once. Raises NoWholeAnswer."""
        timeout_s = self.timeout_s
        url = f"{self._endpoint}{path}"
        answer = exchange(
            "POST",
            url,
            headers,
            bytes(body),
            Bounds(connect_s=timeout_s, read_s=timeout_s, total_s=2 * timeout_s, most_bytes=MOST_BYTES),
        )
        return answer.status, answer.reason, answer.headers, answer.body


@lru_cache(maxsize=4)
def _client(endpoint: str, instance: str, credentials: Credentials) -> Any:
    """The SDK's client for an instance and a key, kept for as long as the key is the same."""
    kind = sdk().OTSClient
    made = object.__new__(kind)
    # Past its own `__init__`, which makes a pool of connections besides and loads authorities for it, 9 ms.
    super(kind, made).__init__(
        endpoint,
        credentials.access_key_id,
        credentials.access_key_secret,
        instance,
        sts_token=credentials.security_token or None,
        max_connection=1,
        retry_policy=sdk().NoRetryPolicy(),
        logger_name=_LOGGER,
        enable_native=False,
    )
    return made
