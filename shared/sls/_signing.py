"""What the SDK (aliyun-log-python-sdk 0.9.52) does to each request of ours, the same at a part of what it costs.

A PutLogs is signed with HMAC-SHA1 (https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures):
which of its headers are signed depends on their names alone. Its body is one log group in the encoding of protocol
buffers (https://protobuf.dev/programming-guides/encoding/), in which the name of a field comes again with each record.
"""

from __future__ import annotations

import hashlib
import hmac
import time
from binascii import b2a_base64
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from aliyun.log.util import Util

_MD5 = hashlib.md5(usedforsecurity=False)
"""As the service wants it. Of nothing yet: to ask for one anew takes as long as the sum itself."""
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_TEXT, _NUMBER, _FIXED = 2, 0, 5
"""Wire types."""
_ONE_BYTE = 0x80
"""A number below this is one byte."""


def date() -> str:
    """Now, as HTTP dates requests (https://www.rfc-editor.org/rfc/rfc9110#field.date). `email.utils` takes 10 ms."""
    return _date_of(int(time.time()))


@lru_cache(maxsize=1)
def _date_of(moment: int) -> str:
    now = time.gmtime(moment)
    return f"{_DAYS[now.tm_wday]}, {now.tm_mday:02} {_MONTHS[now.tm_mon - 1]} {time.strftime('%Y %H:%M:%S', now)} GMT"


def signer(usual: Callable[..., Any], key: str, secret: str, token: str) -> Callable[..., Any]:
    """In the place of a client's `_auth.sign_request`: the same headers for a POST with a body and no parameters.

    Args:
        usual: the SDK's own, for everything else.
        key: id of the access key.
        secret: of the same.
        token: of a role's short-lived key; empty if there is none.
    """
    begun = hmac.new(secret.encode(), digestmod="sha1")  # what depends on the key alone, once

    def sign(
        method: str,
        resource: str,
        params: Any,
        headers: dict[str, str],
        body: Any,
        *,
        compute_content_hash: bool = True,
    ) -> Any:
        if not (method == "POST" and body and secret and compute_content_hash) or params:
            return usual(method, resource, params, headers, body, compute_content_hash=compute_content_hash)
        if token:
            headers["x-acs-security-token"] = token
        headers["x-log-signaturemethod"] = "hmac-sha1"
        headers["Date"] = at = date()
        summed = _MD5.copy()
        summed.update(body)
        headers["Content-MD5"] = md5 = summed.hexdigest().upper()
        signed = "".join([f"{name}:{headers[name]}\n" for name in _signed_of(tuple(headers))])
        text = f"POST\n{md5}\n{headers.get('Content-Type', '')}\n{at}\n{signed}{resource}"
        signature = begun.copy()
        signature.update(text.encode())
        headers["Authorization"] = f"LOG {key}:{b2a_base64(signature.digest(), newline=False).decode('ascii')}"
        headers["x-log-date"] = at
        return None

    return sign


@lru_cache(maxsize=64)
def _signed_of(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names whose headers are signed, in their order."""
    return tuple(name for name in sorted(names) if Util._is_extra_sign_header(name))  # noqa: SLF001 - its own rule


def _as_text(data: Any) -> Any:
    """In the place of `Util.convert_unicode_to_str`, which asks of nothing whether it is a mapping, or has members."""
    return None if data is None else _usual_text(data)


_usual_text = Util.convert_unicode_to_str
Util.convert_unicode_to_str = staticmethod(_as_text)  # state of the SDK's module: once a process


class LogGroup:
    """A log group as the SDK's `put_log_raw` takes it. Values need not be UTF-8: lone surrogates become `?`."""

    def __init__(self, topic: str, source: str, at: int, records: Sequence[Mapping[str, str]]) -> None:
        """All records of one moment, `at` in Unix seconds; the part of the second is the machine's."""
        head = b"".join((_mark(1, _NUMBER), _number(at)))
        tail = b"".join((_mark(4, _FIXED), (time.time_ns() % 1_000_000_000).to_bytes(4, "little")))
        logs = (b"".join((head, *_contents(record), tail)) for record in records)
        parts = [part for log in logs for part in (_mark(1, _TEXT), _number(len(log)), log)]
        self._bytes = b"".join((*parts, _field(3, topic), _field(4, source)))

    def SerializeToString(self) -> bytes:  # noqa: N802 - as protocol buffers call it
        """The message."""
        return self._bytes


def _contents(record: Mapping[str, str]) -> list[bytes]:
    """The fields of a log, each in pieces."""
    parts: list[bytes] = []
    for (before, length), text in zip(_all_named(tuple(record)), record.values(), strict=True):
        value = text.encode("utf-8", "replace")
        count = len(value)
        if count + length < _SHORT:  # as nearly all are
            parts += (_CONTENT, _BYTES[count + length + 1], before, _BYTES[count], value)
        else:
            size = _number(count)
            parts += (_CONTENT, _number(length + len(size) + count), before, size, value)
    return parts


@lru_cache(maxsize=64)
def _all_named(names: tuple[str, ...]) -> list[tuple[bytes, int]]:
    """Of all its fields: most records have the same, in the same order."""
    return [_named(name) for name in names]


@lru_cache(maxsize=256)
def _named(name: str) -> tuple[bytes, int]:
    """What stands in a field's message before the length of its value, and how long that is."""
    before = _field(1, name) + _mark(2, _TEXT)
    return before, len(before)


def _field(number: int, text: str) -> bytes:
    value = text.encode("utf-8", "replace")
    return _mark(number, _TEXT) + _number(len(value)) + value


def _mark(number: int, wire_type: int) -> bytes:
    return bytes((number << 3 | wire_type,))


@lru_cache(maxsize=1024)
def _number(value: int) -> bytes:
    """Seven bits a byte, the lowest first."""
    found = bytearray()
    while value >= _ONE_BYTE:
        found.append(value & (_ONE_BYTE - 1) | _ONE_BYTE)
        value >>= 7
    found.append(value)
    return bytes(found)


_CONTENT = _mark(2, _TEXT)
_BYTES = tuple(_number(value) for value in range(_ONE_BYTE))
_SHORT = _ONE_BYTE - 1
"""Of fields with less than that, both numbers are one byte."""
