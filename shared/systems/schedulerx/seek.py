"""Finding failed SchedulerX instances that nobody told of.

A list is cut by when an instance was to start, not by when it failed: one that ran for long fails far behind any
cursor. So each look reads the whole reach, all of it failed instances and mostly one page, and what was shown before is
known by its id. The list is asked for the group; where the service wants a job's id (its documents disagree,
docs/facts/schedulerx.md#reads) or caps what it shows, job by job, as the group lists its jobs.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.ports import Clock
from shared.reading.shape import shaped
from shared.systems.discovery import Calls, Fits, Listed, Memory, Sight, Terms, found, lately
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.turns import answered, ended, meant, take
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.watch import Groups
from shared.systems.schedulerx.wire import (
    AHEAD_S,
    Detail,
    JobConfig,
    failed_instances,
    groups,
    job_config,
    jobs,
    moment,
)

LIST, JOBS, JOB, GROUPS = "GetJobInstanceList", "ListJobs", "GetJobInfo", "ListGroups"
FAILED = 5
RETRY_ROOM_S = 60.0
"""Beyond its own pause an instance that SchedulerX repeats by itself is given so long to begin again."""
ASK_GROUP_AGAIN_S = 86_400.0
CONFIG_KEPT_S = 86_400.0
MAX_CONFIGS = 2_000
SEEN_KEPT_S = 2 * 86_400.0
"""An instance that no look has shown for so long is forgotten: the list is over it, or the reach."""
MESSAGE_CHARS = 8_192
_TEN = 10
_BASIC = 1


class _Repeats(Struct, omit_defaults=True):
    """What a job says of its own retries, and when it said so."""

    times: int
    every_s: float
    at: float


class _Memory(Struct, omit_defaults=True):
    """Of one group, between looks."""

    seen: dict[str, float] = {}
    """Instances that were shown, and when they were last."""
    waiting: dict[str, float] = {}
    """Failed instances that SchedulerX may repeat itself, and when they were first seen."""
    repeats: dict[str, _Repeats] = {}
    by_job_since: float = 0.0
    """Since when the group is read job by job; 0: it is not."""
    until: float = 0.0
    """The look that is under way reaches to here (unix seconds); 0: none is."""
    page: int = 1
    """Where it goes on, of the group's list or of the first job's."""
    last_page: list[int] = []
    jobs: list[str] = []
    """Jobs that it has still to read."""
    jobs_page: int = 0
    """The next page of the group's jobs; 0: none is left."""


