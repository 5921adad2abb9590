"""Function Compute's asynchronous invocations on localhost: at least once, with retries, stepped by the clock.

    queue = AsyncFunction(runtime, clock, AsyncConfig(on_failure=records.append))
    queue.submit(b'{}').status        # 202: nothing is known yet of how it goes
    queue.run_due()                   # makes the calls that are due by now

Retries: https://www.alibabacloud.com/help/en/functioncompute/fc/error-handling-1-2. A task's id is refused a second
time (https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-invokefunction);
destinations: https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/result-callback.
Not published, so this project's choice: the pause after a function's error, and how long ids are remembered (here:
always). What the platform loses after an error of its own is lost here on demand.
"""

from __future__ import annotations

import re
import threading
import uuid
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum

from localcloud.clock import Clock
from localcloud.fc.models import Function, InvocationResult

EVENT_BYTES_MAX = 128 * 1024
RETRIES_MAX = 8
EVENT_AGE_MAX_S = 604_800
THROTTLED_PAUSE_S = 0.5
"""After the first refusal; doubles."""
THROTTLED_MAX_S = 5 * 3600.0

_TASK_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}", re.ASCII)


class State(str, Enum):
    """A task's status, as far as it is kept here."""

    ENQUEUED = "Enqueued"
    RUNNING = "Running"
    RETRYING = "Retrying"
    SUCCEEDED = "Succeeded"
    FAILED = "Failed"
    EXPIRED = "Expired"


class Condition(str, Enum):
    """Why an invocation ended."""

    SUCCESS = "Success"
    RETRIES_EXHAUSTED = "RetriesExhausted"
    EVENT_AGE_EXCEEDED = "EventAgeExceeded"
    THROTTLED = "Throttled"


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller is told."""

    status: int
    """202 taken, 400 no such task id is possible, 409 a task with that id was taken before, 413 too large."""
    request_id: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a destination gets."""

    request_id: str
    task_id: str
    condition: Condition
    attempts: int
    """Calls of the function."""
    event: bytes
    response: InvocationResult | None
    """Of the last call; None if there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AsyncConfig:
    """A function's `asyncInvokeConfig`."""

    retries: int = 3
    """After errors of the function: 0 to 8."""
    event_age_max_s: float = 86_400.0
    """1 to 604 800: older ones are not called any more."""
    on_failure: Callable[[Record], None] | None = None
    on_success: Callable[[Record], None] | None = None
    retry_pause_s: float = 1.0
    """After the first error of the function; doubles."""

    def __post_init__(self) -> None:
        if not 0 <= self.retries <= RETRIES_MAX:
            raise ValueError(f"retries is 0 to {RETRIES_MAX}")
        if not 1 <= self.event_age_max_s <= EVENT_AGE_MAX_S:
            raise ValueError(f"event_age_max_s is 1 to {EVENT_AGE_MAX_S}")


@dataclass(frozen=True, slots=True)
class _Waiting:
    request_id: str
    task_id: str
    event: bytes
    accepted_at: float
    due_at: float
    attempts: int = 0
    refusals: int = 0
    """Throttled in a row."""
    refused_at: float = 0.0
    """The first of them."""
    response: InvocationResult | None = None


