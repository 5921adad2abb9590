"""The Log Service trigger: calls a function for each new cursor range of each shard, one step at a time.

A range is delivered again after an error, up to `max_retry` times at once and then at every further step, so a record
that always fails holds its shard. Documented is the retrying (`maxRetryTime`, 0 to 100); that the same position is
tried at the next interval is read between the lines, and whether a retry keeps its `taskId` is not told, so the other
readings are possible too (`skip_after_retries`, `keep_task_id`):
https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-struct-jobconfig.

A shard that was split or merged is read to its end as any other, and those that came of it are begun beside it: no page
says that a trigger waits for the one before it begins the other.

Stepped by a clock (`run_due`), each shard is called once an interval, and while it is more than 10 s behind about every
2 s (https://www.alibabacloud.com/help/doc-detail/84090.htm).
"""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from localcloud.clock import Clock
from localcloud.fc.models import Function, InvocationResult

RETRIES_MAX = 100
INTERVAL_S = (3, 600)
"""Bounds of `triggerInterval`."""
BEHIND_S = 10.0
CATCH_UP_S = 2.0


class Shards(Protocol):
    """What the trigger needs of a Log Service; `service.LogService` has it."""

    def shards(self, project: str, logstore: str) -> list[int]:
        """Numbers of the Logstore's shards."""
        ...

    def cursor(self, project: str, logstore: str, shard: int, moment: str) -> str:
        """Cursor of `begin` or `end`."""
        ...

    def cursor_after(self, project: str, logstore: str, shard: int, cursor: str, groups: int) -> str:
        """The cursor at most that many log groups further on."""
        ...

    def received_at(self, project: str, logstore: str, shard: int, end_cursor: str) -> int:
        """Unix seconds at which the last log group before that cursor came."""
        ...


@dataclass(frozen=True, slots=True)
class Delivery:
    """One range of one shard, and every call made for it in this step."""

    shard: int
    begin_cursor: str
    end_cursor: str
    events: tuple[bytes, ...]
    """The bodies sent, one a call."""
    results: tuple[InvocationResult, ...]
    skipped: bool = False
    """Whether the trigger has gone on although every call failed: the range is lost."""

    @property
    def consumed(self) -> bool:
        """Whether the range is done with: the last call returned, whatever it returned."""
        return self.results[-1].error is None


@dataclass(frozen=True, slots=True, kw_only=True)
class TriggerConfig:
    """A trigger's settings."""

    project: str
    logstore: str
    endpoint: str = "http://cn-hangzhou-intranet.log.aliyuncs.com"
    """As the event names it."""
    max_retry: int = 3
    """Calls after the first one, at once: 0 to 100."""
    interval_s: int = 60
    """Between two calls of a shard that is up to date: 3 to 600."""
    skip_after_retries: bool = False
    """Whether a range is given up when its retries are used up, instead of being tried at the next interval."""
    parameter: Mapping[str, Any] | None = None
    """The trigger's `functionParameter`."""
    start: Literal["begin", "end"] = "begin"
    """Where a new trigger begins in each shard that there is; one that comes later it has from its beginning."""
    groups_max: int = 1000
    """Most log groups in one range."""
    keep_task_id: bool = False
    """Whether a retry has the `taskId` of the call before."""


