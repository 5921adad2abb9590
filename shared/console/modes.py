"""Modes: what people have set, setting one with an end, taking one back."""

from __future__ import annotations

from shared import people
from shared.console.held import sentence_of, why_of
from shared.console.http import Refused, WebResponse
from shared.console.site import Ask
from shared.domain.failure import Trigger
from shared.domain.mode import Mode, ModeSet
from shared.policy.people import Deed

HOURS = (1, 4, 12, 24, 72, 168)
"""For how long a mode can be set here."""
_HOUR_S = 3600.0


def modes_page(ask: Ask, says: str = "", status: int = 200) -> WebResponse:
    """What people have set, and what the policy says."""
    controls = people.read_controls(ask.site.ledger)
    sets = [
        ("everything", "", controls.everything),
        *((f"rule {name}", name, one) for name, one in controls.rules.items()),
    ]
    return ask.page(
        "modes",
        status,
        sets=[(label, rule, one, one.holds(ask.site.now)) for label, rule, one in sets if one is not None],
        policy_mode=ask.site.policy.mode.value,
        rules=sorted(rule.name for rule in ask.site.policy.rules),
        modes=[Mode.OBSERVE.value, Mode.OFF.value],
        hours=HOURS,
        may=ask.visitor.may_everywhere(Deed.MODE),
        says=says,
    )


def mode_act(ask: Ask, form: dict[str, list[str]]) -> WebResponse:
    """Set a mode, with an end, or take one back."""
    if not ask.visitor.may_everywhere(Deed.MODE):
        raise Refused(403, "The policy's `people` does not let you set modes.")
    rule, why = form.get("rule", [""])[0] or None, why_of(form)
    if rule is not None and rule not in {one.name for one in ask.site.policy.rules} | set(_set_rules(ask)):
        raise Refused(400, "The policy has no such rule.")
    by, now, signed = ask.visitor.name, ask.site.now, ask.visitor.signed(why)
    try:
        if form.get("do", [""])[0] == "clear":
            people.clear_mode(ask.site.ledger, rule, by=by, now=now, signed=signed)
            return modes_page(ask, "Taken back.")
        wanted = _wanted(ask, form, why)
        people.set_mode(ask.site.ledger, rule, wanted, identity=signed.identity, via=Trigger.CONSOLE)
    except people.Contended as error:
        return modes_page(ask, sentence_of(error), 409)
    return modes_page(ask, f"Mode {wanted.mode.value} holds from the next invocation on.")


def _wanted(ask: Ask, form: dict[str, list[str]], why: str) -> ModeSet:
    try:
        mode, hours = Mode(form.get("mode", [""])[0]), int(form.get("hours", ["0"])[0])
    except ValueError:
        raise Refused(400, "This form names no mode, or no time.") from None
    if hours not in {0, *HOURS}:
        raise Refused(400, "This form names no time that can be chosen.")
    if not why:
        raise Refused(400, "Say why: whoever is called next reads it.")
    until = ask.site.now + hours * _HOUR_S if hours else None
    return ModeSet(mode=mode, by=ask.visitor.name, at=ask.site.now, why=why, until=until)


def _set_rules(ask: Ask) -> list[str]:
    return list(people.read_controls(ask.site.ledger).rules)
