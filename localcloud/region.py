"""One region on localhost, put together: job systems, Log Service, EventBridge and the four functions.

    with Region(folder, code_path=root) as region:
        region.populate(read_story(DEFAULT))
        region.function("manual").invoke(b'{"jobs": […]}')

Functions run as Function Compute runs them, each in a process of its own that is started by its first call.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from threading import Lock
from types import TracebackType
from typing import final

import msgspec

from localcloud.cloud import LOCAL_CREDENTIAL, LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.eventbridge.wire import EventBridgeDoor
from localcloud.fc.answers import FunctionDesk
from localcloud.fc.fc2_wire import Fc2Door
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.fc.instance.context import Kind
from localcloud.fc.instance.runtime import FunctionRuntime, InvocationResult
from localcloud.scenario import InstanceStatus, InstanceStory, LogstoreStory, Story, log_text
from localcloud.sls.protobuf import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from localcloud.world import (
    Course,
    JobConfig,
    JobSpec,
    ScheduledJob,
    World,
    fails,
    keeps_running,
    succeeds,
)

PROJECT, OUTCOMES = "secondwind", "outcomes"
"""Where outcomes go."""
FUNCTIONS: Mapping[str, Kind] = {"log_trigger": "3.10", "event_trigger": "3.12", "manual": "3.12", "sweep": "3.10"}
"""The functions, and as which Python's context each is called: both kinds are in use."""


@final
class Region:
    """A running region. `folder` holds the ledger; `settings` go to every function and win over the region's own."""

    def __init__(
        self, folder: Path, *, code_path: Path, settings: Mapping[str, str] | None = None, port: int = 0, seed: int = 0
    ) -> None:
        self.cloud = LocalCloud(port=port, seed=seed)
        self.logs = LogService(self.cloud.clock, self.cloud.credentials)
        self.bridge = EventBridge(self.cloud.clock, seed=seed)
        door = EventBridgeDoor(self.bridge, self.cloud.credentials)
        self.cloud.mount(LogService.serves, self.logs)
        self.cloud.mount(door.serves, door)
        self.logs.create_logstore(PROJECT, OUTCOMES, shards=1)
        self.environment = {
            "SECONDWIND_EHPC_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_SCHEDULERX_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_SLS_ENDPOINT": self.cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": f"sqlite://{folder.resolve() / 'ledger.db'}",
            **(settings or {}),
        }
        self._code_path = code_path
        self._functions: dict[str, FunctionRuntime] = {}
        self._lock = Lock()
        self.desk = FunctionDesk(self.cloud.clock)
        for name in FUNCTIONS:
            self.desk.deploy(deployed_name(name), partial(self._invoke, name), environment=self.environment)
        for invocations in (
            Fc3Door(self.desk, self.cloud.clock, self.cloud.credentials),
            Fc2Door(self.desk, self.cloud.clock, self.cloud.credentials),
        ):
            self.cloud.mount(invocations.serves, invocations)

    @property
    def world(self) -> World:
        """What is simulated, and the truth about what was restarted."""
        return self.cloud.world

    def function(self, name: str) -> FunctionRuntime:
        """One of FUNCTIONS. Raises KeyError for another."""
        with self._lock:
            if name not in self._functions:
                self._functions[name] = FunctionRuntime(
                    f"functions.{name}.index.handler",
                    code_path=self._code_path,
                    initializer=f"functions.{name}.index.initialize",
                    environment=self.environment,
                    context_kind=FUNCTIONS[name],
                    function_name=name,
                    credentials=LOCAL_CREDENTIAL,
                )
            return self._functions[name]

    def _invoke(self, name: str, event: bytes) -> InvocationResult:
        return self.function(name).invoke(event)

    def pump(self, project: str, logstore: str, *, seed: int = 0) -> LogTriggerPump:
        """A Log Service trigger from that Logstore to `log_trigger`."""
        config = TriggerConfig(project=project, logstore=logstore, endpoint=self.cloud.endpoint)
        return LogTriggerPump(self.logs, self.function("log_trigger"), config, seed=seed)

    def populate(self, story: Story, now: float) -> None:
        """Put into the world what the story begins with; `now` is its moment, in whole unix seconds."""
        for cluster in story.clusters:
            made = self.world.cluster(cluster.id, cluster.scheduler)
            for job in cluster.jobs:
                spec = JobSpec(
                    runs=job.plan(),
                    name=job.name,
                    owner=job.owner,
                    queue=job.queue,
                    hosts=job.hosts,
                    rerunnable=job.rerunnable,
                )
                made.submit(job.id, spec, at=now - job.submitted_ago_s)
        for group in story.groups:
            place = self.world.group(group.namespace, group.id)
            for task in group.jobs:
                config = JobConfig(name=task.name, enabled=task.enabled, parameters=task.parameters)
                scheduled = place.job(task.id, config)
                for instance in task.instances:
                    _add_instance(scheduled, instance, now)
        for logstore in story.logstores:
            self._fill(logstore, story, now)

    def _fill(self, logstore: LogstoreStory, story: Story, now: float) -> None:
        self.logs.create_logstore(logstore.project, logstore.name, shards=1)
        moved = [msgspec.json.decode(story.moved(log_text(one), now), type=dict[str, str]) for one in logstore.logs]
        if moved:
            self.logs.append(logstore.project, logstore.name, LogGroup(tuple(log(int(now), one) for one in moved)))

    def __enter__(self) -> Region:
        self.cloud.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for function in self._functions.values():
            function.close()
        self.cloud.stop()


def deployed_name(function: str) -> str:
    """The name under which one of FUNCTIONS is deployed: `secondwind-log-trigger` for `log_trigger`."""
    return f"secondwind-{function.replace('_', '-')}"


def _add_instance(job: ScheduledJob, instance: InstanceStory, now: float) -> None:
    courses: Mapping[InstanceStatus, Course] = {
        InstanceStatus.FAILED: fails(30),
        InstanceStatus.SUCCEEDED: succeeds(30),
        InstanceStatus.RUNNING: keeps_running(),
    }
    job.instance(
        instance.data_time,
        courses[instance.status],
        scheduled_at=now - instance.scheduled_ago_s,
        parameters=instance.parameters,
    )
