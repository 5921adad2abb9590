"""How much Second Wind may do, and what a person has set about that in the ledger.

A mode can be set in four places: the policy file, a rule of it, SECONDWIND_MODE, and the ledger's document
`CONTROLS_KEY`, which the command line writes. The strictest of them holds.
"""

from __future__ import annotations

from enum import Enum

import msgspec
from msgspec import Struct

from shared.domain.errors import LedgerUnavailable

CONTROLS_KEY = "control/modes"
"""Ledger key of the one `Controls` document; it never expires."""


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


_DECODER = msgspec.json.Decoder(Controls)


def encode_controls(controls: Controls) -> bytes:
    """The document as the ledger keeps it."""
    return msgspec.json.encode(controls)


def decode_controls(document: bytes) -> Controls:
    """The stored controls.

    Raises:
        LedgerUnavailable: the document is not one of ours; it must not count as "nothing set".
    """
    try:
        return _DECODER.decode(document)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise LedgerUnavailable(f"the ledger document {CONTROLS_KEY} is malformed: {error}") from error
