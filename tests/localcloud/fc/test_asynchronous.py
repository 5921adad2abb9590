"""Asynchronous invocations: taken with 202, at least once, retried, expired, told to a destination."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.asynchronous import AsyncConfig, AsyncFunction, Condition, Record, State
from localcloud.fc.models import InvocationResult

FAILED = InvocationResult(b"{}", {"errorMessage": "m", "errorType": "T"}, "r", "")
DONE = InvocationResult(b"null", None, "r", "")


class Function:
    """Notes its events and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.events: list[bytes] = []
        self.failures = failures

    def __call__(self, event: bytes) -> InvocationResult:
        """One invocation."""
        self.events.append(event)
        self.failures -= 1
        return FAILED if self.failures >= 0 else DONE


@pytest.fixture
def clock() -> ManualClock:
    """2023-11-14T22:13:20Z."""
    return ManualClock(1_700_000_000)


def run_out(queue: AsyncFunction, clock: ManualClock) -> list[float]:
    """Step until nothing waits; seconds from now at which something was due."""
    begun, moments = clock.now(), list[float]()
    while (due := queue.next_due()) is not None:
        clock.advance(max(0.0, due - clock.now()))
        moments.append(clock.now() - begun)
        queue.run_due()
    return moments


def test_the_caller_hears_202_and_nothing_else(clock: ManualClock) -> None:
    """Taking an event calls nobody; how the call goes is seen in the state alone."""
    function = Function(failures=99)
    queue = AsyncFunction(function, clock)
    answer = queue.submit(b"{}")
    assert (answer.status, answer.code, function.events) == (202, "", [])
    assert queue.state(answer.request_id) is State.ENQUEUED
    assert queue.run_due() == [FAILED]
    assert queue.state(answer.request_id) is State.RETRYING


@pytest.mark.parametrize("retries", [0, 3, 8])
def test_function_errors_are_retried(clock: ManualClock, retries: int) -> None:
    """So many calls after the first, each later than the one before; then the record goes to the destination."""
    records: list[Record] = []
    function = Function(failures=99)
    queue = AsyncFunction(function, clock, AsyncConfig(retries=retries, on_failure=records.append))
    answer = queue.submit(b"e")
    moments = run_out(queue, clock)
    assert function.events == [b"e"] * (retries + 1)
    assert moments == sorted(set(moments))
    (record,) = records
    assert (record.condition, record.attempts, record.event) == (Condition.RETRIES_EXHAUSTED, retries + 1, b"e")
    assert (record.request_id, record.response) == (answer.request_id, FAILED)
    assert (queue.state(answer.request_id), queue.dropped) == (State.FAILED, [])


def test_success_after_a_retry_ends_it(clock: ManualClock) -> None:
    """The event is not called again, and the success goes to its own destination."""
    done: list[Record] = []
    function = Function(failures=2)
    queue = AsyncFunction(function, clock, AsyncConfig(on_success=done.append))
    answer = queue.submit(b"e")
    run_out(queue, clock)
    assert (len(function.events), queue.state(answer.request_id)) == (3, State.SUCCEEDED)
    assert [(record.condition, record.attempts) for record in done] == [(Condition.SUCCESS, 3)]


def test_without_a_destination_a_failure_is_dropped(clock: ManualClock) -> None:
    """Nobody is told; a test sees it all the same."""
    queue = AsyncFunction(Function(failures=99), clock, AsyncConfig(retries=0))
    queue.submit(b"e")
    queue.run_due()
    assert [record.condition for record in queue.dropped] == [Condition.RETRIES_EXHAUSTED]


def test_a_task_id_is_taken_once(clock: ManualClock) -> None:
    """The second submission is refused with 409, while the first waits and after it has ended; another id is taken."""
    function = Function()
    queue = AsyncFunction(function, clock)
    assert queue.submit(b"1", task_id="a-1").status == 202
    assert queue.submit(b"2", task_id="a-1").status == 409
    queue.run_due()
    assert queue.state("a-1") is State.SUCCEEDED
    assert queue.submit(b"3", task_id="a-1").status == 409
    assert queue.submit(b"4", task_id="_b").status == 202
    queue.run_due()
    assert function.events == [b"1", b"4"]


@pytest.mark.parametrize("task_id", ["", "1a", "-a", "a b", "a" * 129, "ä"])
def test_impossible_task_ids(clock: ManualClock, task_id: str) -> None:
    """A letter or underscore first, at most 128 of letters, digits, underscore and hyphen."""
    queue = AsyncFunction(Function(), clock)
    assert (queue.submit(b"", task_id=task_id).status, queue.waiting) == (400, 0)


