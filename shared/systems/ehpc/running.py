"""Running jobs as a discovery remembers them between its turns."""

from __future__ import annotations

import msgspec
from msgspec import Struct

from shared.domain.job import State
from shared.systems.discovery import Fits
from shared.systems.ehpc.rows import snapshot
from shared.systems.ehpc.watch import Overdue, Silence
from shared.systems.ehpc.wire import Page

_STRETCH = 256


class Running(Struct, array_like=True):
    """A run that goes on."""

    start: int
    """Unix seconds."""
    nodes: tuple[str, ...] = ()
    owner: str = ""
    queue: str = ""
    name: str = ""


def is_meant(wanted: Overdue | Silence, job: Running, fits: Fits) -> bool:
    """Whether a job is of the queues, owners and names that are wanted; None bounds nothing."""
    pairs = ((wanted.queues, job.queue), (wanted.owners, job.owner), (wanted.names, job.name))
    return all(names is None or any(fits(glob, value) for glob in names) for names, value in pairs)


def running(page: Page, now: float) -> dict[str, Running]:
    """The running jobs of a page by their ids, without parents of arrays, whose runs are their subjobs'.

    A row that cannot be read hides no other.

    Raises:
        msgspec.ValidationError: There are rows, and in each a member has a type or a text that nobody documented.
    """
    found: dict[str, Running] = {}
    read, odd = False, None
    for _, listed in page.jobs:
        try:
            job = snapshot(listed, now)
        except msgspec.ValidationError as error:
            odd = error
            continue
        read = True
        if job.state is State.RUNNING and job.start_time is not None and not job.array_parent:
            told = (job.owner[:_STRETCH], job.queue[:_STRETCH], job.name[:_STRETCH])
            found[job.job_id] = Running(job.start_time, job.nodes, *told)
    if odd is not None and not read:
        raise odd
    return found
