"""What a local cloud begins with, from a YAML or JSON file (`secondwind cloud --scenario FILE`).

    moment: 2026-01-05T10:16:00Z          # optional: the story's "now", see below
    clusters:
      - id: ehpc-hz-demo1
        scheduler: pbs                    # pbs (default) or slurm
        jobs:
          - id: 1.scheduler
            submitted_ago_s: 8160         # default 3600
            runs: [hang, finish 600]      # first run, second run, …; the last goes for all further ones:
                                          # hang | finish SECONDS | requeue SECONDS
            name: cfd-mesh                # name, owner, queue: optional
            hosts: [compute2]             # where the first run is; default: drawn
            rerunnable: true
    groups:
      - namespace: demo-namespace
        id: demo.defaultGroup
        jobs:
          - id: 92583
            name: daily-report
            enabled: true
            parameters: ""
            instances:                    # numbered from 11111111, in the order of the file
              - data_time: "2026-01-05 02:00:00"
                status: failed            # failed (default), succeeded or running
                scheduled_ago_s: 58560    # default 3600
                parameters: ""            # default the job's
    logstores:
      - project: demo-jobs
        name: job-logs
        logs:                             # one log each, every value is text
          - {system: ehpc, cluster_id: ehpc-hz-demo1, job_id: 1.scheduler}

The world always begins at the machine's present. If the file names a `moment`, the times of its logs, and those of
recorded events (`Story.moved`), that lie at most a day before it are moved along, so that what was fresh stays fresh.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from enum import Enum
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import yaml
from msgspec import Meta, Struct

from localcloud.ehpc.flavours import Flavour
from localcloud.ehpc.models import Run, finishes, hangs, requeued
from localcloud.recording import DAY_S, moved

FILE_BYTES_MAX = 1 << 20
DEFAULT = Path(__file__).with_name("default.yaml")
"""The story that the files in `events/` tell of."""

_Name = Annotated[str, Meta(min_length=1, max_length=128)]
_Ago = Annotated[float, Meta(ge=0, le=365 * DAY_S)]
_RUN = re.compile(r"hang|(finish|requeue) ([0-9]{1,8})")


class ScenarioError(Exception):
    """The file cannot be used; `faults` has each fault with its path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


class InstanceStatus(str, Enum):
    """How an instance stands."""

    FAILED = "failed"
    SUCCEEDED = "succeeded"
    RUNNING = "running"


