"""Stories over a real Slurm: the product as it is, a local region, and an E-HPC whose jobs are real ones.

They run by `make test-slurm`; without its variable nothing here is collected: a cluster of daemons is no unit test.
"""

from __future__ import annotations

import json
import os
import shlex
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.ehpc.service import Ehpc
from tests.e2e.conftest import POLICY, SOURCE, Town, town
from tests.emitters.conftest import as_logtail_sends
from tests.slurm.daemons import NODES, Daemons, free_ports, wait_for
from tests.slurm.facade import CLUSTER, Known, RealSlurm
from tools.test_slurm import ROOT

__all__ = ["town"]

collect_ignore_glob = [] if os.environ.get("SECONDWIND_SLURM") else ["test_*.py"]
WATCHER = ROOT / "emitters" / "stuck_rank_watcher.py"
RANK = Path(__file__).with_name("rank.py")
HEALS_WITHIN_S = 15.0
"""From a killed rank, or the look that finds a job, to its second life."""


@pytest.fixture(scope="session")
def daemons() -> Iterator[Daemons]:
    """The cluster of all stories."""
    folder = Path(tempfile.mkdtemp(prefix="sw-slurm-"))
    made = Daemons(folder, free_ports(len(NODES) + 1))
    try:
        made.start()
        yield made
    finally:
        made.stop()


@dataclass
class Site:
    """A region with that cluster in it."""

    town: Town
    daemons: Daemons
    slurm: RealSlurm
    folder: Path
    mine: list[str] = field(default_factory=list)

    def submit(self, script: str, *options: str) -> str:
        """sbatch; the job's id. Its output is in `<id>.out`."""
        text = f"#!/bin/bash\nexport OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1\n{script}\n"
        path = self.folder / f"job-{len(self.mine)}.sh"
        path.write_text(text)
        output = ("-o", f"{self.folder}/%A_%a.out" if "--array" in " ".join(options) else f"{self.folder}/%j.out")
        done = self.daemons.call("sbatch", "--parsable", *output, *options, str(path))
        assert done.returncode == 0, done.stderr
        self.mine.append(done.stdout.strip())
        return self.mine[-1]

    def running(self, script: str, *options: str) -> str:
        """Submit, and wait until it runs."""
        job_id = self.submit(script, *options)
        wait_for(lambda: self.state(job_id) == "RUNNING", f"{job_id} running")
        return job_id

    def watched(self, command: str, options: str = "") -> str:
        """A line of a job's script: the command with its watcher."""
        told = f"--cluster-id {CLUSTER} --report-file {self.report} --poll-s 0.3 {options}"
        return f"exec {shlex.quote(sys.executable)} {WATCHER} {told} -- {command}"

    @property
    def report(self) -> Path:
        """What watchers tell."""
        return self.folder / "watcher.log"

    def told(self) -> list[dict[str, Any]]:
        """The watchers' lines."""
        lines = self.report.read_text().splitlines() if self.report.exists() else []
        return [json.loads(line) for line in lines]

    def completed(self, *job_ids: str) -> list[dict[str, Any]]:
        """What Slurm's completion script has told of these jobs."""
        path = self.daemons.folder / "epilog-slurmctld.log"
        rows = [json.loads(line) for line in (path.read_text() if path.exists() else "").splitlines()]
        return [row for row in rows if row["job_id"] in job_ids]

    def known(self, job_id: str) -> Known:
        """The job as Slurm has it."""
        return next(one for one in self.slurm.known() if one.job_id == job_id)

    def state(self, job_id: str) -> str:
        """Slurm's word."""
        return next((one.state for one in self.slurm.known() if one.job_id == job_id), "")

    def restarts(self, job_id: str) -> int:
        """Slurm's own count."""
        return self.known(job_id).restarts

    def healed_s(self, job_id: str, since: float) -> float:
        """How long it took to the job's present run, without what Slurm makes a job wait that it has requeued."""
        known = self.known(job_id)
        took_s, own_s = (known.started_at or 0) - since, (known.started_at or 0) - (known.submitted_at or 0)
        return took_s - own_s

    def wait(self, job_id: str, state: str, most_s: float = 60.0) -> None:
        """Until Slurm says so."""
        wait_for(lambda: self.state(job_id) == state, f"{job_id} {state}, is {self.state(job_id)}", most_s)

    def wait_for_its_next_run(self, job_id: str, most_s: float = 60.0) -> None:
        """Until Slurm has begun it anew; that run may be over by the time anybody looks."""

        def begun() -> bool:
            return self.restarts(job_id) == 1 and self.state(job_id) in {"RUNNING", "COMPLETED"}

        wait_for(begun, f"{job_id} running anew, is {self.state(job_id)}", most_s)

    def tell(self, *rows: Mapping[str, Any]) -> list[tuple[str, str, str]]:
        """Rows through the log door: job, verdict and reason of each outcome."""
        begin = self.town.client().get_cursor("secondwind", SOURCE, 0, "end").get_cursor()
        self.town.put(SOURCE, *(as_logtail_sends(json.dumps(self.row(**row)).encode()) for row in rows))
        return self.answered("log_trigger", self.town.trigger_event(begin=begin))

    def row(self, **told: Any) -> dict[str, Any]:
        """A failure of this cluster, as an emitter tells it."""
        common = {"schema": "job-failure/1", "system": "ehpc", "cluster_id": CLUSTER, "occurred_at": int(time.time())}
        return {**common, "message": "a rank was lost", **told}

    def of(self, job_id: str, **told: Any) -> dict[str, Any]:
        """The failure of the job's present run."""
        return self.row(job_id=job_id, started_at=self.slurm.shown(self.known(job_id).started_at), **told)

    def sweep(self) -> list[tuple[str, str, str]]:
        """The timer's door."""
        return self.answered("sweep", {})

    def answered(self, door: str, body: Any) -> list[tuple[str, str, str]]:
        """Call a door; job, verdict and reason of each outcome."""
        return [
            (one.get("job_id", ""), one["verdict"], one["reason"]) for one in self.town.invoke(door, body)["outcomes"]
        ]

    def history(self, job_id: str) -> list[str]:
        """Every reason told of a job, in order."""
        return [row["reason"] for row in self.town.outcomes() if row.get("job_id") == job_id]

    def policy(self, more: str) -> None:
        """Add to the policy."""
        Path(self.town.environment["SECONDWIND_POLICY_FILE"]).write_text(POLICY + more)


@pytest.fixture
def site(town: Town, daemons: Daemons, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """Each story with a region of its own; its jobs are cancelled behind it."""
    folder = Path(tempfile.mkdtemp(dir=daemons.folder))
    made = Site(town, daemons, RealSlurm(daemons), folder)
    town.cloud[Ehpc].adopt(made.slurm)
    # What takes five minutes by its own bounds is let pass by moving the product's clock, never Slurm's.
    monkeypatch.setattr("shared.reality.SystemClock.now", lambda _: time.time() + made.slurm.late_s)
    yield made
    (daemons.folder / "slow_epilog").unlink(missing_ok=True)
    if made.mine:
        daemons.run("scancel", "--full", *made.mine)
        wait_for(lambda: not daemons.run("squeue", "-h", "-j", ",".join(made.mine)).strip(), "no job of this story")
    for node in NODES:
        daemons.start_node(node)
    wait_for(lambda: "idle" in daemons.run("sinfo", "-hN", "-o%t"), "nodes that are up")
