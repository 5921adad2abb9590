"""E-HPC clusters, as a scenario file tells of them.

In the list `clusters`:

    clusters:
      - id: ehpc-hz-demo1
        scheduler: pbs                    # pbs (default) or slurm
        jobs:
          - id: 1.scheduler
            submitted_ago_s: 8160         # default 3600
            runs: [hang, finish 600]      # first run, second run, …; the last goes for all further ones:
                                          # hang | finish SECONDS | requeue SECONDS
            name: cfd-mesh                # name, owner, queue: optional
            hosts: [compute2]             # where the first run is; default: drawn
            rerunnable: true
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Annotated, ClassVar

from msgspec import Meta

from localcloud.ehpc.models import Flavour, JobSpec, Run, finishes, hangs, requeued
from localcloud.story import Ago, Element, Name

Text = Annotated[str, Meta(max_length=65536)]
"""What a job has printed."""
_RUN = re.compile(r"hang|(finish|requeue) ([0-9]{1,8})")


class JobStory(Element, frozen=True, kw_only=True):
    """One E-HPC job."""

    id: Name
    submitted_ago_s: Ago = 3600.0
    runs: Annotated[tuple[Annotated[str, Meta(pattern=rf"^({_RUN.pattern})\Z")], ...], Meta(min_length=1)] = ("hang",)
    name: Name = "job"
    owner: Name = "alice"
    queue: Name = "workq"
    hosts: tuple[Name, ...] = ()
    rerunnable: bool = True
    output: Text = ""
    errors: Text = ""

    def spec(self) -> JobSpec:
        """As it is submitted."""
        return JobSpec(
            runs=tuple(_run(text) for text in self.runs),
            name=self.name,
            owner=self.owner,
            queue=self.queue,
            hosts=self.hosts,
            rerunnable=self.rerunnable,
            output=self.output.encode(),
            errors=self.errors.encode(),
        )


class ClusterStory(Element, frozen=True, kw_only=True):
    """One E-HPC cluster."""

    parts: ClassVar[Mapping[str, type[Element]]] = {"jobs": JobStory}
    id: Name
    scheduler: Flavour = Flavour.PBS
    jobs: tuple[JobStory, ...] = ()

    def names(self) -> Iterator[tuple[str, str]]:
        """The cluster's id, and each job's within it."""
        yield "cluster", self.id
        yield from (("job", f"{self.id}/{job.id}") for job in self.jobs)

    def shown(self) -> tuple[str, str]:
        """Its id, scheduler and size."""
        return "cluster", f"{self.id} ({self.scheduler.value}, {len(self.jobs)} jobs)"


def _run(text: str) -> Run:
    kind, _, seconds = text.partition(" ")
    if kind == "hang":
        return hangs()
    return finishes(float(seconds)) if kind == "finish" else requeued(float(seconds))
