"""The gateway of Alibaba's RPC-style services: one path, the operation in `x-acs-action` and `x-acs-version`.

Shapes as the official SDKs send and read them, codes as in https://developer.aliyun.com/ask/278265;
InvalidAction.NotFound and Throttling.User with their texts as clients of many products meet them.
Every call is recorded, with what it did apart from what it answered.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from email.utils import formatdate
from enum import Enum
from threading import Lock
from typing import Any, NoReturn
from uuid import uuid4

from localcloud.timeline import Timeline
from localcloud.wire.acs3 import Verifier, parse_parameters
from localcloud.wire.faults import PREVENTS, Fault, FaultKind, Faults, spoiled
from localcloud.wire.http import ApiError, Request, Response, json_response

CALLS_KEPT = 100_000
MINUTE_S = 60.0
HTTP_OK = 200
Handler = Callable[[Mapping[str, str]], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of one service.

    The handler takes the parameters and returns the answer without its RequestId, or raises ApiError.
    """

    version: str
    action: str
    method: str
    handler: Handler
    required: tuple[str, ...] = ()
    in_body: bool = False
    """Parameters are read from the form body only; else from the query only."""
    per_minute: int | None = None
    """Calls a minute and key; None: unlimited."""
    in_part: Callable[[Mapping[str, str], frozenset[str]], NoReturn] | None = None
    """Of a batch: do what is chosen of it and raise the ApiError that tells a part failure."""
    refusal: Callable[[str, str], dict[str, Any]] | None = None
    """A refusal with that code and message as an answer with status 200, where the service refuses so."""


class CallEffect(str, Enum):
    """Whether the operation ran."""

    NONE = "none"
    RAN = "ran"
    """It ran, which may mean that it refused."""
    LATER = "later"
    """It runs some time after the answer."""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the gateway saw it."""

    version: str
    action: str
    parameters: Mapping[str, str]
    """Empty if the call was refused before they were read."""
    at: float
    effect: CallEffect
    status: int
    """HTTP status; 0: the connection was dropped."""
    code: str
    """Code of the error answer, or the kind of an injected fault without a code; empty for a success."""
    request_id: str


class OpenApi:
    """The service behind `handle`. Safe between threads."""

    def __init__(self, timeline: Timeline, verifier: Verifier, faults: Faults) -> None:
        self.faults = faults
        self.dated = False
        """Whether answers have a `Date`, as in life. Not unless asked for: whoever lets time pass for the
        functions alone, as the demo does, has two clocks on purpose."""
        self._timeline = timeline
        self._verifier = verifier
        self._operations: dict[tuple[str, str], Operation] = {}
        self._limits: dict[tuple[str, str], int | None] = {}
        self._lately: dict[tuple[str, str, str], deque[float]] = {}
        self._calls: deque[Call] = deque(maxlen=CALLS_KEPT)
        self._lock = Lock()

    def register(self, operations: Iterable[Operation]) -> None:
        """Offer these operations."""
        for operation in operations:
            key = (operation.version, operation.action)
            self._operations[key] = operation
            self._limits[key] = operation.per_minute

    def limit(self, version: str, action: str, per_minute: int | None) -> None:
        """Set an operation's rate limit; None lifts it. Raises KeyError for an unknown operation."""
        _ = self._operations[version, action]
        self._limits[version, action] = per_minute

    @property
    def calls(self) -> list[Call]:
        """Every call so far, in the order of the answers (the last 100,000)."""
        with self._lock:
            return list(self._calls)

    def calls_of(self, action: str) -> list[Call]:
        """The calls of one operation."""
        return [call for call in self.calls if call.action == action]

    def handle(self, request: Request) -> Response:
        """Answer one request."""
        request_id = str(uuid4()).upper()
        at = self._timeline.now()
        parameters: dict[str, str] = {}
        effect, code = CallEffect.NONE, ""
        try:
            operation, parameters, fault = self._admit(request)
            effect = _effect(fault)
            response, code = self._answer(operation, parameters, fault, request_id)
        except ApiError as error:
            code = error.code
            response = _error(error, request_id, request.headers.get("host", ""))
        headers = request.headers
        call = Call(
            version=headers.get("x-acs-version", ""),
            action=headers.get("x-acs-action", ""),
            parameters=parameters,
            at=at,
            effect=effect,
            status=0 if response.close else response.status,
            code=code,
            request_id=request_id,
        )
        with self._lock:
            self._calls.append(call)
        date = {"date": formatdate(self._timeline.now(), usegmt=True)} if self.dated else {}
        return replace(response, headers={**date, **response.headers})

    def _admit(self, request: Request) -> tuple[Operation, dict[str, str], Fault | None]:
        """What is decided before the operation itself: who, what, how often, with which parameters."""
        key = (request.headers.get("x-acs-version", ""), request.headers.get("x-acs-action", ""))
        operation = self._operations.get(key)
        if operation is None or request.path != "/":
            message = "Specified api is not found, please check your url and method."
            raise ApiError(404, "InvalidAction.NotFound", message)
        if request.method != operation.method:
            raise ApiError(400, "UnsupportedHTTPMethod", "This http method is not supported.")
        credential = self._verifier.verify(request)
        self._pace(credential.access_key_id, operation)
        text = request.body.decode("utf-8", "replace") if operation.in_body else request.query
        parameters = dict(parse_parameters(text))
        for name in operation.required:
            if not parameters.get(name):
                raise ApiError(400, f"Missing{name}", f"{name} is mandatory for this action.")
        return operation, parameters, self.faults.take(operation.action, parameters)

    def _pace(self, access_key_id: str, operation: Operation) -> None:
        limit = self._limits[operation.version, operation.action]
        if limit is None:
            return
        now = self._timeline.now()
        with self._lock:
            lately = self._lately.setdefault((access_key_id, operation.version, operation.action), deque())
            while lately and lately[0] <= now - MINUTE_S:
                lately.popleft()
            if len(lately) >= limit:
                raise _throttled()
            lately.append(now)

    def _answer(
        self, operation: Operation, parameters: dict[str, str], fault: Fault | None, request_id: str
    ) -> tuple[Response, str]:
        """The answer and its code; what the operation does is done on the way."""
        if fault is None:
            return _run(operation, parameters, request_id), ""
        if fault.kind in PREVENTS:
            if fault.effect_after_s is not None:
                self._timeline.later(fault.effect_after_s, lambda: _run_unanswered(operation, parameters))
        elif fault.kind is FaultKind.PART_FAILURE:
            if operation.in_part is None:
                raise ValueError(f"{operation.action} is no batch and cannot fail in part")
            operation.in_part(parameters, fault.done)
        elif fault.kind is FaultKind.DELAY_BEFORE_EFFECT:
            self.faults.sleep(fault.delay_s)
            return _run(operation, parameters, request_id), ""
        elif fault.kind is FaultKind.DELAY_AFTER_EFFECT:
            try:
                return _run(operation, parameters, request_id), ""
            finally:
                self.faults.sleep(fault.delay_s)
        else:
            _run_unanswered(operation, parameters)
        return _instead(operation, fault, request_id)


