"""Looks at task instances of a workspace, in as few calls as it takes.

GetTaskInstance shows one. ListTaskInstances shows 500 at once, but only of one business date, which announcements do
not name: the first instance that is read tells it, and the list then shows its neighbours
(docs/facts/dataworks.md#lists).
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from shared.domain.job import State
from shared.domain.snapshot import Observation
from shared.ports import Clock
from shared.systems.dataworks.snapshot import DataworksSnapshot
from shared.systems.dataworks.wire import PAGE_MOST, TaskShown, not_there, one, page
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.results import look_failed, malformed, not_looked_at, not_over

LIKELY_DAYS = (1, 0, 2)
"""Of more than are read one by one the lists of these business dates, in days before today, are read first: nobody who
invents ids gets them onto a list. What runs today mostly is of yesterday."""
FEW = 3
"""So many are read one by one."""
MOST_DAYS = 8
"""So many business dates are listed; what is of others is read one by one."""
MOST_ONE_BY_ONE = 100
"""So many at the most, whatever is told: what is on no list costs a call each, and anybody can invent ids."""


class WorkspaceLook:
    """One look at instances of a workspace. Days that one page has shown are asked for on the next.

    `zone` is that in which days are cut; None: only days that were seen are asked for.
    """

    def __init__(self, api: Caller, clock: Clock, project_id: str, zone: ZoneInfo | None = None) -> None:
        self._api = api
        self._clock = clock
        self._project_id = project_id
        self._zone = zone
        self._days: list[int] = []
        self._alone = 0
        """How many were read one by one."""
        self.listed = False
        """Whether lists of days were read that nobody had named."""
        self.seen: dict[str, Observation] = {}
        """By id."""

    def at(self, instance_ids: Sequence[str]) -> None:
        """Look at these; `seen` has each of them then. What is on no list is read as it comes, as far as looks go."""
        wanted = list(dict.fromkeys(instance_ids))
        if len(wanted) > MOST_ONE_BY_ONE and self._zone is not None:
            self.listed = True
            self._days += [midnight(self._clock.now(), back, self._zone) for back in LIKELY_DAYS]
        for start in range(0, len(wanted), PAGE_MOST):
            self._page(wanted[start : start + PAGE_MOST])

    def _page(self, waiting: list[str]) -> None:
        for day in self._days:
            waiting = self._listed(day, waiting)
        while waiting:
            if self._alone >= MOST_ONE_BY_ONE:
                why = f"a look at one workspace reads {MOST_ONE_BY_ONE} instances one by one"
                self.seen.update((number, not_looked_at(why, self._clock.now())) for number in waiting)
                return
            self._alone += 1
            first, *waiting = waiting
            named = self._one(first)
            if named and named not in self._days and len(self._days) < MOST_DAYS:
                self._days.append(named)
                waiting = self._listed(named, waiting)

    def _one(self, instance_id: str) -> int | None:
        """Read one; its business date, if that is known."""
        begun_at = self._clock.now()
        try:
            shown = one(self._api, instance_id)
        except msgspec.ValidationError as error:
            self.seen[instance_id] = malformed(error, begun_at)
            return None
        if isinstance(shown, CallFailed) and not not_there(shown):
            self.seen[instance_id] = look_failed(shown, begun_at)
            return None
        if isinstance(shown, TaskShown) and shown.project_id is None:
            # Told of two workspaces it would be two jobs.
            self.seen[instance_id] = malformed(ValueError("the instance shows no ProjectId"), begun_at)
            return None
        here = shown if isinstance(shown, TaskShown) and self._is_here(shown, instance_id) else None
        self.seen[instance_id] = self._snapshot(instance_id, here, begun_at)
        return here.bizdate if here else None

    def _listed(self, day: int, waiting: list[str]) -> list[str]:
        """Read those of that day from the list; the rest of them comes back."""
        if len(waiting) < FEW:
            return waiting
        begun_at = self._clock.now()
        try:
            rows = page(self._api, self._project_id, day, waiting)
        except msgspec.ValidationError:
            return waiting
        if isinstance(rows, CallFailed):
            return waiting
        newest: dict[str, TaskShown] = {}
        for row in rows:
            known = newest.get(str(row.id))
            if self._is_here(row, str(row.id)) and (known is None or known.run_number < row.run_number):
                newest[str(row.id)] = row
        self.seen.update(
            (number, self._snapshot(number, newest[number], begun_at)) for number in waiting if number in newest
        )
        return [number for number in waiting if number not in newest]

    def _is_here(self, shown: TaskShown, instance_id: str) -> bool:
        """Whether it is the one that was asked for, and of this workspace."""
        return str(shown.id) == instance_id and str(shown.project_id or self._project_id) == self._project_id

    @staticmethod
    def _snapshot(instance_id: str, shown: TaskShown | None, begun_at: float) -> Observation:
        instance = shown.instance() if shown else None
        seen = DataworksSnapshot(job_id=instance_id, instance=instance, look_begun_at=begun_at)
        if instance is not None and instance.state is State.FAILED and seen.ended_at is None and not instance.frozen:
            return not_over(begun_at)
        return seen


def midnight(now: float, back: int, zone: ZoneInfo) -> int:
    """Unix milliseconds of the zone's midnight so many days before today's."""
    today = datetime.fromtimestamp(now, zone).replace(hour=0, minute=0, second=0, microsecond=0)
    return int((today - timedelta(days=back)).timestamp() * 1000)
