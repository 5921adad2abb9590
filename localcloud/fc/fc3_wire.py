"""Function Compute 3.0 over HTTP (API version 2023-03-30), signed with ACS3-HMAC-SHA256.

`POST /2023-03-30/functions/<name>/invocations`, `GET …/functions/<name>` and `GET …/functions/<name>/triggers`, as
alibabacloud_fc20230330 4.8.3 asks for them. Codes and statuses:
https://help.aliyun.com/zh/functioncompute/api-fc-2023-03-30-errorcodes; signatures are refused with the gateway's own.
Only the qualifier LATEST is there.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from urllib.parse import parse_qs, unquote

from localcloud.clock import Clock
from localcloud.fc.answers import FunctionDesk
from localcloud.wire.acs3 import Verifier
from localcloud.wire.http import ApiError, Request, Response, json_response
from localcloud.wire.signing import Credential

ROOT = "/2023-03-30/functions/"
VERSION = "2023-03-30"
TASK_HEADER = "x-fc-async-task-id"
_ACTIONS = {
    ("POST", "invocations"): "InvokeFunction",
    ("GET", ""): "GetFunction",
    ("GET", "triggers"): "ListTriggers",
}


class Fc3Door:
    """The HTTP side of a desk. `denied` are actions that this account may not use."""

    def __init__(self, desk: FunctionDesk, clock: Clock, credentials: Iterable[Credential]) -> None:
        self.denied: set[str] = set()
        self._desk = desk
        self._verifier = Verifier(clock, credentials)

    @staticmethod
    def serves(request: Request) -> bool:
        """Whether a request is meant for this door."""
        return request.path.startswith(ROOT)

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        request_id = str(uuid.uuid4()).upper()
        try:
            return self._answer(request)
        except ApiError as error:
            body = {"Code": error.code, "Message": error.message, "RequestId": request_id}
            return json_response(body, error.status, {"x-fc-request-id": request_id})

    def _answer(self, request: Request) -> Response:
        name, _, rest = request.path.removeprefix(ROOT).partition("/")
        name = unquote(name)
        action = _ACTIONS.get((request.method, rest))
        named = (request.headers.get("x-acs-action"), request.headers.get("x-acs-version"))
        if action is None or named != (action, VERSION):
            raise ApiError(
                404, "InvalidAction.NotFound", "Specified api is not found, please check your url and method."
            )
        self._verifier.verify(request)
        if action in self.denied:
            raise ApiError(403, "AccessDenied", f"the caller is not authorized to perform 'fc:{action}'")
        if action == "InvokeFunction":
            _check_qualifier(request)
            return self._desk.invoke(name, request.body, request.headers, TASK_HEADER)
        function = self._desk.find(name)
        if action == "GetFunction":
            told = {"functionName": name, "state": "Active", "environmentVariables": dict(function.environment)}
            return json_response(told)
        return json_response({"triggers": list(function.triggers)})


def _check_qualifier(request: Request) -> None:
    qualifier = parse_qs(request.query).get("qualifier", ["LATEST"])[0]
    if qualifier != "LATEST":
        raise ApiError(404, "VersionNotFound", f"version '{qualifier[:64]}' does not exist")