def test_events_have_a_size(clock: ManualClock) -> None:
    """128 KB and no byte more."""
    queue = AsyncFunction(Function(), clock)
    assert [queue.submit(bytes(size)).status for size in (128 * 1024, 128 * 1024 + 1)] == [202, 413]


def test_old_events_are_not_called(clock: ManualClock) -> None:
    """Beyond the age limit, also between two retries, the function is not called and the destination hears why."""
    records: list[Record] = []
    function = Function(failures=99)
    config = AsyncConfig(event_age_max_s=60, on_failure=records.append, retry_pause_s=61)
    queue = AsyncFunction(function, clock, config)
    late = queue.submit(b"late")
    clock.advance(61)
    queue.submit(b"new")
    run_out(queue, clock)
    assert function.events == [b"new"]
    assert [(one.event, one.condition, one.attempts) for one in records] == [
        (b"late", Condition.EVENT_AGE_EXCEEDED, 0),
        (b"new", Condition.EVENT_AGE_EXCEEDED, 1),
    ]
    assert queue.state(late.request_id) is State.EXPIRED


def test_throttled_calls_come_again(clock: ManualClock) -> None:
    """After 0.5, 1, 2 s, without the function and without using up a retry."""
    function = Function(failures=1)
    queue = AsyncFunction(function, clock, AsyncConfig(retries=1))
    queue.throttle_next(3)
    answer = queue.submit(b"e")
    assert run_out(queue, clock)[:4] == [0, 0.5, 1.5, 3.5]
    assert (len(function.events), queue.state(answer.request_id)) == (2, State.SUCCEEDED)


def test_throttling_is_given_up_after_5_hours(clock: ManualClock) -> None:
    """No call is tried again later than 5 h and its last pause after the first refusal."""
    records: list[Record] = []
    queue = AsyncFunction(Function(), clock, AsyncConfig(on_failure=records.append))
    queue.throttle_next(99)
    queue.submit(b"e")
    moments = run_out(queue, clock)
    assert moments[-2] <= 5 * 3600 < moments[-1]
    assert [(record.condition, record.attempts, record.response) for record in records] == [
        (Condition.THROTTLED, 0, None)
    ]


def test_at_least_once_and_lost_on_demand(clock: ManualClock) -> None:
    """An event may run twice, or never, although the caller heard 202."""
    function = Function()
    queue = AsyncFunction(function, clock)
    queue.duplicate_next()
    queue.submit(b"twice")
    queue.lose_next()
    assert queue.submit(b"never").status == 202
    queue.submit(b"once")
    run_out(queue, clock)
    assert sorted(function.events) == [b"once", b"twice", b"twice"]


def test_behind_it_eventbridge_sees_no_function_error(clock: ManualClock) -> None:
    """Invoked asynchronously a failing function gets FC's retries, and none of EventBridge's."""
    function = Function(failures=99)
    queue = AsyncFunction(function, clock, AsyncConfig(retries=1))
    bridge = EventBridge(clock)
    bridge.add_rule("default", "r", {}, queue)
    bridge.put("default", {"id": "1", "source": "s", "type": "t", "specversion": "1.0"})
    (delivery,) = bridge.deliver_due()
    assert delivery.result is not None
    assert (delivery.result.error, bridge.waiting) == (None, 0)
    run_out(queue, clock)
    assert [json.loads(event)["id"] for event in function.events] == ["1", "1"]
    assert queue(bytes(200_000)).error == {"errorType": "EntityTooLarge", "errorMessage": "the event is not taken"}


def test_a_function_that_raises_loses_nothing(clock: ManualClock) -> None:
    """If the callable itself raises, the calls of the step that were not made are made by the next one."""
    calls: list[bytes] = []

    def function(event: bytes) -> InvocationResult:
        calls.append(event)
        if len(calls) == 1:
            raise RuntimeError("no runtime")
        return DONE

    queue = AsyncFunction(function, clock)
    for event in (b"1", b"2"):
        queue.submit(event)
    with pytest.raises(RuntimeError, match="no runtime"):
        queue.run_due()
    assert len(queue.run_due()) == 2
    assert calls == [b"1", b"1", b"2"]


@pytest.mark.parametrize(
    "make",
    [
        lambda: AsyncConfig(retries=-1),
        lambda: AsyncConfig(retries=9),
        lambda: AsyncConfig(event_age_max_s=0),
        lambda: AsyncConfig(event_age_max_s=604_801),
    ],
)
def test_settings_have_bounds(make: Callable[[], Any]) -> None:
    """0 to 8 retries, 1 to 604 800 s."""
    with pytest.raises(ValueError, match=" is "):
        make()
