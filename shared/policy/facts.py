"""Everything that one decision may look at, and the small answers that gates give."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Generic, TypeVar, overload

from msgspec import Struct

from shared.domain.decision import Ask, Gate
from shared.domain.failure import Failure
from shared.domain.job import job_key
from shared.domain.limits import SharedLimit
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason, Verdict
from shared.domain.record import Case, JobRecord
from shared.domain.runs import Run, life_of, run_label, which_run
from shared.domain.snapshot import Instance, LookFailed, Observation, SchedulerxSnapshot, Snapshot
from shared.policy.budget import Budget, budget_of
from shared.policy.inherit import rule_for
from shared.policy.model import Cooldown, Policy, Rule
from shared.policy.text.fingerprint import fingerprint

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1800.0


def pause_s(looks: int) -> float:
    """How long to wait before looking again: 30 s, doubling, at most 30 minutes."""
    return min(FIRST_PAUSE_S * 2.0 ** min(looks, 10), LONGEST_PAUSE_S)


_T = TypeVar("_T")


class _Once(Generic[_T]):
    """Computed when first asked for. As `functools.cached_property`, without its lock: facts stay in one thread."""

    def __init__(self, compute: Callable[[Any], _T]) -> None:
        self._compute = compute
        self._name = compute.__name__
        self.__doc__ = compute.__doc__

    @overload
    def __get__(self, facts: None, owner: type) -> _Once[_T]: ...

    @overload
    def __get__(self, facts: object, owner: type) -> _T: ...

    def __get__(self, facts: object | None, owner: type) -> _T | _Once[_T]:
        if facts is None:
            return self
        value = facts.__dict__[self._name] = self._compute(facts)
        return value


@dataclass(frozen=True)
class Facts:
    """What is known when a decision is asked for. Immutable; the derived facts are computed at most once."""

    failure: Failure
    observation: Observation
    record: JobRecord
    breaker: SharedLimit
    policy: Policy
    ask: Ask
    case: Case | None = None
    """The open case that the sweep goes on with; None for a failure that was just told."""
    known_elsewhere: Case | None = None
    """The case that this telling is known to mean in another document: of the job id as told, where the live one
    differs; of a case that waited under `pending/`, the job's own."""
    unreadable: str = ""
    """Key of a document that this decision needs and that cannot be read; `record` is then the one it waits in."""

    @_Once
    def snapshot(self) -> Snapshot:
        """What was seen; only after the gate `observed`."""
        if isinstance(self.observation, LookFailed):
            raise TypeError("a gate after `observed` was asked without an observation")
        return self.observation

    @_Once
    def rule(self) -> Rule | None:
        """The first rule that matches, with what holds for the job besides."""
        return rule_for(self.policy, self.failure, self.observation)

    @_Once
    def fingerprint(self) -> str:
        """Of the failure's text; of a case whose text was cut short, as it was when its attempt was reserved."""
        kept = self.case.fingerprint if self.case else ""
        return kept or fingerprint(self.failure.message)

    @_Once
    def run(self) -> Run:
        """Which run the failure means."""
        if self.case is not None and self.case.life.startswith("run:"):
            live = life_of(self.snapshot)
            if live:
                # The ledger saw the life that this case is about: any other is a later one.
                return Run.THIS if live == self.case.life else Run.EARLIER
        return which_run(self.failure, self.snapshot, self.record)

    @property
    def job_id(self) -> str:
        """As the job system lists it; as told where nothing was seen."""
        return self.failure.job_id if isinstance(self.observation, LookFailed) else self.observation.job_id

    @property
    def data_time(self) -> str | None:
        """SchedulerX: the failed instance's, as told, else as seen."""
        instance = self._meant
        return self.failure.data_time or (instance.data_time if instance else None)

    @property
    def job_instance_id(self) -> int | None:
        """SchedulerX: the failed instance as told, else the one seen; a rerun of it is another."""
        if self.failure.job_instance_id is not None:
            return self.failure.job_instance_id
        if self.case is not None and "#" in self.case.life:
            return int(self.case.life.partition("#")[2])
        instance = self._meant
        return instance.instance_id if instance and self.run is Run.THIS else None

    @property
    def _meant(self) -> Instance | None:
        return self.observation.instance if isinstance(self.observation, SchedulerxSnapshot) else None

    @_Once
    def failure_id(self) -> str:
        """The same for every outcome of one failure: of its case, else of the job and the run that failed."""
        if self.case is not None:
            return self.case.failure_id
        key = job_key(self.failure.scope, self.job_id)
        if isinstance(self.observation, LookFailed):
            return stable_id("failure", key, self.failure.telling_id)
        return stable_id("failure", key, run_label(self.failure, self.observation, self.run))

    @property
    def beside_live(self) -> bool:
        """Whether the matching rule allows a second instance beside a live one."""
        return self.rule is not None and self.rule.beside_live

    @_Once
    def budget(self) -> Budget:
        """The attempt budget that applies, and what is used of it."""
        return budget_of(self.policy, self.rule, self.record, self.failure, self.observation, self.ask.now)

    @property
    def look_again_at(self) -> float:
        """When to look once more at what cannot be told now."""
        return self.ask.now + pause_s(self.case.looks if self.case else 0)

    @property
    def cooldown(self) -> Cooldown:
        """The cooldown that applies."""
        return (self.rule.cooldown if self.rule else None) or self.policy.cooldown

    @property
    def hold_expires_s(self) -> float:
        """How long a hold waits for an answer."""
        own = self.rule.hold_expires_s if self.rule else None
        return self.policy.hold_expires_s if own is None else own

    @property
    def approved(self) -> bool:
        """Whether a person has said yes to the case."""
        return self.case is not None and bool(self.case.approved_by)

    @property
    def attempt_number(self) -> int:
        """The number that the attempt has, or would have: an attempt certainly not made keeps its own."""
        mine = self.case or (self.record.case(self.failure_id) if self.record.cases else None)
        if mine is not None and mine.open and mine.attempt:
            return mine.attempt
        return self.budget.own + 1

    @_Once
    def forced(self) -> bool:
        """Whether a person forces it, now or when the case was told: what they asked for outlives a busy service."""
        return self.ask.force or (self.case is not None and self.case.forced)


class Stop(Struct, frozen=True, gc=False):
    """A gate's no, or an early yes."""

    verdict: Verdict
    reason: Reason
    message: str
    due_at: float | None = None
    failure_id: str = ""
    """Of the case that the failure turned out to be; empty if it is not a known one."""


class Answer(Struct, gc=False):
    """What a gate saw and wanted, and whether it stops the failure. Only `decide` writes, and only `gate`."""

    saw: str
    wanted: str
    stop: Stop | None = None
    gate: Gate | None = None
    """As it is told; made once for an answer that many failures get."""
