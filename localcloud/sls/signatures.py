"""Log Service signatures, checked: v1 (`LOG <key id>:<base64>`, HMAC-SHA1) and v4 (`SLS4-HMAC-SHA256`).

v1 signs method, Content-MD5, Content-Type, Date, the x-log-* and x-acs-* headers and the path with its
decoded query: https://www.alibabacloud.com/help/en/sls/developer-reference/request-signatures. v4 signs a
canonical request with the body's SHA-256 and derives its key from the secret, day, region and service. Both
are checked in the form in which aliyun-log-python-sdk 0.9.52 sends them.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from urllib.parse import parse_qsl, quote, unquote

from localcloud.sls.errors import SlsError
from localcloud.wire.http import Request
from localcloud.wire.signing import SKEW_S_MAX, Credential, head_lines

_V1 = re.compile(r"LOG ([^:\s]{1,128}):([A-Za-z0-9+/=]{1,64})", re.ASCII)
_V4 = re.compile(
    r"SLS4-HMAC-SHA256 Credential=([^/\s]{1,128})/(\d{8})/([a-z0-9-]{0,64})/sls/aliyun_v4_request,"
    r"\s?Signature=([0-9a-f]{64})",
    re.ASCII,
)


def check_signature(request: Request, keys: Mapping[str, Credential], *, region: str, now: float) -> None:
    """Raise SlsError unless one of `keys` (by key id) signed this request, at about `now` (unix seconds)."""
    authorization = request.headers.get("authorization", "")
    if match := _V4.fullmatch(authorization):
        key_id, day, key_region, signature = match.groups()
        key = _key(request, keys, key_id)
        _check_sha256(request)
        date = request.headers.get("x-log-date", "")
        scope = f"{day}/{key_region}/sls/aliyun_v4_request"
        wanted = _v4_signature(key.access_key_secret, request, date, day, key_region, scope)
        if key_region != region or not date.startswith(day) or not hmac.compare_digest(wanted, signature):
            raise _not_matched(signature)
        sent_at = _v4_time(date)
    elif match := _V1.fullmatch(authorization):
        key_id, signature = match.groups()
        key = _key(request, keys, key_id)
        if request.headers.get("x-log-signaturemethod") != "hmac-sha1":
            raise SlsError(400, "InvalidSignatureMethod", "signature method is unsupported.")
        if not key.signed(_v1_text(request), "sha1", signature):
            raise _not_matched(signature)
        sent_at = _v1_time(request.headers.get("date", ""))
    else:
        raise SlsError(401, "Unauthorized", "Authorization is missing or malformed.")
    if abs(sent_at - now) > SKEW_S_MAX:
        raise SlsError(400, "RequestTimeExpired", "Request time has been expired.")
    _check_md5(request)


def _key(request: Request, keys: Mapping[str, Credential], key_id: str) -> Credential:
    key = keys.get(key_id)
    token = request.headers.get("x-acs-security-token")
    if key is None or (key.security_token and not token):
        raise SlsError(401, "Unauthorized", f"AccessKeyId not found: {key_id}")
    if not key.has_token(token or ""):
        raise SlsError(401, "Unauthorized", "The security token you provided is invalid.")
    return key


def _not_matched(signature: str) -> SlsError:
    return SlsError(401, "SignatureNotMatch", f"Signature {signature} not matched.")


def _is_signed_extra(name: str) -> bool:
    return name.startswith("x-acs-") or (name.startswith("x-log-") and not name.startswith("x-log-meta-"))


def _v1_text(request: Request) -> str:
    # x-log-date is a copy of Date that clients add after signing, for proxies that drop Date
    signed = [name for name in request.headers if _is_signed_extra(name) and name != "x-log-date"]
    resource = unquote(request.path)
    if query := sorted(parse_qsl(request.query, keep_blank_values=True)):
        resource += "?" + "&".join(f"{key}={value}" for key, value in query)
    return "\n".join([*head_lines(request, signed), resource])


def _v4_signature(secret: str, request: Request, date: str, day: str, region: str, scope: str) -> str:
    headers = request.headers
    names = sorted(name for name in headers if name in ("content-type", "host") or _is_signed_extra(name))
    query = sorted(parse_qsl(request.query, keep_blank_values=True))
    canonical = "\n".join(
        [
            request.method,
            unquote(request.path),
            "&".join(f"{key}={quote(value, safe='~')}" if value else key for key, value in query),
            *(f"{name}:{headers[name].strip()}" for name in names),
            "",
            ";".join(names),
            headers.get("x-log-content-sha256", ""),
        ]
    )
    digest = hashlib.sha256(canonical.encode()).hexdigest()
    key = f"aliyun_v4{secret}".encode()
    for part in (day, region, "sls", "aliyun_v4_request"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    text = f"SLS4-HMAC-SHA256\n{date}\n{scope}\n{digest}"
    return hmac.new(key, text.encode(), hashlib.sha256).hexdigest()


def _check_sha256(request: Request) -> None:
    if request.headers.get("x-log-content-sha256") != hashlib.sha256(request.body).hexdigest():
        raise SlsError(400, "InvalidContentSha256", "x-log-content-sha256 does not match the body.")


def _check_md5(request: Request) -> None:
    sent = request.headers.get("content-md5")
    if sent is not None and sent.upper() != hashlib.md5(request.body, usedforsecurity=False).hexdigest().upper():
        raise SlsError(400, "InvalidContentMD5", "Content-MD5 does not match the body.")


def _v1_time(date: str) -> float:
    try:
        return parsedate_to_datetime(date).timestamp()
    except (TypeError, ValueError, OverflowError) as error:
        raise SlsError(400, "InvalidDateFormat", "Date must follow RFC822.") from error


def _v4_time(date: str) -> float:
    try:
        return datetime.strptime(date, "%Y%m%dT%H%M%SZ").replace(tzinfo=timezone.utc).timestamp()
    except ValueError as error:
        raise SlsError(400, "InvalidDateFormat", "x-log-date must be like 20060102T150405Z.") from error
