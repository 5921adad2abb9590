"""Rules: what each says, whether anything of it is switched off, and which open failures stand behind it."""

from __future__ import annotations

from collections import Counter

from msgspec import Struct

from shared import people
from shared.console.http import WebResponse
from shared.console.site import Visit
from shared.report.courses import moment_of

SHOWN_CASES = 5


class RuleView(Struct, frozen=True, kw_only=True):
    """One rule, as a page shows it."""

    name: str
    action: str
    failure_class: str
    why: str
    mode: str
    """Set by hand; empty: none is."""
    hits: int
    """Outcomes of the night that it decided; of those that the visitor may see."""
    last: float | None
    """When it decided last (unix seconds)."""
    cases: tuple[str, ...]
    """Ids of open failures that it holds."""


def rules_page(visit: Visit) -> WebResponse:
    """Every rule in the order asked."""
    controls = people.read_controls(visit.site.ledger).at(visit.site.now)
    cases: dict[str, list[str]] = {}
    for hold in people.open_cases(visit.site.ledger):
        if hold.case.held_rule and visit.visitor.sees_case(hold.case):
            cases.setdefault(hold.case.held_rule, []).append(hold.case.failure_id)
    hits, last = Counter[str](), dict[str, float]()
    for told in visit.night().rows:
        rule = told.get("rule", "")
        hits[rule] += 1
        last[rule] = max(last.get(rule, 0.0), moment_of(told.get("at", "")) or 0.0)
    views = [
        RuleView(
            name=rule.name,
            action=rule.action.value,
            failure_class=rule.failure_class.value,
            why=rule.why,
            mode=controls.rules[rule.name].mode.value if rule.name in controls.rules else "",
            hits=hits[rule.name],
            last=last.get(rule.name),
            cases=tuple(cases.get(rule.name, ())[:SHOWN_CASES]),
        )
        for rule in visit.site.policy.rules
    ]
    busy = [view for view in views if view.hits or view.cases or view.mode]
    return visit.page(
        "rules", busy=busy, quiet=[view for view in views if view not in busy], night=visit.site.night is not None
    )
