"""The Log Service trigger, stepped by hand over a local Log Service."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.fc.models import InvocationResult
from localcloud.sls.models import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig

NOW = 1_700_000_000.0
FAILED = InvocationResult(b"{}", {"errorMessage": "m", "errorType": "T"}, "r", "")
DONE = InvocationResult(b"null", None, "r", "")


class Recorder:
    """A function that notes its events and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.failures = failures
        self.inside: Callable[[], None] = lambda: None

    def __call__(self, event: bytes) -> InvocationResult:
        """One invocation."""
        self.events.append(json.loads(event))
        self.inside()
        self.failures -= 1
        return FAILED if self.failures >= 0 else DONE


@pytest.fixture
def clock() -> ManualClock:
    """2023-11-14T22:13:20Z."""
    return ManualClock(NOW)


@pytest.fixture
def service(clock: ManualClock) -> LogService:
    """A Log Service with a Logstore of two shards."""
    made = LogService(clock, [])
    made.create_logstore("proj", "logs", shards=2)
    return made


def write(service: LogService, shard: int, groups: int = 1) -> None:
    """So many new log groups in a shard."""
    for _ in range(groups):
        service.append("proj", "logs", LogGroup((log(int(NOW), {"a": "b"}),)), shard=shard)


def config(**options: Any) -> TriggerConfig:
    """The trigger of that Logstore."""
    return TriggerConfig(project="proj", logstore="logs", **options)


def test_event_has_every_field(service: LogService) -> None:
    """The event is the documented one, and its cursors are the shard's."""
    function = Recorder()
    pump = LogTriggerPump(service, function, config(parameter={"k": "v"}, endpoint="http://e"))
    write(service, 1)
    (delivery,) = pump.run_once()
    (event,) = function.events
    begin, end = (service.cursor("proj", "logs", 1, at) for at in ("begin", "end"))
    assert event["source"] == {
        "endpoint": "http://e",
        "projectName": "proj",
        "logstoreName": "logs",
        "shardId": 1,
        "beginCursor": begin,
        "endCursor": end,
    }
    assert event["parameter"] == {"k": "v"}
    assert event["cursorTime"] == int(NOW)
    assert len(event["jobName"]) == 40
    assert len(event["taskId"]) == 36
    assert delivery.consumed
    assert delivery.events == (json.dumps(event, separators=(",", ":")).encode(),)


def test_ranges_join_without_gap_or_overlap(service: LogService) -> None:
    """Each shard's ranges follow each other, and a step with nothing new calls nobody."""
    function = Recorder()
    pump = LogTriggerPump(service, function, config(groups_max=2))
    write(service, 0, 5)
    write(service, 1, 1)
    pump.run_until_idle()
    assert pump.run_once() == []
    ranges = [
        (e["source"]["beginCursor"], e["source"]["endCursor"]) for e in function.events if not e["source"]["shardId"]
    ]
    assert len(ranges) == 3
    assert [begin for begin, _ in ranges[1:]] == [end for _, end in ranges[:-1]]
    assert (ranges[0][0], ranges[-1][1]) == tuple(service.cursor("proj", "logs", 0, at) for at in ("begin", "end"))


def test_errors_deliver_the_same_range_again(service: LogService) -> None:
    """After max_retry the range waits for the next step with its position, and other shards go on."""
    write(service, 0)
    function = Recorder(failures=4)
    pump = LogTriggerPump(service, function, config(max_retry=2))
    (first,) = pump.run_once()
    assert (len(first.results), first.consumed) == (3, False)
    write(service, 0)
    write(service, 1)
    again, other = pump.run_once()
    assert again.begin_cursor == first.begin_cursor
    assert (len(again.results), again.consumed, other.consumed) == (2, True, True)
    assert pump.run_once() == []
    assert len({event["taskId"] for event in function.events}) == len(function.events)


def test_a_retry_can_keep_its_task(service: LogService) -> None:
    """With keep_task_id a retry has the taskId of the call before."""
    write(service, 0)
    function = Recorder(failures=1)
    LogTriggerPump(service, function, config(keep_task_id=True)).run_once()
    assert len(function.events) == 2
    assert len({event["taskId"] for event in function.events}) == 1


def test_empty_range_on_demand(service: LogService) -> None:
    """An empty range can be sent to each shard; its ends are equal."""
    function = Recorder()
    pump = LogTriggerPump(service, function, config())
    assert len(pump.run_once(send_empty=True)) == 2
    assert all(e["source"]["beginCursor"] == e["source"]["endCursor"] for e in function.events)


def test_start_at_the_end(service: LogService) -> None:
    """A trigger that starts at the end does not see what was there before."""
    write(service, 0)
    pump = LogTriggerPump(service, Recorder(), config(start="end"))
    assert pump.run_once() == []
    write(service, 0)
    assert len(pump.run_once()) == 1


def test_a_shard_is_never_delivered_twice_at_once(service: LogService) -> None:
    """A step begun while a shard is being delivered leaves that shard out and takes the others."""
    write(service, 0)
    write(service, 1)
    function = Recorder()
    pump = LogTriggerPump(service, function, config())
    inner: list[int] = []

    def step() -> None:
        function.inside = lambda: None
        inner.extend(delivery.shard for delivery in pump.run_once())

    function.inside = step
    outer = [delivery.shard for delivery in pump.run_once()]
    assert (outer, inner) == ([0], [1])


def test_a_function_that_raises_leaves_the_pump_usable(service: LogService) -> None:
    """If the callable itself raises, the error is seen, the position stays and the shard is free again."""
    write(service, 0)
    function = Recorder()

    def raise_once() -> None:
        function.inside = lambda: None
        raise RuntimeError("no runtime")

    function.inside = raise_once
    pump = LogTriggerPump(service, function, config())
    with pytest.raises(RuntimeError, match="no runtime"):
        pump.run_once()
    assert [delivery.consumed for delivery in pump.run_once()] == [True]


