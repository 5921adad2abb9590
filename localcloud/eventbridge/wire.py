"""PutEvents over HTTP, as the EventBridge data SDK speaks it.

`POST /openapi/putEvents`, a JSON array of CloudEvents (`application/cloudevents-batch+json`), each naming
its bus in `aliyuneventbusname`: at most 16 events and 256 KB
(https://help.aliyun.com/en/eventbridge/putevents). Signed with `authorization: acs:<key id>:<base64
HMAC-SHA1>` over method, Content-MD5, Content-Type, Date, the x-acs-* headers and the path, as the SDK at
github aliyun/alibabacloud-eventbridge-sdk does. Error codes are not published for this call: those here are
this project's.
"""

from __future__ import annotations

import json
import re
import uuid
from collections.abc import Callable, Iterable
from typing import Any

from localcloud.eventbridge.models import Event, EventError
from localcloud.wire.http import ApiError, Request, Response, json_response
from localcloud.wire.signing import Credential, head_lines

PATH = "/openapi/putEvents"
EVENTS_MAX = 16
BODY_BYTES_MAX = 256 * 1024

_AUTHORIZATION = re.compile(r"acs:([^:\s]{1,128}):([A-Za-z0-9+/=]{1,64})", re.ASCII)


class PutEventsDoor:
    """The HTTP side of an EventBridge: `put` takes a bus and an event there, or raises EventError."""

    def __init__(self, put: Callable[[str, Event], object], credentials: Iterable[Credential]) -> None:
        self._put_event = put
        self._credentials = {one.access_key_id: one for one in credentials}

    @staticmethod
    def serves(request: Request) -> bool:
        """Whether a request is meant for this door."""
        return request.path == PATH

    def handle(self, request: Request) -> Response:
        """Answer one PutEvents."""
        request_id = uuid.uuid4().hex.upper()
        try:
            self._check_signature(request)
            events = _events(request)
        except ApiError as error:
            body = {"code": error.code, "message": error.message, "requestId": request_id}
            return json_response(body, error.status)
        entries = [self._put(event) for event in events]
        failed = sum("ErrorCode" in entry for entry in entries)
        return json_response({"RequestId": request_id, "FailedEntryCount": failed, "EntryList": entries})

    def _put(self, event: Any) -> dict[str, str]:
        if not isinstance(event, dict):
            return {"ErrorCode": "InvalidArgument", "ErrorMessage": "An event is a JSON object."}
        try:
            self._put_event(str(event.get("aliyuneventbusname", "")), event)
        except EventError as error:
            return {"ErrorCode": error.code, "ErrorMessage": str(error)}
        return {"EventId": event["id"]}

    def _check_signature(self, request: Request) -> None:
        match = _AUTHORIZATION.fullmatch(request.headers.get("authorization", ""))
        key = self._credentials.get(match[1]) if match else None
        if match is None or key is None:
            raise ApiError(403, "InvalidAccessKeyId", "The access key does not exist.")
        if not key.has_token(request.headers.get("x-acs-security-token", "")):
            raise ApiError(403, "InvalidSecurityToken", "The security token is not valid.")
        text = "\n".join([*head_lines(request, _signed(request)), request.path])
        if not key.signed(text, "sha1", match[2]):
            raise ApiError(403, "SignatureNotMatch", "The signature does not match.")


def _signed(request: Request) -> list[str]:
    return [name for name in request.headers if name.startswith("x-acs")]


def _events(request: Request) -> list[Any]:
    if len(request.body) > BODY_BYTES_MAX:
        raise ApiError(413, "EntityTooLarge", f"A request has at most {BODY_BYTES_MAX} bytes.")
    try:
        events = json.loads(request.body)
    except (ValueError, RecursionError) as error:
        raise ApiError(400, "InvalidArgument", "The body is no JSON.") from error
    if not isinstance(events, list) or not 0 < len(events) <= EVENTS_MAX:
        raise ApiError(400, "InvalidArgument", f"The body is a list of 1 to {EVENTS_MAX} events.")
    return events
