"""Looking at the jobs of one E-HPC cluster: which listed job is the one told, in as few pages as that takes.

There is no filter by job id, so the lists are read. Jobs leave the list of unfinished jobs while it is read
and the rest moves up: a job that this pass missed is looked for in a second one, over all jobs, before it is
called not found (docs/facts/ehpc.md#lists). Anybody can tell an id that nobody ever had, so that pass is short. Where
it cannot read all, it first looks where the job's number should stand, since numbers rise as jobs are submitted. Of
what it did not reach nothing is said, and the look is due again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from shared.domain.job import State
from shared.domain.snapshot import LookFailed, Observation
from shared.ports import Clock
from shared.systems.ehpc.ids import name_parts
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.wire import PAGE_SIZE, Page, read_page, snapshot
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.results import look_failed, malformed, too_long

MOST_PAGES_A_PASS = 400
"""20,000 jobs: more than that in one cluster is not looked through within an invocation."""
MOST_PAGES_OF_ENDED = 20
"""1,000 jobs, in which one is looked for that the list of unfinished jobs does not show."""
MOST_LEAPS = 8
"""How many of these may be pages by number: enough for 12,800 jobs."""
MAX_DIGITS = 18

_UNFINISHED = {"JobStatus": "notfinish"}
_ALL_NEWEST_FIRST = {"JobStatus": "all", "SubmitOrder": "desc"}
Listed = Mapping[str, Any]


def look(api: Caller, clock: Clock, cluster_id: str, told: Sequence[str], *, ended: bool) -> list[Observation]:
    """Look at the jobs with these ids; one observation an id, in the same order.

    Of an id without its server part the whole list of unfinished jobs must be read, as a second job may
    match. Among ended ones the last submitted is meant: nothing is done with it either way.

    `ended`: an exit code was told, as emitters do when a job has ended. One such job is looked for among the fifty
    submitted last before the lists are read: one call instead of two if it has ended, and that page is read anyway. If
    it lives, more of its array may stand on the next pages: then it is looked for as ever.
    """
    begun_at = clock.now()
    ever = _List(api, cluster_id, _ALL_NEWEST_FIRST, _Sought(told, first_match=True), begun_at, MOST_PAGES_OF_ENDED)
    if ended and len(told) == 1 and "." in told[0]:
        failed, whole = ever.glance()
        seen = _seen(told[0], ever.sought, ever.sought, failed, begun_at)
        if isinstance(seen, LookFailed) or (ever.sought.complete() and (whole or seen.state is State.FINISHED)):
            return [seen]
    unfinished = _Sought(told)
    live = _List(api, cluster_id, _UNFINISHED, unfinished, begun_at, MOST_PAGES_A_PASS)
    failed = live.read("first unfinished ones")
    if failed is not None:
        # What was read holds for ids that are spelled out; of the others the rest could hold a second one.
        return [_observed(job_id, unfinished.sure(job_id), failed, begun_at) for job_id in told]
    missing = unfinished.missing()
    if missing:
        ever.sought.only(missing)
        failed = ever.leap() or ever.read("submitted last, nor among the unfinished ones")
    return [_seen(job_id, unfinished, ever.sought, failed, begun_at) for job_id in told]


class _Sought:
    """The ids told and the listed jobs that match them.

    An id with its server part matches that spelling alone. One without (`1`, `12[3]`) matches what stands
    before the first dot. A subjob never matches its parent: their ids differ before the dot.
    """

    def __init__(self, told: Iterable[str], *, first_match: bool = False) -> None:
        self._found: dict[str, dict[str, Listed]] = {job_id: {} for job_id in told}
        self._tasks: dict[tuple[str, str], Listed] = {}
        """By the array's number and server: an element of it."""
        self._first_match = first_match

    def take(self, jobs: Iterable[tuple[str, Listed]]) -> None:
        """Keep those that are sought. One that comes twice, as pages shift, counts once, as last seen."""
        sought = self._found
        for listed_id, job in jobs:
            # A name with a dot only ever meets the whole id, as what stands before the first dot has none.
            before, _, server = listed_id.partition(".")
            if listed_id in sought:
                self._keep(listed_id, listed_id, job)
            if before in sought and before != listed_id:
                self._keep(before, listed_id, job)
            if "_" in before:
                array, mark, _ = name_parts(listed_id)
                if mark == "_":
                    self._tasks[array, server] = job

    def _keep(self, told: str, listed_id: str, job: Listed) -> None:
        found = self._found[told]
        if not (found and self._first_match):
            found[listed_id] = job

    def task_of(self, told: str) -> Listed | None:
        """A task of the Slurm array whose number this id is; None for what is spelled as a task, or no array's.

        PBS has no such second meaning: there the array is `12[]` and never `12`.
        """
        number, mark, _ = name_parts(told)
        server = told.partition(".")[2]
        servers = [each for array, each in self._tasks if array == number and (not server or each in {"", server})]
        return self._tasks[number, servers[0]] if servers and not mark else None

    def only(self, told: Iterable[str]) -> None:
        """Of no others anything is wanted any more."""
        self._found = {job_id: self._found[job_id] for job_id in told}

    def matches(self, told: str) -> list[Listed]:
        """The different jobs that this id may mean."""
        return list(self._found.get(told, {}).values())

    def sure(self, told: str) -> list[Listed]:
        """The same, as far as it holds before every page was read."""
        return self.matches(told) if "." in told else []

    def missing(self) -> list[str]:
        """The ids without a match."""
        return [job_id for job_id, found in self._found.items() if not found]

    def found(self, told: str) -> bool:
        """Whether a job was seen that this id may mean."""
        return bool(self._found[told])

    def complete(self) -> bool:
        """Whether further pages cannot change anything."""
        return not self.missing() and (self._first_match or all("." in job_id for job_id in self._found))