class _Strict(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A member that nobody knows is a fault, not a surprise."""


class JobStory(_Strict, frozen=True, kw_only=True):
    """One E-HPC job."""

    id: _Name
    submitted_ago_s: _Ago = 3600.0
    runs: Annotated[tuple[Annotated[str, Meta(pattern=rf"^({_RUN.pattern})\Z")], ...], Meta(min_length=1)] = ("hang",)
    name: _Name = "job"
    owner: _Name = "alice"
    queue: _Name = "workq"
    hosts: tuple[_Name, ...] = ()
    rerunnable: bool = True

    def plan(self) -> tuple[Run, ...]:
        """What each run does."""
        return tuple(_run(text) for text in self.runs)


class InstanceStory(_Strict, frozen=True, kw_only=True):
    """One instance of a SchedulerX job."""

    data_time: Annotated[str, Meta(pattern=r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}\Z")]
    status: InstanceStatus = InstanceStatus.FAILED
    scheduled_ago_s: _Ago = 3600.0
    parameters: str | None = None


class ScheduledStory(_Strict, frozen=True, kw_only=True):
    """One SchedulerX job."""

    id: Annotated[int, Meta(ge=1, le=(1 << 63) - 1)]
    name: _Name = "demo"
    enabled: bool = True
    parameters: str = ""
    instances: tuple[InstanceStory, ...] = ()


class ClusterStory(_Strict, frozen=True, kw_only=True):
    """One E-HPC cluster."""

    id: _Name
    scheduler: Flavour = Flavour.PBS
    jobs: tuple[JobStory, ...] = ()


class GroupStory(_Strict, frozen=True, kw_only=True):
    """One SchedulerX group."""

    namespace: _Name
    id: _Name
    jobs: tuple[ScheduledStory, ...] = ()


class LogstoreStory(_Strict, frozen=True, kw_only=True):
    """One Logstore of one shard with what is in it."""

    project: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9-]{1,61}[a-z0-9]\Z")]
    name: Annotated[str, Meta(pattern=r"^[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]\Z")]
    logs: tuple[dict[str, str], ...] = ()


class Story(_Strict, frozen=True, kw_only=True):
    """A whole scenario."""

    moment: Annotated[datetime, Meta(tz=True)] | None = None
    clusters: tuple[ClusterStory, ...] = ()
    groups: tuple[GroupStory, ...] = ()
    logstores: tuple[LogstoreStory, ...] = ()

    def moved(self, recorded: bytes, now: float) -> bytes:
        """An event, or a log, as if the story's moment were `now` (unix seconds): see `recording.moved`."""
        return recorded if self.moment is None else moved(recorded, int(self.moment.timestamp()), int(now))


def read_story(path: Path) -> Story:
    """A scenario file. Raises ScenarioError with every fault."""
    try:
        with path.open("rb") as file:
            text = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ScenarioError([f"cannot be read: {error.strerror or 'input/output error'}"]) from error
    if len(text) > FILE_BYTES_MAX:
        raise ScenarioError([f"is larger than {FILE_BYTES_MAX} bytes"])
    try:
        raw = yaml.safe_load(text)
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ScenarioError([f"is no YAML: {str(error).splitlines()[0]}"]) from error
    return story_of(raw)


def story_of(raw: Any) -> Story:
    """A scenario from plain values. Raises ScenarioError with every fault: one an element, and ids given twice."""
    reader = _Reader()
    clusters = [reader.parent(part, path, ClusterStory, JobStory) for path, part in reader.parts(raw, "clusters")]
    groups = [reader.parent(part, path, GroupStory, ScheduledStory) for path, part in reader.parts(raw, "groups")]
    logstores = [reader.leaf(part, path, LogstoreStory) for path, part in reader.parts(raw, "logstores")]
    rest = {name: part for name, part in raw.items() if name not in _PARTS} if isinstance(raw, dict) else raw
    story = reader.leaf(rest, "$", Story)
    if reader.faults or story is None:
        raise ScenarioError(reader.faults)
    whole = msgspec.structs.replace(
        story,
        clusters=tuple(one for one in clusters if one),
        groups=tuple(one for one in groups if one),
        logstores=tuple(one for one in logstores if one),
    )
    if twice := list(_twice(whole)):
        raise ScenarioError(twice)
    return whole


_PARTS = ("clusters", "groups", "logstores")
_S = TypeVar("_S", bound=_Strict)


class _Reader:
    """Converts element by element, so that one fault does not hide the next."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def parts(self, raw: Any, name: str, path: str = "$") -> Iterator[tuple[str, Any]]:
        """The elements of a list that may be absent, each with its path."""
        found = raw.get(name, []) if isinstance(raw, dict) else []
        if isinstance(found, list):
            yield from ((f"{path}.{name}[{place}]", part) for place, part in enumerate(found))
        else:
            self.faults.append(f"{path}.{name}: expected a list")

    def parent(self, raw: Any, path: str, kind: type[_S], child: type[_Strict]) -> _S | None:
        """An element with `jobs`."""
        jobs = [self.leaf(part, where, child) for where, part in self.parts(raw, "jobs", path)]
        own = self.leaf(
            {name: part for name, part in raw.items() if name != "jobs"} if isinstance(raw, dict) else raw, path, kind
        )
        return None if own is None else msgspec.structs.replace(own, jobs=tuple(jobs))

    def leaf(self, raw: Any, path: str, kind: type[_S]) -> _S | None:
        """One element without its parts."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            problem, _, inner = str(error).partition(" - at `$")
            self.faults.append(f"{path}{inner.rstrip('`')}: {problem}")
            return None


def _twice(story: Story) -> Iterator[str]:
    names: list[tuple[str, object]] = [("cluster", one.id) for one in story.clusters]
    names += [("group", f"{one.namespace}/{one.id}") for one in story.groups]
    names += [("job", f"{cluster.id}/{job.id}") for cluster in story.clusters for job in cluster.jobs]
    names += [("job", f"{group.namespace}/{group.id}/{task.id}") for group in story.groups for task in group.jobs]
    names += [("Logstore", f"{one.project}/{one.name}") for one in story.logstores]
    yield from (
        f"$: {kind} {name} is there twice" for kind, name in sorted({n for n in names if names.count(n) > 1}, key=str)
    )


def _run(text: str) -> Run:
    kind, _, seconds = text.partition(" ")
    if kind == "hang":
        return hangs()
    return finishes(float(seconds)) if kind == "finish" else requeued(float(seconds))


def log_text(fields: dict[str, str]) -> bytes:
    """One log as JSON, the form in which `moved` reads it."""
    return json.dumps(fields, ensure_ascii=False).encode()
