"""The Log Service trigger by its clock: when a shard is due, and which shards at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from localcloud.clock import ManualClock
from localcloud.fc.models import InvocationResult
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump
from tests.localcloud.sls.trigger.conftest import DONE, NOW, Recorder, config, write


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
