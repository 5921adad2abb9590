"""What deliveries do to real jobs, each counted at Slurm."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest

from localcloud.ehpc.models import State
from tests.slurm.conftest import Site
from tests.slurm.daemons import wait_for
from tests.slurm.facade import Known

SLEEPS = "sleep 600"


def before_the_call(site: Site, monkeypatch: pytest.MonkeyPatch, act: Callable[[str], None]) -> None:
    """Something happens after the look and before the call arrives."""
    rerun = site.slurm.rerun

    def acted(job_id: str) -> str:
        act(job_id)
        return rerun(job_id)

    monkeypatch.setattr(site.slurm, "rerun", acted)


def test_told_twice_and_by_both_doors_at_once(site: Site) -> None:
    """One requeue, whoever comes first; and none for the same telling while the second life runs."""
    job = site.running(SLEEPS)
    row = site.of(job)
    site.sweep()  # two instances are two processes; two threads of one must not load the policy's types at once
    found: list[list[tuple[str, str, str]]] = []
    doors = [
        threading.Thread(target=lambda: found.append(site.tell(row, row))),
        threading.Thread(target=lambda: found.append(site.answered("manual", {"jobs": [row], "by": "ann"}))),
    ]
    for door in doors:
        door.start()
    for door in doors:
        door.join()
    verdicts = sorted(verdict for answer in found for _, verdict, _ in answer)
    assert verdicts.count("rerun") == 1, found
    site.wait(job, "RUNNING")
    assert {verdict for _, verdict, _ in site.tell(row)} <= {"duplicate"}
    assert site.restarts(job) == 1


@pytest.mark.parametrize("says", ["nothing", "something"])
def test_an_answer_lost_while_slurmctld_stands_still(site: Site, monkeypatch: pytest.MonkeyPatch, says: str) -> None:
    """Unknown, whatever scontrol says of it; Slurm requeues afterwards, a look sees it, and nobody calls again."""
    job = site.running(SLEEPS)
    row = site.of(job)
    monkeypatch.setattr("tests.slurm.facade.AGENT_WAITS_S", 3.0 if says == "nothing" else 60.0)
    rerun = site.slurm.rerun

    def frozen(job_id: str) -> str:
        with site.daemons.frozen():
            return rerun(job_id)

    monkeypatch.setattr(site.slurm, "rerun", frozen)
    assert [verdict for _, verdict, _ in site.tell(row)] == ["unknown"]
    wait_for(lambda: site.restarts(job) == 1, "the requeue after all")
    site.wait(job, "RUNNING")
    site.slurm.later(60)
    assert site.sweep() == [(job, "rerun", "observed_restart")]
    assert (site.restarts(job), len(site.slurm.said)) == (1, 1)


def test_a_job_that_ends_between_look_and_call_runs_again(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """Slurm requeues what has ended: docs/guarantees.md says so. It is told, and once."""
    job = site.running(SLEEPS)

    def end(job_id: str) -> None:
        site.daemons.run("scancel", job_id)
        site.wait(job_id, "CANCELLED")

    before_the_call(site, monkeypatch, end)
    assert site.tell(site.of(job)) == [(job, "rerun", "accepted")]
    site.wait(job, "RUNNING")
    assert site.restarts(job) == 1


def test_one_that_slurm_requeues_first_leaves_a_batch_in_doubt_for_a_while(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The answer does not say which of them failed. A look settles each, and nobody is called for again."""
    jobs = [site.running(SLEEPS) for _ in range(2)]

    def requeue(job_id: str) -> None:
        if job_id == jobs[0]:
            site.daemons.run("scontrol", "requeue", job_id)

    before_the_call(site, monkeypatch, requeue)
    assert set(site.tell(*map(site.of, jobs))) == {(job, "unknown", "part_failure") for job in jobs}
    for job in jobs:
        site.wait(job, "RUNNING")
    site.slurm.later(60)
    assert set(site.sweep()) == {(job, "rerun", "observed_restart") for job in jobs}
    assert [site.restarts(job) for job in jobs] == [1, 1]
    assert set(site.slurm.said) == {(jobs[0], f"Job is pending execution for job {jobs[0]}"), (jobs[1], "")}


def test_a_task_is_restarted_and_its_siblings_are_not(site: Site) -> None:
    """By its own name; the array's number, which is also the last task's id, restarts nobody."""
    array = site.submit(SLEEPS, "--array=0-2")
    tasks = [f"{array}_{number}" for number in range(3)]
    wait_for(lambda: [site.state(task) for task in tasks] == ["RUNNING"] * 3, "three tasks")
    assert site.tell(site.row(job_id=array)) == [(array, "ineligible", "array_parent")]
    assert site.tell(site.of(tasks[1])) == [(tasks[1], "rerun", "accepted")]
    site.wait(tasks[1], "RUNNING")
    assert [site.restarts(task) for task in tasks] == [0, 1, 0]


