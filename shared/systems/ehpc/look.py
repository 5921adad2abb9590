"""Looking at the jobs of one E-HPC cluster: which listed job is the one told, in as few pages as that takes.

There is no filter by job id, so the lists are read; of a long one, where a job's name was told, first those that bear
it. Jobs leave the list of unfinished jobs while it is read
and the rest moves up: a job that this pass missed is looked for in a second one, over all jobs, before it is
called not found (docs/facts/ehpc.md#lists). Anybody can tell an id that nobody ever had, so that pass is short. Where
it cannot read all, it first looks where the job's number should stand, since numbers rise as jobs are submitted. Of
what it did not reach nothing is said, and the look is due again.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

import msgspec

from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.ports import Clock
from shared.systems.ehpc.listing import JobList
from shared.systems.ehpc.rows import snapshot
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.sought import ListedJob, Sought
from shared.systems.openapi import Caller
from shared.systems.openapi.results import malformed

MOST_PAGES_A_PASS = 400
"""20,000 jobs: more than that in one cluster is not looked through within an invocation."""
MOST_PAGES_OF_ENDED = 20
"""1,000 jobs, in which one is looked for that the list of unfinished jobs does not show."""

_NAME = re.compile(r"[A-Za-z0-9._-]{1,64}")
"""What a list is asked for by: it finds whatever has that in its name."""
_UNFINISHED = {"JobStatus": "notfinish"}
_ALL_NEWEST_FIRST = {"JobStatus": "all", "SubmitOrder": "desc"}


def look(
    api: Caller, clock: Clock, cluster_id: str, told: Sequence[str], *, ended: bool, name: str = ""
) -> list[Observation]:
    """Look at the jobs with these ids; one observation an id, in the same order.

    Of an id without its server part the whole list of unfinished jobs must be read, as a second job may
    match. Among ended ones the last submitted is meant: nothing is done with it either way. An observation is as old as
    the page that shows the job; that a job is not found, as the look.

    `ended`: an exit code was told, as emitters do when a job has ended. One such job is looked for among the fifty
    submitted last before the lists are read: one call instead of two if it has ended, and that page is read anyway. If
    it lives, more of its array may stand on the next pages: then it is looked for as ever.

    `name`: of the job, as told, where there is one job. Whoever told it may be wrong: a job is known by its id alone.
    """
    begun_at = clock.now()
    ever = JobList(api, clock, cluster_id, _ALL_NEWEST_FIRST, Sought(told, first_match=True), MOST_PAGES_OF_ENDED)
    if ended and len(told) == 1 and "." in told[0]:
        failed, whole = ever.glance()
        seen = _seen(told[0], ever.sought, ever.sought, failed, begun_at)
        if isinstance(seen, LookFailed) or (ever.sought.complete() and (whole or seen.state is State.FINISHED)):
            return [seen]
    unfinished = Sought(told)
    live = JobList(api, clock, cluster_id, _UNFINISHED, unfinished, MOST_PAGES_A_PASS)
    failed, whole = live.glance() if len(told) == 1 and "." in told[0] and _NAME.fullmatch(name) else (None, True)
    if failed is None and not (whole or unfinished.complete()):
        JobList(api, clock, cluster_id, {**_ALL_NEWEST_FIRST, "JobName": name}, unfinished, 1).glance()
    failed = failed or live.read("first unfinished ones")
    if failed is not None:
        # What was read holds for ids that are spelled out; of the others the rest could hold a second one.
        return [_observed(job_id, unfinished.sure(job_id), failed, begun_at) for job_id in told]
    missing = unfinished.missing()
    if missing:
        ever.sought.only(missing)
        failed = ever.leap() or ever.read("submitted last, nor among the unfinished ones")
    return [_seen(job_id, unfinished, ever.sought, failed, begun_at) for job_id in told]


def _seen(told: str, unfinished: Sought, rest: Sought, failed: LookFailed | None, begun_at: float) -> Observation:
    """As both passes have it. The plain number of a Slurm array means all its tasks, and is one task's own id too."""
    matches = unfinished.matches(told) or rest.matches(told)
    task = unfinished.task_of(told) or rest.task_of(told)
    if task is None:
        return _observed(told, matches, failed, begun_at)
    shown = _observed(told, matches or [ListedJob(task.job, task.asked_at, told)], None, begun_at)
    return shown if isinstance(shown, LookFailed) else msgspec.structs.replace(shown, has_tasks=True)


def _observed(
    told: str, matches: list[ListedJob], failed: LookFailed | None, begun_at: float
) -> EhpcSnapshot | LookFailed:
    if not matches:
        return failed or EhpcSnapshot(job_id=told, state=State.NOT_FOUND, look_begun_at=begun_at)
    try:
        shown = snapshot(matches[0].job, matches[0].asked_at, matches[0].called)
    except msgspec.ValidationError as error:
        return malformed(error, begun_at)
    return msgspec.structs.replace(shown, ambiguous=len(matches) > 1)
