"""What the core must know of E-HPC."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.domain.machines import MachineEvent
from shared.ports import Clock, JobSystem
from shared.reading.ids import MAX_ID_CHARS, Field, flag
from shared.reading.text import quoted
from shared.systems.discovery import Seeker
from shared.systems.ehpc.machines import machine_event, tells_of_machines
from shared.systems.ehpc.scope import CLUSTERS, LIST, LOG, NODES, RERUN, Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.watch import Clusters
from shared.systems.imagined import Imagined
from shared.systems.system import Flag, Operation, Part, Probe, System

if TYPE_CHECKING:
    from shared.systems.ehpc.adapter import EhpcJobs
    from shared.systems.openapi import Caller

NO_CLUSTER = "ehpc-secondwind-doctor"
"""Stands in for a cluster that was not told."""
_CLUSTER = re.compile(r"[A-Za-z0-9-]{1,128}")
# 12, 12[], 12[3], 12[1-9], 12[1-9:2], 12_3, each with an optional server part (openpbs: doc/man1/qrerun.1B).
_JOB = re.compile(
    r"[0-9]{1,18}(?:\[(?:[0-9]{1,18}(?:-[0-9]{1,18}(?::[0-9]{1,18})?)?)?\]|_[0-9]{1,18})?"
    r"(?:\.[A-Za-z0-9_-]+)*"
)


def cluster_id(value: Any) -> str:
    """An E-HPC cluster id."""
    if not isinstance(value, str) or not _CLUSTER.fullmatch(value):
        raise ValueError(f"is {quoted(value)}; wanted letters, digits and hyphens, at most {MAX_ID_CHARS}")
    return value


def job_id(value: Any) -> str:
    """An E-HPC job id, with or without its server part."""
    text = str(value) if isinstance(value, int) else value
    if not isinstance(text, str) or len(text) > MAX_ID_CHARS or not _JOB.fullmatch(text):
        raise ValueError(f"is {quoted(value)}; wanted an E-HPC job id such as 1.scheduler or 12[3].scheduler")
    return text


@cache
def _jobs() -> type[EhpcJobs]:
    """Kept: on a machine that has just slept even to import what is loaded takes as long as to sign a request."""
    from shared.systems.ehpc.adapter import EhpcJobs  # noqa: PLC0415 - the one door from the pure room to the wire

    return EhpcJobs


class Ehpc(System):
    """Elastic High Performance Computing, API 2018-04-12."""

    name = "ehpc"
    title = "E-HPC"
    scope_type = Cluster
    snapshot_type = EhpcSnapshot
    parts = (Part(field="cluster_id", label="cluster"),)
    job_label = "job id"
    fields = (
        Field("cluster_id", cluster_id, required=True, says="The cluster."),
        Field("job_id", job_id, required=True, says="As E-HPC lists it, or its number if that is one job's."),
        Field("has_ended", flag, says="Told by who saw the run end: no rerun then, also if the list shows it running."),
    )
    one_of = ()
    # E-HPC authorises operations, not clusters:
    # https://help.aliyun.com/zh/e-hpc/security-and-compliance/api-ehpc-2018-04-12-ram
    operations = (
        Operation(name=RERUN, mutates=True, ram_action="ehpc:RerunJobs"),
        Operation(name=LIST, ram_action="ehpc:ListJobsWithFilters"),
        Operation(name=NODES, ram_action="ehpc:ListNodes"),
        Operation(name=CLUSTERS, ram_action="ehpc:ListClusters"),
        Operation(name=LOG, ram_action="ehpc:GetJobLog"),
    )
    pace = None
    """It publishes none."""
    watched = Clusters
    reads_per_minute = 120
    """No rate is published; jobs are listed fifty a call."""
    flag = Flag(option="--cluster", metavar="ID", help="an E-HPC cluster of yours")

    endpoint_says = "Host of E-HPC, or a URL with scheme and port. HTTPS unless `http://` is written out."
    endpoint_default = "`https://ehpc.<region>.aliyuncs.com`"

    def endpoint(self, region: str) -> Endpoint:
        """Each region has its own."""
        return Endpoint("https", f"ehpc.{region}.aliyuncs.com", 443)

    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The adapter; no zone matters."""
        del zone
        return _jobs()(api, clock)

    def seeker(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> Seeker:
        """Finds lost jobs."""
        del zone
        from shared.systems.ehpc.seek import EhpcSeeker  # noqa: PLC0415 - as in `connect`

        return EhpcSeeker(api, clock, region)

    def tells_of_machines(self, event: Mapping[str, Any]) -> bool:
        """Of ECS, or of nodes."""
        return tells_of_machines(event)

    def machine_event(self, event: Mapping[str, Any], now: float) -> MachineEvent | None:
        """Its nodes are ECS instances."""
        return machine_event(event, now)

    def drain(self, node: str) -> tuple[str, ...]:
        """Of Slurm and of OpenPBS: running jobs go on, no new one starts there.

        https://slurm.schedmd.com/scontrol.html (`State=DRAIN` wants a reason); openpbs, doc/man8/pbsnodes.8B, `-o`.
        """
        why = "jobs fail on it"
        return (
            f'scontrol update NodeName={node} State=DRAIN Reason="{why}" (Slurm)',
            f'pbsnodes -o {node} -C "{why}" (PBS)',
        )

    def names_one_job(self, job_id: str) -> bool:
        """A number without its server part may mean several."""
        return "." in job_id

    def may_mean(self, own: str, told: str) -> bool:
        """Equal, or equal up to a server part left out."""
        if told == own:
            return True
        number, _, server = told.partition(".")
        own_number, _, own_server = own.partition(".")
        return number == own_number and not (server and own_server)

    def told_as(self, job_id: str) -> tuple[str, ...]:
        """Whole, and without its server part."""
        return (job_id, job_id.partition(".")[0])

    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """A job of a test cluster."""
        del told
        return {"cluster_id": "ehpc-test", "job_id": "1.scheduler"}

    def imagine(self, live: Imagined, failure: Failure, now: float) -> EhpcSnapshot:
        """A job as the list shows it; it runs unless the test says otherwise."""
        state = live.state or State.RUNNING
        unstarted = state in {State.QUEUED, State.NOT_FOUND}
        return EhpcSnapshot(
            job_id=failure.job_id,
            state=state,
            start_time=None if unstarted else int(now - live.started_ago_s),
            rerunnable=live.rerunnable,
            owner=live.owner,
            queue=live.queue,
            name=live.name,
            nodes=live.nodes,
            look_begun_at=now,
        )

    def read_flag(self, text: str) -> dict[str, str]:
        """A cluster's id."""
        return {"cluster_id": text}

    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """One job a page of unfinished ones; nodes; clusters."""
        del region
        from shared.systems.ehpc.wire import ask  # noqa: PLC0415 - as in `connect`

        page = {"PageNumber": "1", "PageSize": "1", "JobStatus": "notfinish"}
        cluster = told.get("cluster_id", "")
        said = ask(api, LIST, {"ClusterId": cluster or NO_CLUSTER, **page})
        yield Probe(operation=LIST, reply=said, should_exist=bool(cluster))
        one = {"PageNumber": "1", "PageSize": "1"}
        said = ask(api, NODES, {"ClusterId": cluster or NO_CLUSTER, **one})
        yield Probe(operation=NODES, reply=said, should_exist=bool(cluster))
        yield Probe(operation=CLUSTERS, reply=ask(api, CLUSTERS, one))
        none = {"ClusterId": cluster or NO_CLUSTER, "JobId": "0.secondwind-doctor"}
        yield Probe(operation=LOG, reply=ask(api, LOG, none))
