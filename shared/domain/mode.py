"""How much Second Wind may do, and what a person has set about that in the ledger.

A mode can be set in four places: the policy file, a rule of it, SECONDWIND_MODE, and the ledger's document of
controls, which the command line writes. The strictest of them holds.
"""

from __future__ import annotations

from enum import Enum

from msgspec import Struct


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


class Controls(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One ledger document: what people have set by hand, effective on the next invocation."""

    schema: str = "secondwind-controls/1"
    everything: ModeSet | None = None
    rules: dict[str, ModeSet] = {}
    """By the rule's name. A name that the policy does not know has no effect and is kept."""
