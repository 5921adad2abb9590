"""The SDK itself (alibabacloud-tea-openapi 0.4.6), loaded with the first call: tamed and asked here.

It builds, signs and reads; what it has signed leaves through `shared.network.kept_http`. That is the SDK's own seam,
the one function in which it meets its HTTP client (`DaraCore.do_action`,
https://github.com/aliyun/tea-python/blob/master/python/darabonba/core.py), so what others ask of it in this process
goes its usual way.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextvars import ContextVar
from functools import lru_cache
from typing import Any
from urllib.parse import quote_plus

import msgspec
from alibabacloud_tea_openapi.client import Client
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from alibabacloud_tea_openapi.utils_models import Config, OpenApiRequest, Params
from darabonba.core import DaraCore
from darabonba.exceptions import RetryError
from darabonba.response import DaraResponse
from darabonba.runtime import RuntimeOptions
from darabonba.utils.stream import Stream as DaraStream

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.network.http_bounds import Bounds
from shared.network.kept_http import NoWholeAnswer, exchange
from shared.systems.openapi import _signing
from shared.systems.openapi.calls import ApiCall
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.failed import Refusal

MOST_BYTES = 8_000_000
"""Of an answer: a page of jobs has some 100 kB, the end of a job's output 1 MB at most."""
_CHAIN_LIMIT = 32
_NO_PORT = 80
"""The SDK's word for none: one of the endpoint's own stands in `host`."""
_BARE = re.compile(r"[A-Za-z0-9.-]+(?::[0-9]+)?")
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_OURS: ContextVar[list[str] | None] = ContextVar("our_call", default=None)
"""Of a call of ours: where the dates of its answers go."""
_usual = DaraCore.do_action


class _Redirected(Exception):  # noqa: N818 - says what happened
    """The endpoint answered with another place: the credentials go to no other."""


def _do_action(request: Any, runtime_option: Any = None) -> Any:
    """In the place of `DaraCore.do_action`: one request, past every proxy, on no idle connection."""
    dates = _OURS.get()
    if dates is None:
        return _usual(request, runtime_option)
    body = request.body.encode() if isinstance(request.body, str) else request.body or b""
    connect_s, read_s = (runtime_option[name] / 1000 for name in ("connectTimeout", "readTimeout"))
    try:
        answer = exchange(
            request.method.upper(),
            _url_of(request),
            request.headers,
            body,
            Bounds(connect_s=connect_s, read_s=read_s, total_s=connect_s + read_s, most_bytes=MOST_BYTES),
        )
    except NoWholeAnswer as error:
        raise RetryError(str(error)) from error  # as the SDK's own does; whether it repeats is its settings' matter
    dates += [answer.headers["date"]] if "date" in answer.headers else []
    if answer.status in _REDIRECTS and "location" in answer.headers:
        raise _Redirected
    response = DaraResponse()
    response.status_code, response.status_message = answer.status, answer.reason
    response.headers, response.body, response.response = answer.headers, answer.body, answer
    return response


def _url_of(request: Any) -> str:
    """As `DaraCore.compose_url`, which quotes the same few short names and values anew each time."""
    host, port = request.headers.get("host") or "", request.port
    if port != _NO_PORT or not _BARE.fullmatch(host):
        url: str = DaraCore.compose_url(request)
        return url
    query = {name: str(value) for name, value in request.query.items() if value is not None}
    target = "&".join([f"{_in_query(name)}={_in_query(value)}" for name, value in query.items()])
    return f"{request.protocol.lower()}://{host}{request.pathname}{'?' if target else ''}{target}"


def _in_query(text: str) -> str:
    return _short_in_query(text) if len(text) <= _signing.SHORT else quote_plus(text)


@lru_cache(maxsize=512)
def _short_in_query(text: str) -> str:
    return quote_plus(text)


DaraCore.do_action = staticmethod(_do_action)  # state of the SDK's module: done once, when this one is loaded
_signing.install()


class _Given:
    """What the SDK asks of a credential, from a key that is at hand: its own class loads what finds keys elsewhere."""

    type = "access_key"
    provider_name = None

    def __init__(self, credentials: Credentials) -> None:
        self.access_key_id = credentials.access_key_id
        self.access_key_secret = credentials.access_key_secret
        self.security_token = credentials.security_token

    def get_credential(self) -> _Given:
        """The SDK asks once a call."""
        return self