class _List:
    """One pass over a list's pages for what is sought."""

    def __init__(
        self,
        api: Caller,
        cluster_id: str,
        filters: Mapping[str, str],
        sought: _Sought,
        begun_at: float,
        most_pages: int,
    ) -> None:
        self._api, self._cluster_id, self._filters = api, cluster_id, filters
        self.sought = sought
        """What is looked for, and what of it was seen."""
        self._begun_at = begun_at
        self._left = most_pages
        self._pages: dict[int, Page] = {}

    def read(self, among: str) -> LookFailed | None:
        """From the first page on, until they end or nothing more is needed; what stopped it before."""
        number = 0
        while not self.sought.complete():
            number += 1
            page = self._page(number)
            if page is None:
                return too_long(f"the job is not among the {(number - 1) * PAGE_SIZE} {among}", self._begun_at)
            if isinstance(page, LookFailed):
                return page
            if page.last:
                break
        return None

    def glance(self) -> tuple[LookFailed | None, bool]:
        """Read the first page alone; whether it is all."""
        page = self._page(1)
        return (page, False) if isinstance(page, LookFailed) else (None, page is not None and page.last)

    def leap(self) -> LookFailed | None:
        """Look where the numbers of what is sought should stand, newest first, if the list is too long to be read.

        What moved since then (Slurm gives a requeued job a new time of submission) is not found so; nothing follows.
        """
        first = self._page(1)
        if first is None or isinstance(first, LookFailed):
            return first
        leaps = MOST_LEAPS if first.pages - 1 > self._left else 0
        for job_id in self.sought.missing():
            low, high, wanted = 2, first.pages, _number(job_id)
            while leaps and wanted is not None and low <= high and not self.sought.found(job_id):
                leaps -= 1
                middle = (low + high) // 2
                page = self._page(middle)
                if page is None or isinstance(page, LookFailed):
                    return page
                numbers = sorted(number for listed, _ in page.jobs if (number := _number(listed)) is not None)
                if not numbers:
                    break
                low, high = (low, middle - 1) if wanted > numbers[len(numbers) // 2] else (middle + 1, high)
        return None

    def _page(self, number: int) -> Page | LookFailed | None:
        """That page, read once; None when no more may be read."""
        known = self._pages.get(number)
        if known is not None:
            return known
        if not self._left:
            return None
        self._left -= 1
        try:
            page = read_page(self._api, self._cluster_id, number, self._filters)
        except msgspec.ValidationError as error:
            return malformed(error, self._begun_at)
        if isinstance(page, CallFailed):
            return look_failed(page, self._begun_at)
        self.sought.take(page.jobs)
        self._pages[number] = page
        return page


def _number(job_id: str) -> int | None:
    number = name_parts(job_id)[0]
    return int(number) if number and len(number) <= MAX_DIGITS else None


def _seen(told: str, unfinished: _Sought, rest: _Sought, failed: LookFailed | None, begun_at: float) -> Observation:
    """As both passes have it. The plain number of a Slurm array means all its tasks, and is one task's own id too."""
    matches = unfinished.matches(told) or rest.matches(told)
    task = unfinished.task_of(told) or rest.task_of(told)
    if task is None:
        return _observed(told, matches, failed, begun_at)
    shown = _observed(told, matches or [{**task, "Id": told}], None, begun_at)
    return shown if isinstance(shown, LookFailed) else msgspec.structs.replace(shown, has_tasks=True)


def _observed(
    told: str, matches: list[Listed], failed: LookFailed | None, begun_at: float
) -> EhpcSnapshot | LookFailed:
    if not matches:
        return failed or EhpcSnapshot(job_id=told, state=State.NOT_FOUND, look_begun_at=begun_at)
    try:
        shown = snapshot(matches[0], begun_at)
    except msgspec.ValidationError as error:
        return malformed(error, begun_at)
    return msgspec.structs.replace(shown, ambiguous=len(matches) > 1)
