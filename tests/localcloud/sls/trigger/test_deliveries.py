"""The Log Service trigger, stepped by hand: what a call is given, and what becomes of one that fails."""

from __future__ import annotations

import json

import pytest

from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump
from tests.localcloud.sls.trigger.conftest import NOW, Recorder, config, write


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


@pytest.mark.parametrize("retries", [-1, 101])
def test_retries_are_bounded(service: LogService, retries: int) -> None:
    """MaxRetryTime is 0 to 100."""
    with pytest.raises(ValueError, match="max_retry"):
        LogTriggerPump(service, Recorder(), config(max_retry=retries))
