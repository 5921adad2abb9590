"""Finding failed DataWorks instances that nobody told of: a catch-up for events that were lost or are not subscribed.

ListTaskInstances shows one business date at a time and can choose by state and by when a run has finished
(docs/facts/dataworks.md#lists). Each look reads all that failed within a day, of each of a few business dates: an
instance that is rerun between two pages moves the others up, and what is passed over so is read by the next look. What
was shown before is known by its id and run.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.job import Scope, State
from shared.ports import Clock
from shared.reading.shape import shaped
from shared.systems.dataworks.look import midnight
from shared.systems.dataworks.scope import LIST, Project
from shared.systems.dataworks.snapshot import FIRST_RUN
from shared.systems.dataworks.watch import Projects
from shared.systems.dataworks.wire import PAGE_MOST, TaskShown, failed_instances, not_there
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms, found, lately
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.results import look_failed, malformed
from shared.systems.openapi.turns import answered, ended, take

SEEN_KEPT_S = 2 * 86_400.0
"""A run that no look has shown for so long is forgotten: the list is over it."""


class _Memory(Struct, omit_defaults=True):
    """Of one workspace, between looks."""

    seen: dict[str, float] = {}
    """Runs that were shown, as `<id>/<run>`, and when they were last."""
    days: list[int] = []
    """Business dates that the look under way has still to read; empty: none is under way."""
    page: int = 1
    """Where it goes on in the first of them."""
    read: int = 0
    """Rows of that one on the pages before."""


class DataworksSeeker:
    """The workspaces of one region (`shared.systems.discovery.Seeker`). Days are cut in that zone."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> None:
        self._api, self._clock, self._zone, self._region = api, clock, zone, region

    def scopes(self, watch: Projects, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The workspaces named; with `ask`, whether each is there."""
        del fits
        named = tuple(Project(region=self._region, project_id=str(number)) for number in watch.ids)
        begun_at, missing = self._clock.now(), list[str]()
        for project in named if ask else ():
            if not calls.may(LIST):
                break
            day = midnight(begun_at, 0, self._zone)
            try:
                shown = failed_instances(self._api, project.project_id, day, begun_at, 1, size=1)
            except msgspec.ValidationError as error:
                return Listed(scopes=named, problem=malformed(error, begun_at))
            if isinstance(shown, CallFailed) and not_there(shown):
                missing.append(project.project_id)
            elif isinstance(shown, CallFailed):
                return Listed(scopes=named, problem=look_failed(shown, begun_at))
        return Listed(scopes=named, missing=tuple(missing))

    def look(self, watch: Projects, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Read on in the business dates; the runs that failed and were not shown before."""
        if not isinstance(scope, Project):
            raise TypeError("DataWorks is looked through by workspaces")
        mine, failures = shaped(memory, _Memory), list[Failure]()
        # An instance of today has the business date of yesterday, so one day more than is asked for is read.
        mine.days = mine.days or [midnight(terms.now, back, self._zone) for back in range(watch.days + 1)]
        since = terms.now - terms.stale_after_s

        def read() -> None:
            while mine.days:
                take(calls, LIST)
                said = failed_instances(self._api, scope.project_id, mine.days[0], since, mine.page)
                rows = answered(said, terms.now)
                failures.extend(one for row in rows.shown if (one := _new(row, scope, mine.seen, terms)) is not None)
                mine.page, mine.read = mine.page + 1, mine.read + rows.count
                # A server may put fewer on a page than it was asked for.
                more = rows.count == PAGE_MOST if rows.total is None else mine.read < rows.total
                if not (rows.count and more):
                    mine.days, mine.page, mine.read = mine.days[1:], 1, 0

        done, problem = ended(read, terms.now)
        kept: Memory = msgspec.to_builtins(_Memory(seen=lately(mine.seen, terms.now - SEEN_KEPT_S)) if done else mine)
        return Sight(failures=tuple(failures), memory=kept, done=done, problem=problem)


def _new(row: TaskShown, scope: Project, seen: dict[str, float], terms: Terms) -> Failure | None:
    """The failure that a row shows, unless it was shown before or will never be rerun: a paused node's is set so."""
    one, now = row.instance(), terms.now
    key = f"{one.instance_id}/{one.run_number}"
    ended_at = now if one.finished_at is None else min(one.finished_at, now)
    elsewhere = row.project_id is not None and str(row.project_id) != scope.project_id
    if one.state is not State.FAILED or one.frozen or elsewhere or now - ended_at > terms.stale_after_s:
        return None
    known = key in seen
    seen[key] = now
    if known:
        return None
    return found(
        scope,
        str(one.instance_id),
        one.run_number,
        "",
        job_instance_id=one.instance_id,
        restart_count=one.run_number - FIRST_RUN,
        occurred_at=ended_at,
        started_at=one.started_at,
    )
