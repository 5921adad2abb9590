"""Machines on which jobs may run: what an event of the platform says of one, and what the ledger keeps of them."""

from __future__ import annotations

from enum import Enum

from msgspec import Struct

MAX_SUSPECTS = 1_000


class Weight(str, Enum):
    """How much an event proves."""

    LOST = "lost"
    """The machine was stopped or started anew: what ran on it is gone."""
    MAYBE = "maybe"
    """It is in trouble; what runs there is lost if it goes away."""
    AHEAD = "ahead"
    """Something is announced: nothing has happened yet."""


class MachineEvent(Struct, frozen=True, kw_only=True):
    """One event about one machine."""

    machine: str
    """As the platform names it: an instance's id."""
    weight: Weight
    at: float
    """Unix seconds, never later than when it was read."""
    what: str
    """The kind of event, for people; at most 128 characters."""


class Suspect(Struct, frozen=True, array_like=True):
    """What an event said of a machine."""

    at: float
    """Unix seconds from which what ran on it counts as lost."""
    surely: bool
    """It was stopped or started anew; else it may be in trouble."""


class Machines(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-machines/1"):
    """One ledger document."""

    places: dict[str, dict[str, str]] = {}
    """By the key of the scope in which it is: machine → name of the node."""
    suspects: dict[str, Suspect] = {}
    """By machine; at most `MAX_SUSPECTS`, the newest."""
