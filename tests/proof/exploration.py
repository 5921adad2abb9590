"""All plans of up to so many faults, with what they have in common run once.

What is left out, and why nothing is lost by it:

* **Beginnings.** Between two turns of the platform an invocation leaves nothing behind but the world. So a fault in a
  later turn is added to a copy of the world as it was when that turn began, not to a history run anew.
* **Equal worlds.** `World.shape` holds everything that a law may read and everything that what follows depends on. Of
  two worlds of one shape one is gone on with: crashing after a step without effect is crashing before the next one,
  and an error that nobody remembers is none.

Nothing is left out for being unlikely, or for looking alike. `test_exploration` compares the ends with those of every
plan run by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from dataclasses import dataclass, field
from math import inf

from tests.proof.ground import COST_S
from tests.proof.histories import BreachError, Met, judge, story
from tests.proof.seam import KINDS, READS, Fault, Kinds, Plan, Step, Trouble, extensions
from tests.proof.world import NotQuietError, World, resumption

Counts = tuple[int, ...]
"""How many plans with no fault, one fault, two … go on from a world."""


@dataclass
class Share:
    """Every `of`-th first fault, from the one numbered `part` on: over the parts every one of them."""

    part: int
    of: int
    seen: int = 0

    def takes_next(self) -> bool:
        """Whether the next first fault is one of them."""
        self.seen += 1
        return self.seen % self.of == self.part % self.of


@dataclass
class Explorer:
    """Explores worlds; those of one shape once, also from call to call."""

    name: str
    until: float = inf
    """No fault is put at a step that begins then or later."""
    share: Share | None = None
    """Only of these first faults the histories with a second one are explored; None: of all."""
    kinds: Kinds = field(default_factory=lambda: KINDS)
    met: Met = field(default_factory=Met)
    on_end: Callable[[World], None] | None = None
    """Called with each world that has come to rest, instead of judging it."""
    turns: int = 0
    """Turns of the platform that were really run."""
    _known: dict[Hashable, Counts] = field(default_factory=dict)

    def explore(self, world: World, faults: int) -> Counts:
        """Run and judge every history that begins with this one and has up to so many faults more.

        Raises:
            BreachError: one of them breaks a law.
        """
        shape = world.shape()
        known = self._known.get(shape, ())
        if len(known) > faults:
            return known[: faults + 1]
        counts = [0] * (faults + 1)
        if world.resting:
            counts[0] = 1
            if not known:
                self._at_rest(world)
        else:
            for used, after in self._ways(world, (), faults):
                for more, count in enumerate(self.explore(after, faults - used)):
                    counts[used + more] += count
        self._known[shape] = tuple(counts)
        return self._known[shape]

    def _ways(self, world: World, plan: Plan, faults: int) -> Iterator[tuple[int, World]]:
        """Every way in which the next turn can go if `plan`, and perhaps more, goes wrong; with how many faults."""
        after = world.copy(plan)
        try:
            after.turn()
        except NotQuietError as error:
            raise BreachError(story(after, self.name, [f"law_04_nothing_is_lost: {error}"])) from None
        self.turns += 1
        self.met.words["killed"] += any(who.dead for who in after.invoked[len(world.invoked) :])
        yield len(plan), after
        if len(plan) < faults:
            yield from self._worse(world, after, plan, faults)

    def _worse(self, world: World, after: World, plan: Plan, faults: int) -> Iterator[tuple[int, World]]:
        """The ways with one fault more, or several."""
        ended = _Ended(len(world.invoked), after)
        for more in extensions(plan, after.trace, self.until, len(world.trace), self.kinds):
            if self.share and not plan and faults > 1 and not self.share.takes_next():
                continue
            place, fault = more[-1]
            step = after.trace[place]
            same = ended.by_crash(place, step, fault)
            if same is not None:
                yield len(more), same
                continue
            for used, worse in self._ways(world, more, faults):
                if used == len(more):
                    ended.note(place, step, fault, worse)
                yield used, worse

    def _at_rest(self, world: World) -> None:
        self.met.add(world)
        if self.on_end is not None:
            self.on_end(world)
        else:
            judge(world, self.name)


_HAPPENED: dict[Trouble, int] = {
    Fault.CRASH_BEFORE: 0,
    Fault.ERROR_BEFORE: 0,
    Fault.CRASH_AFTER: 1,
    Fault.ERROR_AFTER: 1,
}
"""How much of its step has happened when it strikes."""


class _Ended:
    """Worlds after an invocation that ended for nothing between two of its steps, by the number of the later step.

    It makes no difference whether the process died after the one, died before the other, or gave up because the ledger
    answered with an error: nobody remembers. Nor whether a step without effect was begun. What remains of the moment is
    when the platform goes on, so that is compared. A call of which the answer came is not one without an answer.
    """

    def __init__(self, invoked: int, after: World) -> None:
        self._alone = len(after.invoked) == invoked + 1
        self._after = after
        self._worlds: dict[int, tuple[World, float]] = {}

    def by_crash(self, place: int, step: Step, fault: Trouble) -> World | None:
        """The world after this crash, if an equal one is known."""
        if not self._alone or fault not in {Fault.CRASH_BEFORE, Fault.CRASH_AFTER}:
            return None
        same, resumes_at = self._worlds.get(place + _HAPPENED[fault], (None, 0.0))
        half_s = COST_S[step.name] / 2
        died_at = step.at + half_s + half_s * _HAPPENED[fault]
        if same is None or resumption(min(died_at, self._after.invoked[-1].deadline)) != resumes_at:
            return None
        self._keep(place, step, fault, (same, resumes_at))
        return same

    def note(self, place: int, step: Step, fault: Trouble, world: World) -> None:
        """What became of this fault, as long as nobody has gone on with the world."""
        who = world.invoked[-1]
        if step.name == "rerun":
            return  # whoever lives on has heard the answer
        if self._alone and fault in _HAPPENED and len(world.trace) == place + 1 and who.failed and not who.unexplained:
            self._keep(place, step, fault, (world, world.resumes_at))

    def _keep(self, place: int, step: Step, fault: Trouble, ended: tuple[World, float]) -> None:
        happened = _HAPPENED[fault]
        self._worlds[place + happened] = ended
        if not happened and step.name in READS:
            self._worlds[place + 1] = ended
