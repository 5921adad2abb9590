"""Messages to people: what a channel is to tell, and the ledger document that owes it. Pure.

A channel has one document, its box. What is to be told comes into it before the outcome that says so is struck from
the document that owes that; it leaves it when the channel has taken a letter. So it is lost nowhere on its way.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

MAX_THINGS = 100
"""Things that a box keeps whole; of what is more only the number is told."""
MAX_KNOWN = 20_000
REFILL_S = 900.0
"""One more letter of a kind after so long."""
ID_CHARS = 16
VARIABLE_PREFIX = "SECONDWIND_NOTIFY_"
"""Environment variables that hold the secrets of channels begin so; a policy names them."""


class What(str, Enum):
    """What people are told of."""

    HELD = "held"
    """A failure waits for a person's yes or no."""
    BREAKER_OPENED = "breaker_opened"
    """Nothing is rerun in a scope until a person closes its breaker."""
    UNKNOWN = "unknown"
    """What a call did is not known for longer than `unknown_after_s`."""
    NODE_SUSPECT = "node_suspect"
    """An event said of a machine that it was lost, or may be."""
    DISCOVERY_BLIND = "discovery_blind"
    """A place that `discover` names cannot be looked through."""
    DIGEST = "digest"
    """The night in a few lines, at `digest_at`."""


class Thing(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One thing to tell. Its texts are strangers' words, bounded, and without what looks like a secret."""

    id: str
    """The same for the same thing, whoever tells it how often."""
    what: What
    at: float
    """When it happened (unix seconds)."""
    due_at: float
    """Not told before."""
    failure_id: str = ""
    place: dict[str, str] = {}
    """As its outcome names it."""
    job_id: str = ""
    job_name: str = ""
    owner: str = ""
    queue: str = ""
    rule: str = ""
    reason: str = ""
    message: str = ""
    evidence: str = ""
    lines: tuple[tuple[str, str], ...] = ()
    """Of a digest: our word and what it counts."""
    persons: tuple[str, ...] = ()
    """For whom it is, by the routes that sent it here."""


class Letter(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One message on its way, or of which nobody knows whether it arrived."""

    id: str
    """The same each time that it is sent."""
    things: tuple[str, ...]
    """Ids."""
    more: dict[str, int] = {}
    """How many of which kind it counts without their words."""
    owner: str = ""
    """Token of the invocation that sends it."""
    leave_by: float = 0.0
    """It cannot leave later (unix seconds)."""
    over_at: float = 0.0
    """No answer comes later."""
    doubts: int = 0
    """How often its answer was lost."""
    bare: bool = False
    """Without strangers' words, which its channel may have refused."""

    def under_way(self, now: float) -> bool:
        """Whether somebody may be sending it."""
        return bool(self.owner) and now < self.over_at


class Streak(Struct, frozen=True, array_like=True):
    """How often one kind was told of late: what a storm may still send at once."""

    tokens: float
    at: float
    """When the tokens were counted (unix seconds)."""
    sent_at: float
    refill_s: float = REFILL_S
    """One more after so long: longer in a storm."""


class Box(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-box/1"):
    """One ledger document: what one channel is to tell, and what it has told."""

    things: tuple[Thing, ...] = ()
    """Waiting, the oldest first."""
    more: dict[str, int] = {}
    """By kind, how many there were no room for."""
    known: dict[str, float] = {}
    """Ids of what has been told or given up, and when it had happened."""
    letter: Letter | None = None
    sent: tuple[float, ...] = ()
    """When letters were sent in the last minute."""
    streaks: dict[str, Streak] = {}
    """By kind."""
    failures: int = 0
    """Letters in a row that were not taken."""
    not_before: float = 0.0
    """After failures nothing is sent earlier."""
    problem: str = ""
    """The code with which the last letter was not taken; empty if it was."""
    problem_at: float = 0.0
    """Since when."""
    told: bool = False
    """That nothing is taken has been told."""
    bare: bool = False
    """The next letter is to be so."""
    digest: str = ""
    """The day of the last digest, `2026-01-05`."""
    owed: tuple[dict[str, str], ...] = ()
    """Outcomes about the channel that are not yet known to be in the Logstore."""

    def paid(self, outcome_ids: Iterable[str]) -> Box:
        """This box without those owed outcomes."""
        gone = frozenset(outcome_ids)
        return replace(self, owed=tuple(one for one in self.owed if one.get("outcome_id") not in gone))

    def knows(self, thing_id: str) -> bool:
        """Whether it waits here, or is dealt with."""
        return thing_id in self.known or any(one.id == thing_id for one in self.things)
