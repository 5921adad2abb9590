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
from collections.abc import Callable
from functools import cache
from typing import Any

from msgspec.structs import replace

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.put_off import put_off
from shared.systems.openapi.calls import ApiCall, CallFailed, ClockThatHears, Reply
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.failed import Refusal, bounded, refused, unanswered, unreadable
from shared.systems.openapi.said import SAID, hidden, text_of

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
_SDK = f"{__package__}._sdk"


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
            return unanswered(NoAnswer.NO_CREDENTIALS, "the access key is empty")
        left_s = self._left_s(wanted)
        if left_s < LEAST_TIME_S:
            return unanswered(NoAnswer.DEADLINE, "no time was left to send the call")
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
            return unanswered(told, f"{wanted.action}: no answer that could be read from {self._endpoint.netloc}")
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
