"""What the corridor stands on in the proof: virtual time, the seam, the services, the jobs, and what really happened.

It is another thing than the small world of `tests.support.house`: every I/O is a step at which a plan says what goes
wrong, and the jobs have schedulers of their own. Clock, chance and the ledger's store are those of all tests.

A ground can be copied, and it has a shape: everything that its laws may read and that what follows depends on. Two
grounds of one shape have the same future and the same verdicts, whatever led to them.
"""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from shared.documents import decode_controls
from shared.domain.call import Target
from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.keys import CONTROLS_KEY, job_key
from shared.domain.mode import Mode
from shared.policy.model import Policy
from shared.ports import Write
from shared.systems import SYSTEMS
from tests.proof.cluster import ClusterJob
from tests.proof.group import GroupJob
from tests.proof.seam import Crash, Fault, Plan, Step, Trouble, faults_of
from tests.proof.stores import FakeLedger, FakeSink, RememberingStore, WholeLedger
from tests.proof.systems import FakeSystem
from tests.proof.truth import Call, Invoked, Job, Look, Past, Saved, Telling
from tests.proof.units import UnitJob
from tests.support.clock import Chance, Clock
from tests.support.memory_ledger import MemoryLedger

if TYPE_CHECKING:
    from tests.proof.baton import Baton

COST_S = {
    "load": 0.01,
    "load early": 0.0,
    "save": 0.02,
    "save whole": 0.02,
    "due": 0.01,
    "look": 0.3,
    "rerun": 0.5,
    "put": 0.1,
}
"""How long each step takes, half of it before its effect."""
JUMP_S = 9.0
"""Clocks that differ by ten seconds agree (`shared/reality.py`)."""
_STILL_BEFORE: Mapping[Trouble, bool] = {Fault.DOZES_BEFORE: False, Fault.SLEEPS_BEFORE: True}
_STILL_AFTER: Mapping[Trouble, bool] = {Fault.DOZES_AFTER: False, Fault.SLEEPS_AFTER: True}
"""Whether for as long as its reservations hold."""
GARBAGE = b"written by something else"
"""A ledger document that is none of ours."""