class AsyncFunction:
    """The queue in front of one function. Steps are explicit; there are no threads; safe between threads."""

    def __init__(self, function: Function, clock: Clock, config: AsyncConfig | None = None) -> None:
        self.dropped: list[Record] = []
        """Failed invocations of a function without an `on_failure` destination: the platform keeps nothing of them."""
        self._function = function
        self._clock = clock
        self._config = config or AsyncConfig()
        self._waiting: list[_Waiting] = []
        self._states: dict[str, State] = {}
        self._throttled = self._duplicates = self._losses = 0
        self._lock = threading.Lock()

    def submit(self, event: bytes, *, task_id: str | None = None) -> Answer:
        """InvokeFunction with invocation type Async; `task_id` is `x-fc-async-task-id`."""
        request_id = str(uuid.uuid4())
        if task_id is not None and not _TASK_ID.fullmatch(task_id):
            return Answer(400, request_id, "InvalidArgument")
        if len(event) > EVENT_BYTES_MAX:
            return Answer(413, request_id, "EntityTooLarge")
        with self._lock:
            if task_id in self._states:
                return Answer(409, request_id, "AsyncTaskAlreadyExist")
            now = self._clock.now()
            waiting = _Waiting(request_id, task_id or request_id, event, now, now)
            self._states[waiting.task_id] = State.ENQUEUED
            copies = 0 if self._losses else 2 if self._duplicates else 1
            self._losses -= copies == 0
            self._duplicates -= copies == 2  # noqa: PLR2004 - twice
            self._waiting += [waiting] * copies
        return Answer(202, request_id)

    def __call__(self, event: bytes) -> InvocationResult:
        """As the target of a trigger that invokes asynchronously: it sees whether the event was taken, no more."""
        answer = self.submit(event)
        error = {"errorType": answer.code, "errorMessage": "the event is not taken"} if answer.code else None
        return InvocationResult(b"", error, answer.request_id, "")

    def throttle_next(self, calls: int = 1) -> None:
        """Refuse the next so many calls with 429: the function does not see them."""
        with self._lock:
            self._throttled += calls

    def duplicate_next(self, events: int = 1) -> None:
        """Run each of the next so many events twice, as the platform may."""
        with self._lock:
            self._duplicates += events

    def lose_next(self, events: int = 1) -> None:
        """Take each of the next so many events and run it never, as after an internal error of the platform."""
        with self._lock:
            self._losses += events

    def state(self, task_id: str) -> State:
        """GetAsyncTask; a request id is the task id of an invocation that named none. Raises KeyError."""
        return self._states[task_id]

    @property
    def waiting(self) -> int:
        """Calls that are still to be made."""
        return len(self._waiting)

    def next_due(self) -> float | None:
        """Unix seconds at which the next call is due; None if none waits."""
        with self._lock:
            return min((one.due_at for one in self._waiting), default=None)

    def run_due(self) -> list[InvocationResult]:
        """Make every call that is due by now; the results of those that were not throttled or too old."""
        with self._lock:
            now = self._clock.now()
            due = [one for one in self._waiting if one.due_at <= now]
            self._waiting = [one for one in self._waiting if one.due_at > now]
        results: list[InvocationResult] = []
        try:
            while due:
                result = self._dispatch(due[0])
                results += [] if result is None else [result]
                del due[0]
        finally:
            with self._lock:
                self._waiting += due  # only if the function raised: these calls were not made
        return results

    def _dispatch(self, one: _Waiting) -> InvocationResult | None:
        now = self._clock.now()
        if now - one.accepted_at > self._config.event_age_max_s:
            self._end(one, State.EXPIRED, Condition.EVENT_AGE_EXCEEDED)
            return None
        with self._lock:
            throttled = self._throttled > 0
            self._throttled -= throttled
            if not throttled:
                self._states[one.task_id] = State.RUNNING
        if throttled:
            self._refused(one, now)
            return None
        result = self._function(one.event)
        one = replace(one, attempts=one.attempts + 1, refusals=0, response=result)
        if result.error is None:
            self._end(one, State.SUCCEEDED, Condition.SUCCESS)
        elif one.attempts > self._config.retries:
            self._end(one, State.FAILED, Condition.RETRIES_EXHAUSTED)
        else:
            self._again(one, self._config.retry_pause_s * 2.0 ** (one.attempts - 1))
        return result

    def _refused(self, one: _Waiting, now: float) -> None:
        since = one.refused_at if one.refusals else now
        if now - since > THROTTLED_MAX_S:
            self._end(one, State.FAILED, Condition.THROTTLED)
            return
        pause_s = THROTTLED_PAUSE_S * 2.0**one.refusals
        self._again(replace(one, refusals=one.refusals + 1, refused_at=since), pause_s)

    def _again(self, one: _Waiting, pause_s: float) -> None:
        with self._lock:
            self._states[one.task_id] = State.RETRYING
            self._waiting.append(replace(one, due_at=self._clock.now() + pause_s))

    def _end(self, one: _Waiting, state: State, condition: Condition) -> None:
        with self._lock:
            self._states[one.task_id] = state
        record = Record(one.request_id, one.task_id, condition, one.attempts, one.event, one.response)
        destination = self._config.on_success if condition is Condition.SUCCESS else self._config.on_failure
        if destination is not None:
            destination(record)
        elif condition is not Condition.SUCCESS:
            self.dropped.append(record)
