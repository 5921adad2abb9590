"""A simulated E-HPC cluster: jobs that queue, run, hang, end, and get rerun.

It behaves as OpenPBS does (`src/server/req_rerun.c`, https://github.com/openpbs/openpbs) or as Slurm does
(`src/slurmctld/job_mgr.c`, https://github.com/SchedMD/slurm). That E-HPC drives these is inferred, not documented.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import replace

from localcloud.ehpc import slurm
from localcloud.ehpc.arrays import array_seen, subjob_ids
from localcloud.ehpc.models import (
    AGENT_TIMEOUT_S,
    NEVER,
    PBS_MOST_RUNS,
    ClusterSettings,
    Ending,
    Flavour,
    Job,
    JobSpec,
    Kill,
    Node,
    State,
)
from localcloud.ehpc.refusals import in_progress, refusal, unknown
from localcloud.timeline import Timeline


class Cluster:
    """One cluster; its effective reruns go to `kills`.

    Each method lets the world catch up with the clock first; safe between threads.
    """

    def __init__(
        self,
        timeline: Timeline,
        cluster_id: str,
        flavour: Flavour,
        settings: ClusterSettings,
        *,
        seed: int,
        kills: list[Kill],
    ) -> None:
        self.cluster_id = cluster_id
        self.flavour = flavour
        self.settings = settings
        self.created_at = timeline.now()
        self._timeline = timeline
        self._seed = seed
        self._kills = kills
        self._jobs: dict[str, Job] = {}
        self._tasks: dict[str, tuple[str, ...]] = {}
        self.nodes: dict[str, Node] = {}
        """By host name. Jobs run on hosts whether or not those are listed here."""

    def node(self, host: str, instance_id: str = "") -> Node:
        """Add a node that is well."""
        with self._timeline.lock:
            made = self.nodes[host] = Node(host, instance_id or f"i-{self.cluster_id}-{host}")
            return made

    def lose(
        self, host: str, *, status: str = "exception", in_scheduler: str = "down", requeued_after_s: float = NEVER
    ) -> None:
        """A node dies now: what runs on it hangs, RUNNING until the scheduler notices, or for ever."""
        with self._timeline.lock:
            self._timeline.tick()
            if host in self.nodes:
                self.nodes[host].status, self.nodes[host].in_scheduler = status, in_scheduler
            for job in self._jobs.values():
                if job.state is State.RUNNING and host in job.nodes:
                    job.plan += 1
                    job.noticed_at = self._timeline.now() + requeued_after_s
                    if not math.isinf(requeued_after_s):
                        self._plan(job, self._timeline.now() + requeued_after_s, self._enqueue)

    def recover(self, host: str) -> None:
        """The node is well again; what hung on it still does."""
        self.nodes[host].status, self.nodes[host].in_scheduler = "running", "free"

    def submit(self, job_id: str, spec: JobSpec | None = None, *, at: float | None = None) -> str:
        """Submit a job at that moment (default now; the past and the future work as well). Returns its id."""
        with self._timeline.lock:
            moment = self._timeline.now() if at is None else at
            job = Job(job_id=job_id, spec=spec or JobSpec(), submitted_at=moment, modified_at=moment)
            self._timeline.at(moment, lambda: self._appear(job))
            self._timeline.tick()
        return job_id

    def submit_array(self, parent_id: str, array_request: str, spec: JobSpec | None = None) -> tuple[str, ...]:
        """Submit an array job now; returns its subjobs' ids. Raises ValueError as `subjob_ids` does.

        Of Slurm's arrays the tasks alone are listed; a rerun of the array's number takes all of them.
        """
        ids = subjob_ids(parent_id, array_request)
        if "[" not in parent_id:
            self._tasks[parent_id] = ids
            return tuple(self.submit(job_id, spec) for job_id in ids)
        with self._timeline.lock:
            self._timeline.tick()
            now = self._timeline.now()
            parent = Job(job_id=parent_id, spec=spec or JobSpec(), submitted_at=now, modified_at=now)
            parent.array_request, parent.subjobs = array_request, ids
            self._jobs[parent_id] = parent
            for job_id in ids:
                self.submit(job_id, spec)
        return ids

    def submit_het(self, ids: Sequence[str], spec: JobSpec | None = None) -> None:
        """Submit a heterogeneous job of Slurm's now: its parts are jobs of their own, the first of them leads."""
        for job_id in ids:
            self.submit(job_id, spec)
        for job_id in ids[1:]:
            self._jobs[job_id].leader = ids[0]

    def suspend(self, job_id: str) -> None:
        """The processes of a running job stop, as `scontrol suspend` and signals do; it is listed as running."""
        with self._timeline.lock:
            self._timeline.tick()
            self._at_run(job_id, self._suspend)

    def jobs(self) -> list[Job]:
        """Copies of all jobs as they stand now, in the order of submission."""
        with self._timeline.lock:
            self._timeline.tick()
            return [self._seen(job) for job in self._jobs.values()]

    def job(self, job_id: str) -> Job | None:
        """A copy of one job as it stands now."""
        with self._timeline.lock:
            self._timeline.tick()
            job = self._jobs.get(job_id)
            return None if job is None else self._seen(job)

    def output(self, job: Job) -> tuple[bytes, bytes]:
        """What the job's present run has written by now: standard output, standard error."""
        return self._jobs.get(job.job_id, job).written(self._timeline.now())

    def rerun(self, job_id: str) -> str:
        """Kill and queue again. Empty if it was accepted; else what the scheduler says.

        Of a slow rerun it says that it is still in progress, and so it is.
        """
        with self._timeline.lock:
            self._timeline.tick()
            if job_id in self._tasks:
                return next(filter(None, [self.rerun(task) for task in self._tasks[job_id]]), "")
            job = self._jobs.get(job_id)
            if job is None:
                return unknown(job_id, self.flavour)
            if job.subjobs:
                return self._rerun_array(job)
            if job.state is State.QUEUED and self.settings.accepts_queued:
                return ""
            said = refusal(job, self.flavour) or self._kill(job)
            for part in self._jobs.values():
                if not said and part.leader == job_id and part.state is not State.QUEUED:
                    self._kill(part)
            return said

    def stop(self, job_id: str) -> str:
        """End a job for good. Empty if it was done; else what the scheduler says."""
        with self._timeline.lock:
            self._timeline.tick()
            job = self._jobs.get(job_id)
            if job is None:
                return f"Unknown Job Id {job_id}"
            for one in [self._jobs[sub] for sub in job.subjobs if sub in self._jobs] or [job]:
                if one.state is not State.FINISHED:
                    self._end(one, exit_code=271)
            return ""

    def finish(self, job_id: str, *, at: float, exit_code: int = 0) -> None:
        """Plan that the run of that moment ends by itself then."""
        self._timeline.at(at, lambda: self._at_run(job_id, lambda job: self._finish(job, exit_code)))

    def requeue(self, job_id: str, *, at: float) -> None:
        """Plan that the scheduler itself puts the job back into the queue then, if it runs."""
        self._timeline.at(at, lambda: self._at_run(job_id, self._enqueue))

    def remove(self, job_id: str) -> None:
        """Forget a job, as lists do when it has aged out. Raises KeyError if it is not there."""
        with self._timeline.lock:
            self._timeline.tick()
            self._jobs.pop(job_id).plan += 1

    def _appear(self, job: Job) -> None:
        self._jobs[job.job_id] = job
        self._enqueue(job)

    def _enqueue(self, job: Job) -> None:
        now = self._timeline.now()
        chance = random.Random(f"{self._seed}/{self.cluster_id}/{job.job_id}/{job.run_count}")
        job.begins_at = job.starts_at = None
        wait_s = job.spec.wait_s
        if job.run_count and self.flavour is Flavour.SLURM:
            wait_s = slurm.requeued(job, self.settings, chance, now)
        elif job.run_count:
            wait_s = chance.uniform(1, 5) if job.spec.requeue_wait_s is None else job.spec.requeue_wait_s
        job.state, job.modified_at, job.dying, job.nodes = State.QUEUED, now, False, ()
        job.completing = False
        runaway = self.flavour is Flavour.PBS and job.run_count >= PBS_MOST_RUNS
        job.held = runaway or job.stopped_at is not None  # Slurm holds what was suspended
        job.plan += 1
        if job.held or math.isinf(wait_s):
            return
        # No two runs may share a StartTime: the lists show whole seconds, and the pair names the run.
        job.starts_at = now + wait_s if job.started_at is None else max(now + wait_s, job.started_at + 1)
        self._plan(job, job.starts_at, self._start)

    def _start(self, job: Job) -> None:
        now = self._timeline.now()
        chance = random.Random(f"{self._seed}/{self.cluster_id}/{job.job_id}/{job.run_count}/nodes")
        job.state, job.started_at, job.modified_at = State.RUNNING, int(now), now
        job.run_count += 1
        job.exit_code = job.stopped_at = job.noticed_at = None
        drawn = tuple(f"compute{number:03}" for number in sorted(chance.sample(range(200), job.spec.nodes)))
        job.nodes = job.spec.hosts if job.spec.hosts and job.run_count == 1 else drawn
        job.plan += 1
        if math.isinf(job.run.after_s):
            return
        requeues = job.run.ending is Ending.REQUEUE
        self._plan(job, now + job.run.after_s, self._enqueue if requeues else self._finish_as_planned)

    def _finish_as_planned(self, job: Job) -> None:
        self._finish(job, job.run.exit_code)

    def _finish(self, job: Job, exit_code: int) -> None:
        retry = job.spec.retry
        if retry and retry.on_exit_code == exit_code and job.run_count <= retry.count:
            self._enqueue(job)
        else:
            self._end(job, exit_code)

    def _suspend(self, job: Job) -> None:
        job.stopped_at = self._timeline.now()
        job.plan += 1

    def _end(self, job: Job, exit_code: int) -> None:
        if self.flavour is Flavour.SLURM and job.state is State.QUEUED:
            job.started_at = int(self._timeline.now())  # cancelled while it waits: the moment of that is its start
        job.state, job.exit_code, job.modified_at = State.FINISHED, exit_code, self._timeline.now()
        job.dying = job.completing = False
        job.plan += 1

    def _kill(self, job: Job) -> str:
        if job.started_at is None or job.dying:
            return ""
        self._kills.append(Kill(self.cluster_id, job.job_id, job.started_at, self._timeline.now()))
        if self.flavour is Flavour.SLURM:
            lag_s = slurm.completes_s(job, self.settings, self._timeline.now())
        else:
            lag_s = 3.0 if self.settings.rerun_lag_s is None else self.settings.rerun_lag_s
        if lag_s <= 0:
            self._enqueue(job)
            return ""
        job.dying, job.completing = True, self.flavour is Flavour.SLURM
        job.plan += 1
        self._plan(job, self._timeline.now() + lag_s, self._enqueue)
        slow = self.flavour is Flavour.PBS and lag_s > AGENT_TIMEOUT_S
        return in_progress(job.job_id) if slow else ""

    def _rerun_array(self, parent: Job) -> str:
        """Reruns every subjob, the ended ones as well, as `qrerun` of a parent does."""
        if self._seen(parent).state is not State.RUNNING:
            return f"Request invalid for state of job {parent.job_id}"
        subjobs = [self._jobs[sub] for sub in parent.subjobs if sub in self._jobs]
        said = [self._kill(sub) for sub in subjobs if sub.state is not State.QUEUED]
        return next(filter(None, said), "")

    def _at_run(self, job_id: str, change: Callable[[Job], None]) -> None:
        job = self._jobs.get(job_id)
        if job is not None and job.state is State.RUNNING and not job.dying:
            change(job)

    def _plan(self, job: Job, moment: float, change: Callable[[Job], None]) -> None:
        plan = job.plan

        def happen() -> None:
            if job.plan == plan:
                change(job)

        self._timeline.at(moment, happen)

    def _seen(self, job: Job) -> Job:
        if self.flavour is Flavour.SLURM and not job.subjobs:
            return slurm.seen(job, self.settings, self._timeline.now())
        if not job.subjobs:
            return replace(job)
        return array_seen(job, [self._jobs[sub] for sub in job.subjobs if sub in self._jobs])
