"""EventBridge on localhost: rules, and delivery at least once."""

from __future__ import annotations

import pytest

from localcloud.clock import ManualClock
from localcloud.eventbridge.retries import ErrorsTolerance, RetryStrategy, RunOptions
from localcloud.eventbridge.service import EventBridge, Transform
from localcloud.fc.models import InvocationResult
from tests.localcloud.eventbridge.conftest import DONE, EVENT, FAILED, PATTERN, Function


def test_a_matching_event_arrives_with_its_envelope(bridge: EventBridge) -> None:
    """The target gets the event whole with the platform's attributes; other rules get nothing."""
    hit, miss = Function(), Function()
    bridge.add_rule("jobs", "hit", PATTERN, hit)
    bridge.add_rule("jobs", "miss", {"source": ["other"]}, miss)
    assert bridge.put("jobs", EVENT) == 1
    assert hit.bodies == []
    (delivery,) = bridge.deliver_due()
    assert (delivery.rule.name, delivery.result) == ("hit", DONE)
    assert hit.bodies == [
        {
            **EVENT,
            "aliyunaccountid": "42",
            "aliyunpublishtime": "2023-11-15T06:13:20.000PRC",
            "aliyuneventbusname": "jobs",
            "aliyunregionid": "cn-beijing",
            "aliyunpublishaddr": "127.0.0.1",
        }
    ]
    assert miss.bodies == []
    assert bridge.deliver_due() == []


def test_bare_data(bridge: EventBridge) -> None:
    """With `$.data` the target gets the data alone, and data that is text as that text."""
    function = Function()
    bridge.add_rule("jobs", "data", PATTERN, function, transform=Transform.DATA)
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "data": '{"as": "text"}'})
    bridge.deliver_due()
    assert function.bodies == [EVENT["data"], {"as": "text"}]


def test_back_off_then_dead_letter(bridge: EventBridge, clock: ManualClock) -> None:
    """A failing event is tried 3 times more, each 10 to 20 s later, and then kept as a dead letter."""
    function = Function(failures=99)
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.put("jobs", EVENT)
    for calls in range(1, 5):
        assert len(bridge.deliver_due()) == 1
        assert len(function.bodies) == calls
        assert bridge.deliver_due() == []
        if calls < 4:
            due = bridge.next_due()
            assert due is not None
            assert 10 <= due - clock.now() <= 20
            clock.advance(9.9)
            assert bridge.deliver_due() == []
            clock.advance(10.2)
    assert (bridge.waiting, bridge.next_due()) == (0, None)
    (dead,) = bridge.dead_letters
    assert (dead.event["id"], dead.failures, dead.result) == ("1", 4, FAILED)


def test_exponential_decay_then_discard(bridge: EventBridge, clock: ManualClock) -> None:
    """With the slow policy and no dead-letter queue an event is tried 177 times within a day, and then it is lost."""
    function, begun = Function(failures=999), clock.now()
    options = RunOptions(retry=RetryStrategy.EXPONENTIAL_DECAY, dead_letter_queue=False)
    bridge.add_rule("jobs", "r", PATTERN, function, options=options)
    bridge.put("jobs", EVENT)
    moments: list[float] = []
    while (due := bridge.next_due()) is not None:
        clock.advance(due - clock.now())
        assert len(bridge.deliver_due()) == 1
        moments.append(clock.now() - begun)
    assert moments[:5] == [0, 1, 3, 7, 15]
    assert (len(moments), moments[-1]) == (177, 86_015)
    assert (bridge.dead_letters, [one.failures for one in bridge.discarded]) == ([], [177])


def test_tolerance_none_blocks_the_rule(bridge: EventBridge, clock: ManualClock) -> None:
    """After the retries the rule delivers nothing, also of what comes later, until it is resumed; others go on."""
    stuck, fine = Function(failures=4), Function()
    bridge.add_rule("jobs", "stuck", PATTERN, stuck, options=RunOptions(tolerance=ErrorsTolerance.NONE))
    bridge.add_rule("jobs", "fine", PATTERN, fine)
    bridge.put("jobs", EVENT)
    for _ in range(4):
        bridge.deliver_due()
        clock.advance(20)
    bridge.put("jobs", {**EVENT, "id": "2"})
    assert [one.rule.name for one in bridge.deliver_due()] == ["fine"]
    assert (bridge.blocked, bridge.next_due(), bridge.waiting) == ([("jobs", "stuck")], None, 2)
    bridge.resume("jobs", "stuck")
    assert len(bridge.deliver_due()) == 2
    assert sorted(body["id"] for body in stuck.bodies) == ["1", "1", "1", "1", "1", "2"]
    assert (bridge.blocked, bridge.waiting, bridge.dead_letters) == ([], 0, [])
    with pytest.raises(KeyError):
        bridge.resume("jobs", "stuck")


def test_a_rule_blocked_in_a_step_delivers_no_more_in_it(bridge: EventBridge, clock: ManualClock) -> None:
    """What was due in the same step as the last failure waits, with all its retries."""
    function = Function(failures=4)
    bridge.add_rule("jobs", "r", PATTERN, function, options=RunOptions(tolerance=ErrorsTolerance.NONE))
    bridge.put("jobs", EVENT)
    for _ in range(3):
        bridge.deliver_due()
        clock.advance(20)
    bridge.put("jobs", {**EVENT, "id": "2"})
    bridge._waiting.sort(key=lambda one: one.event["id"])
    assert len(bridge.deliver_due()) == 1
    assert (bridge.waiting, [body["id"] for body in function.bodies]) == (2, ["1"] * 4)


def test_a_target_that_raises_loses_nothing(bridge: EventBridge) -> None:
    """If the callable itself raises, its event and the others of the step are delivered by the next one."""
    calls: list[bytes] = []

    def target(body: bytes) -> InvocationResult:
        calls.append(body)
        if len(calls) == 1:
            raise RuntimeError("no runtime")
        return DONE

    bridge.add_rule("jobs", "r", PATTERN, target)
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "id": "2"})
    with pytest.raises(RuntimeError, match="no runtime"):
        bridge.deliver_due()
    assert len(bridge.deliver_due()) == 2
    assert len(calls) == 3


def test_success_after_a_retry_is_the_end(bridge: EventBridge, clock: ManualClock) -> None:
    """Once the target succeeds nothing more comes."""
    function = Function(failures=1)
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.put("jobs", EVENT)
    bridge.deliver_due()
    clock.advance(20)
    assert [delivery.result for delivery in bridge.deliver_due()] == [DONE]
    clock.advance(100)
    assert bridge.deliver_due() == []
    assert bridge.dead_letters == []


def test_duplicates_on_demand(bridge: EventBridge) -> None:
    """The next matching event comes twice, the one after it once."""
    function = Function()
    bridge.add_rule("jobs", "r", PATTERN, function)
    bridge.duplicate_next()
    bridge.put("jobs", {**EVENT, "source": "other"})
    bridge.put("jobs", EVENT)
    bridge.put("jobs", {**EVENT, "id": "2"})
    bridge.deliver_due()
    assert [body["id"] for body in function.bodies] == ["1", "1", "2"]
