"""What E-HPC's operations need of a cluster's scheduler: the seam at which another than the simulated one can stand.

The tests put a real Slurm behind it (`tests/slurm`), so that wire, signatures and errors stay those of this service.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Protocol

from localcloud.ehpc.models import ClusterSettings, Flavour, Job, Node


class Scheduler(Protocol):
    """One cluster. Each method sees the present; safe between threads."""

    @property
    def cluster_id(self) -> str:
        """As E-HPC names it."""

    @property
    def flavour(self) -> Flavour:
        """Which scheduler it is."""

    @property
    def settings(self) -> ClusterSettings:
        """Region, status and the like."""

    @property
    def created_at(self) -> float:
        """Unix seconds."""

    @property
    def nodes(self) -> Mapping[str, Node]:
        """By host name."""

    def jobs(self) -> list[Job]:
        """All jobs, in the order of submission."""

    def job(self, job_id: str) -> Job | None:
        """One job."""

    def output(self, job: Job) -> tuple[bytes, bytes]:
        """What the job has printed: standard output, standard error."""

    def rerun(self, job_id: str) -> str:
        """Kill and queue again. Empty if it was accepted; else what the scheduler says. Raises ApiError."""

    def stop(self, job_id: str) -> str:
        """End a job for good. Empty if it was done; else what the scheduler says. Raises ApiError."""