def test_what_slurm_refuses_is_refused(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    """--no-requeue, salloc, a queued job: in Slurm's own words, which are known word by word. Nothing is killed."""
    stays = site.running(SLEEPS, "--no-requeue")
    assert site.tell(site.of(stays)) == [(stays, "ineligible", "not_rerunnable")]
    ours = site.slurm._listed
    monkeypatch.setattr(site.slurm, "_listed", lambda one: ours(_rerunnable(one)))
    assert site.tell(site.of(stays, occurred_at=site.row()["occurred_at"] - 1)) == [(stays, "refused", "api_refused")]
    asked = site.daemons.call("salloc", "--no-shell", "-N1")
    allocated = asked.stderr.rpartition(" ")[2].strip()
    site.mine.append(allocated)
    site.wait(allocated, "RUNNING")
    assert site.tell(site.of(allocated)) == [(allocated, "refused", "api_refused")]
    queued = site.submit(SLEEPS, "--begin=now+600")
    (answer,) = site.tell(site.row(job_id=queued))
    assert answer[1:] == ("refused", "api_refused")
    assert [words for _, words in site.slurm.said] == [
        f"Requested operation is presently disabled for job {stays}",
        f"Only batch jobs are accepted or processed for job {allocated}",
        f"Job is pending execution for job {queued}",
    ]
    assert [site.restarts(job) for job in (stays, allocated, queued)] == [0, 0, 0]


def _rerunnable(one: Known) -> Known:
    """As a list would have it that does not tell."""
    return Known({**one.fields, "Requeue": "1"})


def test_a_long_epilog_is_no_second_life(site: Site) -> None:
    """While a job completes its start is now and moves, however E-HPC shows that: nothing is told too early."""
    (site.daemons.folder / "slow_epilog").write_text("8")
    jobs = [site.submit(SLEEPS) for _ in range(3)]
    wait_for(lambda: all(site.state(job) == "RUNNING" for job in jobs), "three running jobs")
    site.slurm.completing_is = dict(zip(jobs, (State.RUNNING, State.FINISHED, State.COMPLETING), strict=True))
    rows = [site.of(job) for job in jobs]
    time.sleep(2.5)  # a start told is compared to a second
    assert sorted(site.tell(*rows)) == sorted((job, "rerun", "accepted") for job in jobs)
    wait_for(lambda: all(site.state(job) == "COMPLETING" for job in jobs), "the epilogs")
    while all(site.state(job) == "COMPLETING" for job in jobs):
        assert site.sweep() == []
        again = site.tell(*({**row, "message": "again"} for row in rows))
        assert {verdict for _, verdict, _ in again} <= {"duplicate", "ineligible"}
    for job in jobs:
        site.wait(job, "RUNNING")
    site.slurm.later(400)
    assert sorted(site.sweep()) == sorted((job, "rerun", "seen_restarted") for job in jobs)
    assert [site.restarts(job) for job in jobs] == [1, 1, 1]


def test_a_job_that_its_user_cancels_stays_cancelled(site: Site) -> None:
    """It has ended before it is told."""
    job = site.running(SLEEPS)
    row = site.of(job)
    site.daemons.run("scancel", job)
    site.wait(job, "CANCELLED")
    assert site.tell(row) == [(job, "ineligible", "job_finished")]
    assert site.restarts(job) == 0


def test_twenty_jobs_in_a_storm(site: Site) -> None:
    """All told at once, twice: each is requeued once."""
    jobs = [site.submit(SLEEPS, "-n1") for _ in range(20)]
    wait_for(lambda: all(site.state(job) == "RUNNING" for job in jobs), "twenty running jobs", 30)
    rows = [site.of(job) for job in jobs]
    told = site.tell(*rows, *rows)
    assert sorted(job for job, verdict, _ in told if verdict == "rerun") == sorted(jobs)
    wait_for(lambda: all(site.state(job) == "RUNNING" for job in jobs), "twenty second runs", 60)
    site.tell(*rows)
    assert [site.restarts(job) for job in jobs] == [1] * 20


def test_what_a_hook_tells_is_requeued_never_though_its_job_still_completes(site: Site) -> None:
    """It is for statistics: a job that failed completes while its epilog runs, here shown as running."""
    (site.daemons.folder / "slow_epilog").write_text("6")
    job = site.submit("exit 1")
    wait_for(lambda: site.completed(job), "the completion's line")
    assert site.state(job) == "COMPLETING"
    assert site.tell(*site.completed(job)) == [(job, "ineligible", "job_finished")]
    site.wait(job, "FAILED")
    assert (site.restarts(job), site.slurm.said) == (0, [])