def _run(operation: Operation, parameters: Mapping[str, str], request_id: str) -> Response:
    return json_response({"RequestId": request_id, **operation.handler(parameters)})


def _run_unanswered(operation: Operation, parameters: Mapping[str, str]) -> None:
    try:
        operation.handler(parameters)
    except ApiError:
        # A refusal has no effect, and nobody is there to hear it: the caller gets the fault's answer.
        return


def _effect(fault: Fault | None) -> CallEffect:
    if fault is None or fault.kind not in PREVENTS:
        return CallEffect.RAN
    return CallEffect.NONE if fault.effect_after_s is None else CallEffect.LATER


def _instead(operation: Operation, fault: Fault, request_id: str) -> tuple[Response, str]:
    """What the fault answers, and its code. Raises ApiError for an error answer."""
    if fault.kind is FaultKind.THROTTLED:
        raise _throttled(fault.retry_after_ms)
    answer = spoiled(fault.kind)
    if answer is not None:
        return answer, fault.kind.value
    if fault.status != HTTP_OK:
        raise ApiError(fault.status, fault.code, fault.message)
    if operation.refusal is None:
        raise ValueError(f"{operation.action} does not refuse with status {HTTP_OK}")
    return json_response({**operation.refusal(fault.code, fault.message), "RequestId": request_id}), fault.code


def _throttled(retry_after_ms: int | None = None) -> ApiError:
    headers = {} if retry_after_ms is None else {"x-acs-retry-after": str(retry_after_ms)}
    return ApiError(400, "Throttling.User", "Request was denied due to user flow control.", headers)


def _error(error: ApiError, request_id: str, host: str) -> Response:
    body = {"Code": error.code, "Message": error.message, "RequestId": request_id, "HostId": host}
    return json_response(body, error.status, error.headers)
