"""What the SDK (alibabacloud-tea-openapi 0.4.6) works out anew to sign each request, and what is mostly the same.

Put in the place of its own functions, of which each gives the same text (but the nonce: that is another each time).
With the same names of headers their order is, within a second the time is, and few names and short values are quoted.
That is a third of what a call of it costs.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Mapping
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from alibabacloud_tea_openapi import utils
from darabonba.request import DaraRequest

SHORT = 64
"""Signs of what is kept as it is quoted."""
_BY_KEY = "ACS3-HMAC-SHA256"
_usual_headers, _usual_signature = utils.get_canonicalized_headers, utils.signature_method
_usual_hash, _usual_set = utils.Utils.hash, DaraRequest.__setattr__


def _quoted(text: Any, safe: Any = "/", encoding: str | None = None, errors: str | None = None) -> str:
    """In the place of `urllib.parse.quote`."""
    if isinstance(text, str) and len(text) <= SHORT and isinstance(safe, str):
        return _short_quoted(text, safe, encoding, errors)
    return quote(text, safe=safe, encoding=encoding, errors=errors)


_short_quoted = lru_cache(maxsize=512)(quote)


def _headers(headers: Mapping[str, Any]) -> tuple[str, str]:
    """In the place of `get_canonicalized_headers`: the headers to be signed, and their names."""
    order = _order(tuple(headers))
    if order is None or set(map(type, headers.values())) != {str}:
        told: tuple[str, str] = _usual_headers(headers)
        return told
    return "".join([f"{mark}{headers[name].strip()}\n" for name, mark in order[0]]), order[1]


@lru_cache(maxsize=64)
def _order(names: tuple[str, ...]) -> tuple[list[tuple[str, str]], str] | None:
    """Each name with what stands before its value, as they are signed, and all of them; None where two are one."""
    by_lower = {name.lower(): name for name in names}
    if len(by_lower) < len(names):
        return None
    lowers = sorted(by_lower)
    return [(by_lower[lower], f"{lower}:") for lower in lowers], ";".join(lowers)


def _query(query: Mapping[str, Any] | None) -> str:
    """In the place of `get_canonical_query_string`."""
    asked = query or {}
    there = sorted([name for name, value in asked.items() if value is not None])
    return "&".join([f"{name}={_quoted(asked[name], '~', 'utf-8')}" for name in there])


def _signature(secret: str, source: str, sign_type: str) -> bytes:
    """In the place of `signature_method`."""
    if sign_type != _BY_KEY:
        told: bytes = _usual_signature(secret, source, sign_type)
        return told
    keyed = _keyed(secret).copy()
    keyed.update(source.encode())
    return keyed.digest()


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    """What depends on the secret alone."""
    return hmac.new(secret.encode(), digestmod="sha256")


def _hash(raw: bytes, sign_type: str) -> Any:
    """In the place of `Utils.hash`: of each request a body that is not there is hashed, too."""
    if sign_type != _BY_KEY:
        return _usual_hash(raw, sign_type)
    if not raw:
        return _NOTHING
    begun = _SHA256.copy()  # to ask for one anew takes as long as the hash itself
    begun.update(raw)
    return begun.digest()


_SHA256 = hashlib.sha256()
_NOTHING = _SHA256.digest()


def _set(request: DaraRequest, name: str, value: Any) -> None:
    """In the place of a request's `__setattr__`, which looks every value up among those that are left out."""
    if value:
        object.__setattr__(request, name, value)
    else:
        _usual_set(request, name, value)


def _timestamp() -> str:
    """In the place of `Utils.get_timestamp`."""
    return _second(int(time.time()))


@lru_cache(maxsize=1)
def _second(moment: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(moment))


def _nonce() -> str:
    """In the place of `Utils.get_nonce`: as many bits that nobody has had before, in one step."""
    return os.urandom(16).hex()


def install() -> None:
    """State of the SDK's module: once a process."""
    utils.quote, utils.signature_method = _quoted, _signature
    utils.get_canonical_query_string, utils.get_canonicalized_headers = _query, _headers
    utils.Utils.hash, DaraRequest.__setattr__ = staticmethod(_hash), _set
    utils.Utils.get_timestamp, utils.Utils.get_nonce = staticmethod(_timestamp), staticmethod(_nonce)
    utils.Utils.get_user_agent = staticmethod(lru_cache(maxsize=8)(utils.Utils.get_user_agent))
