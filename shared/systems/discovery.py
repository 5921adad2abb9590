"""What a job system offers for finding failures that nobody tells: what a policy may name, and who looks.

A system that offers it names the Struct of its entries in a policy's `discover` (`System.watched`), and opens a
`Seeker`. What a seeker remembers between looks is its own; the ledger keeps it for it, as JSON.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, Protocol

from msgspec import Meta, Struct

from shared.domain.failure import Failure, Trigger
from shared.domain.job import REGION_PATTERN, Scope
from shared.domain.machines import Suspect
from shared.domain.outcome import stable_id
from shared.domain.snapshot import LookFailed

Memory = dict[str, Any]
Fits = Callable[[str, str], bool]
"""Whether a glob (`*`, `?`) fits a whole text."""
MAX_NAMES = 64
MAX_SEEN = 20_000
"""Of what a seeker has shown, so much is remembered at most: the latest."""
_PRINTABLE = {"pattern": r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"}

Name = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        description="1 to 256 printable characters",
        extra_json_schema=_PRINTABLE,
    ),
]
_Glob = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=256,
        description="a name, or a glob (`*`, `?`), of 1 to 256 printable characters",
        extra_json_schema=_PRINTABLE,
    ),
]
RegionId = Annotated[str, Meta(pattern=REGION_PATTERN, description="a region id such as cn-hangzhou")]
Names = Annotated[
    tuple[_Glob, ...],
    Meta(min_length=1, max_length=MAX_NAMES, description=f"a list of 1 to {MAX_NAMES} names or globs"),
]


class Calls(Protocol):
    """How many calls a turn may make."""

    def may(self, operation: str) -> bool:
        """Take one call of that operation; False: none is left now, by the pace, the time or the turn."""
        ...


class Terms(Struct, frozen=True, kw_only=True):
    """Under which a look is made."""

    now: float
    """Unix seconds."""
    fits: Fits
    stale_after_s: float
    """What ended longer ago is not told any more."""
    suspects: Mapping[str, Suspect] = {}
    """By machine: what events said of those of this system."""


class Sight(Struct, frozen=True, kw_only=True):
    """What one turn at a scope came to."""

    failures: tuple[Failure, ...] = ()
    memory: Memory
    done: bool
    """The look is whole. False: the calls ran out, and the next turn goes on from the memory."""
    machines: Mapping[str, str] | None = None
    """Machine → name of the node, as a whole listing had them; None: nothing new is known."""
    withdrawn: frozenset[str] = frozenset()
    """Nodes that are given no more jobs, by that listing, as `shared.domain.hosts` spells them."""
    problem: LookFailed | None = None
    """Why the scope could not be read on; `failures` and `memory` hold what was read before."""


class Listed(Struct, frozen=True, kw_only=True):
    """The scopes that an entry of a policy means."""

    scopes: tuple[Scope, ...] = ()
    missing: tuple[str, ...] = ()
    """Names and globs that mean nothing there; only looked for where every name is asked for."""
    warnings: tuple[str, ...] = ()
    """What else a person should know of these scopes."""
    problem: LookFailed | None = None


class Seeker(Protocol):
    """Finds failures in one region. Never raises for what the service or the network does."""

    def scopes(self, watch: Any, fits: Fits, calls: Calls, *, ask: bool) -> Listed:
        """The scopes that an entry means; without `ask` only what globs need is asked for."""
        ...

    def look(self, watch: Any, scope: Scope, memory: Memory, calls: Calls, terms: Terms) -> Sight:
        """One turn at a scope."""
        ...


def found(scope: Scope, job_id: str, run: object, reason: str, **told: Any) -> Failure:
    """A failure that a look found; the same one found again is the same telling.

    Args:
        scope: its scope.
        job_id: as the job system lists it.
        run: what tells its runs apart: an instance, a start.
        reason: why it counts as failed, for rules; empty where the job system itself says so.
        told: further fields of the failure.
    """
    return Failure(
        scope=scope,
        job_id=job_id,
        reason=reason,
        trigger=Trigger.DISCOVER,
        event_id=f"found/{scope.key}/{job_id}/{run}",
        telling_id=stable_id("found", scope.key, job_id, run, reason),
        **told,
    )


def exact(names: Sequence[str]) -> tuple[str, ...]:
    """Those of the names that are no globs."""
    return tuple(name for name in names if not set(name) & {"*", "?"})


def lately(seen: Mapping[str, float], since: float) -> dict[str, float]:
    """What was shown after that moment, the oldest first; of too many the latest."""
    late = [one for one in seen.items() if one[1] > since]
    return dict(sorted(late, key=lambda one: one[1])[-MAX_SEEN:])
