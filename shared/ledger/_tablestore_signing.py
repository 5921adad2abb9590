"""What the Tablestore SDK (6.4.8) works out anew for each request and answer, and what is mostly the same.

Put in the place of its own functions, of which each comes to the same: with one key and one path what depends on them
alone is kept, and so is a row's key as it is written. An answer that is plainly right, in its headers, its sum and its
date, is not looked at once more; of any other the SDK says what is wrong, as ever.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from binascii import b2a_base64
from collections.abc import Callable, Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any

_NEAR_S = 840.0
"""Of the quarter of an hour by which an answer's date may be off: of whatever is nearer to that the SDK says."""
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):([0-5][0-9])\.[0-9]{3}Z")
_NAMES = ("x-ots-contentmd5", "x-ots-requestid", "x-ots-date", "x-ots-contenttype")
_DONE = range(200, 300)
_HASHES: Mapping[Any, str] = {hashlib.sha1: "sha1", hashlib.sha256: "sha256"}


def plainly_right(headers: Mapping[str, str], body: bytes, status: int | None) -> bool:
    """Whether an answer has every header, the sum of its body and a date of about now."""
    if status not in _DONE or not all(name in headers for name in _NAMES):
        return False
    found = _DATE.fullmatch(headers["x-ots-date"])
    begun = _minute(found[1]) if found is not None else None
    if found is None or begun is None or abs(begun + int(found[2]) - time.time()) > _NEAR_S:
        return False
    md5 = b2a_base64(hashlib.md5(body).digest(), newline=False)  # noqa: S324 - as the service wants it
    return md5.decode("ascii") == headers["x-ots-contentmd5"]


@lru_cache(maxsize=4)
def _minute(text: str) -> float | None:
    """When it began, in unix seconds; None if there is no such minute."""
    try:
        return datetime.fromisoformat(f"{text}:00+00:00").timestamp()
    except ValueError:
        return None


def spare(sdk: Any) -> None:
    """Put them into their places. Raises AttributeError where an upgrade has moved them."""
    _spare_signing(sdk.auth)
    _spare_checks(sdk.protocol.OTSProtocol)
    builder = sdk.plainbuffer.plain_buffer_builder.PlainBufferBuilder
    builder.serialize_primary_key = staticmethod(_of_keys(builder.serialize_primary_key))


def _spare_signing(auth: Any) -> None:
    usual_hmac, usual_text = auth.calculate_hmac, auth.SignBase._get_request_signature_string  # noqa: SLF001 - its seam

    def calculate_hmac(signing_key: Any, signature_string: Any, sign_method: Any, encoding: str) -> Any:
        kind = _HASHES.get(sign_method)
        if kind is None or not (isinstance(signing_key, str) and isinstance(signature_string, str)):
            return usual_hmac(signing_key, signature_string, sign_method, encoding)
        return hmac.digest(signing_key.encode(encoding), signature_string.encode(encoding), kind)

    @lru_cache(maxsize=64)
    def before_headers(query: str) -> str:
        text: str = usual_text(auth.SignBase, query, {})  # of whose members it asks for a static one alone
        return text.removesuffix("\n")

    def request_text(self: Any, query: str, headers: Any) -> str:
        return f"{before_headers(query)}{self._make_headers_string(headers)}\n"

    auth.calculate_hmac, auth.SignBase._get_request_signature_string = calculate_hmac, request_text  # noqa: SLF001 - as above
    auth.urlparse = lru_cache(maxsize=64)(auth.urlparse)


def _spare_checks(protocol: Any) -> None:
    usual = protocol._check_headers  # noqa: SLF001 - as above

    def check_headers(self: Any, headers: Any, body: Any, status: int | None = None) -> None:
        if not plainly_right(headers, body, status):
            usual(self, headers, body, status=status)

    protocol._check_headers = check_headers  # noqa: SLF001 - as above


def _of_keys(usual: Callable[[Any], Any]) -> Callable[[Any], Any]:
    """In the place of `serialize_primary_key`: those of documents that many deliveries read are written once."""

    @lru_cache(maxsize=256)
    def of_text(name: str, value: str) -> bytes:
        return bytes(usual([(name, value)]))

    def serialize_primary_key(primary_key: Any) -> Any:
        if len(primary_key) == 1:
            name, value = primary_key[0]
            if type(value) is str:  # and not what is equal to another, as 1 and True are
                return of_text(name, value)
        return usual(primary_key)

    return serialize_primary_key
