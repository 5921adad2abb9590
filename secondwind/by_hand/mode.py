"""`secondwind mode show|set|clear`: the kill switch, for everything or for one rule, without a redeploy."""

from __future__ import annotations

from secondwind.by_hand.at_ledger import MAX_WHY_CHARS, Answer, Work, bounded
from secondwind.plain import moment, shown, table
from secondwind.usage import UnusableError
from shared import people
from shared.domain.mode import Controls, Mode, ModeSet
from shared.ports import Ledger

MAX_RULE_CHARS = 64
STRICTEST = (
    "The strictest of these, the policy's mode, the rule's own and SECONDWIND_MODE holds, from the next invocation on."
)
CLOSES = (
    "What waits in the ledger is closed under it when its turn comes, for good. To pause a cluster or group and keep "
    "what fails meanwhile, open its breaker instead."
)
CANNOT_LOOSEN = "auto loosens nothing: where the policy, a rule or SECONDWIND_MODE says less, that holds."


def show(ledger: Ledger, _now: float) -> Answer:
    """What people have set."""
    controls = people.read_controls(ledger)
    return Answer(lines=lines_of(controls), body=body_of(controls))


def set_to(mode: Mode, rule: str | None, why: str, by: str) -> Work:
    """Set a mode. Raises UnusableError."""
    name, reason = _rule(rule), bounded(why, MAX_WHY_CHARS, "--why")

    def work(ledger: Ledger, now: float) -> Answer:
        controls = people.set_mode(ledger, name, ModeSet(mode=mode, by=by, at=now, why=reason))
        note = CANNOT_LOOSEN if mode is Mode.AUTO else CLOSES
        return Answer(lines=[*lines_of(controls), note], body=body_of(controls))

    return work


def clear(rule: str | None) -> Work:
    """Take a mode back. Raises UnusableError."""
    name = _rule(rule)

    def work(ledger: Ledger, _now: float) -> Answer:
        controls = people.clear_mode(ledger, name)
        return Answer(lines=lines_of(controls), body=body_of(controls))

    return work


def lines_of(controls: Controls) -> list[str]:
    """For people."""
    sets = [("everything", controls.everything), *((f"rule {name}", controls.rules[name]) for name in controls.rules)]
    rows = [(place, one.mode.value, one.by, moment(one.at), one.why or "-") for place, one in sets if one is not None]
    if not rows:
        return ["no mode is set in the ledger: the policy's mode and SECONDWIND_MODE hold"]
    return [*table(("for", "mode", "by", "at", "why"), rows), STRICTEST]


def body_of(controls: Controls) -> dict[str, object]:
    """For programs."""
    return {
        "everything": _one(controls.everything),
        "rules": {name: _one(mode) for name, mode in controls.rules.items()},
    }


def _one(mode: ModeSet | None) -> dict[str, object] | None:
    return None if mode is None else {"mode": mode.mode.value, "by": mode.by, "at": mode.at, "why": mode.why}


def _rule(name: str | None) -> str | None:
    if name is None:
        return None
    if name != name.strip():
        raise UnusableError(f"--rule {shown(name)!r} begins or ends with a blank: no rule is called so")
    return bounded(name, MAX_RULE_CHARS, "--rule")
