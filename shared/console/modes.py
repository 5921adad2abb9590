"""Modes: what people have set, setting one with an end, taking one back."""

from __future__ import annotations

from shared import people
from shared.console.held import sentence_of, why_of
from shared.console.http import Refused, WebResponse
from shared.console.site import Visit
from shared.domain.mode import Mode, ModeSet
from shared.policy.people import Deed

HOURS = (1, 4, 12, 24, 72, 168)
"""For how long a mode can be set here."""
MODES = (
    (Mode.OBSERVE.value, "only tell"),
    (Mode.OFF.value, "do nothing"),
)
"""Those that tighten, each with what it means."""
_HOUR_S = 3600.0


def modes_page(visit: Visit, says: str = "", status: int = 200) -> WebResponse:
    """What people have set, and what the policy says."""
    controls = people.read_controls(visit.site.ledger)
    sets = [
        ("everything", "", controls.everything),
        *((f"rule {name}", name, one) for name, one in controls.rules.items()),
    ]
    return visit.page(
        "modes",
        status,
        sets=[(label, rule, one, one.holds(visit.site.now)) for label, rule, one in sets if one is not None],
        policy_mode=visit.site.policy.mode.value,
        rules=sorted(rule.name for rule in visit.site.policy.rules),
        modes=MODES,
        hours=HOURS,
        may=visit.visitor.may_everywhere(Deed.MODE),
        says=says,
    )


def mode_act(visit: Visit, form: dict[str, list[str]]) -> WebResponse:
    """Set a mode, with an end, or take one back."""
    if not visit.visitor.may_everywhere(Deed.MODE):
        raise Refused(403, "The policy's `people` does not let you set modes.")
    rule, why = form.get("rule", [""])[0] or None, why_of(form)
    if rule is not None and rule not in {one.name for one in visit.site.policy.rules} | set(_set_rules(visit)):
        raise Refused(400, "The policy has no such rule.")
    by, now, signed = visit.visitor.name, visit.site.now, visit.visitor.signed(why)
    try:
        if form.get("do", [""])[0] == "clear":
            seen = form.get("seen", [""])[0]
            people.clear_mode(visit.site.ledger, rule, by=by, now=now, signed=signed, seen=seen)
            return modes_page(visit, "Taken back.")
        wanted = _wanted(visit, form, why)
        people.set_mode(visit.site.ledger, rule, wanted, identity=signed.identity, way=signed.way, via=signed.via)
    except (people.Contended, people.LooserMode) as error:
        return modes_page(visit, sentence_of(error), 409)
    return modes_page(visit, f"Mode {wanted.mode.value} holds from the next invocation on.")


def _wanted(visit: Visit, form: dict[str, list[str]], why: str) -> ModeSet:
    try:
        mode, hours = Mode(form.get("mode", [""])[0]), int(form.get("hours", ["0"])[0])
    except ValueError:
        raise Refused(400, "This form names no mode, or no time.") from None
    if hours not in {0, *HOURS}:
        raise Refused(400, "This form names no time that can be chosen.")
    if not why:
        raise Refused(400, "Say why: whoever is called next reads it.")
    until = visit.site.now + hours * _HOUR_S if hours else None
    return ModeSet(mode=mode, by=visit.visitor.name, at=visit.site.now, why=why, until=until)


def _set_rules(visit: Visit) -> list[str]:
    return list(people.read_controls(visit.site.ledger).rules)
