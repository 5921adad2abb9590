"""EventBridge on localhost: buses, rules with patterns, and delivery to functions at least once, one event a call.

Events come by `put` or over HTTP as PutEvents (`wire`). Each rule that matches gets its own delivery, made
when `deliver_due` is called; what becomes of a failed one is said by the rule's options (`retries`). No order is
promised. `duplicate_next` makes the service deliver twice, as it may. Event streams, which deliver arrays, are in
`streams`.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Any

from localcloud.clock import Clock
from localcloud.eventbridge.models import Event, EventError, check_event, json_bytes, published
from localcloud.eventbridge.patterns import Matcher, compile_pattern
from localcloud.eventbridge.retries import DEFAULT_OPTIONS, Fate, RunOptions
from localcloud.eventbridge.wire import PutEventsDoor
from localcloud.fc.models import Function, InvocationResult
from localcloud.service import Ground, Service
from localcloud.wire.server import Route
from localcloud.wire.signing import Credential


class Transform(str, Enum):
    """What of the event a target gets as its body."""

    ORIGINAL = "ORIGINAL"
    DATA = "JSONPATH $.data"


@dataclass(frozen=True, slots=True)
class Rule:
    """Which events of a bus go to a target, as what, and what happens when the target fails."""

    name: str
    matches: Matcher
    target: Function
    transform: Transform
    options: RunOptions = DEFAULT_OPTIONS


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
            return json_bytes(self.event)
        data = self.event.get("data")
        return data.encode() if isinstance(data, str) else json_bytes(data)


class EventBridge(Service):
    """One account's EventBridge in one region. Steps are explicit; there are no threads of its own."""

    title = "EventBridge"

    def __init__(
        self,
        clock: Clock,
        *,
        credentials: Iterable[Credential] = (),
        region: str = "cn-hangzhou",
        account_id: str = "1234567890123456",
        seed: int = 0,
    ) -> None:
        self.dead_letters: list[Delivery] = []
        """Deliveries that failed for good, of rules with a dead-letter queue."""
        self.discarded: list[Delivery] = []
        """The same, of rules without one: the platform keeps nothing of them."""
        self._clock = clock
        self._credentials = tuple(credentials)
        self._region = region
        self._account_id = account_id
        self._random = random.Random(seed)
        self._buses: dict[str, list[Rule]] = {"default": []}
        self._waiting: list[Delivery] = []
        self._blocked: dict[tuple[str, str], None] = {}
        self._duplicates = 0
        self._lock = threading.Lock()

    @classmethod
    def on(cls, ground: Ground) -> EventBridge:
        """The service, with the default bus and no rules."""
        return cls(ground.clock, credentials=ground.credentials, seed=ground.seed)

    def routes(self) -> Iterable[Route]:
        """PutEvents."""
        door = PutEventsDoor(self.put, self._credentials)
        return [(door.serves, door)]

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
        target: Function,
        *,
        transform: Transform = Transform.ORIGINAL,
        options: RunOptions | None = None,
    ) -> None:
        """Give a bus a rule. Raises PatternError, and KeyError if there is no such bus."""
        rule = Rule(name, compile_pattern(pattern), target, transform, options or DEFAULT_OPTIONS)
        with self._lock:
            self._buses[bus].append(rule)

    def put(self, bus: str, event: Mapping[str, Any]) -> int:
        """Take one event; how many deliveries it leads to. Raises EventError if it is not taken."""
        if bus not in self._buses:
            raise EventError("EventBusNotExist", "The event bus does not exist.")
        check_event(event)
        with self._lock:
            now = self._clock.now()
            taken = published(event, bus=bus, region=self._region, account_id=self._account_id, now=now)
            new = [Delivery(bus, rule, taken, now) for rule in self._buses[bus] if rule.matches(taken)]
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
        """Deliveries that are still to be made: now, later, or when a blocked rule is resumed."""
        return len(self._waiting)

    @property
    def blocked(self) -> list[tuple[str, str]]:
        """Bus and name of the rules that deliver nothing any more (`ErrorsTolerance.NONE`)."""
        return list(self._blocked)

    def resume(self, bus: str, name: str) -> None:
        """Let a blocked rule go on: what waits for it is due now, with all its retries. Raises KeyError."""
        with self._lock:
            del self._blocked[bus, name]
            now = self._clock.now()
            self._waiting = [
                replace(one, due_at=now, failures=0) if (one.bus, one.rule.name) == (bus, name) else one
                for one in self._waiting
            ]

    def next_due(self) -> float | None:
        """Unix seconds at which the next delivery is due; None if none is."""
        with self._lock:
            return min((one.due_at for one in self._waiting if not self._is_blocked(one)), default=None)

    def deliver_due(self) -> list[Delivery]:
        """Make every delivery that is due by now; each with its result. A retry waits for a later call."""
        with self._lock:
            now = self._clock.now()
            due = [one for one in self._waiting if one.due_at <= now]
        return [self._deliver(one) for one in due if self._take(one)]

    def _take(self, delivery: Delivery) -> bool:
        """Whether it is still to be made: another thread may have made it, an earlier one have blocked the rule."""
        with self._lock:
            for place, one in enumerate(self._waiting):
                if one is delivery and not self._is_blocked(one):
                    del self._waiting[place]
                    return True
        return False

    def _deliver(self, delivery: Delivery) -> Delivery:
        try:
            result = delivery.rule.target(delivery.body)
        except BaseException:
            with self._lock:
                self._waiting.append(delivery)  # it was not made
            raise
        if result.error is None:
            return replace(delivery, result=result)
        options, failures = delivery.rule.options, delivery.failures + 1
        with self._lock:
            again_at = self._clock.now() + options.retry.pause_s(failures, self._random)
            failed = replace(delivery, due_at=again_at, failures=failures, result=result)
            fate = options.fate(failures)
            if fate is Fate.BLOCK:
                self._blocked[failed.bus, failed.rule.name] = None
            kept = {Fate.DEAD_LETTER: self.dead_letters, Fate.DISCARD: self.discarded}.get(fate, self._waiting)
            kept.append(failed)
        return failed

    def _is_blocked(self, delivery: Delivery) -> bool:
        return (delivery.bus, delivery.rule.name) in self._blocked
