"""Who appears in the demo's story: clusters, groups, and the usual ways in which a job goes."""

from __future__ import annotations

from typing import Any

from localcloud.ehpc.models import finishes, hangs
from localcloud.schedulerx.models import fails
from secondwind.commands.demo.plot import EhpcJob, InstanceOf, SchedulerxJob

PBS, SLURM, QUIET = "ehpc-hz-pbs", "ehpc-hz-slurm", "ehpc-hz-quiet"
NIGHTLY = "nightly"
"""A group of which nobody tells anything; so the cluster `QUIET`."""
REPORTS, BILLING = "daily", "bills"

HANGS = (hangs(), finishes(600))
"""Hangs in its first run; once restarted, it does its work."""
YESTERDAY, TODAY = "2026-01-04 02:00:00", "2026-01-05 02:00:00"
"""Data times: which day's work an instance does."""


def pbs(number: int, **how: Any) -> EhpcJob:
    """A job of the PBS cluster."""
    return EhpcJob(PBS, f"{number}.scheduler", **{"runs": HANGS, **how})


def slurm(number: int, **how: Any) -> EhpcJob:
    """A job of the Slurm cluster."""
    return EhpcJob(SLURM, str(number), **{"runs": HANGS, **how})


def failed(group: str, job_id: int, *others: InstanceOf, by_instance_id: bool = False) -> SchedulerxJob:
    """A SchedulerX job whose instance of today has failed."""
    return SchedulerxJob(group, job_id, (InstanceOf(fails(30), TODAY), *others), by_instance_id)
