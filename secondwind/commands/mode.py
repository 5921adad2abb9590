"""`secondwind mode show|set|clear`: the kill switch, for everything or for one rule, without a redeploy."""

from __future__ import annotations

import argparse
from typing import Any

from secondwind import at_ledger
from secondwind.at_ledger import STATUSES, CommandResult, Work
from secondwind.known_rules import RuleCheck, check_rule
from secondwind.since import seconds_back
from secondwind.table import table
from secondwind.terminal import moment, shown
from secondwind.usage import UnusableError
from secondwind.who import add_by, add_why, bounded, signed, who
from shared import people
from shared.domain.act import MAX_WHY_CHARS, Signed
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


def register(commands: Any) -> None:
    """Add the command's arguments."""
    parser = commands.add_parser("mode", help="auto, observe or off (the kill switch), by hand", epilog=STATUSES)
    actions = parser.add_subparsers(metavar="COMMAND", required=True)
    showing = at_ledger.add_command(actions, "show", "what is set in the ledger")
    showing.set_defaults(run=lambda chosen: at_ledger.run(chosen, lambda: show))
    setting = at_ledger.add_command(actions, "set", "effective on the next invocation")
    setting.add_argument("mode", choices=("auto", "observe", "off"), help="can only tighten what the policy says")
    setting.add_argument("--why", required=True, metavar="TEXT")
    setting.add_argument(
        "--for", dest="lasts", metavar="TIME", help="it ends then: 30m, 4h, 7d (default: when taken back)"
    )
    add_by(setting)
    setting.add_argument("--anyway", action="store_true", help="also if no rule of the policy here is called so")
    setting.set_defaults(run=_set)
    clearing = at_ledger.add_command(actions, "clear", "take it back")
    add_by(clearing)
    add_why(clearing)
    clearing.set_defaults(run=_clear)
    for action in (setting, clearing):
        action.add_argument("--rule", metavar="NAME", help="only for the failures that this rule matches")


def _set(chosen: argparse.Namespace) -> int:
    def make() -> Work:
        lasts_s = seconds_back(chosen.lasts, "--for") if chosen.lasts is not None else None
        beside = signed(chosen)
        return set_to(Mode(chosen.mode), chosen.rule, who(chosen.by), beside, anyway=chosen.anyway, lasts_s=lasts_s)

    return at_ledger.run(chosen, make)


def _clear(chosen: argparse.Namespace) -> int:
    return at_ledger.run(chosen, lambda: clear(chosen.rule, who(chosen.by), signed(chosen)))


def show(ledger: Ledger, now: float) -> CommandResult:
    """What people have set."""
    controls = people.read_controls(ledger)
    return CommandResult(lines=lines_of(controls, now), body=body_of(controls))


def set_to(
    mode: Mode, rule: str | None, by: str, beside: Signed, *, anyway: bool = False, lasts_s: float | None = None
) -> Work:
    """Set a mode, for some seconds or until it is taken back.

    Raises UnusableError, also for a rule that is not there, unless `anyway`.
    """
    name, why = _rule(rule), bounded(beside.why, MAX_WHY_CHARS, "--why")
    checked = RuleCheck() if name is None else check_rule(name)
    if checked.problem and checked.certain and not anyway:
        raise UnusableError(
            f"{shown(checked.problem)}. It would stop nothing, so nothing was set. If the functions have another "
            "policy, name its file in SECONDWIND_POLICY_FILE, or say --anyway."
        )
    warnings = (
        [f"{checked.problem}. Unless the functions' policy has it, this stops nothing"] if checked.problem else []
    )

    def work(ledger: Ledger, now: float) -> CommandResult:
        wanted = ModeSet(mode=mode, by=by, at=now, why=why, until=None if lasts_s is None else now + lasts_s)
        controls = people.set_mode(ledger, name, wanted, identity=beside.identity, way=beside.way)
        note = CANNOT_LOOSEN if mode is Mode.AUTO else CLOSES
        return CommandResult(lines=[*lines_of(controls, now), note], body=body_of(controls), warnings=warnings)

    return work


def clear(rule: str | None, by: str, beside: Signed) -> Work:
    """Take a mode back. Raises UnusableError."""
    name = _rule(rule)

    def work(ledger: Ledger, now: float) -> CommandResult:
        before = people.read_controls(ledger)
        controls = people.clear_mode(ledger, name, by=by, now=now, signed=beside)
        unset = name is not None and name not in before.rules
        warnings = [f"no mode was set for rule {name}: nothing was taken back"] if unset else []
        return CommandResult(lines=lines_of(controls, now), body=body_of(controls), warnings=warnings)

    return work


def lines_of(controls: Controls, now: float) -> list[str]:
    """For people."""
    sets = [("everything", controls.everything), *((f"rule {name}", controls.rules[name]) for name in controls.rules)]
    rows = [
        (place, one.mode.value, one.by, moment(one.at), _end(one, now), one.why or "-")
        for place, one in sets
        if one is not None
    ]
    if not rows:
        return ["no mode is set in the ledger: the policy's mode and SECONDWIND_MODE hold"]
    return [*table(("for", "mode", "by", "at", "until", "why"), rows), STRICTEST]


def body_of(controls: Controls) -> dict[str, object]:
    """For programs."""
    return {
        "everything": _one(controls.everything),
        "rules": {name: _one(mode) for name, mode in controls.rules.items()},
    }


def _one(mode: ModeSet | None) -> dict[str, object] | None:
    if mode is None:
        return None
    return {"mode": mode.mode.value, "by": mode.by, "at": mode.at, "until": mode.until, "why": mode.why}


def _end(mode: ModeSet, now: float) -> str:
    if mode.until is None:
        return "-"
    return moment(mode.until) if mode.holds(now) else f"{moment(mode.until)} (over: it holds no more)"


def _rule(name: str | None) -> str | None:
    if name is None:
        return None
    if name != name.strip():
        raise UnusableError(f"--rule {shown(name)!r} begins or ends with a blank: no rule is called so")
    return bounded(name, MAX_RULE_CHARS, "--rule")
