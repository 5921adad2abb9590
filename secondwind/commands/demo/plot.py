"""The words that a scenario is written in: jobs, how their failures are told, and how each shall end."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum

from localcloud.dataworks import models as dataworks
from localcloud.ehpc.models import Flavour, Prints, Run
from localcloud.schedulerx.models import Course, TriggerType
from localcloud.schedulerx3 import models as schedulerx3

ANY = "*"
"""A state that depends on how fast the machine is."""


class Channel(str, Enum):
    """How a failure reaches Second Wind."""

    LOG = "log"
    """A log in the source Logstore, delivered by the Log Service trigger."""
    EVENT = "event"
    """A CloudEvent, delivered by the EventBridge rule."""
    EVENT_TWICE = "event, twice"
    """The same, and EventBridge delivers it twice, as it may."""
    TRANSFORMED = "event's data"
    """A CloudEvent of which a rule sends on nothing but `data`."""
    NATIVE = "the platform's event"
    """What DataWorks itself publishes, delivered by an EventBridge rule."""
    FOUND = "nobody"
    """Nobody tells it: `discover` looks."""
    HAND = "hand"
    """A person invokes `manual`."""
    HAND_DRY = "hand, dry run"


@dataclass(frozen=True, slots=True)
class EhpcJob:
    """A job of an E-HPC cluster, and what has become of it by the time the demo starts."""

    cluster: str
    job_id: str
    runs: tuple[Run, ...] = ()
    """First run, second run, …; none: the job is not there at all."""
    started_ago_s: float = 7200.0
    requeued_ago_s: float | None = None
    """The scheduler itself has put it back into the queue, where it stays."""
    finished_ago_s: float | None = None
    rerunnable: bool = True
    node: str = ""
    """Where it runs, in a cluster whose nodes are listed."""
    node_lost: bool = False
    """That node has died under it; the scheduler has not noticed."""
    prints: Prints | None = None
    array: str = ""
    """`1-3`: the parent of an array with these subjobs."""


@dataclass(frozen=True, slots=True)
class InstanceOf:
    """One instance of a SchedulerX job."""

    course: Course
    data_time: str
    scheduled_ago_s: float = 1800.0
    parameters: str = ""
    trigger: TriggerType = TriggerType.SCHEDULED


@dataclass(frozen=True, slots=True)
class SchedulerxJob:
    """A SchedulerX job. The first instance is the one that the failure is about."""

    group: str
    job_id: int
    instances: tuple[InstanceOf, ...]
    by_instance_id: bool = False
    """The failure names the instance; else its data time."""


@dataclass(frozen=True, slots=True)
class NodeInstance:
    """A task instance of a DataWorks workspace."""

    project: int
    job_id: int
    """Of the instance: outcomes name it so."""
    course: dataworks.Course
    rerunnable: bool = True


@dataclass(frozen=True, slots=True)
class AppJob:
    """A job of a SchedulerX 3 application with one execution."""

    app: str
    job_id: int
    course: schedulerx3.Course
    workflow: str = ""
    """Of which workflow execution it is part."""


@dataclass(frozen=True, slots=True)
class Garbage:
    """No failure, though it comes through a door: JSON text, or any bytes. `mark` is found in it again."""

    body: str
    mark: str


@dataclass(frozen=True, slots=True)
class ExpectedOutcome:
    """One outcome in the Logstore."""

    verdict: str
    reason: str
    state: str = ""
    api: str = ""
    code: str = ""
    """The error code of the call; empty if it was accepted."""

    def fits(self, seen: ExpectedOutcome) -> bool:
        """Whether what was seen is what this step expects."""
        return seen == (replace(self, state=seen.state) if self.state == ANY else self)


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFault:
    """What goes wrong with the first call of an operation that names the job."""

    kind: str
    """A `faults.FaultKind`."""
    done: tuple[str, ...] = ()
    """Of a batch that fails in part: the jobs that are restarted all the same."""
    status: int = 500
    code: str = "InternalError"
    message: str = "The request processing has failed due to some unknown error."
    retry_after_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Mishap:
    """One failure: what it is, how it is told, how it must end."""

    title: str
    subject: EhpcJob | SchedulerxJob | NodeInstance | AppJob | Garbage
    doors: tuple[Channel, ...]
    ends: tuple[ExpectedOutcome, ...]
    """Every outcome, in the order of writing; the last is how the failure ends."""
    restarts: int = 0
    """How often the job system shall really have restarted the job."""
    told: dict[str, str] = field(default_factory=dict)
    """Further fields of the announcement."""
    failed_ago_s: float = 90.0
    fault: CallFault | None = None


@dataclass(frozen=True, slots=True)
class Scenario:
    """A whole demo."""

    clusters: dict[str, Flavour]
    namespace: str
    groups: tuple[str, ...]
    healthy: tuple[EhpcJob | SchedulerxJob, ...]
    """Jobs that nobody complains about: they must be left alone."""
    cases: tuple[Mishap, ...]
    strangers: int
    """Logs in the source Logstore that announce no failure."""
    policy: str


def rerun(api: str, state: str = "RUNNING") -> ExpectedOutcome:
    """The call was accepted."""
    return ExpectedOutcome("rerun", "accepted", state, api)


def lost(api: str, state: str = "RUNNING", code: str = "ConnectionBroken") -> ExpectedOutcome:
    """Nobody knows what the call did."""
    return ExpectedOutcome("unknown", "answer_lost", state, api, code)


OBSERVED = ExpectedOutcome("rerun", "observed_restart", "RUNNING")
"""The sweep looked again: the call whose answer was lost had restarted the job."""
SEEN = ExpectedOutcome("rerun", "seen_restarted", ANY)
"""The sweep looked again: what the API accepted did take place."""
TOLD_BEFORE = ExpectedOutcome("duplicate", "already_handled", ANY)
"""Handled before, whatever state the rerun has got to by then."""
IN_PART = ExpectedOutcome("unknown", "part_failure", "RUNNING", "RerunJobs", "PartFailure")
