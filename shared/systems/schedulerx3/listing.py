"""A job's executions as ListJobExecutions shows them, newest first, read page by page as far as somebody needs.

Only the list tells of which workflow an execution is a part, what else of the job lives, and what retries have made. So
of one that it has not reached, or does not show, nothing is concluded.
"""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from shared.domain.snapshot import LookFailed
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.results import look_failed, too_long
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.wire import PAGE_SIZE, executions, moment

MOST_PAGES = 20
LOOK_BACK_S = 3600.0
"""It is read to this long before the look, and to where the meant execution began."""


class JobExecutions:
    """Those of one job, as one look needs them."""

    def __init__(self, api: Caller, app: App, job_id: str, zone: ZoneInfo, begun_at: float) -> None:
        """`begun_at`: unix seconds at which the look begins."""
        self._api, self._app, self._job_id, self._zone = api, app, job_id, zone
        self.begun_at = begun_at
        """Nothing that it shows is older."""
        self._found: dict[int, Execution] = {}
        self._page = self._rows = 0
        self._reaches = begun_at
        """Back to when executions were to start that are shown (unix seconds)."""
        self._stop: LookFailed | None = None
        self._ended = False

    def back_to(self, meant: Execution) -> Mapping[int, Execution] | LookFailed:
        """All of them by id, back to an hour ago, to when the meant one began, and to itself.

        Raises:
            msgspec.ValidationError: an answer is no such list.
        """
        since = min(self.begun_at, meant.started_at or self.begun_at) - LOOK_BACK_S
        while not self._ended and (self._reaches >= since or meant.execution_id not in self._found):
            if self._stop is None:
                self._stop = self._read_on()
            if self._stop is not None:
                return self._stop
        if meant.execution_id not in self._found:
            return too_long("the execution is not among those that the job's list shows", self.begun_at)
        return self._found

    def _read_on(self) -> LookFailed | None:
        """The next page; why there is none. One that shows nothing new is no end: that service ignores pages."""
        if self._page == MOST_PAGES:
            return too_long(f"not all was found on {MOST_PAGES} pages of executions", self.begun_at)
        page = executions(self._api, self._app, self._job_id, self._page + 1)
        if isinstance(page, CallFailed):
            return look_failed(page, self.begun_at)
        self._page, self._rows = self._page + 1, self._rows + page.count
        fresh = [row for row in page.shown if row.job_execution_id not in self._found]
        for row in fresh:
            self._found[row.job_execution_id] = row.execution(self._zone, self.begun_at)
        full = self._rows < page.total if page.total else page.count >= PAGE_SIZE
        self._ended = page.count == 0 or not full
        if not (fresh or self._ended):
            return too_long(f"page {self._page} of executions shows what was on those before", self.begun_at)
        scheduled_at = moment(page.shown[-1].schedule_time, self._zone) if page.shown else None
        self._reaches = scheduled_at or self.begun_at
        return None
