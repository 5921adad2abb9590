"""Two calls of Log Service on the wire, signed with HMAC-SHA1: PullLogs and PutLogs.

https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures; /api-sls-2020-12-30-pulllogs and
/api-sls-2020-12-30-putlogs beside it. The official SDK is the judge: a test sends the same calls through it and
compares what arrives. It takes a third of a second to load.
"""

from __future__ import annotations

import hmac
import json
import math
import re
import time
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from hashlib import md5
from typing import Any
from urllib.parse import urlencode

import lz4.block

from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.ports import TOPIC as TOPIC_FIELD
from shared.ports import LogEntry, LogRange
from shared.reading.pairs import overwritten
from shared.sls import Access, LogCallFailed
from shared.sls.protobuf import SentGroup, SentLog, encoded, groups
from shared.straight_http import HttpFailed, send
from shared.wire_reading import HttpAnswer

TOPIC, SOURCE = "secondwind-outcome", "secondwind"
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
MOST_RAW_BYTES = 64 << 20
"""Of a page that is inflated; the service gives 10 MB."""
_OK = 200
_SERVER_FAILED = 500
_REQUEST_ID = "x-log-requestid"
"""In every answer of the service (docs/facts/log-service.md#writing)."""
_WORTH_REPEATING = (
    "WriteQuotaExceed",
    "ReadQuotaExceed",
    "ShardWriteQuotaExceed",
    "ShardReadQuotaExceed",
    "ServerBusy",
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_UNREADABLE = "UnreadableAnswer"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_ADDRESS = re.compile(r"localhost|[0-9.]+")


class PulledPage:
    """One answer to PullLogs."""

    def __init__(self, groups: Sequence[SentGroup], next_cursor: str) -> None:
        self._groups = groups
        self.next_cursor = next_cursor
        self.logs = sum(len(group.places) for group in groups)

    def entries(self, ordinal: int) -> Iterator[LogEntry]:
        """The page's logs, counted from `ordinal`. Raises LogCallFailed."""
        for group in self._groups:
            topic = _value(group.topic)
            for log in _logs(group):
                pairs = [(key.decode("utf-8", "replace"), _value(value)) for key, value in log.contents]
                fields = dict(pairs)
                earlier = overwritten(pairs) if len(fields) < len(pairs) else ()
                if topic or TOPIC_FIELD in fields:
                    fields[TOPIC_FIELD] = topic  # never what the contents say: they are a stranger's
                yield LogEntry(ordinal, log.time, fields, earlier)
                ordinal += 1


def _logs(group: SentGroup) -> Iterator[SentLog]:
    try:
        yield from group.logs()
    except ValueError:
        pass  # so that what it quotes is no part of what is raised
    else:
        return
    raise LogCallFailed(_UNREADABLE, worth_repeating=False)


class LogWire:
    """Calls to one endpoint."""

    def __init__(self, access: Access, endpoint: str) -> None:
        self._access = access
        self._endpoint = endpoint

    def pull(self, wanted: LogRange, cursor: str, groups: int) -> PulledPage:
        """One page from the cursor on; nothing at or after the end cursor. Raises LogCallFailed."""
        resource = f"/logstores/{wanted.logstore}/shards/{wanted.shard}"
        told = {"type": "log", "cursor": cursor, "count": str(groups), "end_cursor": wanted.end_cursor}
        headers = {"Accept-Encoding": "lz4", "Accept": "application/x-protobuf", "x-log-bodyrawsize": "0"}
        answer = self.call("pull_logs", "GET", wanted.project, resource, headers, told)
        try:
            return _page(answer)
        except (ValueError, RuntimeError, KeyError):
            pass  # so that what it quotes is no part of what is raised
        raise LogCallFailed(_UNREADABLE, worth_repeating=False)

    def put(self, project: str, logstore: str, time: int, records: Sequence[Mapping[str, str]]) -> None:
        """One PutLogs. Raises LogCallFailed."""
        raw = encoded(time, TOPIC, SOURCE, records)
        headers = {
            "Content-Type": "application/x-protobuf",
            "x-log-bodyrawsize": str(len(raw)),
            "x-log-compresstype": "lz4",
        }
        body = bytes(lz4.block.compress(raw, store_size=False))
        self.call("put_logs", "POST", project, f"/logstores/{logstore}/shards/lb", headers, {}, body)

    def call(
        self,
        operation: str,
        method: str,
        project: str,
        resource: str,
        headers: Mapping[str, str],
        told: Mapping[str, str],
        body: bytes = b"",
    ) -> HttpAnswer:
        """The answer with status 200 to one request. `operation` is its name, for who reads the source."""
        del operation
        try:
            endpoint = parse_endpoint(self._endpoint)
        except ValueError:
            raise LogCallFailed("BadEndpoint", worth_repeating=False) from None
        to = endpoint if _ADDRESS.fullmatch(endpoint.host) else _of_project(project, endpoint)
        headers = {"Host": f"{project}.{endpoint.host}", "User-Agent": "second-wind", **headers}
        date = _date(time.time())
        signed = self._signed(method, resource, headers, told, body, date)
        target = f"{resource}?{urlencode(told)}" if told else resource
        try:
            answer = send(to, method, target, signed, body, timeouts_s=self._timeouts_s())
        except HttpFailed as error:
            failed = error.how.value
        else:
            return _accepted(answer)
        raise LogCallFailed(failed, worth_repeating=True)

    def _timeouts_s(self) -> tuple[float, float]:
        """For the connection and for each wait, within the time left."""
        left_s = self._access.remaining_s()
        if math.isinf(left_s):
            return CONNECT_TIMEOUT_S, READ_TIMEOUT_S
        return min(CONNECT_TIMEOUT_S, left_s / 2), min(READ_TIMEOUT_S, left_s)

    def _signed(
        self, method: str, resource: str, headers: Mapping[str, str], told: Mapping[str, str], body: bytes, date: str
    ) -> Mapping[str, str]:
        keys = self._access.credentials
        content = md5(body, usedforsecurity=False).hexdigest().upper() if body else ""
        own = {"x-log-apiversion": "0.6.0", "x-log-signaturemethod": "hmac-sha1"}
        if keys.security_token:
            own["x-acs-security-token"] = keys.security_token
        every = {**headers, **own}
        named = "".join(f"{name}:{every[name]}\n" for name in sorted(every) if name.startswith(("x-log-", "x-acs-")))
        asked = "&".join(f"{name}={value}" for name, value in sorted(told.items()))
        where = f"{resource}?{asked}" if asked else resource
        text = f"{method}\n{content}\n{headers.get('Content-Type', '')}\n{date}\n{named}{where}"
        signature = b64encode(hmac.digest(keys.access_key_secret.encode(), text.encode(), "sha1")).decode()
        every["Date"] = every["x-log-date"] = date
        if content:
            every["Content-MD5"] = content
        every["Authorization"] = f"LOG {keys.access_key_id}:{signature}"
        return every


def _of_project(project: str, endpoint: Endpoint) -> Endpoint:
    return Endpoint(endpoint.scheme, f"{project}.{endpoint.host}", endpoint.port)


def _date(moment: float) -> str:
    """As HTTP writes it, whatever the process's locale."""
    at = time.gmtime(moment)
    clock = f"{at.tm_hour:02}:{at.tm_min:02}:{at.tm_sec:02}"
    return f"{_DAYS[at.tm_wday]}, {at.tm_mday:02} {_MONTHS[at.tm_mon - 1]} {at.tm_year} {clock} GMT"


def _accepted(answer: HttpAnswer) -> HttpAnswer:
    """The answer if it is the service's yes. Raises LogCallFailed, without a word of it beyond a code."""
    status = answer.status
    if status >= _SERVER_FAILED:
        raise LogCallFailed(f"HTTP {status}", worth_repeating=True)
    if status == _OK and not answer.headers.get(_REQUEST_ID):
        raise LogCallFailed("NotLogService", worth_repeating=True)  # a proxy's or a portal's yes is none
    if _OK < status < 400:  # noqa: PLR2004 - HTTP's redirects: credentials go nowhere else
        raise LogCallFailed(f"HTTP {status}", worth_repeating=False)
    if status == _OK:
        return answer
    code = _code_of(answer.body)
    raise LogCallFailed(code, worth_repeating=code.startswith(_WORTH_REPEATING))


def _code_of(body: bytes) -> str:
    try:
        found: Any = json.loads(body)
    except (ValueError, RecursionError):
        return _UNREADABLE
    code = found.get("errorCode") if isinstance(found, dict) else None
    return code if isinstance(code, str) and _CODE.fullmatch(code) else _UNREADABLE


def _page(answer: HttpAnswer) -> PulledPage:
    """Raises ValueError, RuntimeError (lz4's) or KeyError for what is no page."""
    raw, size = answer.body, int(answer.headers["x-log-bodyrawsize"])
    if not 0 <= size <= MOST_RAW_BYTES:
        raise ValueError("no page has that size")
    if answer.headers.get("x-log-compresstype") == "lz4":
        raw = bytes(lz4.block.decompress(raw, uncompressed_size=size)) if raw else b""
    if len(raw) != size:
        raise ValueError("the page has another size than it says")
    return PulledPage(groups(raw), answer.headers.get("x-log-cursor", ""))


def _value(value: bytes) -> str | bytes:
    """Text where it is UTF-8."""
    try:
        return value.decode()
    except UnicodeDecodeError:
        return value
