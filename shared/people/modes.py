"""Modes that people set: one document, read at each invocation and anew in a long one, owing an outcome of each act."""

from __future__ import annotations

from collections.abc import Callable

from msgspec.structs import replace

from shared.documents import controls_write, decode_controls
from shared.domain.act import UNSIGNED, Signed, Way
from shared.domain.errors import ActRefused
from shared.domain.failure import Trigger
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Controls, Mode, ModeSet
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.record import OWED_RETRY_S
from shared.domain.verdicts import Verdict
from shared.people.walk import TRIES, Contended
from shared.ports import Ledger, Stored


class LooserMode(ActRefused):
    """Somebody else has set a mode that keeps back more, or another one than was shown: nothing was changed."""

    def __init__(self, known: ModeSet, todo: str) -> None:
        super().__init__(f"mode {known.mode.value} is set by {known.by}: {todo}; nothing was changed")


class ModeInTheWay(ActRefused):
    """What goes on under such a mode the sweep closes for good: nothing was changed."""

    def __init__(self, whose: str) -> None:
        super().__init__(f"{whose}: what goes on under it is closed for good. Nothing was done; take it back first")


MAX_ACTS = 200
"""A kill switch that cannot be set because earlier acts were not told would be the worse loss."""


def read_controls(ledger: Ledger) -> Controls:
    """What is set; nothing, if nobody ever set anything.

    Raises:
        LedgerUnavailable: the ledger is out of reach, or the document is malformed: that is not "nothing set".
    """
    return controls_of(ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY))


def in_the_way(controls: Controls, of_policy: Mode = Mode.AUTO, rule: str = "") -> str:
    """Which mode closes for good whatever goes on under it, in words; empty if none does.

    Args:
        controls: what holds (`Controls.at`).
        of_policy: the policy's and SECONDWIND_MODE's, where that is known.
        rule: which holds what is to go on, if one does.
    """
    for one, whose in ((controls.everything, ""), (controls.rules.get(rule), f" {_for(rule)}")):
        if one is not None and one.mode is not Mode.AUTO:
            return f"mode {one.mode.value} is set{whose} by {one.by}"
    return "" if of_policy is Mode.AUTO else f"mode {of_policy.value} holds by the policy or SECONDWIND_MODE"


def check_mode(controls: Controls, of_policy: Mode = Mode.AUTO, rule: str = "") -> None:
    """Before something goes on: as `in_the_way`. Raises ModeInTheWay."""
    whose = in_the_way(controls, of_policy, rule)
    if whose:
        raise ModeInTheWay(whose)


def set_mode(
    ledger: Ledger,
    rule: str | None,
    wanted: ModeSet,
    *,
    identity: str = "",
    via: Trigger = Trigger.MANUAL,
    way: Way | None = None,
) -> Controls:
    """Set the mode of everything, or of one rule (by its name, known to the policy or not); what is set now.

    Args:
        ledger: where it is.
        rule: its name; None: everything.
        wanted: the mode, with who sets it, when and why.
        identity: as whom the machine knows them.
        via: the door through which they act.
        way: from where they act.

    Raises:
        LedgerUnavailable: out of reach, or it is not known whether it was saved: repeating does no harm.
        Contended: three others were quicker.
        LooserMode: somebody else has set one that keeps back more, and it holds.
    """
    message = f"mode {wanted.mode.value} has been set {_for(rule)} by {wanted.by}"
    signed = Signed(identity=identity, way=way, why=wanted.why, via=via)

    def change(known: Controls) -> Controls:
        was = _set(known, rule)
        if was == wanted:
            return known  # the same act once more: its answer was lost
        if was is not None and was.by != wanted.by and was.outdoes(wanted):
            raise LooserMode(was, "take it back first")
        changed = _changed(known, rule, wanted)
        return _owing(changed, _act(Reason.MODE_SET, rule, message, wanted.by, wanted.at, signed), wanted.at)

    return _change(ledger, change)


def clear_mode(
    ledger: Ledger, rule: str | None, *, by: str, now: float, signed: Signed = UNSIGNED, seen: str = ""
) -> Controls:
    """Take back what was set for everything, or for one rule; what is set now. Where nothing was set nothing changes.

    `seen`: digest of the mode that the person was shown; empty: whatever it is now. Raises as `set_mode`, LooserMode
    where it is another one by now.
    """

    def change(known: Controls) -> Controls:
        was = _set(known, rule)
        if was is None:
            return known
        if seen not in {"", was.digest}:
            raise LooserMode(was, "that is not what was shown")
        changed = _changed(known, rule, None)
        message = f"mode {was.mode.value}, set {_for(rule)} by {was.by}, has been taken back by {by}"
        return _owing(changed, _act(Reason.MODE_CLEARED, rule, message, by, now, signed), now)

    return _change(ledger, change)


def _change(ledger: Ledger, change: Callable[[Controls], Controls]) -> Controls:
    for _ in range(TRIES):
        stored = ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY)
        known = controls_of(stored)
        changed = change(known)
        if changed == known or not ledger.save([controls_write(changed, stored.version if stored else None)]):
            return changed
    raise Contended(CONTROLS_KEY)


def _set(known: Controls, rule: str | None) -> ModeSet | None:
    return known.everything if rule is None else known.rules.get(rule)


def _changed(known: Controls, rule: str | None, wanted: ModeSet | None) -> Controls:
    if rule is None:
        return replace(known, everything=wanted)
    rules = {name: mode for name, mode in known.rules.items() if name != rule}
    if wanted is not None:
        rules[rule] = wanted
    return replace(known, rules=rules)


def _owing(controls: Controls, act: Outcome, now: float) -> Controls:
    """Owed since long ago: no delivery is about to write it, so the next sweep shall."""
    return replace(controls, acts=(*controls.acts, act.fields())[-MAX_ACTS:], acts_at=now - OWED_RETRY_S)


def _act(reason: Reason, rule: str | None, message: str, by: str, now: float, signed: Signed) -> Outcome:
    """The outcome of an act: it is about no failure, and its id is the act's own."""
    about = stable_id("mode", rule or "", reason.value, by, now)
    return Outcome(
        outcome_id=stable_id("outcome", about),
        failure_id=about,
        final="true",
        at=rfc3339(now),
        verdict=Verdict.SUPPRESSED.value,
        reason=reason.value,
        message=message,
        trigger=signed.via.value,
        rule=rule or "",
        actor=signed.actor(by),
        way=signed.way.value if signed.way else "",
        why=signed.reason,
    )


def _for(rule: str | None) -> str:
    return "for everything" if rule is None else f"for rule {rule}"


def controls_of(stored: Stored | None) -> Controls:
    """The document of modes as it was read. Raises LedgerUnavailable if it is malformed."""
    return decode_controls(stored.document) if stored else Controls()