@lru_cache(maxsize=8)
def client(credentials: Credentials, endpoint: Endpoint) -> Any:
    """A client for these credentials, kept for as long as they are the same.

    The SDK's retry is off unless `retry_options` are given: none are.
    """
    return Client(
        Config(
            credential=_Given(credentials),
            protocol=endpoint.scheme,
            endpoint=endpoint.netloc,
            user_agent="second-wind",
        )
    )


def send(client: Any, wanted: ApiCall, connect_timeout_ms: int, read_timeout_ms: int, dates: list[str]) -> Any:
    """Send it. Returns `{"statusCode", "headers", "body"}`, the JSON parsed; raises what the SDK raises.

    The answer's `Date`, if there is one, is added to `dates`, whatever else it says.
    """
    parameters = dict(wanted.parameters)
    form = wanted.method == "POST" and not wanted.in_query
    params = _params(wanted.action, wanted.version, wanted.method)
    request = OpenApiRequest(body=parameters) if form else OpenApiRequest(query=parameters)
    runtime = _runtime(connect_timeout_ms, read_timeout_ms)
    ours = _OURS.set(dates)
    try:
        answer = client.call_api(params, request, runtime)
        answer["body"] = _read(answer["body"], wanted.rows)
        return answer
    finally:
        _OURS.reset(ours)


@lru_cache(maxsize=64)
def _params(action: str, version: str, method: str) -> Params:
    """What the SDK reads of an operation, and never changes. The client has the protocol; a body is a form."""
    return Params(
        action=action,
        version=version,
        pathname="/",
        method=method,
        style="RPC",
        body_type="byte",
    )


@lru_cache(maxsize=16)
def _runtime(connect_timeout_ms: int, read_timeout_ms: int) -> RuntimeOptions:
    """The same of most calls, and only read."""
    return RuntimeOptions(connect_timeout=connect_timeout_ms, read_timeout=read_timeout_ms)


def _read(body: bytes, rows: str = "") -> Any:
    """The JSON of an answer; what is not strictly JSON as the SDK reads it, at several times the cost."""
    try:
        return _with_rows(body, rows) if rows else msgspec.json.decode(body)
    except msgspec.DecodeError:
        return DaraStream.read_as_json(body)


_MEMBERS, _ROWS = msgspec.json.Decoder(dict[str, msgspec.Raw]), msgspec.json.Decoder(list[msgspec.Raw])


def _with_rows(body: bytes, rows: str) -> Any:
    """An answer whose rows stay as they came, where it has such a list."""
    try:
        members = _MEMBERS.decode(body)
        whole = {name: _ROWS.decode(raw) if name == rows else msgspec.json.decode(raw) for name, raw in members.items()}
    except msgspec.ValidationError:  # another shape, be it no object: it is read as any other answer
        return msgspec.json.decode(body)
    return whole


def told(error: Exception, outer: BaseException | None) -> NoAnswer | Refusal:
    """What the exception tells. `outer` was being handled before the call: no part of its story."""
    if isinstance(error, AlibabaCloudException) and isinstance(error.status_code, int):
        return _refusal(error)
    meaning = NoAnswer.OTHER
    for link in chain(error, outer):
        if isinstance(link, NoWholeAnswer):
            return NoAnswer(link.snag.value)
        if isinstance(link, _Redirected):
            return NoAnswer.REDIRECTED
        if isinstance(link, ValueError | RuntimeError | TypeError | AttributeError):
            meaning = NoAnswer.UNREADABLE_ANSWER
    return meaning


def _refusal(error: Any) -> Refusal:
    data = error.data if isinstance(error.data, dict) else {}
    code = data.get("Code", data.get("code"))
    wait_ms = error.retry_after  # above zero, or none: the SDK sees to that
    return Refusal(
        code=f"Http{error.status_code}" if code in (None, "") else str(code),
        message=str(data.get("Message", data.get("message")) or ""),
        request_id=str(data.get("RequestId", data.get("requestId")) or ""),
        http_status=error.status_code,
        retry_after_s=wait_ms / 1000 if isinstance(wait_ms, int) else None,
    )


def chain(error: BaseException, outer: BaseException | None) -> Iterator[BaseException]:
    """The exception and all that led to it, from the outside in."""
    link: BaseException | None = error
    for _ in range(_CHAIN_LIMIT):
        if link is None or link is outer:
            return
        yield link
        link = getattr(link, "inner_exception", None) or link.__cause__ or link.__context__
