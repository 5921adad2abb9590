"""The policy file's types: what a whole policy may say, its defaults and its bounds (docs/policy.md).

`bounds` has the numbers, `rule` the rules, `conditions` what they ask. The annotations are the one source of every
bound: the loader checks them, and a JSON Schema can be made from them. Only a loaded policy has been checked.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from functools import lru_cache
from typing import Annotated

import msgspec
from msgspec import Meta, Struct

from shared.domain.failure import FailureClass
from shared.domain.job import REGION_PATTERN
from shared.domain.mode import Mode
from shared.policy.blocks import Block
from shared.policy.bounds import (
    DAY_S,
    Attempts,
    BadNodes,
    Breaker,
    Cooldown,
    HoldSeconds,
    Rate,
    SameText,
    Thrash,
    Timing,
)
from shared.policy.conditions import PATTERN_FORMAT, Match, Pattern, Source
from shared.policy.discover import Discover, watched
from shared.policy.itself import Itself
from shared.policy.notify import Notify
from shared.policy.people import Person
from shared.policy.prices import Prices
from shared.policy.rule import Action, CauseLine, LostHours, PackRule, Rule, ScopedRule, Tells
from shared.policy.windows import Window

__all__ = [
    "PATTERN_FORMAT",
    "Action",
    "Attempts",
    "BadNodes",
    "Block",
    "Breaker",
    "CauseLine",
    "Cooldown",
    "Match",
    "PackRule",
    "Policy",
    "Rate",
    "Rule",
    "SameText",
    "ScopedRule",
    "Source",
    "Tells",
    "Thrash",
    "Timing",
    "Window",
]

MAX_RULES = 200
"""Rules that a policy writes itself; packs bring theirs besides."""
MAX_INCLUDED = 64
MAX_IGNORED = 64
MAX_BLOCKS = 64
MAX_WINDOWS = 64
MAX_REGIONS = 64
MAX_SOURCES = 64
MAX_PEOPLE = 256
PACK_FORMAT = "pack"
"""JSON Schema `format` of a text that must name a pack: `mpi`, `gpu@1`, `all`."""

_Region = Annotated[str, Meta(pattern=REGION_PATTERN, description="a region id such as cn-hangzhou")]
_PackName = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=48,
        description="a pack such as mpi, one of a version such as gpu@1, or all",
        extra_json_schema={"format": PACK_FORMAT},
    ),
]


class Policy(Struct, frozen=True, kw_only=True):
    """A whole policy."""

    version: Annotated[int, Meta(ge=1, le=1, description="1, the only version understood")]
    mode: Mode = Mode.AUTO
    regions: Annotated[
        tuple[_Region, ...],
        Meta(max_length=MAX_REGIONS, description=f"a list of at most {MAX_REGIONS} region ids"),
    ] = ()
    """Regions that events may name besides the function's own; not of a job system whose endpoint is set."""
    timing: Timing = Timing()
    attempts: Attempts = Attempts()
    cooldown: Cooldown = Cooldown()
    breaker: Breaker | None = Breaker()
    """None: none opens by itself; one that a person opens holds all the same."""
    max_lost_h: LostHours | None = None
    """A live run older than this is held for a person: rerunning it would lose that much work. None: no bound."""
    rate: Rate | None = None
    hold_expires_s: HoldSeconds = DAY_S
    """What is held for a person and not answered in this time is closed."""
    classes: dict[FailureClass, Attempts] = {}
    """Attempt budgets of their own for failure classes; a class without one draws from `attempts`. What an entry
    leaves out is taken from `attempts`."""
    thrash: Thrash | None = None
    same_text: SameText | None = None
    """What fails again with the same text is not rerun without end, whatever its class and its budgets."""
    bad_nodes: BadNodes | None = None
    """A node on which jobs fail is told once, with the jobs and with how to drain it. None: nobody counts."""
    fetch_output: bool = True
    """Where a failure's text is missing or names no cause, ask the job system once what the job has printed."""
    output_first: bool = False
    """Where more of a cluster fail at once than are asked about, have the others wait for that, ten minutes at most."""
    ignore_lines: Annotated[
        tuple[Pattern, ...],
        Meta(max_length=MAX_IGNORED, description=f"a list of at most {MAX_IGNORED} RE2 patterns"),
    ] = ()
    """Noise: a line of a failure's message in which one of these is found is seen by no rule."""
    faint_lines: Annotated[
        tuple[Pattern, ...],
        Meta(max_length=MAX_IGNORED, description=f"a list of at most {MAX_IGNORED} RE2 patterns"),
    ] = ()
    """Noise that may be all there is: a line in which one of these is found is seen only if no rule but one with an
    empty match is right for the others."""
    by: Annotated[
        tuple[Block, ...], Meta(max_length=MAX_BLOCKS, description=f"a list of at most {MAX_BLOCKS} blocks")
    ] = ()
    """Stricter settings for some clusters, groups, owners, queues or jobs."""
    windows: Annotated[
        tuple[Window, ...], Meta(max_length=MAX_WINDOWS, description=f"a list of at most {MAX_WINDOWS} windows")
    ] = ()
    """Times in which something else than a rerun is wanted. Of several that are open the strictest holds."""
    discover: Discover = Discover()
    """What is watched without anybody telling, by job system. Empty: nothing."""
    notify: Notify = Notify()
    """Which people are told of what, and where. Empty: nobody."""
    prices: Prices | None = None
    """What an hour of a job's run costs, for the sums of the report. None: it tells hours alone."""
    sources: Annotated[
        tuple[Source, ...], Meta(max_length=MAX_SOURCES, description=f"a list of at most {MAX_SOURCES} sources")
    ] = ()
    """Who may speak for which jobs. None given: whoever reaches the function. Nobody is asked by hand."""
    people: Annotated[
        tuple[Person, ...],
        Meta(max_length=MAX_PEOPLE, description=f"a list of at most {MAX_PEOPLE} people or channels"),
    ] = ()
    """Who may look and act at the console and by links. None given: nobody. The command line asks for no entry: who
    reaches the ledger with a key could write into it anyway."""
    include: Annotated[
        tuple[_PackName, ...],
        Meta(max_length=MAX_INCLUDED, description=f"a list of at most {MAX_INCLUDED} packs"),
    ] = ()
    """Packs of ready rules. They are asked after the policy's own rules, all their causes before any effect, and
    before rules with an empty match. A loaded policy names each with its version."""
    rules: Annotated[
        tuple[Rule, ...], Meta(max_length=MAX_RULES, description=f"a list of at most {MAX_RULES} rules")
    ] = ()
    """The first that matches decides. A loaded policy has those of its packs among them, in the order asked. One with
    the name of a pack's rule stands in its place."""

    @property
    def named_regions(self) -> Iterator[str]:
        """Those that events may name, and those in which it is looked without: credentials go to no others."""
        yield from self.regions
        yield from (entry.region for _, entry in watched(self.discover) if entry.region)

    @property
    def policy_version(self) -> str:
        """`1-` and 12 hex digits: the same for policies that mean the same, whatever their layout."""
        return _version(Itself(self))


@lru_cache(maxsize=8)
def _version(policy: Itself[Policy]) -> str:
    meant = msgspec.json.encode(policy.it, order="deterministic")
    return f"{policy.it.version}-{hashlib.sha256(meant).hexdigest()[:12]}"
