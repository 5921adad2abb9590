"""Jobs that run for longer than their owner said that any of them should."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct

from shared.domain.failure import Failure
from shared.systems.discovery import Fits, found
from shared.systems.ehpc.running import Running, is_meant
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.watch import Overdue

OVERDUE = "overdue"
MAX_KEPT = 20_000


class OverdueMemory(Struct, omit_defaults=True):
    """Of one cluster, between looks."""

    told: dict[str, int] = {}
    """Jobs that were told, with their start."""


def overdue_jobs(
    memory: OverdueMemory, cluster: Cluster, jobs: Mapping[str, Running], wanted: Overdue, fits: Fits, now: float
) -> Iterator[Failure]:
    """Those of the running jobs that are meant, run for too long, and were not told."""
    for job_id, job in jobs.items():
        hours = (now - job.start) / 3600
        if hours <= wanted.after_h or memory.told.get(job_id) == job.start:
            continue
        if not is_meant(wanted, job, fits):
            continue
        memory.told[job_id] = job.start
        yield found(
            cluster,
            job_id,
            job.start,
            OVERDUE,
            occurred_at=now,
            started_at=float(job.start),
            queue=job.queue,
            owner=job.owner,
            job_name=job.name,
            message=f"it runs for {hours:.1f} hours, longer than the {wanted.after_h:g} that the policy gives it",
        )
    memory.told = dict(list(memory.told.items())[-MAX_KEPT:])
