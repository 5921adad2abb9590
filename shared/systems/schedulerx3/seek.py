"""Finding failed SchedulerX 3 executions that nobody told of.

ListScheduleEvent tells what failed since the last look, however long ago it began; it names no job. ListJobExecutions
names the job and how the execution stands now, but is cut by when executions began. So each look reads both: what the
list shows failed is told unless the service means to run it again itself; of an event that the list does not show the
execution is asked for. What was shown before is known by its execution, attempt and end.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.job import Scope, State
from shared.domain.snapshot import LookFailed
from shared.ports import Clock
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms, exact, found
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.classify import NoAnswer
from shared.systems.openapi.results import look_failed, malformed
from shared.systems.schedulerx3.scope import APPS, EVENTS, GET, LIST, App
from shared.systems.schedulerx3.watch import Apps
from shared.systems.schedulerx3.wire import (
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

AHEAD_S = 300.0
"""The service's clock may be so far ahead."""
OVERLAP_S = 600.0
"""Events are read again so far back: one may be written late."""
SEEN_KEPT_S = 3 * 86_400.0
"""What no look has shown for so long is forgotten: it is beyond the reach."""
MAX_SEEN = 20_000
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
        named = exact(watch.apps)
        cluster = App(region=self._region, cluster_id=watch.cluster, app_name="")
        mine = tuple(msgspec.structs.replace(cluster, app_name=name) for name in named)
        if not ask and len(named) == len(watch.apps):
            return Listed(scopes=mine)
        begun_at, there = self._clock.now(), dict[str, None]()
        for number in range(1, MOST_APP_PAGES + 1):
            if not calls.may(APPS):
                return Listed(scopes=mine)
            try:
                page = apps(self._api, cluster, number)
            except msgspec.ValidationError as error:
                return Listed(scopes=mine, problem=malformed(error, begun_at))
            if isinstance(page, CallFailed):
                return Listed(scopes=mine, problem=look_failed(page, begun_at))
            fresh = [name for name in page if name not in there]
            there.update(dict.fromkeys(fresh))
            if not fresh:
                break
        meant = dict.fromkeys([*named, *(name for name in there if any(fits(glob, name) for glob in watch.apps))])
        return Listed(
            scopes=tuple(msgspec.structs.replace(cluster, app_name=name) for name in meant),
            missing=tuple(glob for glob in watch.apps if not any(fits(glob, name) for name in there)),
        )

    def look(self, watch: Apps, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Read on in events and list; the executions that failed and were not shown before."""
        if not isinstance(scope, App):
            raise TypeError("SchedulerX 3 is looked through by applications")
        look = _Look(self._api, self._zone, scope, msgspec.convert(memory, _Memory), calls, terms)
        problem: LookFailed | None = None
        try:
            done = look.read(watch.reach_h * 3600)
        except _UnreadableError as error:
            # Without time to ask nothing is wrong with the application: the next turn goes on.
            late = error.why.code == NoAnswer.DEADLINE.value
            problem, done = None if late else look_failed(error.why, terms.now), False
        except msgspec.ValidationError as error:
            problem, done = malformed(error, terms.now), False
        return Sight(failures=tuple(look.found), memory=look.kept(done=done), done=done, problem=problem)


class _UnreadableError(Exception):
    """A call failed."""

    def __init__(self, why: CallFailed) -> None:
        super().__init__(why.message)
        self.why = why


class _Look:
    """One turn at one application."""

    def __init__(self, api: Caller, zone: ZoneInfo, app: App, memory: _Memory, calls: Calls, terms: Terms) -> None:
        self.found: list[Failure] = []
        self._api, self._zone, self._app = api, zone, app
        self._memory, self._calls, self._terms = memory, calls, terms

    def read(self, reach_s: float) -> bool:
        """Events, then the list, then what only events told; whether the look is whole. Raises _UnreadableError."""
        memory, now = self._memory, self._terms.now
        memory.until = memory.until or now + AHEAD_S
        since = memory.events_to - OVERLAP_S if memory.events_to else now - self._terms.stale_after_s
        while not memory.events_read:
            if not self._calls.may(EVENTS):
                return False
            told = failed_events(self._api, self._app, (since, memory.until), memory.page)
            if isinstance(told, CallFailed):
                raise _UnreadableError(told)
            self._note(told.records)
            memory.events_read = self._is_last(told)
        while not memory.list_read:
            if not self._calls.may(LIST):
                return False
            window = (memory.until - AHEAD_S - reach_s, memory.until)
            rows = failed_executions(self._api, self._app, window, memory.page, self._zone)
            if isinstance(rows, CallFailed):
                raise _UnreadableError(rows)
            if not all(self._take(row) for row in rows.records):
                return False  # the page is read once more: what was taken of it is known
            memory.list_read = self._is_last(rows)
        return self._ask_for_the_rest()

    def kept(self, *, done: bool) -> Memory:
        """What to remember."""
        memory, now = self._memory, self._terms.now
        if done:
            lately = [one for one in memory.seen.items() if now - one[1] < SEEN_KEPT_S]
            seen = dict(sorted(lately, key=lambda one: one[1])[-MAX_SEEN:])
            memory = _Memory(seen=seen, events_to=memory.until - AHEAD_S)
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

    def _ask_for_the_rest(self) -> bool:
        while self._memory.told:
            if not self._calls.may(GET):
                return False
            execution_id = self._memory.told[0]
            shown = one(self._api, self._app, execution_id)
            if isinstance(shown, CallFailed) and not not_there(shown):
                raise _UnreadableError(shown)
            if isinstance(shown, Shown) and not self._take(shown):
                return False
            self._strike(execution_id)
        return True

    def _strike(self, execution_id: int) -> None:
        self._memory.told = [number for number in self._memory.told if number != execution_id]

    def _take(self, row: Shown) -> bool:
        """Keep what failed and is new; False: it could not be asked about for want of calls."""
        memory, now, execution = self._memory, self._terms.now, row.execution(self._zone)
        life, ended_at = execution.life, execution.ended_at
        if execution.state is not State.FAILED or row.job_id is None or life is None or ended_at is None:
            return True  # not over yet, or no more
        key, told = str(life), execution.execution_id in memory.told
        if key not in memory.seen and now - ended_at <= self._terms.stale_after_s:
            if not told and not self._calls.may(EVENTS):
                return False
            if not told and self._will_retry(execution.execution_id):
                return True
            self.found.append(self._failure(row, str(life), min(ended_at, now)))
        memory.seen[key] = now
        self._strike(execution.execution_id)
        return True

    def _will_retry(self, execution_id: int) -> bool:
        noted = events(self._api, self._app, execution_id)
        if isinstance(noted, CallFailed):
            raise _UnreadableError(noted)
        return will_retry(noted)

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
