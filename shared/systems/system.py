"""What the core must know of a job system, and everything that it may know: one `System` each, pure.

A system that leaves something out cannot be made: its module fails when it is imported, and mypy says what is missing.
How its jobs look, and what a look proves, is its `Snapshot` (shared/domain/snapshot.py); how they are looked at and
rerun is the adapter that `connect` opens.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, ClassVar
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.endpoint import Endpoint
from shared.domain.failure import Failure, ToldRerun
from shared.domain.job import Scope
from shared.domain.machines import MachineEvent
from shared.domain.snapshot import Snapshot
from shared.ports import Clock, JobSystem
from shared.reading.ids import Field
from shared.systems.discovery import Seeker
from shared.systems.imagined import Imagined

if TYPE_CHECKING:
    from shared.systems.openapi import Caller, CallFailed, Reply


class Part(Struct, frozen=True, kw_only=True):
    """One of the names that tell the scopes of a region apart."""

    field: str
    """In announcements, outcomes and the scope: `cluster_id`."""
    label: str
    """How people and policies call it: `cluster`; a source of a policy names several, `clusters`."""


class Operation(Struct, frozen=True, kw_only=True):
    """A call that is made to the job system."""

    name: str
    """As the service has it: `RerunJobs`."""
    mutates: bool = False
    """It reruns: there is no harmless form of it to try."""
    ram_action: str
    """What a role must be allowed: `ehpc:RerunJobs`. On every resource: no service knows a narrower one."""


class Pace(Struct, frozen=True, kw_only=True):
    """How fast an operation may be called, by all functions together."""

    operation: str
    per_minute: int


class Probe(Struct, frozen=True, kw_only=True):
    """A reading operation tried once, and what it was answered."""

    operation: str
    reply: Reply | CallFailed
    should_exist: bool = False
    """It was about something that a person named, not about nothing."""


class Flag(Struct, frozen=True, kw_only=True):
    """How a person names a scope of theirs to `secondwind doctor`."""

    option: str
    metavar: str
    help: str


class Native(Struct, frozen=True, kw_only=True):
    """Events that the job system's own platform publishes, and that tell failures without an emitter."""

    source: str
    """The CloudEvent's `source`: `acs.…`."""
    read: Callable[[str, Mapping[str, Any]], dict[str, Any] | None]
    """Of an event's type and data: the `job-failure/1` fields that it tells, or None if it tells no failure.

    Both are as a stranger wrote them: what is missing or wrong in the fields is found as in every announcement.
    """
    reruns: Callable[[str, Mapping[str, Any], str], ToldRerun | None] | None = None
    """Of an event's type, its data and the function's own region: the rerun that it tells, if it tells one."""


_QUESTIONS = tuple(name for name in vars(Snapshot) if not name.startswith("_"))


