"""Checks the signature ACS3-HMAC-SHA256 of a raw request.

Rules: https://www.alibabacloud.com/help/en/sdk/product-overview/v3-request-structure-and-signature, and what the
official SDKs send. Codes, texts and statuses: the public table of common gateway errors, as repeated at
https://developer.aliyun.com/ask/278265; MissingSecurityToken at https://www.alibabacloud.com/help/doc-detail/42775.htm;
IncompleteSignature at https://help.aliyun.com/zh/polardb/client-error-codes.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timezone
from threading import Lock
from urllib.parse import parse_qsl, quote

from localcloud.clock import Clock
from localcloud.wire.http import ApiError, Request
from localcloud.wire.signing import SKEW_S_MAX, Credential

ALGORITHM = "ACS3-HMAC-SHA256"
NONCES_KEPT = 100_000
"""Beyond that many the oldest is forgotten, so that memory stays bounded."""
PARAMETERS_MOST = 1_000
_AUTHORIZATION = re.compile(
    ALGORITHM + r" +Credential=([^,\s]{1,256}), *SignedHeaders=([a-z0-9;-]{1,4096}), *Signature=([0-9a-f]{64})"
)
_ALWAYS_SIGNED = (
    "host",
    "x-acs-action",
    "x-acs-content-sha256",
    "x-acs-date",
    "x-acs-signature-nonce",
    "x-acs-version",
)


class Verifier:
    """Tells whose request it is, or raises ApiError as the gateway answers. Safe between threads."""

    def __init__(self, clock: Clock, credentials: Iterable[Credential]) -> None:
        self._clock = clock
        self._credentials = {one.access_key_id: one for one in credentials}
        self._nonces: OrderedDict[str, float] = OrderedDict()
        self._lock = Lock()

    def verify(self, request: Request) -> Credential:
        """The credential that signed the request; only a rightly signed request spends its nonce."""
        key, signed, signature = _authorization(request)
        moment = self._fresh(request.headers.get("x-acs-date", ""))
        credential = self._credentials.get(key)
        if credential is None:
            raise ApiError(404, "InvalidAccessKeyId.NotFound", "Specified access key is not found.")
        _check_token(credential, request.headers.get("x-acs-security-token", ""))
        content = hashlib.sha256(request.body).hexdigest()
        wanted = sign(credential.access_key_secret, canonical_request(request, signed))
        if request.headers["x-acs-content-sha256"] != content or not hmac.compare_digest(wanted, signature):
            raise ApiError(400, "SignatureDoesNotMatch", "Specified signature is not matched with our calculation.")
        self._spend(request.headers["x-acs-signature-nonce"], moment)
        return credential

    def _fresh(self, date: str) -> float:
        try:
            moment = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=timezone.utc).timestamp()
        except ValueError:
            message = "Specified time stamp or date value is not well formatted."
            raise ApiError(400, "InvalidTimeStamp.Format", message) from None
        if abs(self._clock.now() - moment) > SKEW_S_MAX:
            raise ApiError(400, "InvalidTimeStamp.Expired", "Specified time stamp or date value is expired.")
        return moment

    def _spend(self, nonce: str, moment: float) -> None:
        with self._lock:
            if nonce in self._nonces:
                raise ApiError(400, "SignatureNonceUsed", "Specified signature nonce was used already.")
            self._nonces[nonce] = moment + SKEW_S_MAX
            now = self._clock.now()
            while len(self._nonces) > NONCES_KEPT or next(iter(self._nonces.values())) < now - SKEW_S_MAX:
                self._nonces.popitem(last=False)


def sign(secret: str, canonical: str) -> str:
    """The signature of a canonical request, in hex."""
    text = f"{ALGORITHM}\n{hashlib.sha256(canonical.encode()).hexdigest()}"
    return hmac.new(secret.encode(), text.encode(), hashlib.sha256).hexdigest()


def canonical_request(request: Request, signed: list[str]) -> str:
    """What is signed. Blanks come as `+` and are signed as `%20`, so the query is decoded first."""
    pairs = sorted(parse_parameters(request.query))
    query = "&".join(f"{_encoded(name)}={_encoded(value)}" for name, value in pairs)
    headers = "".join(f"{name}:{request.headers[name].strip()}\n" for name in sorted(signed))
    content = request.headers["x-acs-content-sha256"]
    return "\n".join([request.method, request.path, query, headers, ";".join(sorted(signed)), content])


def parse_parameters(text: str) -> list[tuple[str, str]]:
    """Names and values of a query or a form. Raises ApiError if there are more than 1,000."""
    try:
        return parse_qsl(text, keep_blank_values=True, max_num_fields=PARAMETERS_MOST)
    except ValueError:
        raise ApiError(400, "InvalidParameter", "The request holds too many parameters.") from None


def _authorization(request: Request) -> tuple[str, list[str], str]:
    text = request.headers.get("authorization", "")
    if not text:
        raise ApiError(400, "MissingAccessKeyId", "AccessKeyId is mandatory for this action.")
    match = _AUTHORIZATION.fullmatch(text)
    signed = match[2].split(";") if match else []
    must = {*_ALWAYS_SIGNED, *(name for name in request.headers if name.startswith("x-acs-"))}
    if match is None or not must <= set(signed) or not set(signed) <= set(request.headers):
        message = "The request signature does not conform to Aliyun standards."
        raise ApiError(400, "IncompleteSignature", message)
    return match[1], signed, match[3]


def _check_token(credential: Credential, token: str) -> None:
    if credential.security_token and not token:
        raise ApiError(400, "MissingSecurityToken", "SecurityToken is mandatory for this action.")
    if not credential.has_token(token):
        message = "Specified SecurityToken mismatch with the AccessKey."
        raise ApiError(400, "InvalidSecurityToken.MismatchWithAccessKey", message)


def _encoded(text: str) -> str:
    return quote(text, safe="-_.~")
