"""Everything that one decision may look at, and the small answers that gates give."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from shared.domain.decision import Ask
from shared.domain.failure import Failure
from shared.domain.job import job_key
from shared.domain.limits import SharedLimit
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason, Verdict
from shared.domain.record import Case, JobRecord
from shared.domain.runs import Run, life_of, run_label, which_run
from shared.domain.snapshot import Instance, LookFailed, Observation, SchedulerxSnapshot, Snapshot
from shared.policy.match import first_match
from shared.policy.model import Attempts, Cooldown, Policy, Rule


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

    @property
    def snapshot(self) -> Snapshot:
        """What was seen; only after the gate `observed`."""
        if isinstance(self.observation, LookFailed):
            raise TypeError("a gate after `observed` was asked without an observation")
        return self.observation

    @cached_property
    def rule(self) -> Rule | None:
        """The first rule that matches."""
        return first_match(self.policy, self.failure)

    @cached_property
    def run(self) -> Run:
        """Which run the failure means."""
        live = life_of(self.snapshot)
        if self.case is not None and self.case.life.startswith("run:") and live:
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

    @cached_property
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

    @property
    def attempts(self) -> Attempts:
        """The attempt budget that applies."""
        return (self.rule.attempts if self.rule else None) or self.policy.attempts

    @property
    def cooldown(self) -> Cooldown:
        """The cooldown that applies."""
        return (self.rule.cooldown if self.rule else None) or self.policy.cooldown

    @property
    def attempt_number(self) -> int:
        """The number that the attempt has, or would have: an attempt certainly not made keeps its own."""
        mine = self.case or self.record.case(self.failure_id)
        if mine is not None and mine.open and mine.attempt:
            return mine.attempt
        return self.attempts_used + 1

    @property
    def forced(self) -> bool:
        """Whether a person forces it, now or when the case was told: what they asked for outlives a busy service."""
        return self.ask.force or (self.case is not None and self.case.forced)

    @property
    def attempts_used(self) -> int:
        """Attempts reserved for this job within the budget's window."""
        since = self.ask.now - self.attempts.window_s
        return sum(1 for mark in self.record.attempts if mark.at > since)


@dataclass(frozen=True, slots=True)
class Stop:
    """A gate's no, or an early yes."""

    verdict: Verdict
    reason: Reason
    message: str
    due_at: float | None = None
    failure_id: str = ""
    """Of the case that the failure turned out to be; empty if it is not a known one."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a gate saw and wanted, and whether it stops the failure."""

    saw: str
    wanted: str
    stop: Stop | None = None