class System(ABC):
    """A job system."""

    name: ClassVar[str]
    """`system` in announcements, outcomes and policies, and the first part of every ledger key."""
    title: ClassVar[str]
    """For people."""
    scope_type: ClassVar[type[Scope]]
    """A frozen Struct, tagged with `name`, as documents keep it."""
    snapshot_type: ClassVar[type[Snapshot]]
    """What a look at one of its jobs gives."""
    parts: ClassVar[tuple[Part, ...]]
    job_label: ClassVar[str]
    """How people call a job's id: `job id`."""
    fields: ClassVar[tuple[Field, ...]]
    """Of an announcement, beyond those that all systems have."""
    one_of: ClassVar[tuple[str, ...]]
    """Of these fields one must be told; empty: none of them."""
    operations: ClassVar[tuple[Operation, ...]]
    """Every operation that the adapter calls."""
    pace: ClassVar[Pace | None]
    flag: ClassVar[Flag]
    endpoint_says: ClassVar[str]
    """Of the setting that names another endpoint: what it wants."""
    endpoint_default: ClassVar[str]
    """The same: what holds without it, in words."""
    tells_owners = True
    """Whether a look says whose job it is. Only a warning hangs on it, so it may be left out: what a look does not say
    fits no `owners` in any case."""

    def __init_subclass__(cls) -> None:
        """Refuse a system that leaves a fact out.

        Raises:
            TypeError: names what is missing.
        """
        missing = [fact for fact in System.__annotations__ if not hasattr(cls, fact)]
        if missing:
            raise TypeError(f"job system {cls.__name__} does not say its {', '.join(missing)}")
        silent = [question for question in _QUESTIONS if not hasattr(cls.snapshot_type, question)]
        if silent:
            raise TypeError(f"{cls.snapshot_type.__name__} does not answer {', '.join(silent)}")
        if tuple(part.field for part in cls.parts) != cls.scope_type.parts or cls.scope_type.system != cls.name:
            raise TypeError(f"job system {cls.__name__} and its scope {cls.scope_type.__name__} disagree")

    def scope(self, got: Mapping[str, Any]) -> Scope:
        """The scope that these fields name. Raises KeyError if one is missing."""
        return self.scope_type(region=got["region"], **{part.field: got[part.field] for part in self.parts})  # type: ignore[call-arg] # each is a Struct with these fields

    @property
    def watched(self) -> type[Struct] | None:
        """An entry of a policy's `discover` for this system; None: nothing is found there that nobody tells."""
        return None

    @property
    def reads_per_minute(self) -> int:
        """So often a discovery calls one reading operation, by all functions together: the rest is for others."""
        return 60

    @property
    def scope_form(self) -> str:
        """How a person writes a scope: `ehpc/<region>/<cluster>`."""
        return "/".join([self.name, "<region>", *(f"<{part.label}>" for part in self.parts)])

    @abstractmethod
    def endpoint(self, region: str) -> Endpoint:
        """Where it is called in that region, by default. Check the region first: it becomes part of the host."""

    @abstractmethod
    def connect(self, api: Caller, clock: Clock, zone: ZoneInfo) -> JobSystem:
        """The adapter that looks and reruns, for the scopes of one region; `zone` is that in which days are cut."""

    def seeker(self, api: Caller, clock: Clock, zone: ZoneInfo, region: str) -> Seeker | None:
        """What finds failures in that region; there exactly if `watched` is."""
        del api, clock, zone, region
        return None

    @property
    def native(self) -> Native | None:
        """How events are read that its own platform publishes of its jobs; None: it publishes none."""
        return None

    def tells_of_machines(self, event: Mapping[str, Any]) -> bool:
        """Whether an event of the platform is one about machines on which this system's jobs may run."""
        del event
        return False

    def machine_event(self, event: Mapping[str, Any], now: float) -> MachineEvent | None:
        """What an event of the platform says of a machine on which this system's jobs may run; None: nothing."""
        del event, now
        return None

    def drain(self, node: str) -> tuple[str, ...]:
        """Commands with which people take that node out of service; none where nothing is known.

        One for each scheduler that it may be. The name is as `shared.domain.hosts` spells it: safe in a shell.
        """
        del node
        return ()

    def names_one_job(self, job_id: str) -> bool:
        """Whether an id as a person may tell it can only mean one job of a scope: unless a system says else."""
        del job_id
        return True

    def may_mean(self, own: str, told: str) -> bool:
        """Whether an id that was told or listed can be the job that a person names by `own`; so only itself."""
        return own == told

    def told_as(self, job_id: str) -> tuple[str, ...]:
        """Under which ids a job that is listed so may have been told; so as it is."""
        return (job_id,)

    @abstractmethod
    def example(self, told: Mapping[str, Any]) -> dict[str, Any]:
        """What a policy's test leaves out of an announcement: somebody's cluster or group, some job of it."""

    @abstractmethod
    def imagine(self, live: Imagined, failure: Failure, now: float) -> Snapshot:
        """The snapshot that a policy's test describes."""

    @abstractmethod
    def read_flag(self, text: str) -> dict[str, str]:
        """The parts that a person named to `doctor`. Raises ValueError, whose text says what is wanted."""

    @abstractmethod
    def probes(self, api: Caller, region: str, told: Mapping[str, str]) -> Iterator[Probe]:
        """Each reading operation called once, about the scope told or one that need not exist."""
