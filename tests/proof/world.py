"""The world of the proof: one process, virtual time, the corridor unchanged, and everything around it simulated.

A scenario puts jobs and happenings into a world; `run` lets the platform do its part (redelivery of what failed,
a sweep each minute while something is due) until nothing is left to do. One world is one history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import TYPE_CHECKING

from shared.domain.call import Target
from shared.domain.errors import DeliveryError
from shared.domain.failure import Failure, Intake, Trigger, Unreadable
from shared.domain.job import Scope, System, job_key
from shared.domain.limits import SharedLimit, decode_limit
from shared.heal import Healer, Invocation
from shared.policy.model import Policy
from shared.ports import Stored
from shared.sweep import sweep
from tests.proof.cluster import ClusterJob, GroupJob
from tests.proof.seam import Crash, Fault, Plan, Step, faults_of
from tests.proof.stores import FakeLedger, FakeSink
from tests.proof.systems import FakeSystem
from tests.proof.truth import Call, Invoked, Job, Look, Saved, Telling

if TYPE_CHECKING:
    from tests.proof.baton import Baton

START = 1_800_000_000.0
TIMEOUT_S = 60.0
NEVER = 1e12
TIMER_S = 60.0
REDELIVERED_AFTER_S = 15.0
MOST_DELIVERIES = 12
MOST_TURNS = 250
"""Happenings and sweeps of one history; a history that needs more never comes to rest."""
_COST_S = {"load": 0.01, "save": 0.02, "due": 0.01, "look": 0.3, "rerun": 0.5, "put": 0.1}


@dataclass(slots=True)
class Clock:
    """Virtual time."""

    moment: float = START

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


class Chance:
    """The longest cooldown each time."""

    def fraction(self) -> float:
        """Nearly 1."""
        return 0.999


@dataclass(frozen=True, slots=True)
class Delivery:
    """One delivery as the platform keeps it until it is taken."""

    failures: tuple[Failure, ...]
    door: Trigger = Trigger.EVENT
    unreadable: tuple[Unreadable, ...] = ()
    dry_run: bool = False
    force: bool = False


class NotQuietError(AssertionError):
    """The history does not come to rest: something stays due for ever, or a delivery never succeeds."""


class World:
    """One history."""

    def __init__(self, policy: Policy, plan: Plan = ()) -> None:
        self.policy = policy
        self.plan = dict(plan)
        self.dice: dict[int, int] = {}
        """Steps at which some fault shall happen, whatever the step turns out to be: which one, by number."""
        self.clock = Clock()
        self.chance = Chance()
        self.trace: list[Step] = []
        self.history: list[tuple[float, str, str, int, Fault | None]] = []
        self.ledger = FakeLedger(self)
        self.sink = FakeSink(self)
        self.systems = {system: FakeSystem(self, system) for system in System}
        self.cluster: dict[Job, ClusterJob] = {}
        self.group: dict[Job, GroupJob] = {}
        self.tellings: list[Telling] = []
        self.invoked: list[Invoked] = []
        self.calls: list[Call] = []
        self.looks: dict[tuple[Invoked, Job, str | None], Look] = {}
        self.breaker_seen: dict[tuple[Invoked, str], SharedLimit] = {}
        self.together: list[frozenset[str]] = []
        """Event ids that one delivery held: what may be folded."""
        self.baton: Baton | None = None
        self.tally: Counter[str] = Counter()
        self._outside = Invoked("outside", float("inf"))
        self.current = self._outside
        self._timeline: list[tuple[float, int, Callable[[], None]]] = []
        self._happenings = 0
        self._last_sweep = 0.0
        self.timer_from = 0.0
        """No sweep of the timer's before that moment."""

    def step(self, name: str, size: int) -> Fault | None:
        """An I/O begins: a place for a switch, for the platform to kill, and for a fault."""
        if self.baton is not None:
            self.baton.reached(self, name)
        current = self.current
        assert not current.dead, f"{current.label} goes on after its end"
        place, here = len(self.trace), Step(name, size)
        fault = self.plan.get(place)
        if place in self.dice:
            possible = tuple(faults_of(here))
            fault = self.plan[place] = possible[self.dice[place] % len(possible)]
        self.trace.append(here)
        self.history.append((self.clock.moment, current.label, name, size, fault))
        current.steps += 1
        self.clock.moment += _COST_S[name] / 2
        if fault is Fault.CRASH_BEFORE or self.clock.moment >= current.deadline:
            self.die()
        return fault

    def leave(self, fault: Fault | None) -> None:
        """An I/O has had its effect and its answer is on the way."""
        self.clock.moment += _COST_S[self.trace[-1].name] / 2
        if fault is Fault.CRASH_AFTER:
            self.die()
        if fault is Fault.SLOW:
            self.clock.moment = max(self.clock.moment, self.current.deadline - 0.5)
        if fault is Fault.OLD:
            self.clock.moment += self.policy.timing.observation_max_age_s + 1

    def die(self) -> None:
        """The process of the current invocation is gone."""
        self.current.dead = True
        raise Crash

    def at(self, after_s: float, action: Callable[[], None]) -> None:
        """Something will happen, that many seconds from now."""
        self._happenings += 1
        heappush(self._timeline, (self.clock.moment + after_s, self._happenings, action))

    def told(self, failure: Failure, run: int, *, counts: bool = True) -> Failure:
        """Remember which run the failure really means."""
        self.tellings.append(Telling(failure, (failure.scope, failure.job_id), run, counts))
        return failure

    def deliver(self, delivery: Delivery, tries: int = 1) -> None:
        """The platform delivers, and again if that failed."""
        who = self.invoke(delivery.door.value, lambda healer: self.handle(healer, delivery), dry_run=delivery.dry_run)
        if who.failed:
            self.again(delivery, tries)

    def again(self, delivery: Delivery, tries: int) -> None:
        """The platform's next try of a delivery that failed."""
        if tries >= MOST_DELIVERIES:
            raise NotQuietError(f"a delivery failed {tries} times")
        self.at(REDELIVERED_AFTER_S, lambda: self.deliver(delivery, tries + 1))

    def handle(self, healer: Healer, delivery: Delivery) -> None:
        """What the triggers' functions do."""
        self.together.append(frozenset(failure.event_id for failure in delivery.failures))
        intake = Intake(
            failures=list(delivery.failures),
            unreadable=list(delivery.unreadable),
            dry_run=delivery.dry_run,
            force=delivery.force,
        )
        healer.handle(intake, delivery.door)

    def sweep(self) -> None:
        """One run of the timer's function."""
        self._last_sweep = self.clock.moment
        self.invoke("sweep", self.swept)

    @staticmethod
    def swept(healer: Healer) -> None:
        """What the timer's function does."""
        sweep(healer)

    def begin(self, door: str, *, dry_run: bool = False) -> tuple[Invoked, Healer]:
        """A new invocation, wired and not yet run."""
        who = Invoked(f"{door}#{len(self.invoked) + 1}", self.clock.moment + TIMEOUT_S, dry_run)
        self.invoked.append(who)
        healer = Healer(
            systems=lambda system, _region: self.systems[system],
            ledger=self.ledger,
            sink=self.sink,
            clock=self.clock,
            chance=self.chance,
            policy=self.policy,
            invocation=Invocation(who.label, who.deadline),
        )
        return who, healer

    def invoke(self, door: str, body: Callable[[Healer], None], *, dry_run: bool = False) -> Invoked:
        """Run one invocation to its end, whatever that is."""
        who, healer = self.begin(door, dry_run=dry_run)
        self.current = who
        self.run_body(who, lambda: body(healer))
        self.current = self._outside
        return who

    def run_body(self, who: Invoked, body: Callable[[], None]) -> None:
        """The platform's side of an invocation: it ends, it raises, or it is killed."""
        try:
            body()
        except Crash:
            assert who.dead, "a crash that nobody ordered"
        except (DeliveryError, AssertionError, ArithmeticError, LookupError, TypeError, ValueError) as error:
            who.error = error
        self.history.append((self.clock.moment, who.label, _ending(who), 0, None))

    def run(self, until: float | None = None) -> None:
        """Let everything happen, redeliver and sweep until nothing is left to do, or up to a moment.

        Raises:
            NotQuietError: that never comes.
        """
        for _ in range(MOST_TURNS):
            due = min(self.ledger.dues.values(), default=None)
            sweep_at = NEVER if due is None else max(due, self._last_sweep + TIMER_S, self.timer_from)
            next_at = self._timeline[0][0] if self._timeline else NEVER
            moment = min(sweep_at, next_at)
            if moment > (NEVER - 1 if until is None else until):
                self.clock.moment = max(self.clock.moment, until or 0.0)
                self._settle_physics(0.0 if until else 2 * self.policy.timing.settle_s)
                return
            self.clock.moment = max(self.clock.moment, moment)
            if next_at <= sweep_at:
                heappop(self._timeline)[2]()
            else:
                self.sweep()
        raise NotQuietError(f"not at rest after {MOST_TURNS} turns; due: {self.ledger.dues}")

    def _settle_physics(self, further_s: float) -> None:
        """Late effects that nobody looks at happen as well."""
        jobs: list[ClusterJob | GroupJob] = [*self.cluster.values(), *self.group.values()]
        for job in jobs:
            job.catch_up(self.clock.moment + further_s)

    def job(self, scope: Scope, job_id: str) -> ClusterJob | GroupJob | None:
        """The simulated job, up to date."""
        found = self.cluster.get((scope, job_id)) or self.group.get((scope, job_id))
        if found is not None:
            found.catch_up(self.clock.moment)
        return found

    def alive(self, scope: Scope, job_id: str, data_time: str | None) -> int:
        """Which run of the job is the present one; of a SchedulerX day its newest instance."""
        found = self.job(scope, job_id)
        if isinstance(found, ClusterJob):
            return found.run
        newest = found.newest(data_time) if found is not None else None
        return newest.instance_id if newest else 0

    def noted_look(self, job: Job, look: Look, data_time: str | None) -> None:
        """An invocation has been shown a job."""
        self.looks[(self.current, job, data_time)] = look

    def last_look(self, job: Job, data_time: str | None) -> Look | None:
        """What the current invocation was shown last of a job."""
        return self.looks.get((self.current, job, data_time))

    def noted_call(self, calls: Sequence[Call]) -> None:
        """A call has arrived."""
        self.calls += calls

    def noted_load(self, documents: Mapping[str, Stored]) -> None:
        """An invocation knows these documents."""
        for key, stored in documents.items():
            if key.startswith("breaker/"):
                self.breaker_seen[(self.current, key)] = decode_limit(stored.document)

    def document_of(self, target: Target) -> bytes | None:
        """The job's ledger document as it is now."""
        stored = self.ledger.documents.get(job_key(target.scope, target.job_id))
        return stored.document if stored else None

    @property
    def saved(self) -> list[Saved]:
        """Every version of every document, in the order of the saves."""
        return self.ledger.saved


def _ending(who: Invoked) -> str:
    if who.dead:
        return "killed"
    return f"raised {who.error!r}" if who.error else "returned"
