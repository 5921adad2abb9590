"""Event streaming: arrays, windows, the whole array again, partitions that block."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.eventbridge.models import EventError
from localcloud.eventbridge.retries import ErrorsTolerance, RetryStrategy, RunOptions
from localcloud.eventbridge.streams import EventSchema, EventStream, StreamConfig
from localcloud.fc.models import InvocationResult
from tests.localcloud.eventbridge.conftest import DONE, FAILED

DECAY = RetryStrategy.EXPONENTIAL_DECAY


class Function:
    """Notes the ids (or payloads) of each array; fails while one of them is in `poison`."""

    def __init__(self) -> None:
        self.arrays: list[list[Any]] = []
        self.poison: set[str] = set()

    def __call__(self, body: bytes) -> InvocationResult:
        """One invocation."""
        array = json.loads(body)
        self.arrays.append([item.get("id", item) for item in array])
        return FAILED if self.poison & {item.get("id") for item in array} else DONE


@pytest.fixture
def function() -> Function:
    """The target."""
    return Function()


def event(event_id: str) -> dict[str, Any]:
    """One event."""
    return {"id": event_id, "source": "s", "type": "t", "specversion": "1.0", "data": {"n": event_id}}


def put(stream: EventStream, ids: str, partition: int = 0) -> None:
    """One event a letter."""
    for event_id in ids:
        stream.put(event(event_id), partition=partition)


def test_one_event_is_an_array(clock: ManualClock, function: Function) -> None:
    """Without windows each event goes out at once, as an array of one."""
    stream = EventStream(clock, function)
    put(stream, "ab")
    assert [len(batch.events) for batch in stream.deliver_due()] == [1, 1]
    assert function.arrays == [["a"], ["b"]]
    assert stream.waiting == 0


def test_windows(clock: ManualClock, function: Function) -> None:
    """A batch leaves when it is full, or when its first event has waited long enough; never earlier."""
    stream = EventStream(clock, function, StreamConfig(count_window=3, time_window_s=5))
    put(stream, "abcd")
    assert stream.next_due() == clock.now()
    stream.deliver_due()
    assert function.arrays == [["a", "b", "c"]]
    clock.advance(4.9)
    put(stream, "e")
    assert stream.deliver_due() == []
    clock.advance(0.1)
    assert stream.next_due() == clock.now()
    stream.deliver_due()
    assert function.arrays[1:] == [["d", "e"]]
    assert (stream.next_due(), stream.waiting) == (None, 0)


def test_the_whole_array_comes_again(clock: ManualClock, function: Function) -> None:
    """After an error the same events are delivered together, and with ALL the next batch does not wait for them."""
    stream = EventStream(clock, function, StreamConfig(count_window=2, options=RunOptions(retry=DECAY)))
    function.poison = {"b"}
    put(stream, "abc")
    stream.deliver_due()
    assert function.arrays == [["a", "b"], ["c"]]
    assert stream.deliver_due() == []
    function.poison = set()
    clock.advance(1)
    put(stream, "d")
    stream.deliver_due()
    assert function.arrays[2:] == [["a", "b"], ["d"]]


@pytest.mark.parametrize("queue", [True, False])
def test_tolerance_all_lets_a_batch_go(clock: ManualClock, function: Function, *, queue: bool) -> None:
    """After the last retry the batch is a dead letter, or is lost without a queue; nothing of it comes again."""
    stream = EventStream(clock, function, StreamConfig(count_window=2, options=RunOptions(dead_letter_queue=queue)))
    function.poison = {"a"}
    put(stream, "ab")
    for _ in range(4):
        assert len(stream.deliver_due()) == 1
        clock.advance(20)
    assert stream.deliver_due() == []
    kept, other = (stream.dead_letters, stream.discarded) if queue else (stream.discarded, stream.dead_letters)
    assert [(batch.failures, [one["id"] for one in batch.events]) for batch in kept] == [(4, ["a", "b"])]
    assert other == []
    assert stream.blocked == []


def test_tolerance_none_blocks_its_partition_alone(clock: ManualClock, function: Function) -> None:
    """Nothing overtakes a failing batch; after its retries the partition stops until resumed; others go on."""
    options = RunOptions(tolerance=ErrorsTolerance.NONE)
    stream = EventStream(clock, function, StreamConfig(partitions=2, options=options))
    function.poison = {"a"}
    put(stream, "ab")
    put(stream, "x", partition=1)
    stream.deliver_due()
    assert function.arrays == [["a"], ["x"]]
    for _ in range(3):
        clock.advance(20)
        stream.deliver_due()
    assert function.arrays[2:] == [["a"]] * 3
    assert (stream.blocked, stream.next_due(), stream.waiting) == ([0], None, 2)
    clock.advance(86_400)
    put(stream, "y", partition=1)
    stream.deliver_due()
    assert function.arrays[5:] == [["y"]]
    function.poison = set()
    stream.resume(0)
    stream.deliver_due()
    assert function.arrays[6:] == [["a"], ["b"]]
    with pytest.raises(ValueError, match="not blocked"):
        stream.resume(0)


def test_raw_data(clock: ManualClock, function: Function) -> None:
    """With RawData the array holds the payloads alone."""
    stream = EventStream(clock, function, StreamConfig(schema=EventSchema.RAW_DATA))
    put(stream, "a")
    stream.deliver_due()
    assert function.arrays == [[{"n": "a"}]]


def test_a_target_that_raises_loses_nothing(clock: ManualClock) -> None:
    """If the callable itself raises, what it was called with and what follows are delivered later, in order."""
    seen: list[str] = []

    def target(body: bytes) -> InvocationResult:
        seen.append(json.loads(body)[0]["id"])
        if len(seen) == 1:
            raise RuntimeError("no runtime")
        return DONE

    for tolerance in ErrorsTolerance:
        seen.clear()
        stream = EventStream(clock, target, StreamConfig(options=RunOptions(tolerance=tolerance)))
        put(stream, "ab")
        with pytest.raises(RuntimeError, match="no runtime"):
            stream.deliver_due()
        assert stream.waiting == 2
        stream.deliver_due()
        assert seen == ["a", "a", "b"]


@pytest.mark.parametrize(
    "wrong", [{"count_window": 0}, {"count_window": 10_001}, {"time_window_s": -1}, {"time_window_s": 16}]
)
def test_windows_have_bounds(clock: ManualClock, function: Function, wrong: dict[str, Any]) -> None:
    """1 to 10 000 events, 0 to 15 s; and what is no event is not taken."""
    with pytest.raises(ValueError, match="window"):
        EventStream(clock, function, StreamConfig(**wrong))
    with pytest.raises(EventError):
        EventStream(clock, function).put({"id": "1"})
