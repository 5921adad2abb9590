"""What the core must know of DataWorks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.ports import Clock, JobSystem
from shared.reading.ids import Field, positive_long
from shared.systems.dataworks import native
from shared.systems.dataworks.scope import GET, LIST, RERUN, Project
from shared.systems.dataworks.snapshot import FIRST_RUN, DataworksSnapshot, RerunMode, TaskInstance
from shared.systems.dataworks.watch import Projects
from shared.systems.discovery import Seeker
from shared.systems.imagined import Imagined
from shared.systems.system import Flag, Native, Operation, Part, Probe, System

if TYPE_CHECKING:
    from shared.systems.openapi import Caller

NOBODY = "1"
"""Stands in for a workspace that was not told, for an instance and for a day."""


def decimal(value: Any) -> str:
    """A positive integer of 64 bits, as decimal digits without leading zeros."""
    return str(positive_long(value))


class Dataworks(System):
    """DataWorks, API 2024-05-18. The job is the task instance: it keeps its id when it runs again."""

    name = "dataworks"
    title = "DataWorks"
    scope_type = Project
    snapshot_type = DataworksSnapshot
    parts = (Part(field="project_id", label="project"),)
    job_label = "instance"
    fields = (
        Field("project_id", decimal, required=True, says="The workspace's id (ProjectId)."),
        Field(
            "instance_id",
            decimal,
            required=True,
            fills="job_id",
            says="The failed task instance; outcomes name it as `job_id`, and as `job_instance_id`.",
        ),
    )
    one_of = ()
    # Only of RerunTaskInstances does a page name the action, as `dataworks:*`: docs/facts/dataworks.md#ram
    operations = (
        Operation(name=RERUN, mutates=True, ram_action="dataworks:RerunTaskInstances"),
        Operation(name=GET, ram_action="dataworks:GetTaskInstance"),
        Operation(name=LIST, ram_action="dataworks:ListTaskInstances"),
    )
    pace = None
    watched = Projects
    native = Native(source=native.SOURCE, read=native.read, reruns=native.rerun)
    flag = Flag(option="--project", metavar="PROJECT", help="a DataWorks workspace of yours, by its id")
    endpoint_says = "Host of DataWorks, or a URL."
    endpoint_default = "`https://dataworks.<region>.aliyuncs.com`; inside a VPC name `dataworks-vpc.<region>…`"

    def endpoint(self, region: str) -> Endpoint:
        """One a region (docs/facts/dataworks.md#reach)."""
        return Endpoint("https", f"dataworks.{region}.aliyuncs.com", 443)

    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The adapter."""
        from shared.systems.dataworks.adapter import (  # noqa: PLC0415 - the one door from the pure room to the wire
            DataworksJobs,
        )

        return DataworksJobs(api, clock, zone)

    def seeker(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> Seeker:
        """Finds failed instances."""
        from shared.systems.dataworks.seek import DataworksSeeker  # noqa: PLC0415 - as in `connect`

        return DataworksSeeker(api, clock, zone, region)

    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """An instance of a test workspace."""
        del told
        return {"project_id": 1, "instance_id": 1}

    def imagine(self, live: Imagined, failure: Failure, now: float) -> DataworksSnapshot:
        """The instance, failed unless the test says otherwise."""
        state = live.state or State.FAILED
        instance = TaskInstance(
            instance_id=int(failure.job_id),
            state=state,
            run_number=FIRST_RUN + live.own_retries,
            rerun_mode=RerunMode.FAILURE_ALLOWED if live.rerunnable else RerunMode.ALL_DENIED,
            frozen=not live.enabled,
            dev=live.dev,
            started_at=None if state is State.QUEUED else now - live.started_ago_s,
            finished_at=None if state in {State.QUEUED, State.RUNNING} else failure.occurred_at,
            owner=live.owner,
            name=live.name,
        )
        here = None if state is State.NOT_FOUND else instance
        return DataworksSnapshot(job_id=failure.job_id, instance=here, look_begun_at=now)

    def read_flag(self, text: str) -> dict[str, str]:
        """`12345`."""
        try:
            return {"project_id": decimal(text)}
        except ValueError:
            raise ValueError("wants the workspace's id, a number") from None

    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """The two reads, about an instance and a day that need not exist."""
        from shared.systems.dataworks.wire import ask  # noqa: PLC0415 - as in `connect`

        del region
        yield Probe(operation=GET, reply=ask(api, GET, {"Id": NOBODY}))
        few = {"ProjectId": told.get("project_id") or NOBODY, "Bizdate": NOBODY, "PageNumber": "1", "PageSize": "1"}
        yield Probe(operation=LIST, reply=ask(api, LIST, few), should_exist=bool(told))
