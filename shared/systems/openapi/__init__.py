"""Signed calls to Alibaba Cloud's OpenAPI (RPC style, ACS3-HMAC-SHA256), and what their failures prove.

The only importer of the OpenAPI SDK, which is loaded with the first call (half a second that other starts
need not pay), and the only place that turns an exception into done, certainly not done or unknown.

One call is one request: the SDK's own retry stays off, a redirect is not followed (a 307 would send a mutating call
twice, perhaps to another host), no proxy of the environment is used (one may re-send), and `DEBUG=sdk`, with which the
SDK would print every header, the token among them, prints nothing. A connection that stood idle is not used again. Only
a call that reads is repeated, once and on a new connection, if its connection broke. Wire facts:
docs/facts/gateway-and-transport.md; SDK: https://github.com/aliyun/darabonba-openapi.
"""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal, Protocol

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.put_off import put_off
from shared.systems.openapi.classify import NoAnswer, Row, no_answer_row, service_row
from shared.systems.openapi.said import SAID, hidden, text_of

MESSAGE_BYTES = 1024
CONNECT_TIMEOUT_MS = 5_000
READ_TIMEOUT_MS = 10_000
LEAST_TIME_S = 1.0
"""With less time left than this a call is not begun: it would end as unknown rather than as an answer."""
HELD_BACK_S = 1.0
"""A read that was throttled is not repeated sooner: ten thousand looks would be refused as well, and counted."""

NEVER_USED = (
    "aiohttp",  # asynchronous calls: half of what loading the SDK took
    "asyncio",
    "certifi",  # authorities, which our transport asks for itself
    "darabonba.websocket",
    "websocket",
    "xml.etree.ElementTree",
    "requests",  # the SDK's own transport, and all that is below it
    "alibabacloud_credentials.client",  # finds keys by itself, with a scheduler of its own; ours are the platform's
    "alibabacloud_credentials.models",
    "cryptography.hazmat.primitives.asymmetric.padding",  # signatures by RSA
    "cryptography.hazmat.primitives.hashes",
    "cryptography.hazmat.primitives.serialization",
)
"""What the SDK (alibabacloud-tea-openapi 0.4.6) imports and a call does not touch; used, it is loaded all the same."""
_SDK = f"{__name__}._sdk"


class ApiCall(Struct, frozen=True, kw_only=True):
    """One call as it should go out."""

    action: str
    version: str
    method: Literal["GET", "POST"] = "GET"
    """GET carries the parameters in the query, POST in a form body."""
    in_query: bool = False
    """POST carries them in the query as well."""
    parameters: Mapping[str, str]
    mutates: bool = True
    """A call that only reads may be sent twice."""
    amid_calls: bool = False
    """A read on which a call waits, after others may have left: what these did must be written down first."""
    jobs: int = 1
    """How many jobs a mutating call names: a refusal of several proves nothing about one."""
    rows: str = ""  # a list in the answer whose items stay as they came (`msgspec.Raw`): few of many are read


class Reply(Struct, frozen=True, kw_only=True):
    """A JSON object with an HTTP status below 300. Whether it means yes is the product's matter."""

    body: dict[str, Any]
    request_id: str
    status: int


class CallFailed(Struct, frozen=True, kw_only=True):
    """An error answer, or none. `effect` is for a mutating call, `read_again` for a reading one."""

    effect: Effect
    read_again: bool
    code: str
    """The service's code, or a `NoAnswer` name."""
    message: str
    """At most 1 KiB of UTF-8, without credentials."""
    request_id: str = ""
    http_status: int | None = None
    account_wide: bool = False
    scope_wide: bool = False
    credentials: bool = False  # the key itself was refused
    retry_after_s: float | None = None
    throttled: bool = False
    held_back: bool = False  # nothing was sent: the same operation was throttled a moment ago


class Caller(Protocol):
    """What the adapters need of this module; tests fake it."""

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """Make one call; one that mutates is sent once at most. Never raises for what service or network do."""
        ...