class SchedulerxSeeker:
    """The groups of one region (`shared.systems.discovery.Seeker`)."""

    def __init__(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> None:
        self._api, self._clock, self._zone, self._region = api, clock, zone, region

    def scopes(self, watch: Groups, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The groups named, and those that the globs mean."""
        basic: list[str] = []

        def read() -> Iterator[str]:
            take(calls, GROUPS)
            for one in answered(groups(self._api, self._group(watch, "")), now):
                yield one.group_id
                if one.app_version == _BASIC and any(fits(glob, one.group_id) for glob in watch.groups):
                    basic.append(one.group_id)

        now = self._clock.now()
        listed = meant(watch.groups, fits, read, partial(self._group, watch), now, ask=ask)
        warnings = tuple(f"group {one} is of the Basic edition, whose instances no API shows" for one in basic)
        return msgspec.structs.replace(listed, warnings=warnings)

    def look(self, watch: Groups, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """Read on in the reach; the instances that failed and were not shown before."""
        if not isinstance(scope, Group):
            raise TypeError("SchedulerX is looked through by groups")
        look = _Look(self._api, self._zone, scope, shaped(memory, _Memory), calls, terms)
        done, problem = ended(lambda: look.read(watch.reach_h * 3600), terms.now)
        return Sight(failures=tuple(look.found), memory=look.kept(done=done), done=done, problem=problem)

    def _group(self, watch: Groups, name: str) -> Group:
        return Group(region=self._region, namespace=watch.namespace, group_id=name)


class _Look:
    """One turn at one group."""

    def __init__(self, api: Caller, zone: ZoneInfo, group: Group, memory: _Memory, calls: Calls, terms: Terms) -> None:
        self.found: list[Failure] = []
        self._api, self._zone, self._group = api, zone, group
        self._memory, self._calls, self._terms = memory, calls, terms
        self._days: set[tuple[str, str | None]] = set()

    def read(self, reach_s: float) -> None:
        """Page by page. Raises StopError."""
        memory = self._memory
        if not memory.until:
            self._begin()
        while memory.jobs or memory.jobs_page or not memory.by_job_since:
            if memory.by_job_since and not memory.jobs:
                self._list_jobs()
                continue
            page = self._page(reach_s)
            if page is None:
                self._job_by_job()
                continue
            self._take(page)
            if self._goes_on(page):
                memory.page += 1
                continue
            if not memory.by_job_since:
                break
            memory.jobs, memory.page, memory.last_page = memory.jobs[1:], 1, []

    def kept(self, *, done: bool) -> Memory:
        """What to remember."""
        memory, now = self._memory, self._terms.now
        if done:
            memory.until, memory.page, memory.last_page = 0.0, 1, []
            memory.seen = lately(memory.seen, now - SEEN_KEPT_S)
            memory.waiting = {one: at for one, at in memory.waiting.items() if now - at < SEEN_KEPT_S}
        newest = sorted(memory.repeats.items(), key=lambda one: one[1].at)[-MAX_CONFIGS:]
        memory.repeats = dict(newest)
        kept: Memory = msgspec.to_builtins(memory)
        return kept

    def _begin(self) -> None:
        memory = self._memory
        memory.until = self._terms.now + AHEAD_S
        if self._terms.now - memory.by_job_since > ASK_GROUP_AGAIN_S:
            memory.by_job_since = 0.0
        if memory.by_job_since:
            memory.jobs_page = 1

    def _job_by_job(self) -> None:
        memory = self._memory
        memory.by_job_since, memory.jobs_page, memory.page, memory.last_page = self._terms.now, 1, 1, []

    def _list_jobs(self) -> None:
        """One page of the enabled jobs."""
        take(self._calls, JOBS)
        memory = self._memory
        page = answered(jobs(self._api, self._group, memory.jobs_page), self._terms.now)
        memory.jobs = page.job_ids
        memory.jobs_page = 0 if page.last else memory.jobs_page + 1

    def _page(self, reach_s: float) -> list[Detail] | None:
        """The next page of failed instances; None: the group has to be read job by job."""
        take(self._calls, LIST)
        memory = self._memory
        job_id = memory.jobs[0] if memory.by_job_since else ""
        window = (memory.until - AHEAD_S - reach_s, memory.until)
        said = failed_instances(self._api, self._group, job_id, window, memory.page)
        if not memory.by_job_since and isinstance(said, CallFailed) and _of_this_question(said):
            return None
        page = answered(said, self._terms.now)
        capped = {one.instance_id for one in page} <= set(memory.last_page)
        return None if capped and page and not memory.by_job_since else page

    def _goes_on(self, page: list[Detail]) -> bool:
        """A server that caps its pages does so at a round number; a page that shows nothing new is the end."""
        memory = self._memory
        ids = [one.instance_id for one in page]
        more = len(ids) % _TEN == 0 and not set(ids) <= set(memory.last_page)
        memory.last_page = ids
        return more

    def _take(self, page: list[Detail]) -> None:
        """Keep what failed and is new."""
        for one in sorted(page, key=lambda detail: -detail.instance_id):
            if one.status == FAILED and one.job_id is not None:
                self._take_one(one, str(one.job_id))

    def _take_one(self, one: Detail, job_id: str) -> None:
        memory, now, key = self._memory, self._terms.now, str(one.instance_id)
        known, day = key in memory.seen, (job_id, one.data_time)
        superseded = bool(one.data_time) and day in self._days
        self._days.add(day)
        ended_at = moment(one.end_time, self._zone)
        old = ended_at is not None and now - ended_at > self._terms.stale_after_s
        if not (known or superseded or old):
            repeats = self._repeats(job_id)
            if repeats.times and now - memory.waiting.setdefault(key, now) < repeats.every_s + RETRY_ROOM_S:
                return
            self.found.append(self._failure(one, job_id, ended_at))
        memory.seen[key] = now
        memory.waiting.pop(key, None)

    def _repeats(self, job_id: str) -> _Repeats:
        """Whether SchedulerX repeats the job's failed instances itself."""
        known = self._memory.repeats.get(job_id)
        if known is not None and self._terms.now - known.at < CONFIG_KEPT_S:
            return known
        take(self._calls, JOB)
        said = job_config(self._api, self._group, job_id)
        if isinstance(said, CallFailed) and _of_this_question(said):
            said = JobConfig()  # the corridor's own look says what is wrong with the job
        config = answered(said, self._terms.now)
        every_s = float(max(0, min(config.attempt_interval or 0, 86_400)))
        mine = _Repeats(config.own_retries, every_s, self._terms.now)
        self._memory.repeats[job_id] = mine
        return mine

    def _failure(self, one: Detail, job_id: str, ended_at: float | None) -> Failure:
        now = self._terms.now
        return found(
            self._group,
            job_id,
            one.instance_id,
            "",
            job_instance_id=one.instance_id,
            occurred_at=now if ended_at is None else min(ended_at, now),
            message=(one.result or "")[:MESSAGE_CHARS],
            node=(one.work_addr or "").partition(":")[0][:128],
        )


def _of_this_question(why: CallFailed) -> bool:
    """Whether a call failed for what it asked, so that another question may be answered."""
    return not (why.read_again or why.account_wide or why.credentials)
