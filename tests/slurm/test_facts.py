"""What docs/facts/slurm.md says of Slurm itself, and the local cloud plays (`tests/localcloud/ehpc/test_slurm.py`)."""

from __future__ import annotations

import time

from tests.slurm.conftest import Site
from tests.slurm.daemons import wait_for

SLEEPS = "sleep 600"


def all_run(site: Site, *jobs: str) -> None:
    """Wait for that."""
    wait_for(lambda: [site.state(job) for job in jobs] == ["RUNNING"] * len(jobs), f"{jobs} running")


def test_a_requeue_takes_what_has_ended_and_what_is_suspended(site: Site) -> None:
    """What has ended runs again; what was suspended is held until somebody releases it."""
    ended = {site.submit("exit 0"): "COMPLETED", site.submit("exit 1"): "FAILED"}
    suspended = site.running(SLEEPS)
    assert site.daemons.call("scontrol", "suspend", suspended).returncode == 0
    for job, state in {**ended, suspended: "SUSPENDED"}.items():
        site.wait(job, state)
        assert site.slurm.rerun(job) == ""
    wait_for(lambda: [site.restarts(job) for job in ended] == [1] * len(ended), "two requeues")
    for job, state in ended.items():
        site.wait(job, state)
    wait_for(lambda: site.known(suspended).fields["Reason"] == "JobHeldAdmin", "the hold")
    site.daemons.run("scontrol", "release", suspended)
    all_run(site, suspended)
    assert site.restarts(suspended) == 1


def test_some_ids_mean_more_than_one_job(site: Site) -> None:
    """An array's number, which is its last task's own id as well, and the leader of a heterogeneous job."""
    array = site.submit(SLEEPS, "--array=0-1")
    leader = site.submit(SLEEPS, "-N1", ":", "-N1")
    parts = [leader, str(int(leader) + 1)]
    tasks = [f"{array}_0", f"{array}_1"]
    all_run(site, *tasks, *parts)
    assert site.known(tasks[1]).fields["JobId"] == array
    refused = f"Job not heterogeneous job leader for job {parts[1]}"
    assert site.slurm.rerun(parts[1]) == refused
    assert [site.slurm.rerun(job) for job in (array, leader)] == ["", ""]
    wait_for(lambda: [site.restarts(job) for job in (*tasks, *parts)] == [1] * 4, "four requeues")


def test_a_job_that_is_cancelled_while_it_waits_shows_that_as_its_start(site: Site) -> None:
    """Before that its start is when it may begin."""
    begins_at = int(time.time()) + 600
    job = site.submit(SLEEPS, "--begin=now+600")
    assert abs((site.known(job).started_at or 0) - begins_at) <= 5
    cancelled_at = time.time()
    site.daemons.run("scancel", job)
    site.wait(job, "CANCELLED")
    assert cancelled_at - 1 <= (site.known(job).started_at or 0) <= time.time()
