"""How much Second Wind may do, and what a person has set about that in the ledger.

A mode can be set in four places: the policy file, a rule of it, SECONDWIND_MODE, and the ledger's document of
controls, which the command line writes. The strictest of them holds.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from enum import Enum

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.outcome import stable_id
from shared.domain.record import OWED_RETRY_S


class Mode(str, Enum):
    """How much Second Wind may do."""

    AUTO = "auto"
    """Decide and act."""
    OBSERVE = "observe"
    """Decide and write outcomes, change nothing else."""
    OFF = "off"
    """The kill switch."""

    def stricter(self, other: Mode) -> Mode:
        """The one of the two that allows less."""
        order = list(Mode)
        return max(self, other, key=order.index)


class ModeSet(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A mode that a person set: it can only tighten what the policy says."""

    mode: Mode
    by: str
    """Who, as they called themselves; at most 128 characters."""
    at: float
    """Unix seconds."""
    why: str = ""
    """At most 256 characters."""
    until: float | None = None
    """Unix seconds from which it no longer holds; None: until somebody takes it back. A function of a version that does
    not know this goes on with it, the stricter way."""

    def holds(self, now: float) -> bool:
        """Whether it still does."""
        return self.until is None or now < self.until

    def outdoes(self, other: ModeSet) -> bool:
        """Whether it keeps back more than another in its place would from then on, or as much for longer."""
        if not self.holds(other.at):
            return False
        if self.mode is not other.mode:
            return self.mode.stricter(other.mode) is self.mode
        return (self.until or math.inf) > (other.until or math.inf)

    @property
    def digest(self) -> str:
        """Tells it from every other one, for who was shown it."""
        return stable_id("mode set", self.mode.value, self.by, self.at, self.until)


class Controls(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-controls/1"):
    """One ledger document: what people have set by hand, effective on the next invocation."""

    everything: ModeSet | None = None
    rules: dict[str, ModeSet] = {}
    """By the rule's name. A name that the policy does not know has no effect and is kept."""
    acts: tuple[dict[str, str], ...] = ()
    """Outcomes about modes set and taken back that are not yet known to be in the Logstore; the last 200. Named unlike
    what a record owes: a function of an older version must not take this document for one."""
    acts_at: float = 0.0
    """Unix seconds: owed since."""

    def at(self, now: float) -> Controls:
        """What holds at that moment."""
        over = self.everything is not None and not self.everything.holds(now)
        everything = None if over else self.everything
        return replace(
            self, everything=everything, rules={name: one for name, one in self.rules.items() if one.holds(now)}
        )

    @property
    def due_at(self) -> float | None:
        """When the sweep should write what is owed."""
        return self.acts_at + OWED_RETRY_S if self.acts else None

    def paid(self, outcome_ids: Iterable[str]) -> Controls:
        """This document without those owed outcomes."""
        gone = frozenset(outcome_ids)
        return replace(self, acts=tuple(one for one in self.acts if one.get("outcome_id") not in gone))

    def put_off(self, now: float) -> Controls:
        """This document with its owed outcomes due a while later."""
        return replace(self, acts_at=now) if self.acts else self
