"""Tonight: what needs somebody now, and what the night was."""

from __future__ import annotations

import logging
from typing import Any

from shared import people
from shared.console.breakers import scope_of
from shared.console.case_view import view_of
from shared.console.chart import chart_of
from shared.console.http import WebResponse
from shared.console.site import NIGHT_S, Visit
from shared.domain.errors import SinkUnavailable
from shared.domain.mode import Mode
from shared.domain.record import CaseState
from shared.people.channels import states_of
from shared.report import ReportTerms, report_of

NAMED = 3
"""Held failures that are named."""
LATE_S = 900.0
"""The sweep comes by each minute; what is so late it has not taken up."""
_LOG = logging.getLogger(__name__)


def tonight_page(visit: Visit) -> WebResponse:
    """What waits for a person first; then numbers."""
    site, visitor = visit.site, visit.visitor
    found = [hold for hold in people.open_cases(site.ledger) if visitor.sees_case(hold.case)]
    counts = {state: sum(1 for hold in found if hold.case.state is state) for state in CaseState}
    held = sorted((hold for hold in found if hold.case.state is CaseState.HELD), key=lambda hold: hold.case.due_at or 0)
    late = sum(1 for hold in found if hold.case.due(site.now - LATE_S))
    stopping = [
        seen
        for seen in people.breakers(site.ledger)
        if (seen.limit is None or seen.limit.opened_at is not None)
        and (scope := scope_of(seen.scope)) is not None
        and visitor.sees(scope)
    ]
    controls = people.read_controls(site.ledger).at(site.now)
    return visit.page(
        "tonight",
        held=counts[CaseState.HELD],
        first_held=[view_of(hold, visitor, site.now) for hold in held[:NAMED]],
        unknown=counts[CaseState.UNKNOWN] + counts[CaseState.RESERVED],
        waiting=counts[CaseState.DEFERRED],
        late=late,
        stopping=stopping,
        suspects=_suspects(visit),
        silent=[one for one in states_of(site.ledger, site.policy.notify) if one.problem] if visitor.looks else [],
        everything=controls.everything,
        mode=people.in_the_way(controls, site.policy.mode),
        ruled=[name for name, one in controls.rules.items() if one.mode is not Mode.AUTO],
        **_report(visit),
    )


def _suspects(visit: Visit) -> list[str]:
    seen = people.suspected_nodes(visit.site.ledger, visit.site.now)
    return [
        one.node or one.scope
        for one in seen
        if (scope := scope_of(one.scope)) is not None and visit.visitor.sees(scope)
    ]


def _report(visit: Visit) -> dict[str, Any]:
    """The night in numbers, of what the visitor may see; nothing of it where the outcomes cannot be read now."""
    site = visit.site
    terms = ReportTerms(since_at=site.now - NIGHT_S, until_at=site.now, zone=site.zone, prices=site.policy.prices)
    try:
        night = visit.night() if site.night is not None and visit.visitor.looks else None
    except SinkUnavailable as error:
        _LOG.warning("the outcomes of the night cannot be read: %s", error)
        return {"report": None, "chart": None, "unreadable": True, "cut": 0}
    if night is None:
        return {"report": None, "chart": None, "unreadable": False, "cut": 0}
    report = report_of(night.rows, terms)
    chart = chart_of(report.time_line)
    return {"report": report, "chart": chart, "unreadable": False, "cut": len(night.rows) if night.cut else 0}
