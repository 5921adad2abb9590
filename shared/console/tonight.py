"""Tonight: what needs somebody now, and what the night was."""

from __future__ import annotations

from shared import people
from shared.console.breakers import scope_of
from shared.console.http import WebResponse
from shared.console.site import Visit
from shared.domain.record import CaseState


def tonight_page(visit: Visit) -> WebResponse:
    """What waits for a person first; then numbers."""
    site, visitor = visit.site, visit.visitor
    cases = [hold.case for hold in people.open_cases(site.ledger) if visitor.sees_case(hold.case)]
    counts = {state: sum(1 for case in cases if case.state is state) for state in CaseState}
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
        unknown=counts[CaseState.UNKNOWN] + counts[CaseState.RESERVED],
        waiting=counts[CaseState.DEFERRED],
        stopping=stopping,
        everything=controls.everything,
        rules_set=len(controls.rules),
        policy_mode=site.policy.mode.value,
    )