class ClockThatHears(Protocol):
    """A clock that hears which time the service has."""

    def now(self) -> float:
        """Unix seconds."""
        ...

    def hear(self, date: str, asked_at: float) -> None:
        """The `Date` of an answer to what was asked at that moment. May raise: nothing is made of that answer then."""
        ...


class OpenApi:
    """Calls to one endpoint, signed with one set of credentials.

    Build one an invocation: the SDK keeps the connections of the process, so a new one costs no new
    handshake. `remaining_s` tells how much time the invocation has left: timeouts shrink to it, and with
    less than `LEAST_TIME_S` nothing is sent (`NoAnswer.DEADLINE`). For a call that only reads `reads_leave_s` less is
    left: what could not be looked at must still be written down. A call takes at most about both timeouts.
    `clock` hears the date of each answer to a look: to a call that only reads, and not amid others that act. By it an
    operation that only reads is held back for a moment where it was throttled.
    """

    def __init__(
        self,
        credentials: Credentials,
        endpoint: Endpoint,
        *,
        connect_timeout_ms: int = CONNECT_TIMEOUT_MS,
        read_timeout_ms: int = READ_TIMEOUT_MS,
        remaining_s: Callable[[], float] = lambda: math.inf,
        reads_leave_s: float = 0.0,
        clock: ClockThatHears | None = None,
    ) -> None:
        self._credentials = credentials
        self._endpoint = endpoint
        self._connect_timeout_ms = connect_timeout_ms
        self._read_timeout_ms = read_timeout_ms
        self._remaining_s = remaining_s
        self._reads_leave_s = reads_leave_s
        self._clock = clock
        self._client: Any = None
        self._enough: dict[str, tuple[float, CallFailed]] = {}
        """By operation: until when it is held back, and what it was answered."""

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """Make one call. Never raises for what the service or the network does, but for the time that it tells."""
        if not (self._credentials.access_key_id and self._credentials.access_key_secret):
            return _unanswered(NoAnswer.NO_CREDENTIALS, "the access key is empty")
        left_s = self._left_s(wanted)
        if left_s < LEAST_TIME_S:
            return _unanswered(NoAnswer.DEADLINE, "no time was left to send the call")
        if (enough := self._had_enough(wanted)) is not None:
            return enough
        sdk = _loaded()
        if self._client is None:
            self._client = sdk.client(self._credentials, self._endpoint)
        told = self._sent(sdk, wanted, left_s)
        if told is NoAnswer.CONNECTION_BROKEN and not wanted.mutates and self._left_s(wanted) >= LEAST_TIME_S:
            told = self._sent(sdk, wanted, self._left_s(wanted))
        return self._failed(told, wanted) if isinstance(told, NoAnswer | Refusal) else self._answer(told)

    def _had_enough(self, wanted: ApiCall) -> CallFailed | None:
        until, enough = self._enough.get(wanted.action, (0.0, None))
        return None if wanted.mutates or self._clock is None or self._clock.now() >= until else enough

    def _left_s(self, wanted: ApiCall) -> float:
        return self._remaining_s() - (0.0 if wanted.mutates else self._reads_leave_s)

    def _sent(self, sdk: Any, wanted: ApiCall, left_s: float) -> Any:
        """One request: the raw answer, or what its failure tells."""
        outer = sys.exc_info()[1]
        asked_at = self._clock.now() if self._clock else 0.0
        dates: list[str] = []
        try:
            told = sdk.send(self._client, wanted, *self._timeouts_ms(left_s), dates)
        except Exception as error:  # noqa: BLE001 - whatever the SDK raises, the call may have left: it becomes a verdict
            told = sdk.told(error, outer)
        if self._clock and dates and not (wanted.mutates or wanted.amid_calls):  # what calls did is written down first
            self._clock.hear(dates[-1], asked_at)
        return told

    def _timeouts_ms(self, left_s: float) -> tuple[int, int]:
        """Connect and read timeouts that fit into what is left, half of it for connecting at most."""
        if left_s == math.inf:
            return self._connect_timeout_ms, self._read_timeout_ms
        left_ms = int(left_s * 1000)
        connect = min(self._connect_timeout_ms, left_ms // 2)
        return connect, min(self._read_timeout_ms, left_ms - connect)

    def _answer(self, raw: Any) -> Reply | CallFailed:
        """What came with a status below 400; only a JSON object with a 2xx is an answer."""
        status, body = raw["statusCode"], raw["body"]
        if not isinstance(body, dict) or not 200 <= status < 300:  # noqa: PLR2004 - HTTP's own numbers
            return unreadable("the answer is no JSON object", status=status)
        for name in body.keys() & SAID:
            body[name] = hidden(body[name], self._credentials.hide_in)
        return Reply(body=body, request_id=bounded(text_of(body, "RequestId"), 128), status=status)

    def _failed(self, told: NoAnswer | Refusal, wanted: ApiCall) -> CallFailed:
        if isinstance(told, NoAnswer):
            return _unanswered(told, f"{wanted.action}: no answer that could be read from {self._endpoint.netloc}")
        failed = refused(
            self._credentials.hide_in(told.code),
            self._credentials.hide_in(told.message),
            jobs=wanted.jobs,
            parameters=wanted.parameters,
            http_status=told.http_status,
            request_id=self._credentials.hide_in(told.request_id),
            retry_after_s=told.retry_after_s,
        )
        if self._clock is not None and failed.throttled:
            until = self._clock.now() + max(HELD_BACK_S, failed.retry_after_s or 0.0)
            self._enough[wanted.action] = until, replace(failed, held_back=True)
        return failed


@cache
def _loaded() -> Any:
    """The SDK. Kept: on a machine that has just slept even to import what is loaded costs as much as a signature."""
    if _SDK not in sys.modules:
        put_off(*NEVER_USED)
    from shared.systems.openapi import _sdk  # noqa: PLC0415 - a fifth of a second that only a caller pays

    return _sdk


class Refusal(Struct, frozen=True, kw_only=True):
    """An error answer as it came."""

    code: str
    message: str
    request_id: str
    http_status: int
    retry_after_s: float | None


def refused(
    code: str,
    message: str,
    *,
    jobs: int,
    http_status: int | None,
    parameters: Iterable[str] = (),
    request_id: str = "",
    retry_after_s: float | None = None,
) -> CallFailed:
    """What an error answer proves, by the table."""
    row = service_row(code, message, jobs=jobs, http_status=http_status, parameters=parameters)
    return from_row(row, code, message, http_status=http_status, request_id=request_id, retry_after_s=retry_after_s)


def from_row(
    row: Row,
    code: str,
    message: str,
    *,
    http_status: int | None = None,
    request_id: str = "",
    retry_after_s: float | None = None,
) -> CallFailed:
    """A failure that a row of the table describes, its texts bounded."""
    return CallFailed(
        effect=row.effect,
        read_again=row.read_again,
        throttled=row.throttled,
        code=bounded(code, 128),
        message=bounded(message),
        request_id=bounded(request_id, 128),
        http_status=http_status,
        account_wide=row.account_wide,
        scope_wide=row.scope_wide,
        credentials=row.credentials,
        retry_after_s=retry_after_s,
    )


def unreadable(message: str, *, request_id: str = "", status: int | None = None) -> CallFailed:
    """An answer that says neither yes nor no."""
    row = no_answer_row(NoAnswer.UNREADABLE_ANSWER)
    return from_row(row, NoAnswer.UNREADABLE_ANSWER.value, message, http_status=status, request_id=request_id)


def bounded(text: str, limit_bytes: int = MESSAGE_BYTES) -> str:
    """At most so many bytes of UTF-8, cut between characters."""
    return text.encode("utf-8", "replace")[:limit_bytes].decode("utf-8", "ignore")


def _unanswered(why: NoAnswer, message: str) -> CallFailed:
    return from_row(no_answer_row(why), why.value, message)
