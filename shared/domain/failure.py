"""A failure as it was announced, after intake has validated it."""

from __future__ import annotations

import re
from enum import Enum

import msgspec
from msgspec import Struct

from shared.domain.errors import Fault
from shared.domain.evidence import EvidenceFrom
from shared.domain.job import Scope
from shared.domain.machines import MachineEvent


class Trigger(str, Enum):
    """The door through which a failure came."""

    LOG = "log"
    EVENT = "event"
    MANUAL = "manual"
    SWEEP = "sweep"
    DISCOVER = "discover"
    CONSOLE = "console"
    """Tells no failure: people act there."""


class FailureClass(str, Enum):
    """What kind of thing went wrong, as the rule that matched says."""

    INFRASTRUCTURE = "infrastructure"
    """The platform under the job: a node, a mount, a network, a worker process."""
    APPLICATION = "application"
    """The program itself."""
    CONFIGURATION = "configuration"
    """How it was set up or submitted."""
    CAPACITY = "capacity"
    """Something was used up: memory, disk, licences, time."""
    USER = "user"
    """A person did it or must do something first: cancelled, quota, permission."""
    UNKNOWN = "unknown"
    """The evidence does not tell. Ambiguous evidence is never infrastructure."""


class Speaker(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Where a telling came from: what stands beside what was told, never in it.

    By log: `project` and `logstore`, which the platform says, and `topic` (the log group's), which the writer says. By
    event: `event_source` (the CloudEvent's `source`), which the writer says, `event_bus` and `event_account`, which
    EventBridge says (docs/facts/eventbridge.md#envelope), and of an event from the Log Service connector the log's own
    place as well. By hand: nothing.
    """

    project: str = ""
    logstore: str = ""
    topic: str = ""
    event_source: str = ""
    event_bus: str = ""
    event_account: str = ""

    @property
    def is_event(self) -> bool:
        """Whether an event told it, and something is known of who sent that."""
        return bool(self.event_source or self.event_bus or self.event_account)

    @property
    def called(self) -> str:
        """For people: `log jobs/failures topic slurm`, `event source acs.jobs bus batch`, `nobody known`."""
        if not self.is_event and not self.project:
            return "nobody known"
        named = (
            ("event source", self.event_source),
            ("event bus", self.event_bus),
            ("event account", self.event_account),
            ("log", self.project and f"{self.project}/{self.logstore}"),
            ("topic", self.topic),
        )
        return " ".join(f"{label} {value}" for label, value in named if value)


class Failure(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One announced failure (`job-failure/1`), typed and bounded.

    Everything a stranger wrote is in here; only `scope`, `job_id`, `job_instance_id` and `data_time` decide
    whom a call names, the rest is evidence.
    """

    scope: Scope
    job_id: str
    """As told: the job system's own id, or what it allows in its place."""
    job_instance_id: int | None = None
    """The failed instance, where jobs have instances. One of this and `data_time` is there then."""
    data_time: str | None = None
    """Of the failed instance: `YYYY-MM-DD HH:MM:SS` in the configured zone."""
    occurred_at: float
    """Unix seconds. Never later than the moment of intake: a future time counts as now."""
    started_at: float | None = None
    """Unix seconds, the scheduler's own clock: start of the run that failed."""
    restart_count: int | None = None
    """The scheduler's restart counter of the run that failed, 0 for its first run."""
    has_ended: bool = False
    """Whoever told it saw the run end, and the job system reruns only what lives."""
    exit_code: str = ""
    message: str = ""
    """At most 32 KiB of UTF-8."""
    reason: str = ""
    node: str = ""
    job_name: str = ""
    queue: str = ""
    owner: str = ""
    message_from: EvidenceFrom = EvidenceFrom.TOLD
    """Where the last part of the message comes from."""
    speaker: Speaker = Speaker()
    extra: dict[str, str] = {}
    """Unknown fields, kept as evidence: at most 32, each value at most 1 KiB."""
    trigger: Trigger
    event_id: str
    """Names the event that told it; stable across redelivery."""
    untimed: bool = False
    """Neither it nor its envelope says which run failed, or when but for a time to come: `occurred_at` is when it came,
    and would be another if it came again."""
    telling_id: str
    """Hash of what was told, by whom it was told left out: a redelivery has the same, a new telling another."""

    @property
    def evidence_bytes(self) -> int:
        """How many bytes of its JSON only a decision needs."""
        texts = (self.message, self.extra, self.reason, self.node, self.job_name, self.queue, self.owner)
        return len(msgspec.json.encode(texts))

    @property
    def system(self) -> str:
        """Name of the job system that the failure names."""
        return self.scope.system


class Unreadable(Struct, frozen=True, kw_only=True):
    """A record that was meant as a failure and could not be understood."""

    faults: tuple[Fault, ...]
    raw: str
    """The original, bounded to 4 KiB and printable, undecodable bytes escaped."""
    trigger: Trigger
    event_id: str
    hints: dict[str, str] = {}
    """Fields of the outcome that could be read all the same (`system`, `job_id`, …), each at most 256 characters."""


class Noted(Struct, frozen=True, kw_only=True):
    """An event about a machine, told through a door."""

    system: str
    """The job system that runs jobs on such machines."""
    event: MachineEvent
    event_id: str
    speaker: Speaker = Speaker()
    by_hand: bool = False


class ToldRerun(Struct, frozen=True, kw_only=True):
    """A rerun that the job system's own platform tells of: ours, or somebody else's."""

    scope: Scope
    job_ids: tuple[str, ...]
    """At most 1,000."""
    by: str
    """The account that asked for it, as the platform names it; at most 128 characters."""
    at: float = 0.0
    """Unix seconds, never later than when it was read; this and what follows is the envelope's."""
    event_id: str = ""
    speaker: Speaker = Speaker()
    by_hand: bool = False


MAX_WHOLE = 100
"""So many unreadable records of a delivery are told whole, the rest by number and kind."""
MAX_KINDS = 20
_INDEX = re.compile(r"\[[0-9]+\]")


class Intake(Struct, kw_only=True):
    """What a delivery held, or a slice of it."""

    failures: list[Failure] = []
    unreadable: list[Unreadable] = []
    """At most `MAX_WHOLE` a delivery, see `reject`."""
    noted: list[Noted] = []
    """What was told of machines, not of jobs."""
    reruns: list[ToldRerun] = []
    """What was told of reruns, not of failures."""
    told_whole: int = 0
    """Unreadable records in earlier slices of the delivery."""
    more: dict[str, int] = {}
    """How many further unreadable records there were, by what was wrong with them first; at most `MAX_KINDS`."""
    more_until: str = ""
    """Event id of the last of these: floods of two slices may be equal in all else."""
    passed_over: int = 0
    """Records that announce no failure and that nobody meant as one."""
    dry_run: bool = False
    force: bool = False
    actor: str = ""
    """Who forces, in their own word: a function is not told who invoked it. Empty where nobody forces."""
    why: str = ""
    """Why they do."""

    @property
    def kept(self) -> int:
        """How many records it holds whole."""
        return len(self.failures) + len(self.unreadable)

    @property
    def empty(self) -> bool:
        """Whether there is nothing in it to be handled or counted."""
        return not (self.kept or self.more or self.passed_over)

    def let_go(self) -> None:
        """It has been handled: what comes is the next slice."""
        self.told_whole += len(self.unreadable)
        self.failures, self.unreadable, self.noted, self.reruns = [], [], [], []
        self.more, self.more_until, self.passed_over = {}, "", 0

    def reject(self, record: Unreadable) -> None:
        """Keep it, or count it: a flood of bad records takes neither memory nor the Logstore."""
        if self.told_whole + len(self.unreadable) < MAX_WHOLE:
            self.unreadable.append(record)
            return
        kind = _kind(record.faults[0])
        if kind not in self.more and len(self.more) >= MAX_KINDS - 1:
            kind = "others"
        self.more[kind] = self.more.get(kind, 0) + 1
        self.more_until = record.event_id


def _kind(fault: Fault) -> str:
    """What is wrong, without places and without what strangers wrote."""
    return f"{_INDEX.sub('[]', fault.path)[:128]}: {fault.problem.partition(chr(39))[0].strip()[:64]}"
