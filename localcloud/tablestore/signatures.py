"""Tablestore's signatures: requests checked, answers signed, as tablestore 6.4.8 sends and demands them (version 2).

A request signs its path, the method and its `x-ots-*` headers with HMAC-SHA1; an answer signs its own headers and the
path with the same key, and the client refuses an answer that is not signed
(https://www.alibabacloud.com/help/en/tablestore/developer-reference/request-signatures).
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from datetime import datetime, timezone

from localcloud.tablestore.errors import OtsError, parameter_invalid
from localcloud.wire.http import Request
from localcloud.wire.signing import SKEW_S_MAX, Credential

API_VERSION = "2015-12-31"
_DATE = "%Y-%m-%dT%H:%M:%S.%fZ"
_SIGNATURE = "x-ots-signature"
_REQUIRED = ("date", "apiversion", "accesskeyid", "instancename", "contentmd5", "signature")


def check_request(request: Request, keys: Mapping[str, Credential], *, instance: str, now: float) -> Credential:
    """The key that signed this request, at about `now` (unix seconds), for this instance. Raises OtsError."""
    if request.method != "POST":
        raise OtsError("OTSMethodNotAllowed", "Only POST method for requests is supported.")
    headers = request.headers
    for name in _REQUIRED:
        if not headers.get(f"x-ots-{name}"):
            raise parameter_invalid(f"Missing header: x-ots-{name}.")
    if headers["x-ots-apiversion"] != API_VERSION:
        raise parameter_invalid("Invalid API version.")
    key = _key(headers, keys)
    if not key.signed(_request_text(request), "sha1", headers[_SIGNATURE]):
        raise OtsError("OTSAuthFailed", "Signature mismatch.")
    if headers["x-ots-contentmd5"] != content_md5(request.body):
        raise OtsError("OTSAuthFailed", "Mismatch between MD5 value of request body and x-ots-contentmd5 in header.")
    if abs(_moment(headers["x-ots-date"]) - now) > SKEW_S_MAX:
        raise OtsError("OTSAuthFailed", f"Mismatch between system time and x-ots-date: {headers['x-ots-date'][:32]}.")
    if headers["x-ots-instancename"] != instance:
        raise OtsError("OTSAuthFailed", "The instance is not found.")
    return key


def answer_headers(path: str, body: bytes, key: Credential | None, *, request_id: str, now: float) -> dict[str, str]:
    """What an answer carries; signed if it is known for whom."""
    headers = {
        "x-ots-contentmd5": content_md5(body),
        "x-ots-contenttype": "protocol buffer",
        "x-ots-date": datetime.fromtimestamp(now, timezone.utc).strftime(_DATE),
        "x-ots-requestid": request_id,
    }
    if key is not None:
        signature = key.signature(f"{_lines(headers)}\n{path}", "sha1")
        headers["Authorization"] = f"OTS {key.access_key_id}:{signature}"
    return headers


def content_md5(body: bytes) -> str:
    """Base64 of the MD5."""
    return base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()


def _key(headers: Mapping[str, str], keys: Mapping[str, Credential]) -> Credential:
    key = keys.get(headers["x-ots-accesskeyid"])
    if key is None:
        raise OtsError("OTSAuthFailed", "The AccessKeyID does not exist.")
    if not key.has_token(headers.get("x-ots-ststoken", "")):
        # Which text the service has for this is in no document; the code is.
        raise OtsError("OTSAuthFailed", "The security token is invalid or has expired.")
    return key


def _request_text(request: Request) -> str:
    signed = {name: value for name, value in request.headers.items() if name != _SIGNATURE}
    return f"{request.path}\n{request.method}\n{request.query}\n{_lines(signed)}\n"


def _lines(headers: Mapping[str, str]) -> str:
    return "\n".join(sorted(f"{name}:{value.strip()}" for name, value in headers.items() if name.startswith("x-ots-")))


def _moment(date: str) -> float:
    try:
        return datetime.strptime(date, _DATE).replace(tzinfo=timezone.utc).timestamp()
    except ValueError:
        raise parameter_invalid(f"Invalid date format: {date[:32]}.") from None
