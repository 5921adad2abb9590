"""What really happened, as nobody but the simulation knows it: looks, calls and their effects."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass, replace

from shared.domain.call import ActionApi, Effect
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.snapshot import Observation

CANARY = "canary-of-a-stranger"
"""Planted in fields that the corridor has no business with."""
Job = tuple[Scope, str]
"""A job of the simulation: its cluster or group, and its id."""


@dataclass(slots=True, eq=False)
class Invoked:
    """One invocation of a function."""

    label: str
    deadline: float
    dry_run: bool = False
    off: bool = False
    """Whether the kill switch was on in the ledger when it began."""
    dead: bool = False
    """Killed by a fault or at its deadline: no step of it may follow."""
    woke: bool = False
    """Stood still past its deadline, was given up, and went on."""
    off_s: float = 0.0
    """How far its clock is ahead."""
    error: BaseException | None = None
    """What it raised, if it did."""
    ledger_failed: bool = False
    """Whether a ledger step of it was answered with an error."""
    steps: int = 0

    @property
    def failed(self) -> bool:
        """Whether the platform saw it fail, and delivers again."""
        return self.dead or self.woke or self.error is not None

    @property
    def unexplained(self) -> bool:
        """Whether it raised for another reason than that the ledger did not answer it."""
        return self.error is not None and not (self.ledger_failed and isinstance(self.error, LedgerUnavailable))


class Past:
    """Numbers pasts: two histories have the same number exactly if the same was noted of them in the same order.

    Exact, for nothing is hashed away: a past is the number of the one before it and what was noted then.
    """

    def __init__(self) -> None:
        self._numbers: dict[tuple[int, Hashable], int] = {}

    def then(self, number: int, noted: Hashable) -> int:
        """The past that this one becomes."""
        return self._numbers.setdefault((number, noted), len(self._numbers) + 1)


@dataclass(frozen=True, slots=True)
class Look:
    """What an invocation was shown of one job."""

    begun_at: float
    run: int
    """Which run (E-HPC) or newest instance of the day (SchedulerX) that was; 0 if none."""
    observation: Observation


@dataclass(slots=True, eq=False)
class Call:
    """One job of one mutating call."""

    at: float
    who: Invoked
    job: Job
    data_time: str | None
    look: Look | None
    """The look that the call rests on: the last one of that invocation at that job."""
    arrived_at_run: int
    """Which run was alive when the call arrived."""
    document: bytes | None
    """The job's ledger document at that moment."""
    action_api: ActionApi | None = None
    """By which operation; None: the usual one."""
    effect: Effect | None = None
    """What the invocation was told; None if it died first."""
    effective: bool = False
    hit_run: int = 0
    """Which run the effect hit."""
    hit_at: float = 0.0
    also: tuple[tuple[Scope, str, int], ...] = ()
    """Jobs that it restarted besides, and which runs of them had failed: parts of the same whole."""

    def copy(self) -> Call:
        """The call in a copy of its world."""
        return replace(self)

    def shape(self) -> Hashable:
        """Everything that a law may read of it."""
        who = (self.who.label, self.who.dry_run, self.who.off, self.who.off_s)
        told = (self.effect, self.effective, self.hit_run, self.hit_at, self.also)
        return (self.at, who, self.job, self.data_time, self.look, self.arrived_at_run, self.document, told)


@dataclass(frozen=True, slots=True)
class Telling:
    """A failure as announced, and which run really failed."""

    failure: Failure
    job: Job
    run: int
    counts: bool = True
    """False for a dry run's: it is owed an outcome of its own and nothing else."""


@dataclass(frozen=True, slots=True)
class Saved:
    """One document as one save left it."""

    at: float
    who: Invoked
    key: str
    document: bytes
    due_at: float | None
    expires_at: float | None
