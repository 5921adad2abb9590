"""Which of many told instances of a group are looked at first: those that the group itself shows as failed.

Anybody tells ids, and each costs some calls. What has failed in a group the service lists in a call a page; where it
does so for single jobs alone, those are asked that were told most.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct

from shared.domain.failure import Failure
from shared.systems.openapi import Caller, CallFailed
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.wire import AHEAD_S, PAGE_SIZE, failed_instances, jobs

MOST_PAGES = 10
"""500 instances, or jobs."""
MOST_JOBS = 10
"""Jobs that are asked by themselves."""
JOB_PAGES = 2
"""Of each."""
REACH_S = 2 * 86_400.0
"""So long ago an instance was to start at the most."""


class Likely(Struct, frozen=True, kw_only=True):
    """What a group shows."""

    ids: frozenset[int] = frozenset()
    """Failed instances."""
    days: frozenset[tuple[str, str]] = frozenset()
    """The same by job and data time."""
    jobs: frozenset[str] = frozenset()
    """Jobs that there are, but for those whose instances are known; only where the group's are not shown together."""

    def has(self, failure: Failure) -> bool:
        """Whether it may well be true."""
        day = failure.job_id, failure.data_time
        return failure.job_instance_id in self.ids or day in self.days or failure.job_id in self.jobs


def likely(api: Caller, group: Group, now: float, told: Sequence[str]) -> Likely | None:
    """As far as some pages show it; None where nothing could be read now. Only an order comes of it.

    `told`: ids of jobs, those told most first.
    """
    shown = _failed(api, group, "", now, MOST_PAGES)
    if not isinstance(shown, CallFailed):
        return shown
    # Its documents disagree on whether it lists a group or one job (docs/facts/schedulerx.md#reads).
    return None if shown.read_again else _by_jobs(api, group, now, told)


def _by_jobs(api: Caller, group: Group, now: float, told: Sequence[str]) -> Likely:
    """Which jobs there are, and what has failed of those told most: whoever knows one invents its instances."""
    jobs, ids, days = set(_jobs(api, group)), set[int](), set[tuple[str, str]]()
    for job_id in [one for one in told if one in jobs][:MOST_JOBS]:
        shown = _failed(api, group, job_id, now, JOB_PAGES)
        if isinstance(shown, CallFailed):
            break
        jobs.discard(job_id)
        ids |= shown.ids
        days |= shown.days
    return Likely(ids=frozenset(ids), days=frozenset(days), jobs=frozenset(jobs))


def _failed(api: Caller, group: Group, job_id: str, now: float, pages: int) -> Likely | CallFailed:
    """What has failed in a group, or of one of its jobs; a failure only where nothing was shown before it."""
    ids, days = set[int](), set[tuple[str, str]]()
    for number in range(1, pages + 1):
        try:
            page = failed_instances(api, group, job_id, (now - REACH_S, now + AHEAD_S), number)
        except msgspec.ValidationError:
            break
        if isinstance(page, CallFailed):
            if number > 1:
                break
            return page
        fresh = [one for one in page if one.instance_id not in ids]
        ids.update(one.instance_id for one in page)
        days.update((str(one.job_id), one.data_time) for one in page if one.data_time)
        if not fresh or len(page) < PAGE_SIZE // 5:  # one that caps its pages does so at ten
            break
    return Likely(ids=frozenset(ids), days=frozenset(days))


def _jobs(api: Caller, group: Group) -> frozenset[str]:
    found = set[str]()
    for number in range(1, MOST_PAGES + 1):
        try:
            page = jobs(api, group, number)
        except msgspec.ValidationError:
            break
        if isinstance(page, CallFailed):
            break
        found.update(page.job_ids)
        if page.last:
            break
    return frozenset(found)