class Ground:
    """Everything of one history but the platform."""

    def __init__(self, policy: Policy, plan: Plan = (), past: Past | None = None, *, whole: bool = False) -> None:
        """`whole`: the ledger's batch can be one atomic step."""
        self.policy = policy
        self.plan = dict(plan)
        self.dice: dict[int, int] = {}
        """Steps at which some fault shall happen, whatever the step turns out to be: which one, by number."""
        self.clock = Clock()
        self.chance = Chance(0.999)
        """The longest cooldown each time."""
        self.trace: list[Step] = []
        self.history: list[tuple[float, str, str, int, Trouble | None]] = []
        """For people: no law reads it."""
        self.ledger = (WholeLedger if whole else FakeLedger)(self, RememberingStore(self))
        self.sink = FakeSink(self)
        self.systems = {system: FakeSystem(self, system) for system in SYSTEMS.names}
        self.cluster: dict[Job, ClusterJob] = {}
        self.group: dict[Job, GroupJob] = {}
        self.units: dict[Job, UnitJob] = {}
        self.tellings: list[Telling] = []
        self.invoked: list[Invoked] = []
        self.calls: list[Call] = []
        self.together: set[frozenset[str]] = set()
        """Event ids that one delivery held: what may be folded."""
        self.baton: Baton | None = None
        """Set if two invocations have run at once."""
        self.tally: set[str] = set()
        """What a history has shown, beside its outcomes."""
        self.current = self.outside = Invoked("outside", float("inf"))
        self._looks: dict[tuple[Invoked, Job, str | None], Look] = {}
        self._pasts = past or Past()
        self._past = 0

    def note(self, *what: Hashable) -> None:
        """Something happened that a law may read, or that what follows depends on."""
        self._past = self._pasts.then(self._past, what)

    def copy_into(self, other: Ground, plan: Plan = ()) -> None:
        """Make the other one the same, to be gone on with apart; `plan` adds faults."""
        other.__dict__.update(self.__dict__)
        other.plan, other.dice = {**self.plan, **dict(plan)}, dict(self.dice)
        other.clock = Clock(self.clock.moment)
        other.trace, other.history, other.invoked = list(self.trace), list(self.history), list(self.invoked)
        other.tellings, other.together, other.tally = list(self.tellings), set(self.together), set(self.tally)
        # Between two turns nothing happens any more to a call that is not on its way to a job.
        copies = {id(call): call.copy() for job in self._jobs() for call in job.under_way()}
        other.calls = [copies.get(id(call), call) for call in self.calls]
        other.cluster = {key: job.copy(copies) for key, job in self.cluster.items()}
        other.group = {key: job.copy(copies) for key, job in self.group.items()}
        other.units = {key: job.copy(copies) for key, job in self.units.items()}
        other.ledger, other.sink = self.ledger.copy(other), self.sink.copy(other)
        other.systems = {key: system.copy(other) for key, system in self.systems.items()}
        other._looks = {}

    def shape(self) -> tuple[Any, ...]:
        """See the module. Documents and dues are not in it: the past holds every save, in order."""
        numbers = {id(call): number for number, call in enumerate(self.calls)}
        return (
            self._past,
            len(self.invoked),
            self.baton is not None,
            self.sink.largest_put,
            max(self.sink.down_until, self.clock.moment),
            tuple(call.shape() for call in self.calls),
            tuple(job.shape(numbers) for job in self.cluster.values()),
            tuple(job.shape(numbers) for job in self.group.values()),
            tuple(job.shape(numbers) for job in self.units.values()),
            tuple((*system.script, "look", *system.look_script) for system in self.systems.values()),
        )

    def step(self, name: str, size: int) -> Trouble | None:
        """An I/O begins: a place for a switch, for the platform to kill, and for a fault."""
        if self.baton is not None:
            self.baton.reached(self, name)
        current = self.current
        assert not current.dead, f"{current.label} goes on after its end"
        place, here = len(self.trace), Step(name, size, self.clock.moment)
        fault = self.plan.get(place)
        if place in self.dice:
            possible = tuple(faults_of(here))
            fault = self.plan[place] = possible[self.dice[place] % len(possible)]
        self.trace.append(here)
        self.history.append((self.clock.moment, current.label, name, size, fault))
        current.steps += 1
        self.clock.moment += COST_S[name] / 2
        if fault is Fault.CRASH_BEFORE:
            self.die()
        if fault is Fault.AHEAD:
            current.off_s += JUMP_S
        self._stand_still(fault, _STILL_BEFORE)
        self._kill_at_deadline()
        return fault

    def leave(self, fault: Trouble | None) -> None:
        """An I/O has had its effect and its answer is on the way."""
        self.clock.moment += COST_S[self.trace[-1].name] / 2
        if fault is Fault.CRASH_AFTER:
            self.die()
        if fault is Fault.SLOW:
            self.clock.moment = max(self.clock.moment, self.current.deadline - 0.5)
        if fault is Fault.OLD:
            self.clock.moment += self.policy.timing.observation_max_age_s + 1
        self._stand_still(fault, _STILL_AFTER)
        self._kill_at_deadline()

    def _stand_still(self, fault: Trouble | None, kinds: Mapping[Trouble, bool]) -> None:
        if fault is not None and fault in kinds:
            lease_s = self.policy.timing.settle_s if kinds[fault] else 0.0
            self.stand_still(max(self.clock.moment, self.current.deadline) + lease_s + 1)

    def stand_still(self, until: float) -> None:
        """The process of the current invocation does nothing up to that moment, long after it was given up."""
        raise NotImplementedError

    def save_later(self, writes: tuple[Write, ...], *, whole: bool) -> None:
        """The ledger gets to it when nobody waits for it any more; `whole`: all of it or nothing."""
        raise NotImplementedError

    def _kill_at_deadline(self) -> None:
        """The platform waits for nobody."""
        if self.clock.moment >= self.current.deadline and not self.current.woke:
            self.die()

    def die(self) -> None:
        """The process of the current invocation is gone, at its deadline at the latest."""
        self.clock.moment = min(self.clock.moment, self.current.deadline)
        self.current.dead = True
        raise Crash

    def told(self, failure: Failure, run: int, *, counts: bool = True) -> Failure:
        """Remember which run the failure really means."""
        self.tellings.append(Telling(failure, (failure.scope, failure.job_id), run, counts))
        self.note("failed", failure.event_id, failure.scope, failure.job_id, run, counts)
        return failure

    def catch_up(self, now: float) -> None:
        """Everything that the schedulers do by themselves up to that moment is done."""
        for job in self._jobs():
            job.catch_up(now)

    def _jobs(self) -> list[ClusterJob | GroupJob | UnitJob]:
        return [*self.cluster.values(), *self.group.values(), *self.units.values()]

    def job(self, scope: Scope, job_id: str) -> ClusterJob | GroupJob | UnitJob | None:
        """The simulated job, up to date."""
        place = (scope, job_id)
        found = self.cluster.get(place) or self.group.get(place) or self.units.get(place)
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
        self._looks[(self.current, job, data_time)] = look

    def last_look(self, job: Job, data_time: str | None) -> Look | None:
        """What the current invocation was shown last of a job."""
        return self._looks.get((self.current, job, data_time))

    def noted_call(self, calls: Sequence[Call]) -> None:
        """A call has arrived."""
        self.calls += calls

    def document_of(self, target: Target) -> bytes | None:
        """The job's ledger document as it is now."""
        kept = self.ledger.store.kept.get(job_key(target.scope, target.job_id))
        return kept.stored.document if kept else None

    @property
    def by_hand(self) -> MemoryLedger:
        """The ledger as a person's command uses it, between two turns of the platform: no fault, no time."""
        return MemoryLedger(self.clock, self.ledger.store)

    @property
    def switched_off(self) -> bool:
        """Whether a person has set the kill switch for everything."""
        kept = self.ledger.store.kept.get(CONTROLS_KEY)
        set_for_all = decode_controls(kept.stored.document).everything if kept else None
        return set_for_all is not None and set_for_all.mode is Mode.OFF

    @property
    def saved(self) -> list[Saved]:
        """Every version of every document, in the order of the saves."""
        return self.ledger.store.saved
