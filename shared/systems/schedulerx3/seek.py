"""Finding failed SchedulerX 3 executions that nobody told of.

ListScheduleEvent tells what failed since the last look, however long ago it began; it names no job. ListJobExecutions
names the job and how the execution stands now, but is cut by when executions began. So each look reads both: what the
list shows failed is told unless the service means to run it again itself; of an event that the list does not show the
execution is asked for. What was shown before is known by its execution, attempt and end.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.job import Scope, State
from shared.ports import Clock
from shared.reading.shape import shaped
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms, found, lately
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.turns import answered, ended, meant, take
from shared.systems.schedulerx3.scope import APPS, EVENTS, GET, LIST, App
from shared.systems.schedulerx3.watch import Apps
from shared.systems.schedulerx3.wire import (
    AHEAD_S,
    Event,
    EventsPage,
    ExecutionsPage,
    Shown,
    apps,
    events,
    failed_events,
    failed_executions,
    not_there,
    one,
    will_retry,
)

OVERLAP_S = 600.0
"""Events are read again so far back: one may be written late."""
SEEN_KEPT_S = 3 * 86_400.0
"""What no look has shown for so long is forgotten: it is beyond the reach."""
MOST_APP_PAGES = 10
MESSAGE_CHARS = 8_192


class _Memory(Struct, omit_defaults=True):
    """Of one application, between looks."""

    seen: dict[str, float] = {}
    """Lives that were shown, and when they were last."""
    events_to: float = 0.0
    """Up to here (unix seconds) events have been read; 0: never."""
    until: float = 0.0
    """The look that is under way reaches to here; 0: none is."""
    page: int = 1
    """Where it goes on, in the events or in the list."""
    read: int = 0
    """Rows of these on the pages before."""
    events_read: bool = False
    list_read: bool = False
    told: list[int] = []
    """Executions of which events tell that they failed, and that the list has not shown yet."""


class Schedulerx3Seeker:
    """The applications of one region (`shared.systems.discovery.Seeker`)."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> None:
        self._api, self._clock, self._zone, self._region = api, clock, zone, region

    def scopes(self, watch: Apps, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The applications named, and those that the globs mean."""
        now = self._clock.now()

        def app(name: str) -> App:
            return App(region=self._region, cluster_id=watch.of_cluster, app_name=name)

        def read() -> Iterator[str]:
            there: set[str] = set()
            for number in range(1, MOST_APP_PAGES + 1):
                take(calls, APPS)
                fresh = [name for name in answered(apps(self._api, app(""), number), now) if name not in there]
                if not fresh:
                    return
                there.update(fresh)
                yield from fresh

        return meant(watch.apps, fits, read, app, now, ask=ask)

    def look(self, watch: Apps, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Read on in events and list; the executions that failed and were not shown before."""
        if not isinstance(scope, App):
            raise TypeError("SchedulerX 3 is looked through by applications")
        look = _Look(self._api, self._zone, scope, shaped(memory, _Memory), calls, terms)
        done, problem = ended(lambda: look.read(watch.reach_h * 3600), terms.now)
        return Sight(failures=tuple(look.found), memory=look.kept(done=done), done=done, problem=problem)


class _Look:
    """One turn at one application."""

    def __init__(self, api: Caller, zone: ZoneInfo, app: App, memory: _Memory, calls: Calls, terms: Terms) -> None:
        self.found: list[Failure] = []
        self._api, self._zone, self._app = api, zone, app
        self._memory, self._calls, self._terms = memory, calls, terms

    def read(self, reach_s: float) -> None:
        """Events, then the list, then what only events told. Raises StopError."""
        memory, now = self._memory, self._terms.now
        memory.until = memory.until or now + AHEAD_S
        since = memory.events_to - OVERLAP_S if memory.events_to else now - self._terms.stale_after_s
        while not memory.events_read:
            take(self._calls, EVENTS)
            told = answered(failed_events(self._api, self._app, (since, memory.until), memory.page), now)
            self._note(told.records)
            memory.events_read = self._is_last(told)
        while not memory.list_read:
            take(self._calls, LIST)
            window = (memory.until - AHEAD_S - reach_s, memory.until)
            rows = answered(failed_executions(self._api, self._app, window, memory.page, self._zone), now)
            for row in rows.records:
                self._take(row)  # where that stops the page is read once more: what was taken of it is known
            memory.list_read = self._is_last(rows)
        self._ask_for_the_rest()

    def kept(self, *, done: bool) -> Memory:
        """What to remember."""
        memory, now = self._memory, self._terms.now
        if done:
            memory = _Memory(seen=lately(memory.seen, now - SEEN_KEPT_S), events_to=memory.until - AHEAD_S)
        kept: Memory = msgspec.to_builtins(memory)
        return kept

    def _is_last(self, page: EventsPage | ExecutionsPage) -> bool:
        """Whether nothing comes after this page; where the look goes on."""
        memory = self._memory
        memory.page, memory.read = memory.page + 1, memory.read + len(page.records)
        last = not page.records or (page.total is not None and memory.read >= page.total)
        if last:
            memory.page, memory.read = 1, 0
        return last

    def _note(self, told: list[Event]) -> None:
        known = set(self._memory.told)
        named = dict.fromkeys(event.execution_id for event in told)
        self._memory.told += (number for number in named if number is not None and number not in known)

    def _ask_for_the_rest(self) -> None:
        while self._memory.told:
            take(self._calls, GET)
            execution_id = self._memory.told[0]
            shown = one(self._api, self._app, execution_id)
            if not (isinstance(shown, CallFailed) and not_there(shown)):
                there = answered(shown, self._terms.now)
                if isinstance(there, Shown):
                    self._take(there)
            self._strike(execution_id)

    def _strike(self, execution_id: int) -> None:
        self._memory.told = [number for number in self._memory.told if number != execution_id]

    def _take(self, row: Shown) -> None:
        """Keep what failed and is new."""
        memory, now, execution = self._memory, self._terms.now, row.execution(self._zone)
        key, ended_at = str(execution.life), execution.ended_at
        if execution.state is not State.FAILED or row.job_id is None or ended_at is None:
            return  # not over yet, or no more
        told = execution.execution_id in memory.told
        if key not in memory.seen and now - ended_at <= self._terms.stale_after_s:
            if not told and self._will_retry(execution.execution_id):
                return
            self.found.append(self._failure(row, key, min(ended_at, now)))
        memory.seen[key] = now
        self._strike(execution.execution_id)

    def _will_retry(self, execution_id: int) -> bool:
        take(self._calls, EVENTS)
        return will_retry(answered(events(self._api, self._app, execution_id), self._terms.now))

    def _failure(self, row: Shown, run: str, ended_at: float) -> Failure:
        return found(
            self._app,
            str(row.job_id),
            run,
            "",
            job_instance_id=row.job_execution_id,
            occurred_at=ended_at,
            message=(row.result or "")[:MESSAGE_CHARS],
        )
