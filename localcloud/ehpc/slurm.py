"""Slurm's habits, as seen on 22.05.8 (docs/facts/slurm.md#times): what it shows of a job, how long one waits.

While a requeued job completes its start is *now*; then it is the moment before which it may not begin, then unknown.
Where resources lack as well it is an estimate.
"""

from __future__ import annotations

import math
from dataclasses import replace
from random import Random

from localcloud.ehpc.models import NEVER, ClusterSettings, Job, State

PAUSE_S = 4.0
"""Slurm starts what may start within this time; what waits for longer lacks something."""


def seen(job: Job, settings: ClusterSettings, now: float) -> Job:
    """A copy of the job as it is listed at that moment."""
    if job.completing:
        moment = int(now)
        return replace(
            job, state=settings.completing_is, started_at=moment, forecast=moment, run_count=job.run_count + 1
        )
    return replace(job, forecast=_start_of_queued(job, settings, now) if job.state is State.QUEUED else None)


def _start_of_queued(job: Job, settings: ClusterSettings, now: float) -> int | None:
    if job.begins_at is not None and now < job.begins_at:
        return int(job.begins_at)
    since = job.modified_at if job.begins_at is None else job.begins_at
    if job.starts_at is None or job.starts_at - since <= PAUSE_S:
        return None
    return int(job.starts_at + settings.forecast_off_s)


def requeued(job: Job, settings: ClusterSettings, chance: Random, now: float) -> float:
    """Put it among the pending: its submission is now and it may not begin before a while, unless its node was dead.

    Returns how long it waits.
    """
    dead, job.noticed_at = job.noticed_at is not None, None
    asked_s = job.spec.requeue_wait_s
    if dead:
        return chance.uniform(0, PAUSE_S) if asked_s is None else asked_s
    job.submitted_at = now
    if settings.begin_wait_s is None:
        return chance.uniform(1, 5) if asked_s is None else asked_s
    job.begins_at = now + settings.begin_wait_s
    return max(settings.begin_wait_s + chance.uniform(0, PAUSE_S), asked_s or 0.0)


def completes_s(job: Job, settings: ClusterSettings, now: float) -> float:
    """How long a job completes that is requeued now: on a dead node until Slurm notices that."""
    noticed_at = NEVER if job.noticed_at is None else job.noticed_at
    if not math.isinf(noticed_at):
        return max(noticed_at - now, 0.0)
    return settings.completing_s if settings.rerun_lag_s is None else settings.rerun_lag_s
