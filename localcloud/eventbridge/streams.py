"""EventBridge event streaming on localhost: batches of a queue's events go to a function as one JSON array.

An array also for one event; the whole array again after an error; windows by count and time
(https://www.alibabacloud.com/help/en/eventbridge/user-guide/retry-and-dead-letter). With
`ErrorsTolerance.NONE` a partition keeps its order: nothing overtakes a batch that failed, and once the retries are used
up the partition is blocked until it is resumed. The documentation speaks of the whole task there, and of no order;
per partition is inferred. With `ALL` the next batch does not wait.
"""

from __future__ import annotations

import random
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from typing import Any

from localcloud.clock import Clock
from localcloud.eventbridge.models import Event, check_event, json_bytes, published
from localcloud.eventbridge.retries import DEFAULT_OPTIONS, ErrorsTolerance, Fate, RunOptions
from localcloud.fc.models import Function, InvocationResult

COUNT_WINDOW_MAX = 10_000
TIME_WINDOW_MAX_S = 15


class EventSchema(str, Enum):
    """`eventSchema`: what an array's items are."""

    CLOUD_EVENTS = "CloudEvents"
    RAW_DATA = "RawData"
    """The payload alone."""


@dataclass(frozen=True, slots=True, kw_only=True)
class StreamConfig:
    """A stream's settings."""

    name: str = "stream"
    partitions: int = 1
    count_window: int = 1
    """Most events in a batch: 1 to 10 000."""
    time_window_s: float = 0.0
    """How long the first event of a batch waits for others: 0 to 15 s."""
    schema: EventSchema = EventSchema.CLOUD_EVENTS
    options: RunOptions = DEFAULT_OPTIONS


@dataclass(frozen=True, slots=True)
class Batch:
    """Events that are delivered together, every time."""

    partition: int
    events: tuple[Event, ...]
    due_at: float
    """Unix seconds."""
    failures: int = 0
    result: InvocationResult | None = None
    """Of the last call; None before it."""


@dataclass(slots=True)
class _Partition:
    arrived: list[tuple[float, Event]] = field(default_factory=list)
    batches: list[Batch] = field(default_factory=list)
    """Formed and not done with, oldest first; without the one that is being delivered."""
    busy: bool = False
    blocked: bool = False


class EventStream:
    """One stream to one function. Steps are explicit; there are no threads of its own; safe between threads."""

    def __init__(
        self,
        clock: Clock,
        target: Function,
        config: StreamConfig | None = None,
        *,
        seed: int = 0,
    ) -> None:
        config = config or StreamConfig()
        if not 1 <= config.count_window <= COUNT_WINDOW_MAX:
            raise ValueError(f"count_window is 1 to {COUNT_WINDOW_MAX}")
        if not 0 <= config.time_window_s <= TIME_WINDOW_MAX_S:
            raise ValueError(f"time_window_s is 0 to {TIME_WINDOW_MAX_S}")
        self.dead_letters: list[Batch] = []
        """Batches that failed for good, if the stream has a dead-letter queue."""
        self.discarded: list[Batch] = []
        """The same, if it has none."""
        self._clock = clock
        self._target = target
        self._config = config
        self._random = random.Random(seed)
        self._partitions = [_Partition() for _ in range(config.partitions)]
        self._lock = threading.Lock()

    def put(self, event: Mapping[str, Any], *, partition: int = 0) -> None:
        """Take one event. Raises EventError if it is none, IndexError if there is no such partition."""
        check_event(event)
        with self._lock:
            now = self._clock.now()
            # As a trigger's own bus, which bears the stream's name.
            taken = published(
                event, bus=self._config.name, region="cn-hangzhou", account_id="1234567890123456", now=now
            )
            self._partitions[partition].arrived.append((now, taken))

    @property
    def waiting(self) -> int:
        """Events that are still to be delivered, now or later, blocked ones among them."""
        with self._lock:
            return sum(len(one.arrived) + sum(len(batch.events) for batch in one.batches) for one in self._partitions)

    @property
    def blocked(self) -> list[int]:
        """Partitions that deliver nothing any more."""
        return [number for number, one in enumerate(self._partitions) if one.blocked]

    def resume(self, partition: int) -> None:
        """Let a blocked partition go on where it stopped, with all its retries. Raises ValueError if it is not."""
        with self._lock:
            found = self._partitions[partition]
            if not found.blocked:
                raise ValueError(f"partition {partition} is not blocked")
            found.blocked = False
            found.batches[0] = replace(found.batches[0], due_at=self._clock.now(), failures=0)

    def next_due(self) -> float | None:
        """Unix seconds at which the next batch is due; None if none is."""
        with self._lock:
            return min((moment for one in self._partitions if (moment := self._due_at(one)) is not None), default=None)

    def deliver_due(self) -> list[Batch]:
        """Deliver every batch that is due by now, each with its result. A retry waits for a later call."""
        made: list[Batch] = []
        for number, partition in enumerate(self._partitions):
            while due := self._take(number):
                try:
                    while due:
                        made.append(self._deliver(due[0]))
                        del due[0]
                finally:
                    with self._lock:
                        partition.busy = False
                        partition.batches[:0] = due  # only if the target raised: none of these was made
        return made

    def _due_at(self, partition: _Partition) -> float | None:
        if partition.blocked or partition.busy:
            return None
        in_order = self._config.options.tolerance is ErrorsTolerance.NONE
        moments = [batch.due_at for batch in (partition.batches[:1] if in_order else partition.batches)]
        if partition.arrived and not (in_order and partition.batches):
            first, _ = partition.arrived[0]
            full = len(partition.arrived) >= self._config.count_window
            moments.append(first if full else first + self._config.time_window_s)
        return min(moments, default=None)

    def _take(self, number: int) -> list[Batch]:
        """Form the batches whose window is over, and take those that are due: with NONE at most the first of all."""
        with self._lock:
            partition, now = self._partitions[number], self._clock.now()
            if partition.blocked or partition.busy:
                return []
            count, arrived = self._config.count_window, partition.arrived
            while arrived and (len(arrived) >= count or arrived[0][0] + self._config.time_window_s <= now):
                events = tuple(event for _, event in arrived[:count])
                partition.batches.append(Batch(number, events, now))
                del arrived[:count]
            in_order = self._config.options.tolerance is ErrorsTolerance.NONE
            open_to_all = partition.batches[:1] if in_order else partition.batches
            due = [batch for batch in open_to_all if batch.due_at <= now]
            partition.batches = [batch for batch in open_to_all if batch.due_at > now] + (
                partition.batches[1:] if in_order else []
            )
            partition.busy = in_order and bool(due)
            return due

    def _deliver(self, batch: Batch) -> Batch:
        raw = self._config.schema is EventSchema.RAW_DATA
        result = self._target(json_bytes([event.get("data") if raw else event for event in batch.events]))
        failures = batch.failures + (result.error is not None)
        with self._lock:
            partition = self._partitions[batch.partition]
            if result.error is None:
                return replace(batch, result=result)
            options = self._config.options
            again_at = self._clock.now() + options.retry.pause_s(failures, self._random)
            failed = replace(batch, due_at=again_at, failures=failures, result=result)
            fate = options.fate(failures)
            if fate in {Fate.RETRY, Fate.BLOCK}:
                partition.blocked = fate is Fate.BLOCK
                partition.batches.insert(0, failed)
            else:
                (self.dead_letters if fate is Fate.DEAD_LETTER else self.discarded).append(failed)
        return failed
