"""Deployed functions of the local Function Compute: what both of its HTTP doors (`fc3_wire`, `fc2_wire`) invoke.

    desk.deploy("hello", runtime.invoke)
    desk.invoke("hello", b"{}", {"x-fc-log-type": "Tail"})

Headers are those of https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-invokefunction.
An asynchronous call is taken with 202 and made by `run_due`: there are no threads.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from localcloud.clock import Clock
from localcloud.fc.asynchronous import EVENT_BYTES_MAX as ASYNC_EVENT_BYTES_MAX
from localcloud.fc.asynchronous import AsyncFunction
from localcloud.fc.models import EVENT_BYTES_MAX, Function
from localcloud.wire.http import ApiError, Response

TAIL_BYTES = 4096
"""How much of the log's end the header `x-fc-log-result` has, before Base64."""
ERROR_TYPES = frozenset({"FunctionTimeoutError", "ProcessExitedError"})
"""Kinds of failure that `x-fc-error-type` names itself; every other is an UnhandledInvocationError."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One function."""

    call: Function
    queue: AsyncFunction
    triggers: Sequence[Mapping[str, Any]]
    """As ListTriggers shows them."""
    environment: Mapping[str, str]


class FunctionDesk:
    """The functions of one region, by name."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._deployed: dict[str, Deployed] = {}

    def deploy(
        self,
        name: str,
        call: Function,
        *,
        triggers: Sequence[Mapping[str, Any]] = (),
        environment: Mapping[str, str] | None = None,
    ) -> None:
        """Offer a function, in the place of one of that name; triggers and environment are only shown."""
        self._deployed[name] = Deployed(
            call, AsyncFunction(call, self._clock), tuple(triggers), environment if environment is not None else {}
        )

    def run_due(self) -> int:
        """Make every asynchronous call that is due by now; how many were made."""
        return sum(len(one.queue.run_due()) for one in list(self._deployed.values()))

    def find(self, name: str) -> Deployed:
        """That function. Raises ApiError."""
        found = self._deployed.get(name)
        if found is None:
            raise ApiError(404, "FunctionNotFound", f"function '{name[:128]}' does not exist")
        return found

    def invoke(self, name: str, event: bytes, headers: Mapping[str, str], task_header: str) -> Response:
        """InvokeFunction. Raises ApiError; what the function itself does wrong is an answer with status 200."""
        function = self.find(name)
        kind = headers.get("x-fc-invocation-type", "Sync")
        if kind == "Async":
            return _submitted(function, event, headers.get(task_header))
        if kind != "Sync":
            raise ApiError(400, "InvalidArgument", "the invocation type is Sync or Async")
        if len(event) > EVENT_BYTES_MAX:
            raise _too_large(EVENT_BYTES_MAX)
        result = function.call(event)
        told = {"content-type": "application/octet-stream", "x-fc-request-id": result.request_id}
        if result.error is not None:
            kind = str(result.error.get("errorType"))
            told["x-fc-error-type"] = kind if kind in ERROR_TYPES else "UnhandledInvocationError"
        if headers.get("x-fc-log-type") == "Tail":
            told["x-fc-log-result"] = base64.b64encode(result.log.encode()[-TAIL_BYTES:]).decode()
        return Response(200, result.body, told)


def _submitted(function: Deployed, event: bytes, task_id: str | None) -> Response:
    answer = function.queue.submit(event, task_id=task_id)
    if answer.code == "EntityTooLarge":
        raise _too_large(ASYNC_EVENT_BYTES_MAX)
    if answer.code:
        raise ApiError(answer.status, answer.code, f"the task id '{(task_id or '')[:128]}' cannot be used")
    return Response(answer.status, b"", {"x-fc-request-id": answer.request_id})


def _too_large(limit: int) -> ApiError:
    return ApiError(413, "EntityTooLarge", f"payload size exceeds maximum allowed size ({limit} bytes)")
