"""One signed call on the wire: RPC style, ACS3-HMAC-SHA256; and what came back, or why nothing did.

https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature. The official SDK is the
judge: a test sends the same calls through it and compares method, path, parameters, body, headers and signature. It
takes half a second to load, and several times as long for a call.
"""

from __future__ import annotations

import hmac
import json
import os
import time
from collections.abc import Mapping
from hashlib import sha256
from typing import Any
from urllib.parse import quote, urlencode

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.straight_http import HttpFailed, drop_idle, send
from shared.systems.openapi import ApiCall, Refusal
from shared.systems.openapi.classify import NoAnswer
from shared.wire_reading import HttpAnswer

ALGORITHM = "ACS3-HMAC-SHA256"
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_FIRST_ERROR = 400
drop_connections = drop_idle


def call(
    credentials: Credentials, endpoint: Endpoint, wanted: ApiCall, timeouts_ms: tuple[int, int]
) -> Mapping[str, Any] | NoAnswer | Refusal:
    """Send it once: `{"statusCode", "body"}`, the JSON parsed; or what came instead."""
    date = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    headers, query, body = signed(credentials, endpoint, wanted, date, os.urandom(16).hex())
    connect_ms, read_ms = timeouts_ms
    try:
        answer = send(
            endpoint,
            wanted.method,
            f"/?{query}" if query else "/",
            headers,
            body,
            timeouts_s=(connect_ms / 1000, read_ms / 1000),
        )
    except HttpFailed as error:
        return NoAnswer(error.how.value)
    if answer.status in _REDIRECTS and "location" in answer.headers:
        return NoAnswer.REDIRECTED
    try:
        found = json.loads(answer.body)
    except (ValueError, RecursionError):
        return NoAnswer.UNREADABLE_ANSWER
    if answer.status < _FIRST_ERROR:
        return {"statusCode": answer.status, "body": found}
    return _refusal(answer, found) if isinstance(found, dict) else NoAnswer.UNREADABLE_ANSWER


def signed(
    credentials: Credentials, endpoint: Endpoint, wanted: ApiCall, date: str, nonce: str
) -> tuple[Mapping[str, str], str, bytes]:
    """Headers, query and body of a call at that moment; no nonce comes twice."""
    form = wanted.method == "POST" and not wanted.in_query
    pairs = sorted(wanted.parameters.items())
    query = "" if form else "&".join(f"{_quoted(name)}={_quoted(value)}" for name, value in pairs)
    body = urlencode(pairs).encode() if form else b""
    content = sha256(body).hexdigest()
    headers = {
        "accept": "application/json",
        **({"content-type": "application/x-www-form-urlencoded"} if form else {}),
        "host": endpoint.netloc,
        "user-agent": "second-wind",
        "x-acs-action": wanted.action,
        "x-acs-content-sha256": content,
        "x-acs-date": date,
        **({"x-acs-security-token": credentials.security_token} if credentials.security_token else {}),
        "x-acs-signature-nonce": nonce,
        "x-acs-version": wanted.version,
    }
    names = ";".join(headers)  # in the order of the alphabet, as they stand here
    spelled = "".join(f"{name}:{value}\n" for name, value in headers.items())
    canonical = f"{wanted.method}\n/\n{query}\n{spelled}\n{names}\n{content}"
    told = f"{ALGORITHM}\n{sha256(canonical.encode()).hexdigest()}"
    signature = hmac.digest(credentials.access_key_secret.encode(), told.encode(), "sha256").hex()
    key = credentials.access_key_id
    authorization = f"{ALGORITHM} Credential={key},SignedHeaders={names},Signature={signature}"
    return {**headers, "authorization": authorization}, query, body


def _quoted(text: str) -> str:
    return quote(text, safe="")


def _refusal(answer: HttpAnswer, data: Mapping[str, Any]) -> Refusal:
    code = data.get("Code", data.get("code"))
    wait_ms = answer.headers.get("x-acs-retry-after", "")
    waits = wait_ms.isascii() and wait_ms.isdigit() and 0 < len(wait_ms) <= 9  # noqa: PLR2004 - eleven days
    return Refusal(
        code=f"Http{answer.status}" if code in (None, "") else str(code),
        message=str(data.get("Message", data.get("message")) or ""),
        request_id=str(data.get("RequestId", data.get("requestId")) or ""),
        http_status=answer.status,
        retry_after_s=int(wait_ms) / 1000 if waits and int(wait_ms) else None,
    )
