"""Function Compute 2.0 over HTTP (API version 2016-08-15), with its own signature checked.

`POST /2016-08-15/services/<service>[.<qualifier>]/functions/<name>/invocations`, as aliyun-fc2 2.5.2 sends it.
Signature: `authorization: FC <key id>:<base64 HMAC-SHA256>` over method, Content-MD5, Content-Type, Date, the `x-fc-*`
headers and the path (https://help.aliyun.com/document_detail/52877.html). Codes and statuses:
https://www.alibabacloud.com/help/en/functioncompute/error-codes; InvalidSecurityToken and RequestTimeTooSkewed are not
in that table: those names are this project's. One service, and of it only the qualifier LATEST, are there.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable
from email.utils import parsedate_to_datetime
from urllib.parse import unquote

from localcloud.clock import Clock
from localcloud.fc.answers import FunctionDesk
from localcloud.wire.http import ApiError, Request, Response, json_response
from localcloud.wire.signing import SKEW_S_MAX, Credential, head_lines

ROOT = "/2016-08-15/"
TASK_HEADER = "x-fc-stateful-async-invocation-id"
"""FC 2.0's name of the task id
(https://www.alibabacloud.com/help/en/fc/developer-reference/api-fc-open-2021-04-06-getstatefulasyncinvocation)."""

_PATH = re.compile(ROOT + r"services/([^/.]{1,128})(?:\.([^/]{1,128}))?/functions/([^/]{1,128})/invocations")
_AUTHORIZATION = re.compile(r"FC ([^:\s]{1,128}):([A-Za-z0-9+/=]{1,64})", re.ASCII)


class Fc2Door:
    """The HTTP side of a desk, for functions that all lie in one service."""

    def __init__(
        self, desk: FunctionDesk, clock: Clock, credentials: Iterable[Credential], *, service: str = "default"
    ) -> None:
        self.service = service
        """In which all functions lie."""
        self._desk = desk
        self._clock = clock
        self._credentials = {one.access_key_id: one for one in credentials}

    @staticmethod
    def serves(request: Request) -> bool:
        """Whether a request is meant for this door."""
        return request.path.startswith(ROOT)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except ApiError as error:
            body = {"ErrorCode": error.code, "ErrorMessage": error.message}
            return json_response(body, error.status, {"x-fc-request-id": str(uuid.uuid4())})

    def _answer(self, request: Request) -> Response:
        self._check_signature(request)
        found = _PATH.fullmatch(unquote(request.path))
        if found is None or request.method != "POST":
            raise ApiError(
                400, "PathNotSupported", f"'{request.path[:256]}' against '{request.method}' is not supported"
            )
        service, qualifier, name = found.groups()
        if service != self.service:
            raise ApiError(404, "ServiceNotFound", f"service '{service}' does not exist")
        if qualifier not in {None, "LATEST"}:
            raise ApiError(404, "VersionNotFound", f"version '{qualifier}' of service '{service}' does not exist")
        return self._desk.invoke(name, request.body, request.headers, TASK_HEADER)

    def _check_signature(self, request: Request) -> None:
        found = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        if found is None:
            raise ApiError(400, "MissingRequiredHeader", "required HTTP header Authorization was not specified")
        key = self._credentials.get(found[1])
        if key is None:
            raise ApiError(403, "InvalidAccessKeyID", f"invalid access key ID '{found[1]}'")
        if not key.has_token(request.headers.get("x-fc-security-token", "")):
            raise ApiError(403, "InvalidSecurityToken", "the security token is not this key's")
        if abs(_sent_at(request) - self._clock.now()) > SKEW_S_MAX:
            raise ApiError(403, "RequestTimeTooSkewed", "the date of the request is too far from now")
        if not key.signed(signed_text(request), "sha256", found[2]):
            message = "The request signature we calculated does not match the signature you provided."
            raise ApiError(403, "SignatureNotMatch", message)


def signed_text(request: Request) -> str:
    """What is signed; the path without its escapes, and no query: invocations have none."""
    signed = [name for name in request.headers if name.startswith("x-fc-")]
    return "\n".join([*head_lines(request, signed), unquote(request.path)])


def _sent_at(request: Request) -> float:
    try:
        return parsedate_to_datetime(request.headers.get("date", "")).timestamp()
    except (TypeError, ValueError, OverflowError) as error:
        raise ApiError(400, "MissingRequiredHeader", "required HTTP header Date was not specified") from error
