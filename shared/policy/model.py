"""The policy file's types: what a policy may say, its defaults and its bounds (docs/policy.md#reference).

The annotations are the one source of every bound: the loader checks them, and a JSON Schema can be made from
them. Durations are seconds and carry `_s`; a fraction is allowed. Only a loaded policy has been checked.
"""

from __future__ import annotations

import hashlib
from enum import Enum
from functools import cached_property
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shared.domain.failure import FailureClass
from shared.domain.job import REGION_PATTERN
from shared.domain.mode import Mode
from shared.policy.conditions import PATTERN_FORMAT, Match, Source

__all__ = [
    "PATTERN_FORMAT",
    "Action",
    "Attempts",
    "Breaker",
    "Cooldown",
    "Match",
    "Policy",
    "Rate",
    "Rule",
    "Source",
    "Thrash",
    "Timing",
]

MAX_RULES = 100
MAX_REGIONS = 64
MAX_SOURCES = 64
MAX_WHY_CHARS = 256

_MINUTE_S = 60
_DAY_S = 86_400.0
_LONGEST_WINDOW_S = 28 * _DAY_S  # ledger documents expire after 30 days, and no window may outlive them


def _whole(low: int, high: int) -> Meta:
    return Meta(ge=low, le=high, description=f"a whole number from {low} to {high}")


def _number(low: float, high: float, unit: str) -> Meta:
    return Meta(ge=low, le=high, description=f"a number{unit} from {low:g} to {high:.10g}")


class Action(str, Enum):
    """What a rule wants for the failures that it matches."""

    RERUN = "rerun"
    IGNORE = "ignore"
    HOLD = "hold"
    """Wait for a person."""
    OBSERVE = "observe"
    """As mode `observe`, for these failures."""


_Region = Annotated[str, Meta(pattern=REGION_PATTERN, description="a region id such as cn-hangzhou")]


class Timing(Struct, frozen=True, kw_only=True):
    """What is believed about time."""

    settle_s: Annotated[float, _number(0.1, 3600, " of seconds")] = 120.0
    """A call takes effect within this time of being sent, or never."""
    observation_max_age_s: Annotated[float, _number(0.1, 600, " of seconds")] = 30.0
    """How old the look at the job may be when the call leaves."""
    stale_event_s: Annotated[float, _number(_MINUTE_S, _LONGEST_WINDOW_S, " of seconds")] = _DAY_S
    """A failure older than this is suppressed."""


class Attempts(Struct, frozen=True, kw_only=True):
    """How often one job may be rerun."""

    max: Annotated[int, _whole(1, 20)] = 3
    """At most 20: OpenPBS itself holds a job after 21 runs (`run_count` in its pbs_job_attributes.7B)."""
    window_s: Annotated[float, _number(_MINUTE_S, _LONGEST_WINDOW_S, " of seconds")] = _DAY_S


class Cooldown(Struct, frozen=True, kw_only=True):
    """Wait before attempt n = 2, 3 …: drawn evenly from 0 to min(base · factor^(n-2), max)."""

    base_s: Annotated[float, _number(0, _DAY_S, " of seconds")] = 60.0
    """0: no wait."""
    factor: Annotated[float, _number(1, 10, "")] = 2.0
    max_s: Annotated[float, _number(0, _DAY_S, " of seconds")] = 3600.0
    """At most a day: what is still open after 24 h is given up. Never less than `base_s`."""


class Breaker(Struct, frozen=True, kw_only=True):
    """How many distinct jobs of one cluster or group may be acted on in a window; then a person must look."""

    max_jobs: Annotated[int, _whole(1, 100_000)] = 100
    window_s: Annotated[float, _number(_MINUTE_S, _DAY_S, " of seconds")] = 600.0
    """At least a minute: the ledger counts in minute buckets."""


class Rate(Struct, frozen=True, kw_only=True):
    """How many calls for jobs of one cluster or group leave in a window, two for one job are two; the others wait."""

    max_jobs: Annotated[int, _whole(1, 100_000)]
    window_s: Annotated[float, _number(_MINUTE_S, _DAY_S, " of seconds")]


class Thrash(Struct, frozen=True, kw_only=True):
    """More failures of one job than this in a window: rerunning it does not help."""

    max_failures: Annotated[int, _whole(1, 200)]
    """At most 200: a job's record keeps 256 failures."""
    window_s: Annotated[float, _number(_MINUTE_S, _DAY_S, " of seconds")]


_LostHours = Annotated[float, _number(0, 10_000, " of hours")]


class Rule(Struct, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """What to do with the failures that it is the first to match."""

    name: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=64,
            pattern=r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z",
            description="a name of 1 to 64 printable characters",
        ),
    ]
    match: Match
    action: Action
    failure_class: FailureClass = FailureClass.UNKNOWN
    """`class` in the file: what kind of thing went wrong."""
    mode: Mode | None = None
    """Tightens the policy's mode for the failures that it matches."""
    attempts: Attempts | None = None
    """Instead of the policy's; a loaded rule takes what it leaves out from the policy's."""
    cooldown: Cooldown | None = None
    """As `attempts`."""
    beside_live: bool = False
    """SchedulerX: act although an instance of the job lives; RerunJob then starts a second one beside it."""
    max_lost_h: _LostHours | None = None
    """Instead of the policy's."""
    why: Annotated[str, Meta(max_length=MAX_WHY_CHARS, description=f"text of at most {MAX_WHY_CHARS} characters")] = ""
    """For people."""


# `dict=True` only lets `policy_version` and what is made ready for matching be kept.
class Policy(Struct, frozen=True, kw_only=True, dict=True):
    """A whole policy."""

    version: Annotated[int, Meta(ge=1, le=1, description="1, the only version understood")]
    mode: Mode = Mode.AUTO
    regions: Annotated[
        tuple[_Region, ...],
        Meta(max_length=MAX_REGIONS, description=f"a list of at most {MAX_REGIONS} region ids"),
    ] = ()
    """Regions that events may name besides the function's own."""
    timing: Timing = Timing()
    attempts: Attempts = Attempts()
    cooldown: Cooldown = Cooldown()
    breaker: Breaker | None = Breaker()
    """None: none opens by itself; one that a person opens holds all the same."""
    max_lost_h: _LostHours | None = None
    """A live run older than this is held for a person: rerunning it would lose that much work. None: no bound."""
    rate: Rate | None = None
    classes: dict[FailureClass, Attempts] = {}
    """Attempt budgets of their own for failure classes; a class without one draws from `attempts`. What an entry
    leaves out is taken from `attempts`."""
    thrash: Thrash | None = None
    sources: Annotated[
        tuple[Source, ...], Meta(max_length=MAX_SOURCES, description=f"a list of at most {MAX_SOURCES} sources")
    ] = ()
    """Who may speak for which jobs. None given: whoever reaches the function. Nobody is asked by hand."""
    rules: Annotated[
        tuple[Rule, ...], Meta(max_length=MAX_RULES, description=f"a list of at most {MAX_RULES} rules")
    ] = ()

    @cached_property
    def policy_version(self) -> str:
        """`1-` and 12 hex digits: the same for policies that mean the same, whatever their layout."""
        meant = msgspec.json.encode(self, order="deterministic")
        return f"{self.version}-{hashlib.sha256(meant).hexdigest()[:12]}"
