"""E-HPC's side of a real Slurm: what the local E-HPC needs of a scheduler, from `scontrol`.

How E-HPC itself shows what Slurm knows is documented nowhere. Played here: tasks of an array as `12_3`, COMPLETING as
`completing_is` says, a start and nodes as Slurm has them in that moment.
"""

from __future__ import annotations

import re
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from localcloud.ehpc.models import ClusterSettings, Flavour, Job, JobSpec, Node, State
from localcloud.wire.http import ApiError
from tests.slurm.daemons import Daemons

CLUSTER = "ehpc-hz-slurm"
_FIELD = re.compile(r"([A-Za-z:/]+)=(\S*)")
_STATES = {"PENDING": State.QUEUED, "RUNNING": State.RUNNING, "SUSPENDED": State.RUNNING}
AGENT_WAITS_S = 20.0
"""How long the agent waits for scontrol before it says that it has heard nothing."""


@dataclass(frozen=True)
class Known:
    """A job as Slurm has it."""

    fields: dict[str, str]

    @property
    def job_id(self) -> str:
        """A task of an array by its own name."""
        array, task = self.fields.get("ArrayJobId"), self.fields.get("ArrayTaskId")
        return f"{array}_{task}" if array else self.fields["JobId"]

    @property
    def state(self) -> str:
        """Slurm's word."""
        return self.fields["JobState"]

    @property
    def restarts(self) -> int:
        """Slurm's own count: the truth that the tests judge by."""
        return int(self.fields["Restarts"])

    @property
    def started_at(self) -> int | None:
        """As Slurm shows it in this moment."""
        return _number(self.fields.get("StartTime", ""))

    @property
    def submitted_at(self) -> int | None:
        """Of one that was requeued: when it had completed, and began to wait."""
        return _number(self.fields["SubmitTime"])


class RealSlurm:
    """`localcloud.ehpc.scheduler.Scheduler` over a running Slurm."""

    cluster_id = CLUSTER
    flavour = Flavour.SLURM
    created_at = 0.0

    def __init__(self, daemons: Daemons) -> None:
        self.settings = ClusterSettings()
        self.daemons = daemons
        self.completing_is: dict[str, State] = {}
        """How COMPLETING is shown, by job; else as RUNNING."""
        self.status: dict[str, str] = {}
        """Of machines that are not well: E-HPC's word by host."""
        self.said: list[tuple[str, str]] = []
        """What scontrol answered to each rerun."""
        self._shifts: list[tuple[int, float]] = [(0, 0.0)]

    @property
    def late_s(self) -> float:
        """By how much the product's clock is ahead of Slurm's."""
        return self._shifts[-1][1]

    def later(self, late_s: float) -> None:
        """From the next whole second on it is so much ahead: what Slurm says of earlier moments stays as it was."""
        time.sleep(1 - time.time() % 1)
        self._shifts.append((int(time.time()), late_s))

    def shown(self, moment: int | None) -> int | None:
        """A moment of Slurm's by the product's clock."""
        if moment is None:
            return None
        return moment + int(next(late_s for since, late_s in reversed(self._shifts) if moment >= since))

    @property
    def nodes(self) -> dict[str, Node]:
        """As `scontrol show node` has them."""
        found = [dict(_FIELD.findall(line)) for line in self._show("node")]
        return {
            one["NodeName"]: Node(
                host=one["NodeName"],
                instance_id=f"i-{one['NodeName']}",
                status=self.status.get(one["NodeName"], "running"),
                in_scheduler=one["State"].lower(),
            )
            for one in found
        }

    def known(self) -> list[Known]:
        """All jobs that Slurm remembers."""
        return [Known(dict(_FIELD.findall(line))) for line in self._show("job") if line.startswith("JobId=")]

    def jobs(self) -> list[Job]:
        """As E-HPC would list them."""
        return [self._listed(one) for one in self.known()]

    def job(self, job_id: str) -> Job | None:
        """One of them."""
        return next((job for job in self.jobs() if job.job_id == job_id), None)

    def output(self, job: Job) -> tuple[bytes, bytes]:
        """The job's file, as it is now."""
        path = next((one.fields.get("StdOut", "") for one in self.known() if one.job_id == job.job_id), "")
        try:
            return Path(path).read_bytes(), b""
        except OSError:
            return b"", b""

    def rerun(self, job_id: str) -> str:
        """By `scontrol requeue`; its own words if it says no."""
        try:
            done = self.daemons.call("scontrol", "requeue", job_id, timeout_s=AGENT_WAITS_S)
        except subprocess.TimeoutExpired:
            self.said.append((job_id, "nothing"))
            raise ApiError(406, "AgentResponseTimeout", "Get agent response timeout.") from None
        self.said.append((job_id, done.stderr.strip()))
        return done.stderr.strip() if done.returncode else ""

    def stop(self, job_id: str) -> str:
        """By `scancel`."""
        done = self.daemons.call("scancel", job_id)
        return done.stderr.strip() if done.returncode else ""

    def _show(self, what: str) -> list[str]:
        try:
            return self.daemons.run("scontrol", "-o", "show", what, timeout_s=AGENT_WAITS_S).splitlines()
        except subprocess.TimeoutExpired:
            raise ApiError(406, "AgentResponseTimeout", "Get agent response timeout.") from None

    def _listed(self, one: Known) -> Job:
        fields = one.fields
        state = _STATES.get(one.state, State.FINISHED)
        if one.state == "COMPLETING":
            state = self.completing_is.get(one.job_id, State.RUNNING)
        submitted = float(self.shown(_number(fields["SubmitTime"])) or 0)
        started_at = self.shown(one.started_at)
        job = Job(
            job_id=one.job_id,
            spec=JobSpec(
                name=fields["JobName"],
                owner=fields["UserId"].partition("(")[0],
                queue=fields["Partition"],
                rerunnable=fields["Requeue"] == "1",
            ),
            submitted_at=submitted,
            modified_at=submitted if state is State.QUEUED else max(submitted, float(started_at or 0)),
        )
        job.state, job.started_at, job.forecast = state, started_at, started_at
        job.nodes = _hosts(fields.get("NodeList", ""))
        job.run_count = one.restarts + 1
        return job


def _hosts(expression: str) -> tuple[str, ...]:
    """`n[1-3,4]` as its hosts."""
    found: list[str] = []
    for prefix, numbers, single in re.findall(r"([a-z]+)\[([0-9,-]+)\]|([a-z]+[0-9]+)", expression):
        if single:
            found.append(single)
        for span in filter(None, numbers.split(",")):
            first, _, last = span.partition("-")
            found += [f"{prefix}{number}" for number in range(int(first), int(last or first) + 1)]
    return tuple(found)


def _number(text: str) -> int | None:
    return int(text) if text.isdigit() else None
