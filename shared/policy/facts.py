"""Everything that one decision may look at."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, Generic, TypeVar

from shared.domain.decision import Ask
from shared.domain.failure import Failure
from shared.domain.hosts import nodes_told
from shared.domain.job import Scope
from shared.domain.keys import job_key
from shared.domain.life import Life
from shared.domain.limits import SharedLimit
from shared.domain.outcome import stable_id
from shared.domain.proof import Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.runs import SKEW_S
from shared.domain.snapshot import LookFailed, Observation, Snapshot
from shared.policy.budget import Budget, budget_of
from shared.policy.inherit import rule_for
from shared.policy.model import Cooldown, Policy, Rule
from shared.policy.text.fingerprint import fingerprint

FIRST_PAUSE_S = 30.0
LONGEST_PAUSE_S = 1800.0
_THIS = Run.THIS
"""At hand: before Python 3.12 each `Run.THIS` is a call."""


@lru_cache(maxsize=64)
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

    def __get__(self, facts: object, owner: type) -> _T:
        value = self._compute(facts)
        setattr(facts, self._name, value)  # not into `__dict__`: asking for that makes all attributes slower
        return value


@lru_cache(maxsize=4096)
def _failure_id(scope: Scope, job_id: str, label: str) -> str:
    """Kept: a failure is decided before it takes its tokens, and after."""
    return stable_id("failure", job_key(scope, job_id), label)


class Facts:
    """What is known when a decision is asked for; what follows from it is worked out when it is first asked for.

    Not frozen, for that: made for one decision, and set by nobody but itself. Written out, as a dataclass would load
    what inspects sources.

    Args:
        failure: what was told.
        observation: what the look showed, or why there was none.
        record: the job's document.
        breaker: of the cluster or group.
        policy: with the modes that people have set.
        ask: who asks, and when.
        case: the open case that the sweep goes on with; None for a failure that was just told.
        known_elsewhere: the case that this telling is known to mean in another document: of the job id as told, where
            the live one differs; of a case that waited under `pending/`, the job's own.
        suspects: nodes of the cluster or group that are suspected (`shared.domain.nodes`).
        unreadable: key of a document that this decision needs and that cannot be read; `record` is then the one it
            waits in.
    """

    def __init__(  # noqa: PLR0913, PLR0917 - its fields
        self,
        failure: Failure,
        observation: Observation,
        record: JobRecord,
        breaker: SharedLimit,
        policy: Policy,
        ask: Ask,
        case: Case | None = None,
        known_elsewhere: Case | None = None,
        suspects: frozenset[str] = frozenset(),
        unreadable: str = "",
    ) -> None:
        self.failure = failure
        self.observation = observation
        self.record = record
        self.breaker = breaker
        self.policy = policy
        self.ask = ask
        self.case = case
        self.known_elsewhere = known_elsewhere
        self.suspects = suspects
        self.unreadable = unreadable
        self.seen: Snapshot | None = None
        """What was seen; None where the look failed."""
        self.job_id = failure.job_id
        """As the job system lists it; as told where nothing was seen."""
        self.seen_life: Life | None = None
        """The life that the look shows, if it shows one."""
        if not isinstance(observation, LookFailed):
            self.seen = observation
            self.snapshot = observation
            self.seen_life = observation.life
            self.job_id = observation.job_id
        self.told_at = ask.now if case is None else case.opened_at
        """Unix seconds at which it was told, at the latest."""
        self.forced = ask.force or (case is not None and case.forced)
        """Whether a person forces it, now or when the case was told: what they asked for outlives a busy service."""

    snapshot: Snapshot
    """What was seen; there is none before the gate `observed` has passed."""

    @_Once
    def rule(self) -> Rule | None:
        """The first rule that matches, with what holds for the job besides."""
        return rule_for(self.policy, self.failure, self.seen, forced=self.forced)

    @_Once
    def fingerprint(self) -> str:
        """Of the failure's text; of a case whose text was cut short, as it was when its attempt was reserved."""
        kept = self.case.fingerprint if self.case else ""
        return kept or fingerprint(self.failure.message)

    @_Once
    def run(self) -> Run:
        """Which run the failure means."""
        if self.case is not None:
            reserved, live = self.case.life, self.seen_life
            if reserved is not None and reserved.began is not None and live is not None:
                # The ledger saw the life that this case is about: any other is a later one.
                return Run.THIS if live == reserved else Run.EARLIER
            if self._begun_by_a_later_rerun(self.case):
                return Run.EARLIER
        return self.snapshot.which_run(self.failure, self.record)

    def _begun_by_a_later_rerun(self, case: Case) -> bool:
        """Whether an attempt was reserved since this was told, and the live run began since: whatever start was told.

        Where the scheduler's clock goes behind ours, a start told for the past may be still to come.
        """
        live, told_at = self.seen_life, self.told_at
        if live is None or live.began is None or live.began <= told_at - SKEW_S:
            return False
        others = (other for other in self.record.cases if other.failure_id != case.failure_id)
        return any(other.reserved_at >= told_at for other in others)

    @_Once
    def nodes(self) -> tuple[str, ...]:
        """The nodes that the failure speaks of; only after the gate `observed`."""
        return nodes_told(self.failure.node, self.snapshot.offered.nodes)

    @property
    def data_time(self) -> str | None:
        """The failed instance's, as seen, else as told; None where jobs have no instances."""
        seen = self.seen_life
        return (seen.data_time if seen else None) or self.failure.data_time

    @property
    def job_instance_id(self) -> int | None:
        """The failed instance as told, else the one seen; a rerun of it is another. None where jobs have none."""
        if self.failure.job_instance_id is not None:
            return self.failure.job_instance_id
        reserved = self.case.life if self.case is not None else None
        if reserved is not None and reserved.instance_id is not None:
            return reserved.instance_id
        seen = self.seen_life
        return seen.instance_id if seen and self.run is _THIS else None

    @_Once
    def failure_id(self) -> str:
        """The same for every outcome of one failure: of its case, else of the job and the run that failed."""
        if self.case is not None:
            return self.case.failure_id
        label = self.failure.telling_id if self.seen is None else self.seen.run_label(self.failure, self.run)
        return _failure_id(self.failure.scope, self.job_id, label)

    @_Once
    def beside_live(self) -> bool:
        """Whether the matching rule allows a second instance beside a live one."""
        return self.rule is not None and self.rule.beside_live

    @_Once
    def budget(self) -> Budget:
        """The attempt budget that applies, and what is used of it."""
        return budget_of(self.policy, self.rule, self.record, self.failure, self.seen, self.ask.now)

    @property
    def look_again_at(self) -> float:
        """When to look once more at what cannot be told now."""
        return self.ask.now + (pause_s(self.case.looks) if self.case else FIRST_PAUSE_S)

    @property
    def cooldown(self) -> Cooldown:
        """The cooldown that applies."""
        return (self.rule.cooldown if self.rule else None) or self.policy.cooldown

    @property
    def hold_expires_s(self) -> float:
        """How long a hold waits for an answer."""
        own = self.rule.hold_expires_s if self.rule else None
        return self.policy.hold_expires_s if own is None else own

    def approved(self, reason: Reason, rule: str = "") -> bool:
        """Whether a person has said yes to the case when asked for that reason, by that rule if one is named.

        What holds it may have changed since: another policy, or what the job had printed.
        """
        case = self.case
        if case is None or not case.approved_by or (rule and (case.approved_rule or case.held_rule) not in {"", rule}):
            return False
        return not case.approved_for or reason in case.approved_for

    @property
    def attempt_number(self) -> int:
        """The number that the attempt has, or would have: an attempt certainly not made keeps its own."""
        mine = self.case or (self.record.case(self.failure_id) if self.record.cases else None)
        if mine is not None and mine.open and mine.attempt:
            return mine.attempt
        return self.budget.own + 1

    @property
    def forced_by(self) -> str:
        """Who forces it, or did when it was told."""
        return self.ask.actor if self.ask.force or self.case is None else self.case.forced_by

    @property
    def forced_why(self) -> str:
        """Why they do."""
        return self.ask.why if self.ask.force or self.case is None else self.case.forced_why
