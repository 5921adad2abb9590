"""The Log Service trigger: calls a function for each new cursor range of each shard, one step at a time.

A range is delivered again after an error, up to `max_retry` times at once and then at every further step,
so a record that always fails holds its shard. Documented is the retrying (`maxRetryTime`, 0 to 100); that
the same position is tried at the next interval is read between the lines, and whether a retry keeps its
`taskId` is not told, so both are possible:
https://www.alibabacloud.com/help/en/functioncompute/fc/developer-reference/api-fc-2023-03-30-struct-jobconfig.
"""

from __future__ import annotations

import json
import random
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from secondwind.localcloud.fc import InvocationResult

RETRIES_MAX = 100

Function = Callable[[bytes], InvocationResult]


class Shards(Protocol):
    """What the trigger needs of a Log Service; `sls.LogService` has it."""

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
    parameter: Mapping[str, Any] | None = None
    """The trigger's `functionParameter`."""
    start: Literal["begin", "end"] = "begin"
    """Where a new trigger begins in each shard."""
    groups_max: int = 1000
    """Most log groups in one range."""
    keep_task_id: bool = False
    """Whether a retry has the `taskId` of the call before."""


class LogTriggerPump:
    """Delivers one Logstore to one function. Steps are explicit; there are no threads.

    A shard that is being delivered is left out by a step that another thread, or the function itself, begins
    meanwhile. `seed` decides `jobName` and `taskId`.
    """

    def __init__(self, source: Shards, function: Function, config: TriggerConfig, *, seed: int = 0) -> None:
        if not 0 <= config.max_retry <= RETRIES_MAX:
            raise ValueError(f"max_retry is 0 to {RETRIES_MAX}")
        self._source = source
        self._function = function
        self._config = config
        self._random = random.Random(seed)
        self._job = f"{self._random.getrandbits(160):040x}"
        self._lock = threading.Lock()
        self._busy: set[int] = set()
        self._positions = {
            shard: source.cursor(config.project, config.logstore, shard, config.start)
            for shard in source.shards(config.project, config.logstore)
        }

    @property
    def positions(self) -> Mapping[int, str]:
        """Where each shard's next range begins."""
        return dict(self._positions)

    def run_once(self, *, send_empty: bool = False) -> list[Delivery]:
        """Deliver what is new in each shard, at most one range a shard; what was delivered.

        With `send_empty` a shard with nothing new gets a range whose ends are equal, as happens in the
        cloud when storage is upgraded.
        """
        deliveries = []
        for shard in sorted(self._positions):
            with self._lock:
                if shard in self._busy:
                    continue
                self._busy.add(shard)
            try:
                if (delivery := self._step(shard, send_empty=send_empty)) is not None:
                    deliveries.append(delivery)
            finally:
                with self._lock:
                    self._busy.discard(shard)
        return deliveries

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
        task = self._task_id()
        for attempt in range(config.max_retry + 1):
            if attempt and not config.keep_task_id:
                task = self._task_id()
            events.append(self._event(shard, begin, end, task))
            results.append(self._function(events[-1]))
            if results[-1].error is None:
                self._positions[shard] = end
                break
        return Delivery(shard, begin, end, tuple(events), tuple(results))

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

    def _task_id(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
