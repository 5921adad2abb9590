"""The Log Service SDK itself (aliyun-log-python-sdk 0.9.52), tamed: one try, no redirect, no proxy, bounded time."""

from __future__ import annotations

import ipaddress
import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, TypeVar
from urllib.parse import quote, urlencode, urlsplit

from aliyun.log import LogClient, LogException

from shared.domain.credentials import Credentials
from shared.network.http_bounds import Bounds
from shared.network.kept_http import NoWholeAnswer, Snag, exchange
from shared.ports import TOPIC as TOPIC_FIELD
from shared.ports import LogEntry, LogRange
from shared.reading.pairs import overwritten
from shared.sls._signing import LogGroup, date, signer
from shared.sls.calls import (
    MOST_PAGE_BYTES,
    MOST_PAIRS,
    POST_BODY_TOO_LARGE,
    REQUEST_ID,
    TOO_LARGE_PAGE,
    UNREADABLE,
    Access,
    LogCallFailed,
)

TOPIC, SOURCE = "secondwind-outcome", "secondwind"
CONNECT_TIMEOUT_S = 3.0
READ_TIMEOUT_S = 10.0
TOTAL_TIMEOUT_S = 30.0
"""Of a whole page, from afar."""
_OK = 200
_RAW_SIZE = "x-log-bodyrawsize"
"""What the body unpacks to; the SDK takes that much memory before it looks."""
_PACKED = "x-log-compresstype"
_CURSOR = "x-log-cursor"
"""Where the next page begins."""
_OF_A_PAIR = b"\x12"
"""Begins a pair in a log, and the value in a pair (https://www.alibabacloud.com/help/en/sls/developer-reference/data-encoding):
what has few of these bytes has few pairs."""
_SERVER_FAILED = 500
_TOO_LARGE = 413
"""https://www.rfc-editor.org/rfc/rfc9110#section-15.5.14: said by whatever stands before the service."""
_AS_IT_IS = "!#$%&'()*+,/:;=?@[]~"
"""What of a URL is not quoted."""
_WORTH_REPEATING = (
    "WriteQuotaExceed",
    "ReadQuotaExceed",
    "ShardWriteQuotaExceed",
    "ShardReadQuotaExceed",
    "ServerBusy",
)
_CODE = re.compile(r"[A-Za-z][A-Za-z0-9.]{0,63}")
_T = TypeVar("_T")


_Sdk: Any = LogClient  # the SDK's own stubs lack what is used here


class _OneTry(_Sdk):  # type: ignore[misc]  # untyped on purpose, see above
    """The SDK's client, whose own loop (ten tries, a second apart) never sees a failure that it would repeat."""

    total_s = TOTAL_TIMEOUT_S
    following = ""
    """Of the last answer of the service: the cursor behind it, also where nothing else of it can be read."""

    def _getHttpResponse(self, method: str, url: str, params: Any, body: Any, headers: Any) -> tuple[int, bytes, Any]:  # noqa: N802 - the SDK's name
        headers["User-Agent"] = self._user_agent
        connect_s, read_s = self._timeout
        bounds = Bounds(connect_s=connect_s, read_s=read_s, total_s=self.total_s, most_bytes=MOST_PAGE_BYTES)
        target = _quoted(url)
        if query := urlencode({name: value for name, value in params.items() if value is not None}):
            target = f"{target}?{query}"
        try:
            answer = exchange(method, target, headers, body or b"", bounds)
        except NoWholeAnswer as error:
            self.following = error.headers.get(_CURSOR, "")
            raise LogCallFailed(error.snag.value, worth_repeating=error.snag is not Snag.TOO_LONG) from None
        self.following = answer.headers.get(_CURSOR, "") if answer.status == _OK else ""
        if answer.status >= _SERVER_FAILED:
            raise LogCallFailed(f"HTTP {answer.status}", worth_repeating=True)
        if answer.status == _TOO_LARGE:
            raise LogCallFailed(POST_BODY_TOO_LARGE)  # a balancer's word knows no code
        if answer.status == _OK and not answer.headers.get(REQUEST_ID):
            raise LogCallFailed("NotLogService", worth_repeating=True)  # a proxy's or a portal's yes is none
        if code := _unpacks_badly(answer.headers):
            raise LogCallFailed(code)
        if _OK < answer.status < 400:  # noqa: PLR2004 - HTTP's redirects: credentials go nowhere else
            raise LogCallFailed(f"HTTP {answer.status}")
        return answer.status, answer.body, answer.headers


@lru_cache(maxsize=64)
def _quoted(url: str) -> str:
    """Kept: a Logstore's is the same each time."""
    return quote(url, safe=_AS_IT_IS)


@lru_cache(maxsize=4)
def _sdk_client(endpoint: str, credentials: Credentials) -> _OneTry:
    """The SDK's client for an endpoint and a key, kept for as long as the key is the same."""
    # `source` is given, or the SDK would look its own address up through DNS.
    made = _OneTry(
        endpoint,
        credentials.access_key_id,
        credentials.access_key_secret,
        securityToken=credentials.security_token,
        source=SOURCE,
    )
    auth = made._auth  # noqa: SLF001 - the seam at which the SDK signs
    auth._getGMT = date  # noqa: SLF001 - its own sets the locale of the whole process with each request
    key, secret, token = credentials.access_key_id, credentials.access_key_secret, credentials.security_token
    auth.sign_request = signer(auth.sign_request, key, secret, token)
    if _is_address(endpoint):
        # With a port it does not see that no project can stand before an address (docs/facts/log-service.md#sdk).
        made._isRowIp = True  # noqa: SLF001 - no public switch
    return made


