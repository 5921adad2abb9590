"""EventBridge on localhost: buses, rules with patterns, and delivery to functions at least once.

Events come by `put` or over HTTP as PutEvents (`eventbridge_door`). Each rule that matches gets its own
delivery, made when `deliver_due` is called; a failed one is tried again by BACKOFF_RETRY, 3 times after a
random 10 to 20 s each, then kept in `dead_letters`:
https://www.alibabacloud.com/help/en/eventbridge/user-guide/retry-and-dead-letter. No order is promised.
`duplicate_next` makes the service deliver twice, as it may.
"""

from __future__ import annotations

import json
import random
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import Enum
from typing import Any

from secondwind.localcloud.clock import Clock
from secondwind.localcloud.event_pattern import Matcher, compile_pattern
from secondwind.localcloud.fc import InvocationResult

EVENT_BYTES_MAX = 64 * 1024
"""Largest event (https://help.aliyun.com/en/eventbridge/putevents)."""
RETRIES = 3
RETRY_AFTER_S = (10.0, 20.0)

_REQUIRED = ("id", "source", "type")
_ATTRIBUTE_CHARS_MAX = 1024
_CHINA = timezone(timedelta(hours=8))

Event = dict[str, Any]
Target = Callable[[bytes], InvocationResult]


class Transform(str, Enum):
    """What of the event a target gets as its body."""

    ORIGINAL = "ORIGINAL"
    DATA = "JSONPATH $.data"


class EventError(Exception):
    """An event that is not taken, with the code of its PutEvents entry."""

    def __init__(self, code: str, message: str) -> None:
        self.code = code
        super().__init__(message)


@dataclass(frozen=True, slots=True)
class Rule:
    """Which events of a bus go to a target, and as what."""

    name: str
    matches: Matcher
    target: Target
    transform: Transform


@dataclass(frozen=True, slots=True)
class Delivery:
    """One event for one rule."""

    bus: str
    rule: Rule
    event: Event
    due_at: float
    """Unix seconds."""
    failures: int = 0
    result: InvocationResult | None = None
    """Of the last call; None before it."""

    @property
    def body(self) -> bytes:
        """What the target is called with. `$.data` that is text goes out as that text."""
        if self.rule.transform is Transform.ORIGINAL:
            return _json(self.event)
        data = self.event.get("data")
        return data.encode() if isinstance(data, str) else _json(data)


class EventBridge:
    """One account's EventBridge in one region. Steps are explicit; there are no threads of its own."""

    def __init__(
        self,
        clock: Clock,
        *,
        region: str = "cn-hangzhou",
        account_id: str = "1234567890123456",
        seed: int = 0,
    ) -> None:
        self.dead_letters: list[Delivery] = []
        """Deliveries that failed for good."""
        self._clock = clock
        self._region = region
        self._account_id = account_id
        self._random = random.Random(seed)
        self._buses: dict[str, list[Rule]] = {"default": []}
        self._waiting: list[Delivery] = []
        self._duplicates = 0
        self._lock = threading.Lock()

    def create_bus(self, bus: str) -> None:
        """Make a bus. Raises ValueError if it exists."""
        with self._lock:
            if bus in self._buses:
                raise ValueError(f"bus {bus} exists")
            self._buses[bus] = []

    def add_rule(
        self,
        bus: str,
        name: str,
        pattern: str | Mapping[str, Any],
        target: Target,
        *,
        transform: Transform = Transform.ORIGINAL,
    ) -> None:
        """Give a bus a rule. Raises PatternError, and KeyError if there is no such bus."""
        rule = Rule(name, compile_pattern(pattern), target, transform)
        with self._lock:
            self._buses[bus].append(rule)

    def put(self, bus: str, event: Mapping[str, Any]) -> int:
        """Take one event; how many deliveries it leads to. Raises EventError if it is not taken."""
        self._check(bus, event)
        with self._lock:
            now = self._clock.now()
            published = {
                **event,
                "aliyunaccountid": self._account_id,
                "aliyunpublishtime": _publish_time(now),
                "aliyuneventbusname": bus,
                "aliyunregionid": self._region,
                "aliyunpublishaddr": "127.0.0.1",
            }
            new = [Delivery(bus, rule, published, now) for rule in self._buses[bus] if rule.matches(published)]
            if new and self._duplicates:
                self._duplicates -= 1
                new = [delivery for delivery in new for _ in range(2)]
            self._waiting += new
            return len(new)

    def duplicate_next(self, events: int = 1) -> None:
        """Deliver each of the next so many matching events twice."""
        with self._lock:
            self._duplicates += events

    @property
    def waiting(self) -> int:
        """Deliveries that are still to be made, now or later."""
        return len(self._waiting)

    def next_due(self) -> float | None:
        """Unix seconds at which the next delivery is due; None if none waits."""
        return min((delivery.due_at for delivery in self._waiting), default=None)

    def deliver_due(self) -> list[Delivery]:
        """Make every delivery that is due by now; each with its result. A retry waits for a later call."""
        with self._lock:
            now = self._clock.now()
            due = [delivery for delivery in self._waiting if delivery.due_at <= now]
            self._waiting = [delivery for delivery in self._waiting if delivery.due_at > now]
        return [self._deliver(delivery) for delivery in due]

    def _deliver(self, delivery: Delivery) -> Delivery:
        result = delivery.rule.target(delivery.body)
        if result.error is None:
            return Delivery(delivery.bus, delivery.rule, delivery.event, delivery.due_at, delivery.failures, result)
        failures = delivery.failures + 1
        with self._lock:
            again_at = self._clock.now() + self._random.uniform(*RETRY_AFTER_S)
            failed = Delivery(delivery.bus, delivery.rule, delivery.event, again_at, failures, result)
            (self._waiting if failures <= RETRIES else self.dead_letters).append(failed)
        return failed

    def _check(self, bus: str, event: Mapping[str, Any]) -> None:
        if bus not in self._buses:
            raise EventError("EventBusNotExist", "The event bus does not exist.")
        for name in _REQUIRED:
            value = event.get(name)
            if not isinstance(value, str) or not 0 < len(value) <= _ATTRIBUTE_CHARS_MAX:
                raise EventError("InvalidArgument", f"The attribute {name} is missing or not valid.")
        if event.get("specversion") != "1.0":
            raise EventError("InvalidArgument", "The attribute specversion must be 1.0.")
        try:
            size = len(_json(event))
        except (TypeError, ValueError, RecursionError) as error:
            raise EventError("InvalidArgument", "The event is no JSON.") from error
        if size > EVENT_BYTES_MAX:
            raise EventError("EntityTooLarge", f"An event has at most {EVENT_BYTES_MAX} bytes.")


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False, allow_nan=False).encode()


def _publish_time(now: float) -> str:
    """As the default bus writes it: China's time with `PRC` behind it, which is no RFC 3339."""
    return datetime.fromtimestamp(now, _CHINA).isoformat(timespec="milliseconds")[:-6] + "PRC"
