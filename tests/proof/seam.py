"""The seam: every I/O of the corridor is a numbered step, and a plan says at which of them what goes wrong.

Steps are counted over a whole history (deliveries, redeliveries, sweeps), so that a plan of two faults may hit
any two of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import Enum
from itertools import combinations
from math import inf

from msgspec import Struct


class Crash(BaseException):
    """The process is gone: nothing of the invocation runs after it, so no `except Exception` may catch it."""


class Fault(Enum):
    """What can go wrong at a step."""

    CRASH_BEFORE = "the process dies before the effect"
    CRASH_AFTER = "the process dies after the effect"
    ERROR_BEFORE = "an error is answered, nothing happened"
    ERROR_AFTER = "an error is answered, everything happened"
    HALF = "an error is answered, the first half happened"
    SLOW = "it takes until just before the deadline"
    OLD = "it takes longer than a look may be old"
    LOOK_FAILED = "the look fails and is worth repeating"
    LOOK_REFUSED = "the look fails for good"
    CRASH_LATE = "the process dies, the call takes effect at the end of settle_s"
    LOST_NONE = "the answer is lost, nothing happened"
    LOST_DONE = "the answer is lost, everything happened"
    LOST_LATE = "AgentResponseTimeout, it takes effect at the end of settle_s"
    PART = "PartFailure: the first half took effect"
    LATER = "throttled"
    USELESS = "refused"
    HOLLOW = "accepted, and nothing happens"
    DONE_LATE = "accepted, it takes effect at the end of settle_s"
    DOZES_BEFORE = "the process stands still before the effect, until its deadline is just over, and goes on"
    DOZES_AFTER = "the process stands still after the effect, until its deadline is just over, and goes on"
    SLEEPS_BEFORE = "the process stands still before the effect, until its lease is over, and goes on"
    SLEEPS_AFTER = "the process stands still after the effect, until its lease is over, and goes on"
    ERROR_LATE = "an error is answered, and everything happens when the delivery has come again"
    AHEAD = "the process's clock is set ahead, by as much as nobody notices"


class Conflict(Struct, frozen=True):
    """At a save somebody else has just written some of its documents: these conflict, all others are saved."""

    places: tuple[int, ...]
    """Which writes of the save, from 0."""

    @property
    def name(self) -> str:
        """As `Fault` has it."""
        return f"CONFLICT_{'_'.join(map(str, self.places))}"

    @property
    def value(self) -> str:
        """For people, as `Fault` has it."""
        return f"others have just written documents {', '.join(map(str, self.places))} of it: they conflict"


Trouble = Fault | Conflict
"""What a plan puts at a step."""


class Step(Struct, frozen=True):
    """One I/O."""

    name: str
    size: int
    """Keys, writes, records, jobs or failures that it is about."""
    at: float = 0.0
    """When it began (unix seconds)."""


Plan = tuple[tuple[int, Trouble], ...]
"""Which trouble at which step, counted from 0 over the whole history."""

_READ = (Fault.ERROR_BEFORE, Fault.CRASH_BEFORE, Fault.SLOW)
_WRITE = (
    Fault.ERROR_BEFORE,
    Fault.ERROR_AFTER,
    Fault.CRASH_BEFORE,
    Fault.CRASH_AFTER,
    Fault.HALF,
    Fault.SLOW,
)
Kinds = Mapping[str, tuple[Fault, ...]]
KINDS: Kinds = {
    "load": _READ,
    "load early": (Fault.ERROR_BEFORE, Fault.CRASH_BEFORE),
    "due": _READ,
    "save": (*_WRITE, Fault.OLD),
    "save whole": (*(fault for fault in _WRITE if fault is not Fault.HALF), Fault.OLD),
    "put": _WRITE,
    "look": (Fault.CRASH_BEFORE, Fault.LOOK_FAILED, Fault.LOOK_REFUSED, Fault.SLOW, Fault.OLD),
    "rerun": (
        Fault.CRASH_BEFORE,
        Fault.CRASH_AFTER,
        Fault.CRASH_LATE,
        Fault.LOST_NONE,
        Fault.LOST_DONE,
        Fault.LOST_LATE,
        Fault.PART,
        Fault.LATER,
        Fault.USELESS,
        Fault.HOLLOW,
        Fault.DONE_LATE,
        Fault.SLOW,
    ),
}
"""Which faults a step can have. A read has no effect, so dying before and after it are one."""
_STILL = (Fault.DOZES_BEFORE, Fault.DOZES_AFTER, Fault.SLEEPS_BEFORE, Fault.SLEEPS_AFTER)
ILL: Kinds = {
    **dict.fromkeys(("load", "load early", "due", "put", "look"), (*_STILL, Fault.AHEAD)),
    **dict.fromkeys(("save", "save whole"), (*_STILL, Fault.AHEAD, Fault.ERROR_LATE)),
    "rerun": (Fault.DOZES_AFTER, Fault.SLEEPS_AFTER, Fault.AHEAD),
}
"""Which faults of an ill machine, or of a ledger that answers too late, a step can have. Of a call that waits after its
look was found young enough nobody knows that it is late. A clock that is set back goes on (`shared/reality.py`)."""
READS = frozenset({"load", "load early", "due", "look"})
"""Steps without effect."""
_OF_SEVERAL = frozenset({Fault.HALF, Fault.PART})
WHOLE = 3
"""Of a save of up to so many documents every subset conflicts. A larger one is of jobs that differ in nothing but their
number: there each conflicts alone, all but each, and all."""


def faults_of(step: Step, kinds: Kinds = KINDS) -> Iterator[Trouble]:
    """What can happen at this step; halves only where there are two."""
    for fault in kinds[step.name]:
        if step.size > 1 or fault not in _OF_SEVERAL:
            yield fault
    if step.name.startswith("save") and kinds is KINDS:
        sizes = range(1, step.size + 1)
        for count in sizes if step.size <= WHOLE else (1, step.size - 1, step.size):
            yield from map(Conflict, combinations(range(step.size), count))


def extensions(
    plan: Plan, trace: Sequence[Step], until: float = inf, begun: int = 0, kinds: Kinds = KINDS
) -> Iterator[Plan]:
    """Every plan with one fault more, later than those that the plan has and at a step begun before that moment.

    `trace` is of a history with the plan; no fault at its first `begun` steps.
    """
    first = plan[-1][0] + 1 if plan else begun
    for place in range(first, len(trace)):
        if trace[place].at >= until:
            return
        for fault in faults_of(trace[place], kinds):
            yield (*plan, (place, fault))
