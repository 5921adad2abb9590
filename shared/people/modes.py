"""Modes that people set: one document, effective on the next invocation."""

from __future__ import annotations

from msgspec.structs import replace

from shared.documents import decode_controls, encode
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Controls, ModeSet
from shared.people.walk import TRIES, Contended
from shared.ports import Ledger, Stored, Write


def read_controls(ledger: Ledger) -> Controls:
    """What is set; nothing, if nobody ever set anything.

    Raises:
        LedgerUnavailable: the ledger is out of reach, or the document is malformed: that is not "nothing set".
    """
    return _controls_of(ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY))


def set_mode(ledger: Ledger, rule: str | None, wanted: ModeSet) -> Controls:
    """Set the mode of everything, or of one rule (by its name, known to the policy or not); what is set now.

    Raises:
        LedgerUnavailable: out of reach, or it is not known whether it was saved: repeating does no harm.
        Contended: three others were quicker.
    """
    return _change(ledger, rule, wanted)


def clear_mode(ledger: Ledger, rule: str | None) -> Controls:
    """Take back what was set for everything, or for one rule; what is set now. Raises as `set_mode`."""
    return _change(ledger, rule, None)


def _change(ledger: Ledger, rule: str | None, wanted: ModeSet | None) -> Controls:
    for _ in range(TRIES):
        stored = ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY)
        known = _controls_of(stored)
        changed = _changed(known, rule, wanted)
        if changed == known:
            return known
        write = Write(
            key=CONTROLS_KEY,
            document=encode(changed),
            expected=stored.version if stored else None,
            due_at=None,
            # A kill switch that the store forgets would switch itself on again.
            expires_at=None,
        )
        if not ledger.save([write]):
            return changed
    raise Contended(CONTROLS_KEY)


def _changed(known: Controls, rule: str | None, wanted: ModeSet | None) -> Controls:
    if rule is None:
        return replace(known, everything=wanted)
    rules = {name: mode for name, mode in known.rules.items() if name != rule}
    if wanted is not None:
        rules[rule] = wanted
    return replace(known, rules=rules)


def _controls_of(stored: Stored | None) -> Controls:
    return decode_controls(stored.document) if stored else Controls()
