"""Which of the listed jobs are the ones told, and when each was seen."""

from __future__ import annotations

from collections.abc import Iterable

from msgspec import Struct

from shared.systems.ehpc.ids import name_parts
from shared.systems.ehpc.rows import Listed


class ListedJob(Struct, frozen=True):
    """A job as one page showed it."""

    job: Listed
    asked_at: float
    """When that page was asked for, unix seconds: so old is what it says at the most."""
    called: str = ""
    """By which id it is asked for, if not by the one that it has in the list."""


class Sought:
    """The ids told and the listed jobs that match them.

    An id with its server part matches that spelling alone. One without (`1`, `12[3]`) matches what stands
    before the first dot. A subjob never matches its parent: their ids differ before the dot.
    """

    def __init__(self, told: Iterable[str], *, first_match: bool = False) -> None:
        self._found: dict[str, dict[str, ListedJob]] = {job_id: {} for job_id in told}
        self._tasks: dict[tuple[str, str], ListedJob] = {}
        """By the array's number and server: an element of it."""
        self._first_match = first_match

    def take(self, jobs: Iterable[tuple[str, Listed]], asked_at: float) -> None:
        """Keep those that are sought. One that comes twice, as pages shift, counts once, as last seen."""
        sought, whole = self._found, all("." in job_id for job_id in self._found)
        for listed_id, job in jobs:
            if listed_id in sought:
                self._keep(listed_id, listed_id, ListedJob(job, asked_at))
            if whole and "_" not in listed_id:
                continue  # as most of a page
            # A name with a dot only ever meets the whole id, as what stands before the first dot has none.
            before, _, server = listed_id.partition(".")
            if before in sought:
                self._keep(before, listed_id, ListedJob(job, asked_at))
            if "_" in before:
                array, mark, _ = name_parts(listed_id)
                if mark == "_":
                    self._tasks[array, server] = ListedJob(job, asked_at)

    def _keep(self, told: str, listed_id: str, shown: ListedJob) -> None:
        found = self._found[told]
        if not (found and self._first_match):
            found[listed_id] = shown

    def task_of(self, told: str) -> ListedJob | None:
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

    def matches(self, told: str) -> list[ListedJob]:
        """The different jobs that this id may mean."""
        return list(self._found.get(told, {}).values())

    def sure(self, told: str) -> list[ListedJob]:
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
        return self.few() == 0

    def few(self) -> int | None:
        """How many more pages can show what is wanted at the most; None: on each a second match may stand."""
        spelled_out = self._first_match or all("." in job_id for job_id in self._found)
        return len(self.missing()) if spelled_out else None