class PulledPage:
    """One answer to PullLogs."""

    def __init__(self, groups: Any, next_cursor: str, size: int, *, foreign: bool) -> None:
        self._groups = groups
        self.foreign = foreign
        """Whether it has none of the words that were asked for."""
        self.next_cursor = next_cursor
        self.size = size
        """Bytes, unpacked."""
        self.logs = sum(len(group.Logs) for group in groups)

    def entries(self, ordinal: int) -> Iterator[LogEntry]:
        """The page's logs, counted from `ordinal`."""
        all_ = (one.Value for group in self._groups for log in group.Logs for one in log.Contents)
        as_text = isinstance(next(all_, ""), str)  # the same of all of a page: else its messages are of another type
        for group in self._groups:
            topic = _value(group.Topic)
            for log in group.Logs:
                contents = log.Contents
                if as_text:
                    fields = {one.Key: one.Value for one in contents}
                else:
                    fields = {_name(one.Key): _value(one.Value) for one in contents}
                earlier = () if len(fields) == len(contents) else _overwritten(contents)
                if topic or TOPIC_FIELD in fields:
                    fields[TOPIC_FIELD] = topic  # never what the contents say: they are a stranger's
                yield LogEntry(ordinal, log.Time, fields, earlier)
                ordinal += 1


class Client:
    """Calls to one endpoint."""

    def __init__(self, access: Access, endpoint: str) -> None:
        self._access = access
        self._sdk: Any = object.__new__(_OneTry)  # its own, for the timeout is set in it
        self._sdk.__dict__.update(_sdk_client(endpoint, access.credentials).__dict__)

    def pull(self, wanted: LogRange, cursor: str, groups: int, words: Sequence[str] = ()) -> PulledPage:
        """One page from the cursor on; nothing at or after the end cursor. `words`: it may have none of; in ASCII."""

        def read() -> PulledPage:
            place = (wanted.project, wanted.logstore, wanted.shard)
            answer = self.call("pull_logs", *place, cursor, groups, end_cursor=wanted.end_cursor)
            raw = answer._raw_uncompressed_body  # noqa: SLF001 - the log groups as they came
            size, said = answer.get_raw_size(), answer.get_loggroup_count()
            if len(raw or b"") != size or (said and not size):  # log groups end anywhere: what is missing nobody sees
                raise LogCallFailed(UNREADABLE)
            if size and raw.count(_OF_A_PAIR) > 2 * MOST_PAIRS:
                raise LogCallFailed(TOO_LARGE_PAGE)
            foreign = bool(words) and raw is not None and not any(word.encode("ascii") in raw for word in words)
            del raw  # nor does the SDK keep it once it is read
            found = answer.get_loggroup_list().LogGroups
            return PulledPage(found, answer.get_next_cursor(), answer.get_raw_size(), foreign=foreign)

        return self._tamed(read)

    def put(self, project: str, logstore: str, at: int, records: Sequence[Mapping[str, str]]) -> None:
        """One PutLogs; `at` in Unix seconds. A 200 that names an error is no yes, though the SDK takes it for one."""

        def write() -> None:
            said = self.call("put_log_raw", project, logstore, LogGroup(TOPIC, SOURCE, at, records)).get_body()
            if isinstance(said, dict) and "errorCode" in said:
                raise LogException(str(said["errorCode"]), "")

        self._tamed(write)

    def call(self, method: str, *arguments: Any, **options: Any) -> Any:
        """A method of the SDK by its name: for what sets an account up. Raises LogCallFailed."""
        return self._tamed(lambda: getattr(self._sdk, method)(*arguments, **options))

    def _tamed(self, work: Callable[[], _T]) -> _T:
        """What the work comes to, within the time left. Of whatever the SDK raises a bare code is left."""
        left_s, self._sdk.following = self._access.remaining_s(), ""
        self._sdk.timeout = (
            (CONNECT_TIMEOUT_S, READ_TIMEOUT_S)
            if left_s == math.inf
            else (min(CONNECT_TIMEOUT_S, left_s / 2), min(READ_TIMEOUT_S, left_s))
        )
        self._sdk.total_s = min(TOTAL_TIMEOUT_S, left_s)
        try:
            return work()
        except LogCallFailed as error:
            code, again = error.code, error.worth_repeating
        except Exception as error:  # noqa: BLE001 - its own decoding lets through whatever protobuf and lz4 raise
            code = str(error.get_error_code()) if isinstance(error, LogException) else ""
            code = code if _CODE.fullmatch(self._access.credentials.hide_in(code)) else UNREADABLE
            again = code.startswith(_WORTH_REPEATING)
        # Here, so that the SDK's text, which quotes what it got, is no part of it.
        raise LogCallFailed(code, worth_repeating=again, following=self._sdk.following)


def _unpacks_badly(headers: Mapping[str, str]) -> str:
    """Why an answer is not given to the SDK: it would unpack whatever comes, at whatever size. Empty: it may."""
    size = headers.get(_RAW_SIZE, "0")
    if not size.isdecimal() or headers.get(_PACKED, "").lower() not in {"", "lz4"}:
        return UNREADABLE
    return TOO_LARGE_PAGE if int(size) > MOST_PAGE_BYTES else ""


def _is_address(endpoint: str) -> bool:
    host = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}").hostname or ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return host == "localhost"
    return True


def _name(key: Any) -> str:
    return key if isinstance(key, str) else str(key.decode("utf-8", "replace"))


def _overwritten(contents: Any) -> tuple[tuple[str, str | bytes], ...]:
    """What comes again behind it."""
    return overwritten([(_name(one.Key), _value(one.Value)) for one in contents])


def _value(value: Any) -> str | bytes:
    """Text where it is UTF-8; the SDK falls back to bytes for a whole page if one value is not."""
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            return value
    return str(value)
