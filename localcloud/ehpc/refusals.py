"""What a scheduler says, in its own words, of a rerun that it does not begin (docs/facts/slurm.md, docs/facts/pbs.md).

Slurm takes jobs that have ended as well, and runs them again; OpenPBS does not.
"""

from __future__ import annotations

from localcloud.ehpc.models import Flavour, Job, State


def refusal(job: Job, flavour: Flavour) -> str:
    """Why the job cannot be rerun now; empty if it can."""
    if flavour is Flavour.SLURM:
        return _slurm(job)
    if job.state is not State.RUNNING or job.dying:
        return f"Request invalid for state of job {job.job_id}"
    return "" if job.spec.rerunnable else f"Job {job.job_id} is not rerunnable"


def unknown(job_id: str, flavour: Flavour) -> str:
    """What is said of an id that nothing has."""
    return f"Invalid job id specified for job {job_id}" if flavour is Flavour.SLURM else f"Unknown Job Id {job_id}"


def _slurm(job: Job) -> str:
    if job.leader:
        return f"Job not heterogeneous job leader for job {job.job_id}"
    if not job.spec.batch:
        return f"Only batch jobs are accepted or processed for job {job.job_id}"
    if not job.spec.rerunnable:
        return f"Requested operation is presently disabled for job {job.job_id}"
    if job.state is State.QUEUED or job.dying:
        return f"Job is pending execution for job {job.job_id}"
    return ""


def in_progress(job_id: str) -> str:
    """What OpenPBS says when a rerun takes too long: the rerun goes on all the same."""
    return f"Response timed out. Job rerun request still in progress for {job_id}"