def test_a_range_that_never_succeeds_is_told(service: LogService) -> None:
    """Running until idle gives up with an error instead of turning for ever."""
    write(service, 0)
    pump = LogTriggerPump(service, Recorder(failures=10**6), config(max_retry=0))
    with pytest.raises(RuntimeError, match="after 5 steps"):
        pump.run_until_idle(5)


def test_a_range_can_be_given_up(service: LogService) -> None:
    """With skip_after_retries a range whose retries are used up is lost, said so, and the next one is delivered."""
    write(service, 0)
    function = Recorder(failures=3)
    pump = LogTriggerPump(service, function, config(max_retry=2, skip_after_retries=True))
    (lost,) = pump.run_once()
    assert (lost.consumed, lost.skipped, len(lost.results)) == (False, True, 3)
    assert pump.run_once() == []
    write(service, 0)
    (after,) = pump.run_once()
    assert (after.begin_cursor, after.consumed, after.skipped) == (lost.end_cursor, True, False)


@pytest.mark.parametrize(("retries", "calls"), [(0, 1), (100, 101)])
def test_as_many_retries_as_set(service: LogService, retries: int, calls: int) -> None:
    """MaxRetryTime counts the calls after the first one."""
    write(service, 0)
    function = Recorder(failures=10**6)
    (delivery,) = LogTriggerPump(service, function, config(max_retry=retries)).run_once()
    assert (len(function.events), delivery.consumed) == (calls, False)


def test_one_call_an_interval_while_up_to_date(service: LogService, clock: ManualClock) -> None:
    """What comes between two calls of a shard waits for the next one, and no data is no call."""
    function = Recorder()
    pump = LogTriggerPump(service, function, config(interval_s=60), clock=clock)
    assert pump.run_due() == []
    clock.advance(55)
    write(service, 0)
    assert (pump.run_due(), pump.next_due()) == ([], NOW + 60)
    clock.advance(5)
    assert [delivery.shard for delivery in pump.run_due()] == [0]
    clock.advance(60)
    assert pump.run_due() == []
    assert len(function.events) == 1


def test_a_shard_behind_is_called_every_2_s(service: LogService, clock: ManualClock) -> None:
    """More than 10 s behind: a call each 2 s until caught up, then an interval apart; no hurry for the other shard."""
    write(service, 0, 5)
    write(service, 1, 1)
    function = Recorder()
    pump = LogTriggerPump(service, function, config(interval_s=60, groups_max=2), clock=clock)
    clock.advance(11)
    called: list[tuple[float, int]] = []
    for _ in range(130):
        called += [(clock.now() - NOW, delivery.shard) for delivery in pump.run_due()]
        clock.advance(0.5)
    assert called == [(11, 0), (11, 1), (13, 0), (15, 0)]
    assert pump.next_due() == NOW + 11 + 2 * 60


def test_not_far_behind_is_no_hurry(service: LogService, clock: ManualClock) -> None:
    """What has waited for 10 s is delivered an interval apart."""
    write(service, 0, 2)
    pump = LogTriggerPump(service, Recorder(), config(interval_s=60, groups_max=1), clock=clock)
    clock.advance(9)
    pump.run_due(0)
    assert pump.behind_s(0) == 9
    clock.advance(2)
    assert pump.run_due(0) == []
    clock.advance(58)
    assert len(pump.run_due(0)) == 1
    assert pump.behind_s(0) == 0


def test_a_failing_shard_is_tried_at_the_next_interval(service: LogService, clock: ManualClock) -> None:
    """However far behind, after the retries the same position waits for an interval."""
    write(service, 0)
    function = Recorder(failures=2)
    pump = LogTriggerPump(service, function, config(interval_s=60, max_retry=1), clock=clock)
    clock.advance(1000)
    (failed,) = pump.run_due(0)
    clock.advance(59)
    assert pump.run_due(0) == []
    clock.advance(1)
    (done,) = pump.run_due(0)
    assert (done.begin_cursor, done.end_cursor, done.consumed) == (failed.begin_cursor, failed.end_cursor, True)


def test_shards_are_delivered_at_once_by_threads(service: LogService) -> None:
    """Two threads have a call of each shard under way at the same time, and a third one finds both busy."""
    both, found = threading.Barrier(2, timeout=20), []

    def function(_event: bytes) -> InvocationResult:
        both.wait()
        found.append([pump.deliver(0), pump.deliver(1)])
        both.wait()
        return DONE

    write(service, 0)
    write(service, 1)
    pump = LogTriggerPump(service, function, config())
    with ThreadPoolExecutor(2) as threads:
        made = list(threads.map(pump.deliver, (0, 1)))
    assert [one is not None and one.consumed for one in made] == [True, True]
    assert found == [[None, None]] * 2


def test_without_a_clock_nothing_is_due(service: LogService) -> None:
    """Stepping by the clock needs one."""
    with pytest.raises(TypeError, match="without a clock"):
        LogTriggerPump(service, Recorder(), config()).run_due()


@pytest.mark.parametrize("interval_s", [2, 601])
def test_intervals_are_bounded(service: LogService, interval_s: int) -> None:
    """TriggerInterval is 3 to 600 s."""
    with pytest.raises(ValueError, match="interval_s"):
        LogTriggerPump(service, Recorder(), config(interval_s=interval_s))


@pytest.mark.parametrize("retries", [-1, 101])
def test_retries_are_bounded(service: LogService, retries: int) -> None:
    """MaxRetryTime is 0 to 100."""
    with pytest.raises(ValueError, match="max_retry"):
        LogTriggerPump(service, Recorder(), config(max_retry=retries))
