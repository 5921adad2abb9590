"""The world of the proof: one process, virtual time, the corridor unchanged, and everything around it simulated.

A scenario puts jobs and happenings into a world; `run` lets the platform do its part (redelivery of what failed,
a sweep each minute while something is due) until nothing is left to do. One world is one history.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from heapq import heappop, heappush
from math import ceil, floor
from typing import Any

from shared.domain.errors import DeliveryError
from shared.domain.failure import Intake
from shared.domain.record import LISTED_AT
from shared.heal import Healer, Invocation
from shared.policy.model import Policy
from shared.ports import Write
from shared.sweep import sweep
from tests.proof.delivery import Delivery
from tests.proof.ground import Ground
from tests.proof.seam import Crash, Plan
from tests.proof.truth import Invoked, Past
from tests.support.clock import Clock

TIMEOUT_S = 60.0
NEVER = 1e12
TIMER_S = 30.0
"""The timer fires at full and half minutes."""
REDELIVERED_AFTER_S = 15.0
MOMENTS_S = 5.0
"""What the platform does after an invocation it begins at multiples of this. So milliseconds make no difference between
two histories that differ in nothing else."""
MOST_DELIVERIES = 12
MOST_TURNS = 250
"""Happenings and sweeps of one history; a history that needs more never comes to rest."""


Action = Callable[["World"], None]
"""Something that happens in a world. It knows nothing of any world but the one that it is given."""


@dataclass(frozen=True, slots=True)
class Deliver:
    """The platform delivers, and again if that fails."""

    delivery: Delivery
    tries: int = 1

    def __call__(self, world: World) -> None:
        """One try."""
        world.deliver(self.delivery, self.tries)

    @property
    def shape(self) -> Hashable:
        """Which try of what."""
        return (self.delivery.shape, self.tries)


@dataclass(frozen=True, slots=True)
class ItsClock:
    """The time, as an invocation sees it."""

    true: Clock
    who: Invoked

    def now(self) -> float:
        """Unix seconds."""
        return self.true.moment + self.who.off_s


@dataclass(frozen=True, slots=True)
class SaveLate:
    """A save that was answered with an error a while ago is made."""

    who: Invoked
    writes: tuple[Write, ...]
    whole: bool

    def __call__(self, world: World) -> None:
        """Each by itself, or all or none."""
        store, world.current = world.ledger.store, self.who
        for write in () if self.whole and store.conflicting(self.writes) else self.writes:
            store.keep(write)
        world.current = world.outside


class NotQuietError(AssertionError):
    """The history does not come to rest: something stays due for ever, or a delivery never succeeds."""


class World(Ground):
    """One history: the ground, and the platform."""

    def __init__(self, policy: Policy, plan: Plan = (), past: Past | None = None, *, whole: bool = False) -> None:
        super().__init__(policy, plan, past, whole=whole)
        self._timeline: list[tuple[float, int, Action]] = []
        self._happenings = 0
        self._next_timer = self.clock.moment
        self._turns = 0
        self._again: Deliver | None = None
        self.timer_from = 0.0
        """No sweep of the timer's before that moment."""

    def copy(self, plan: Plan = ()) -> World:
        """The same, to be gone on with apart; `plan` adds faults."""
        other = object.__new__(World)
        self.copy_into(other, plan)
        other._timeline = list(self._timeline)
        return other

    def shape(self) -> tuple[Any, ...]:
        """Everything that its laws may read and that what follows depends on, as it is when the next turn begins.

        What comes between (schedulers at work, nobody looking) is brought forward, so that it makes no difference
        when it was last asked for. How many turns there were is left out: it only bounds a history without end.
        """
        moment, _ = self._ahead()
        self.catch_up(moment)
        self.clock.moment = max(self.clock.moment, moment)
        ahead = tuple(
            (at, action.shape if isinstance(action, Deliver) else action)
            for at, _, action in sorted(self._timeline, key=lambda one: one[:2])
        )
        return (moment, max(self._next_timer, moment), max(self.timer_from, moment), ahead, *super().shape())

    def at(self, after_s: float, action: Action) -> None:
        """Something will happen, that many seconds from now."""
        self._happenings += 1
        heappush(self._timeline, (self.clock.moment + after_s, self._happenings, action))

    def deliver(self, delivery: Delivery, tries: int = 1) -> None:
        """The platform delivers, and again if that failed."""
        door, again = delivery.door.value, Deliver(delivery, tries + 1)
        who = self.invoke(door, lambda healer: self.handle(healer, delivery), dry_run=delivery.dry_run, again=again)
        if who.failed and not who.woke:
            self.again(delivery, tries)

    def stand_still(self, until: float) -> None:
        """The platform goes on without the current invocation, whose delivery comes again."""
        asleep, again = self.current, self._again
        if not asleep.woke and again is not None:
            self.at(asleep.deadline + REDELIVERED_AFTER_S - self.clock.moment, again)
        asleep.woke, self.current = True, self.outside
        self.note("woke", asleep.label)
        self.tally.add("woke too late")
        while self.baton is None and self.turn(until):
            pass
        self.catch_up(until)
        self.clock.moment = max(self.clock.moment, until)
        self.current = asleep

    def save_later(self, writes: tuple[Write, ...], *, whole: bool) -> None:
        """When the delivery that it was for has come again."""
        self.at(2 * REDELIVERED_AFTER_S, SaveLate(self.current, writes, whole))

    def again(self, delivery: Delivery, tries: int) -> None:
        """The platform's next try of a delivery that failed."""
        if tries >= MOST_DELIVERIES:
            raise NotQuietError(f"a delivery failed {tries} times")
        self.at(self.resumes_at + REDELIVERED_AFTER_S - self.clock.moment, Deliver(delivery, tries + 1))

    def handle(self, healer: Healer, delivery: Delivery) -> None:
        """What the triggers' functions do."""
        held = frozenset(failure.event_id for failure in delivery.failures)
        if held not in self.together:
            self.together.add(held)
            self.note("delivered", held)
        intake = Intake(
            failures=list(delivery.failures),
            unreadable=list(delivery.unreadable),
            dry_run=delivery.dry_run,
            force=delivery.force,
        )
        healer.handle(intake, delivery.door)

    def sweep(self) -> None:
        """One run of the timer's function."""
        self._next_timer = (floor(self.clock.moment / TIMER_S) + 1) * TIMER_S
        self.invoke("sweep", self.swept)

    @staticmethod
    def swept(healer: Healer) -> None:
        """What the timer's function does."""
        sweep(healer)

    def begin(self, door: str, *, dry_run: bool = False) -> tuple[Invoked, Healer]:
        """A new invocation, wired and not yet run."""
        who = Invoked(f"{door}#{len(self.invoked) + 1}", self.clock.moment + TIMEOUT_S, dry_run, self.switched_off)
        self.invoked.append(who)
        healer = Healer(
            systems=lambda system, _region: self.systems[system],
            ledger=self.ledger,
            sink=self.sink,
            clock=ItsClock(self.clock, who),
            chance=self.chance,
            policy=self.policy,
            invocation=Invocation(who.label, who.deadline),
        )
        return who, healer

    def invoke(
        self, door: str, body: Callable[[Healer], None], *, dry_run: bool = False, again: Deliver | None = None
    ) -> Invoked:
        """Run one invocation to its end, whatever that is; `again`: what comes if it was given up before."""
        self._again = again
        who, healer = self.begin(door, dry_run=dry_run)
        self.current = who
        self.run_body(who, lambda: body(healer))
        self.current = self.outside
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
        if who.unexplained:
            self.note("raised", who.label, repr(who.error))

    def turn(self, until: float = NEVER - 1) -> bool:
        """The next happening or sweep; False if there is none up to that moment.

        Raises:
            NotQuietError: there have been too many.
        """
        moment, action = self._ahead()
        if moment > until:
            return False
        self._turns += 1
        if self._turns > MOST_TURNS:
            raise NotQuietError(f"not at rest after {MOST_TURNS} turns; due: {self.ledger.store.due(LISTED_AT, 100)}")
        self.clock.moment = max(self.clock.moment, moment)
        if action is None:
            self.sweep()
        else:
            heappop(self._timeline)
            action(self)
        return True

    @property
    def resumes_at(self) -> float:
        """The platform's next moment to begin something. Of the time an invocation ended it asks nothing else."""
        return resumption(self.clock.moment)

    @property
    def resting(self) -> bool:
        """Whether nothing is left to do."""
        return self._ahead()[0] >= NEVER

    def run(self, until: float | None = None) -> None:
        """Let everything happen, redeliver and sweep until nothing is left to do, or up to a moment.

        Raises:
            NotQuietError: that never comes.
        """
        self._turns = 0
        while self.turn(NEVER - 1 if until is None else until):
            pass
        self.clock.moment = max(self.clock.moment, until or 0.0)
        # Late effects that nobody looks at happen as well.
        self.catch_up(self.clock.moment + (0.0 if until else 2 * self.policy.timing.settle_s))

    def _ahead(self) -> tuple[float, Action | None]:
        """When the next turn begins, and what it is; None for a sweep. What comes late begins as a retry does.

        A due time that no sweep ever reaches only makes the document listed.
        """
        dues = (one.due_at for one in self.ledger.store.kept.values() if one.due_at is not None)
        due = min((at for at in dues if at < LISTED_AT), default=NEVER)
        sweep_at = max(_next(max(due, self.timer_from, self.resumes_at), TIMER_S), self._next_timer)
        next_at = self._timeline[0][0] if self._timeline else NEVER
        if next_at < self.clock.moment:
            next_at = self.resumes_at
        if due < NEVER and sweep_at < next_at:
            return sweep_at, None
        return next_at, self._timeline[0][2] if self._timeline else None


def resumption(moment: float) -> float:
    """When the platform goes on after something ended at that moment."""
    return _next(moment, MOMENTS_S)


def _next(moment: float, every_s: float) -> float:
    """The first multiple of `every_s` from that moment on."""
    return ceil(moment / every_s) * every_s


def _ending(who: Invoked) -> str:
    if who.dead:
        return "killed"
    return f"raised {who.error!r}" if who.error else "returned"
