"""One rule of a policy: which failures it is for, and what it wants for them (docs/policy.md)."""

from __future__ import annotations

from enum import Enum
from typing import Annotated

from msgspec import Meta, Struct

from shared.domain.call import ActionApi
from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.policy.bounds import DAY_S, Attempts, Cooldown, HoldSeconds, SameText, number
from shared.policy.conditions import Match

MAX_WHY_CHARS = 256
MAX_DELAY_S = DAY_S / 2
"""What is still open after a day is given up: half of it is left for the rerun."""

LostHours = Annotated[float, number(0, 10_000, " of hours")]


class Action(str, Enum):
    """What a rule wants for the failures that it matches."""

    RERUN = "rerun"
    IGNORE = "ignore"
    HOLD = "hold"
    """Wait for a person."""
    OBSERVE = "observe"
    """As mode `observe`, for these failures."""


class Tells(str, Enum):
    """What the texts of a rule tell of a failure. Packs ask all their causes before any effect."""

    CAUSE = "cause"
    """What went wrong first."""
    EFFECT = "effect"
    """What follows from some cause: a rank that waits in vain, a launcher that ends the others."""


class CauseLine(str, Enum):
    """Which of the lines that it matches a rule accepts."""

    ANY = "any"
    FIRST = "first"
    """Only the earliest that any `message` of the policy's cause rules hits: what comes later follows from it."""


class Unasked(str, Enum):
    """Reasons to ask a person that a rule may settle beforehand: the run that is made is the one that failed."""

    # Only what a system asks last: a question that is settled must hide no other one.
    DEV_ENVIRONMENT = "dev_environment"
    WORKFLOW = "workflow"


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
    tells: Tells = Tells.CAUSE
    """Whether its texts are a cause or only an effect of one: patterns of effects count for no `cause: first`."""
    cause: CauseLine = CauseLine.ANY
    """`first`: it matches only if its `message` hits the earliest line that any cause pattern hits."""
    mode: Mode | None = None
    """Tightens the policy's mode for the failures that it matches."""
    attempts: Attempts | None = None
    """Instead of the policy's; a loaded rule takes what it leaves out from the policy's."""
    cooldown: Cooldown | None = None
    """As `attempts`."""
    delay_s: Annotated[float, number(0, MAX_DELAY_S, " of seconds")] = 0.0
    """Not before so long after the failure: a licence queue, a name server or a rate limit needs a while."""
    same_text: SameText | None = None
    """Instead of the policy's."""
    beside_live: bool = False
    """SchedulerX: act although an instance of the job lives; RerunJob then starts a second one beside it."""
    action_api: ActionApi | None = None
    """By which operation, where the job system has several; null: its usual one."""
    unasked: Annotated[tuple[Unasked, ...], Meta(max_length=8, description="a list of at most 8 reasons")] = ()
    """What is rerun although a person would be asked for that reason."""
    max_lost_h: LostHours | None = None
    """Instead of the policy's."""
    hold_expires_s: HoldSeconds | None = None
    """Instead of the policy's."""
    why: Annotated[str, Meta(max_length=MAX_WHY_CHARS, description=f"text of at most {MAX_WHY_CHARS} characters")] = ""
    """For people."""

    @property
    def called(self) -> str:
        """What a person is told whose mode it is."""
        return f"rule {self.name}"


class PackRule(Rule, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """A rule that a policy has from a pack, not from its own file."""

    pack: str
    """Its name and version, `mpi@1`."""


class ScopedRule(Rule, frozen=True, kw_only=True, rename={"failure_class": "class"}):
    """A rule with the settings of the blocks that one job falls under."""

    under: str
    """Their names."""

    @property
    def called(self) -> str:
        """As above."""
        return f"rule {self.name} under {self.under}" if self.name else self.under
