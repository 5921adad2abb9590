"""A rank is killed: the watcher tells it, the job is requeued once, and runs to its end."""

from __future__ import annotations

import shlex
import sys

from tests.slurm.conftest import HEALS_WITHIN_S, RANK, Site
from tests.slurm.daemons import wait_for

SILENCE_S = 3.0


def mpi(launcher: str, flavour: str, how: str, steps: int = 12) -> str:
    """A real MPI program whose rank 1 dies after a second."""
    return f"{launcher} -n 3 {shlex.quote(sys.executable)} {RANK} {flavour} 1 {how} 1 {steps}"


def test_a_killed_rank_is_told_and_its_job_requeued_once(site: Site) -> None:
    """MPICH hangs silently, Open MPI if told to go on; srun names the rank. Anew each runs to its end."""
    dies = "sleep 1; date +%s.%N > died-$SLURM_JOB_ID; kill -9 $$"
    hangs = f"if [ $SLURM_PROCID = 1 -a ${{SLURM_RESTART_COUNT:-0}} = 0 ]; then {dies}; fi; sleep $T"
    script = "T=$([ ${SLURM_RESTART_COUNT:-0} = 0 ] && echo 600 || echo 1); export T\n"
    options = f"--stall-s {SILENCE_S:g} --lost-rank-s {SILENCE_S / 2:g}"
    jobs = {
        "openmpi": site.submit(
            site.watched(mpi("mpirun.openmpi --enable-recovery", "openmpi", "kill"), options), "-N3"
        ),
        "mpich": site.submit(site.watched(mpi("mpirun.mpich", "mpich", "exit"), options), "-N3", "-n3"),
        "srun": site.submit(script + site.watched(f"srun -n 3 bash -c '{hangs}'", options), "-N3", "-n3"),
    }
    wait_for(lambda: len(site.told()) == 3, "three lines of watchers", 30)
    told = {row["job_id"]: row for row in site.told()}
    reasons = {name: told[job]["reason"] for name, job in jobs.items()}
    assert reasons.pop("openmpi") in {"stalled", "lost_rank"}, "with or without a line of its launcher"
    assert reasons == {"mpich": "stalled", "srun": "lost_rank"}
    assert (told[jobs["srun"]]["rank"], told[jobs["srun"]]["lost_node"]) == ("1", "n2")
    assert all(row["started_at"] == site.known(job).started_at for job, row in told.items()), "squeue was asked"
    assert sorted(site.tell(*told.values())) == sorted((job, "rerun", "accepted") for job in told)
    for job in told:
        site.wait_for_its_next_run(job)
        died_at = float((site.daemons.folder / f"died-{job}").read_text())
        assert site.healed_s(job, died_at) < HEALS_WITHIN_S
    for job in told:
        site.wait(job, "COMPLETED")
    for job in (jobs["openmpi"], jobs["mpich"]):
        assert (site.folder / f"{job}.out").read_text().count("step 0\n") == 1, "the file is emptied by a requeue"
    assert [site.restarts(job) for job in told] == [1, 1, 1]
    assert len(site.slurm.said) == 3
    site.slurm.later(60)
    site.sweep()
    assert all(site.history(job) == ["accepted", "seen_ended"] for job in told)


def test_open_mpi_ends_the_job_by_default(site: Site) -> None:
    """It aborts all ranks, so nothing hangs and nothing is told while it lives; what has ended is only counted.

    The watcher waits for longer than ending them takes on a busy machine.
    """
    job = site.submit(site.watched(mpi("mpirun.openmpi", "openmpi", "kill"), "--stall-s 30 --lost-rank-s 15"), "-N3")
    site.wait(job, "FAILED")
    assert site.told() == []
    wait_for(lambda: site.completed(job), "the completion's line")
    (row,) = site.completed(job)
    assert (row["reason"], row["started_at"]) == ("FAILED", str(site.known(job).started_at))
    assert site.tell(row) == [(job, "ineligible", "job_finished")]
    assert site.restarts(job) == 0


def test_what_an_element_of_an_array_submits_is_told_and_requeued_by_its_own_name(site: Site) -> None:
    """Slurm leaves it the element's name in its environment, and the count of a job that was restarted."""
    child = site.folder / "child.sh"
    child.write_text(f"#!/bin/bash\n{site.watched('sleep 600', '--stall-s 1')}\n")
    again = f"[ ${{SLURM_RESTART_COUNT:-0}} = 1 ] && sbatch --parsable -o child.out {child} > child.id; sleep 600"
    array = site.submit(f"cd {site.folder}; {again}", "--array=7")
    parent = f"{array}_7"
    site.wait(parent, "RUNNING")
    assert site.slurm.rerun(parent) == ""
    wait_for(lambda: len(site.told()) == 1, "the child's line")
    job = (site.folder / "child.id").read_text().strip()
    site.mine.append(job)
    (row,) = site.told()
    assert (row["job_id"], row["restart_count"], row["started_at"]) == (job, 0, site.known(job).started_at)
    assert site.tell(row) == [(job, "rerun", "accepted")]
    wait_for(lambda: site.restarts(job) == 1, "the child's requeue")
    assert site.restarts(parent) == 1
