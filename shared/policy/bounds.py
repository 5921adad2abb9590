"""The numbers that bound what a policy does: time, attempts, cooldown, breaker, rate, thrashing, texts that come again.

The annotations are the one source of every bound: the loader checks them, and a JSON Schema can be made from them.
Durations are seconds and carry `_s`; a fraction is allowed.
"""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

from shared.domain.failure import FailureClass
from shared.domain.nodes import MAX_HITS, NodeLimit

_MINUTE_S = 60
DAY_S = 86_400.0
LONGEST_WINDOW_S = 28 * DAY_S
"""Ledger documents expire after 30 days, and no window may outlive them."""


def whole(low: int, high: int) -> Meta:
    """A whole number with these bounds."""
    return Meta(ge=low, le=high, description=f"a whole number from {low} to {high}")


def number(low: float, high: float, unit: str) -> Meta:
    """A number of a unit (` of seconds`) with these bounds."""
    return Meta(ge=low, le=high, description=f"a number{unit} from {low:g} to {high:.10g}")


class Timing(Struct, frozen=True, kw_only=True):
    """What is believed about time."""

    settle_s: Annotated[float, number(0.1, 3600, " of seconds")] = 120.0
    """A call takes effect within this time of being sent, or never."""
    observation_max_age_s: Annotated[float, number(0.1, 600, " of seconds")] = 30.0
    """How old the look at the job may be when the call leaves."""
    stale_event_s: Annotated[float, number(_MINUTE_S, LONGEST_WINDOW_S, " of seconds")] = DAY_S
    """A failure older than this is suppressed."""


class Attempts(Struct, frozen=True, kw_only=True):
    """How often one job may be rerun."""

    max: Annotated[int, whole(1, 20)] = 3
    """At most 20: OpenPBS itself holds a job after 21 runs (`run_count` in its pbs_job_attributes.7B)."""
    window_s: Annotated[float, number(_MINUTE_S, LONGEST_WINDOW_S, " of seconds")] = DAY_S


class Cooldown(Struct, frozen=True, kw_only=True):
    """Wait before attempt n = 2, 3 …: drawn evenly from 0 to min(base · factor^(n-2), max)."""

    base_s: Annotated[float, number(0, DAY_S, " of seconds")] = 60.0
    """0: no wait."""
    factor: Annotated[float, number(1, 10, "")] = 2.0
    max_s: Annotated[float, number(0, DAY_S, " of seconds")] = 3600.0
    """At most a day: what is still open after 24 h is given up. Never less than `base_s`."""


PerOwner = Annotated[int, whole(1, 100_000)] | None


class Breaker(Struct, frozen=True, kw_only=True):
    """How many distinct jobs of one cluster or group may be acted on in a window; then a person must look."""

    max_jobs: Annotated[int, whole(1, 100_000)] = 100
    window_s: Annotated[float, number(_MINUTE_S, DAY_S, " of seconds")] = 600.0
    """At least a minute: the ledger counts in minute buckets."""
    per_owner: PerOwner = None
    """So many of them may be of one owner, as the job system names owners: what is more waits, and opens nothing."""


class Rate(Struct, frozen=True, kw_only=True):
    """How many calls for jobs of one cluster or group leave in a window, two for one job are two; the others wait."""

    max_jobs: Annotated[int, whole(1, 100_000)]
    window_s: Annotated[float, number(_MINUTE_S, DAY_S, " of seconds")]
    per_owner: PerOwner = None
    """So many of them may be for jobs of one owner, as the job system names owners."""


class Thrash(Struct, frozen=True, kw_only=True):
    """More failures of one job than this in a window: rerunning it does not help."""

    max_failures: Annotated[int, whole(1, 200)]
    """At most 200: a job's record keeps 256 failures."""
    window_s: Annotated[float, number(_MINUTE_S, DAY_S, " of seconds")]


HoldSeconds = Annotated[float, number(_MINUTE_S, DAY_S, " of seconds")]


class SameText(Struct, frozen=True, kw_only=True):
    """The same failure text of one job more often than this in a window: rerunning it does not mend that.

    Texts are the same if they differ in numbers, ids, hosts and paths alone. What counts is what was rerun for, and
    the failure itself: `max: 1` means one rerun for a text, and none when it comes again.
    """

    max: Annotated[int, whole(1, 20)]
    window_s: Annotated[float, number(_MINUTE_S, LONGEST_WINDOW_S, " of seconds")] = DAY_S


class NodeAction(str, Enum):
    """What a suspected node means for the jobs that failed on it."""

    TELL = "tell"
    """Nothing: it is told, and that is all."""
    HOLD = "hold"
    """They wait until the node is given no more jobs, or is cleared, and for `max_wait_s` at the most."""


class BadNodes(Struct, frozen=True, kw_only=True):
    """When so many jobs have failed on one node that the node is told, once."""

    jobs: Annotated[int, whole(2, MAX_HITS)] = 3
    """Distinct jobs in the window."""
    window_s: Annotated[float, number(_MINUTE_S, DAY_S, " of seconds")] = 3600.0
    owners: Annotated[int, whole(1, MAX_HITS)] = 1
    """Of so many distinct owners: 2 or more where one user's broken program is likelier than a broken node."""
    classes: Annotated[
        tuple[FailureClass, ...], Meta(min_length=1, max_length=6, description="a list of 1 to 6 classes")
    ] = (FailureClass.INFRASTRUCTURE, FailureClass.CAPACITY, FailureClass.UNKNOWN)
    """Failures of these classes count: what a program, its settings or its user did says nothing of a node."""
    action: NodeAction = NodeAction.TELL
    max_wait_s: Annotated[float, number(_MINUTE_S, 43_200, " of seconds")] = 3600.0
    """`hold`: so long after it was told a failure waits no more. At most 12 hours: what is open for a day is given
    up."""
    clear_after_s: Annotated[float, number(_MINUTE_S, LONGEST_WINDOW_S, " of seconds")] = DAY_S
    """So long after the last failure a suspicion ends by itself."""

    @property
    def bound(self) -> NodeLimit:
        """The numbers, for counting."""
        return NodeLimit(jobs=self.jobs, owners=self.owners, window_s=self.window_s, clear_after_s=self.clear_after_s)
