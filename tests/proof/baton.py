"""Two invocations at once, one running at a time: each in a thread of its own, switched only at steps.

A schedule `(i, j)` says: the first runs `i` steps, then the second `j` steps, then the first to its end, then the
second. That is every way of interleaving them with at most two preemptions; the same for the other one first.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Semaphore, Thread

from shared.heal import Healer
from tests.proof.ground import Ground
from tests.proof.truth import Invoked
from tests.proof.world import World

Body = Callable[[Healer], None]
Schedule = tuple[int, int]


@dataclass(slots=True)
class _Hand:
    """One of the two."""

    who: Invoked
    body: Callable[[], None]
    go: Semaphore = field(default_factory=lambda: Semaphore(0))
    done: bool = False


class Baton:
    """Whoever has it runs."""

    def __init__(self, schedule: Schedule) -> None:
        self._quotas = list(schedule)
        self._quota: int | None = None
        self._turn = 0
        self._hands: list[_Hand] = []
        self._over = Semaphore(0)
        self.switches = 0

    def run(self, world: World, first: tuple[str, Body], second: tuple[str, Body]) -> tuple[Invoked, Invoked]:
        """Run both to their ends."""
        outside = world.current
        for door, body in (first, second):
            who, healer = world.begin(door)
            self._hands.append(_Hand(who, _bound(body, healer)))
        world.baton = self
        threads = [Thread(target=self._live, args=(world, place), daemon=True) for place in (0, 1)]
        for thread in threads:
            thread.start()
        self._give(world, 0)
        self._over.acquire()
        for thread in threads:
            thread.join()
        world.current = outside
        return self._hands[0].who, self._hands[1].who

    def reached(self, world: Ground, _name: str) -> None:
        """A step of the one that runs is about to begin."""
        if all(hand.done for hand in self._hands):
            return
        other = 1 - self._turn
        if self._quota == 0 and not self._hands[other].done:
            mine = self._hands[self._turn]
            self.switches += 1
            self._give(world, other)
            mine.go.acquire()
        if self._quota:
            self._quota -= 1

    def _give(self, world: Ground, place: int) -> None:
        self._turn, world.current = place, self._hands[place].who
        self._quota = self._quotas.pop(0) if self._quotas else None
        self._hands[place].go.release()

    def _live(self, world: World, place: int) -> None:
        mine, other = self._hands[place], self._hands[1 - place]
        mine.go.acquire()
        world.run_body(mine.who, mine.body)
        mine.done = True
        if other.done:
            self._over.release()
        else:
            self._quotas.clear()
            self._give(world, 1 - place)


def _bound(body: Body, healer: Healer) -> Callable[[], None]:
    return lambda: body(healer)
