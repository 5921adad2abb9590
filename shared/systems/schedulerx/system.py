"""What the core must know of SchedulerX 2."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure
from shared.domain.job import State
from shared.ports import Clock, JobSystem
from shared.reading.ids import Field, positive_long, printable_name
from shared.reading.times import data_time
from shared.systems.discovery import Seeker
from shared.systems.imagined import Imagined
from shared.systems.schedulerx.scope import LOG, RERUN, RETRY, Group
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from shared.systems.schedulerx.watch import Groups
from shared.systems.system import Flag, Operation, Pace, Part, Probe, System

if TYPE_CHECKING:
    from shared.systems.openapi import Caller

PACE_PER_MINUTE = 80
"""It answers 100 calls a minute, user and operation, and others share it
(https://help.aliyun.com/zh/mse/support/openapi-issues)."""
NOBODY, NO_JOB = "ehpc-secondwind-doctor", "1"
"""Stand in for a namespace or group that was not told, and for a job."""
# These have a host of their own, the others share one: the map of alibabacloud_schedulerx220190430 2.2.3,
# but for regions that it lacks, where it makes up a host that no document mentions.
_OWN_HOST = frozenset({"cn-beijing", "cn-hangzhou", "cn-shanghai", "cn-shenzhen"})
_IMAGINED_ID, _IMAGINED_OTHER_ID, _IMAGINED_DATA_TIME = 1000, 100, "2026-01-05 02:00:00"


def job_id(value: Any) -> str:
    """A SchedulerX job id as decimal digits without leading zeros."""
    return str(positive_long(value))


class Schedulerx(System):
    """SchedulerX, API 2019-04-30."""

    name = "schedulerx"
    title = "SchedulerX"
    scope_type = Group
    snapshot_type = SchedulerxSnapshot
    parts = (Part(field="namespace", label="namespace"), Part(field="group_id", label="group"))
    job_label = "job"
    fields = (
        Field("namespace", printable_name, required=True, says="The namespace's id."),
        Field("group_id", printable_name, required=True, says="The application group's id."),
        Field("namespace_source", printable_name, says="Only special third parties need it."),
        Field("job_id", job_id, required=True, says="The job's id."),
        Field("job_instance_id", positive_long, says="The failed instance; this or `data_time` is required."),
        Field("data_time", data_time, says="The failed instance's data time, in `SECONDWIND_TIME_ZONE`."),
    )
    one_of = ("job_instance_id", "data_time")
    # SchedulerX 2 goes by the product code edas, and its pages of the operations name all resources:
    # https://help.aliyun.com/zh/schedulerx/developer-reference/
    operations = (
        Operation(name=RERUN, mutates=True, ram_action="edas:ManageSchedulerxJobRerun"),
        Operation(name=RETRY, mutates=True, ram_action="edas:ManageSchedulerxJobInstRun"),
        Operation(name="GetJobInfo", ram_action="edas:ReadSchedulerxJobQuery"),
        Operation(name="GetJobInstance", ram_action="edas:ReadSchedulerxJobInstanceQuery"),
        Operation(name="GetJobInstanceList", ram_action="edas:ReadSchedulerxJobInstanceQuery"),
        Operation(name=LOG, ram_action="edas:ReadSchedulerxLogQuery"),
        Operation(name="ListJobs", ram_action="edas:ReadSchedulerxJobQuery"),
        Operation(name="ListGroups", ram_action="edas:ReadSchedulerxAppGroupQuery"),
    )
    # GetJobInfo tells whom to alert (`ContactInfo`), which is nobody's claim to the job.
    tells_owners = False
    pace = Pace(operation=RERUN, per_minute=PACE_PER_MINUTE)
    watched = Groups
    flag = Flag(option="--group", metavar="NAMESPACE/GROUP", help="a SchedulerX group of yours")

    endpoint_says = "Host of SchedulerX, or a URL."
    endpoint_default = (
        "`https://schedulerx.<region>.aliyuncs.com` in cn-beijing, cn-hangzhou, cn-shanghai and cn-shenzhen, "
        "else `https://schedulerx.aliyuncs.com`"
    )

    def scope(self, got: Mapping[str, Any]) -> Group:
        """The group, with the source of its namespace where one was told."""
        return Group(
            region=got["region"],
            namespace=got["namespace"],
            group_id=got["group_id"],
            namespace_source=got.get("namespace_source", ""),
        )

    def endpoint(self, region: str) -> Endpoint:
        """Some regions have their own, the others share one."""
        host = f"schedulerx.{region}.aliyuncs.com" if region in _OWN_HOST else "schedulerx.aliyuncs.com"
        return Endpoint("https", host, 443)

    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The adapter."""
        from shared.systems.schedulerx.adapter import (  # noqa: PLC0415 - the one door from the pure room to the wire
            SchedulerxJobs,
        )

        return SchedulerxJobs(api, clock, zone)

    def seeker(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> Seeker:
        """Finds failed instances."""
        from shared.systems.schedulerx.seek import SchedulerxSeeker  # noqa: PLC0415 - as in `connect`

        return SchedulerxSeeker(api, clock, zone, region)

    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """A job of a test group, and an instance of it where the test names none."""
        named = {} if any(field in told for field in self.one_of) else {"job_instance_id": _IMAGINED_ID}
        return {"namespace": "test", "group_id": "test", "job_id": 1, **named}

    def imagine(self, live: Imagined, failure: Failure, now: float) -> SchedulerxSnapshot:
        """The meant instance, failed unless the test says otherwise, and those beside it."""
        state = live.state or State.FAILED
        meant = Instance(
            instance_id=failure.job_instance_id or _IMAGINED_ID,
            state=state,
            data_time=failure.data_time or _IMAGINED_DATA_TIME,
            trigger_type=live.trigger_type,
            started_at=None if state is State.QUEUED else now - live.started_ago_s,
            workflow=live.workflow,
        )
        others = (
            Instance(
                instance_id=_IMAGINED_OTHER_ID + place,
                state=other.state,
                data_time=other.data_time,
                trigger_type=other.trigger_type,
                started_at=now - other.started_ago_s,
            )
            for place, other in enumerate(live.others)
        )
        return SchedulerxSnapshot(
            job_id=failure.job_id,
            state=state,
            enabled=live.enabled,
            instance=None if state is State.NOT_FOUND else meant,
            others=tuple(others),
            own_parameters=live.own_parameters,
            own_retries=live.own_retries,
            name=live.name,
            look_begun_at=now,
        )

    def read_flag(self, text: str) -> dict[str, str]:
        """`namespace/group`."""
        namespace, _, group = text.partition("/")
        if not (namespace and group):
            raise ValueError("wants NAMESPACE/GROUP")
        return {"namespace": namespace, "group_id": group}

    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """The reads, about a job that need not exist."""
        from shared.systems.schedulerx.wire import ask  # noqa: PLC0415 - as in `connect`

        namespace, group_id = told.get("namespace") or NOBODY, told.get("group_id") or NOBODY
        group = Group(region=region, namespace=namespace, group_id=group_id)
        job = {"JobId": NO_JOB}
        yield Probe(operation="GetJobInfo", reply=ask(api, "GET", "GetJobInfo", group, job))
        one = {**job, "JobInstanceId": "1"}
        yield Probe(operation="GetJobInstance", reply=ask(api, "GET", "GetJobInstance", group, one))
        few = {**job, "PageSize": "1"}
        yield Probe(operation="GetJobInstanceList", reply=ask(api, "GET", "GetJobInstanceList", group, few))
        listed = ask(api, "GET", "ListJobs", group, {"PageSize": "1"})
        yield Probe(operation="ListJobs", reply=listed, should_exist=bool(told))
        within = Group(region=region, namespace=namespace, group_id="")
        yield Probe(operation="ListGroups", reply=ask(api, "GET", "ListGroups", within, {}))