class LogTriggerPump:
    """Delivers one Logstore to one function. Steps are explicit; there are no threads.

    Shards are independent: different threads may deliver different ones at once. One that is being delivered is left
    out by a step that another thread, or the function itself, begins meanwhile. `seed` decides `jobName` and `taskId`.
    `clock` is needed by `run_due` and `next_due` alone; the first calls are due at once.
    """

    def __init__(
        self, source: Shards, function: Function, config: TriggerConfig, *, clock: Clock | None = None, seed: int = 0
    ) -> None:
        if not 0 <= config.max_retry <= RETRIES_MAX:
            raise ValueError(f"max_retry is 0 to {RETRIES_MAX}")
        if not INTERVAL_S[0] <= config.interval_s <= INTERVAL_S[1]:
            raise ValueError(f"interval_s is {INTERVAL_S[0]} to {INTERVAL_S[1]}")
        self._source = source
        self._function = function
        self._config = config
        self._clock = clock
        self._job = f"{random.Random(seed).getrandbits(160):040x}"
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._seed = seed
        self._chance: dict[int, random.Random] = {}
        self._due: dict[int, float] = {}
        self._positions: dict[int, str] = {}
        self._notice(config.start)

    def _notice(self, start: str) -> None:
        """Take up shards that have not been seen yet. Those of a split or merge are begun at their beginning."""
        for shard in self._source.shards(self._config.project, self._config.logstore):
            if shard not in self._positions:
                self._chance[shard] = random.Random(f"{self._seed}/{shard}")
                self._due[shard] = float("-inf")
                self._positions[shard] = self._source.cursor(self._config.project, self._config.logstore, shard, start)

    @property
    def positions(self) -> Mapping[int, str]:
        """Where each shard's next range begins."""
        return dict(self._positions)

    def deliver(self, shard: int, *, send_empty: bool = False) -> Delivery | None:
        """Deliver one range of what is new in that shard; None if nothing is, or if it is being delivered already."""
        with self._lock:
            if shard in self._busy:
                return None
            self._busy.add(shard)
        try:
            return self._step(shard, send_empty=send_empty)
        finally:
            with self._lock:
                self._busy.discard(shard)

    def run_once(self, *, send_empty: bool = False) -> list[Delivery]:
        """Deliver what is new in each shard, at most one range a shard; what was delivered.

        With `send_empty` a shard with nothing new gets a range whose ends are equal, as happens in the cloud when
        storage is upgraded.
        """
        self._notice("begin")
        made = [self.deliver(shard, send_empty=send_empty) for shard in sorted(self._positions)]
        return [one for one in made if one is not None]

    def run_due(self, shard: int | None = None) -> list[Delivery]:
        """As `run_once`, for the shards, or the one, whose next call is due by the clock; plans the call after it.

        That is 2 s later while what is not yet consumed has waited for more than 10 s, else an interval later, as it
        is when every retry has failed.
        """
        self._notice("begin")
        made: list[Delivery] = []
        for one in sorted(self._positions) if shard is None else [shard]:
            if self._due[one] > self._now():
                continue
            delivery = self.deliver(one)
            failed = delivery is not None and not delivery.consumed
            behind = not failed and self.behind_s(one) > BEHIND_S
            self._due[one] = self._now() + (CATCH_UP_S if behind else self._config.interval_s)
            made += [] if delivery is None else [delivery]
        return made

    def next_due(self) -> float:
        """Unix seconds of the next call of any shard, whether there will be something new or not."""
        return min(self._due.values())

    def behind_s(self, shard: int) -> float:
        """How long the oldest log group that is not consumed has waited; 0 if there is none."""
        config, position = self._config, self._positions[shard]
        end = self._source.cursor_after(config.project, config.logstore, shard, position, 1)
        if end == position:
            return 0.0
        return self._now() - self._source.received_at(config.project, config.logstore, shard, end)

    def run_until_idle(self, steps_max: int = 1000) -> list[Delivery]:
        """Step until nothing is new. Raises RuntimeError after `steps_max`: a range that never succeeds."""
        deliveries: list[Delivery] = []
        for _ in range(steps_max):
            step = self.run_once()
            if not step:
                return deliveries
            deliveries += step
        raise RuntimeError(f"still something to deliver after {steps_max} steps")

    def _step(self, shard: int, *, send_empty: bool) -> Delivery | None:
        config = self._config
        begin = self._positions[shard]
        end = self._source.cursor_after(config.project, config.logstore, shard, begin, config.groups_max)
        if begin == end and not send_empty:
            return None
        events: list[bytes] = []
        results: list[InvocationResult] = []
        task = self._task_id(shard)
        for attempt in range(config.max_retry + 1):
            if attempt and not config.keep_task_id:
                task = self._task_id(shard)
            events.append(self._event(shard, begin, end, task))
            results.append(self._function(events[-1]))
            if results[-1].error is None:
                break
        done = results[-1].error is None
        if done or config.skip_after_retries:
            self._positions[shard] = end
        return Delivery(
            shard, begin, end, tuple(events), tuple(results), skipped=not done and config.skip_after_retries
        )

    def _event(self, shard: int, begin: str, end: str, task: str) -> bytes:
        config = self._config
        source = {
            "endpoint": config.endpoint,
            "projectName": config.project,
            "logstoreName": config.logstore,
            "shardId": shard,
            "beginCursor": begin,
            "endCursor": end,
        }
        event = {
            "parameter": dict(config.parameter or {}),
            "source": source,
            "jobName": self._job,
            "taskId": task,
            "cursorTime": self._source.received_at(config.project, config.logstore, shard, end),
        }
        return json.dumps(event, separators=(",", ":")).encode()

    def _task_id(self, shard: int) -> str:
        return str(uuid.UUID(int=self._chance[shard].getrandbits(128), version=4))

    def _now(self) -> float:
        if self._clock is None:
            raise TypeError("this trigger was made without a clock")
        return self._clock.now()
