"""`/metrics`: what the ledger shows, in OpenMetrics text.

https://prometheus.io/docs/specs/om/open_metrics_spec/
"""

from __future__ import annotations

from collections.abc import Iterator

from shared import people
from shared.console.http import WebResponse, text_response
from shared.console.site import Visit
from shared.domain.mode import Mode
from shared.domain.record import CaseState
from shared.systems.spelled import scope_spelled

CONTENT_TYPE = "application/openmetrics-text; version=1.0.0; charset=utf-8"
_STATES = (CaseState.DEFERRED, CaseState.RESERVED, CaseState.UNKNOWN, CaseState.HELD)


def metrics(visit: Visit) -> WebResponse:
    """Of the places that the visitor may see."""
    return text_response("\n".join([*_lines(visit), "# EOF", ""]), CONTENT_TYPE)


def _lines(visit: Visit) -> Iterator[str]:
    site = visit.site
    cases = [hold.case for hold in people.open_cases(site.ledger) if visit.visitor.sees_case(hold.case)]
    yield from _head("secondwind_open_failures", "Failures of which something still follows, by state.")
    for state in _STATES:
        count = sum(1 for case in cases if case.state is state)
        yield f'secondwind_open_failures{{state="{state.value}"}} {count}'
    held = [case.opened_at for case in cases if case.state is CaseState.HELD]
    yield from _head("secondwind_oldest_held_seconds", "How long the oldest failure waits for a person.", "seconds")
    yield f"secondwind_oldest_held_seconds {max(0.0, site.now - min(held)) if held else 0:.0f}"
    yield from _breakers(visit)
    everything = people.read_controls(site.ledger).at(site.now).everything
    mode = site.policy.mode.stricter(everything.mode) if everything else site.policy.mode
    yield "# TYPE secondwind_mode stateset"
    yield "# HELP secondwind_mode The mode of everything, by policy, environment and hand."
    for one in Mode:
        yield f'secondwind_mode{{secondwind_mode="{one.value}"}} {int(one is mode)}'


def _breakers(visit: Visit) -> Iterator[str]:
    seen = [one for one in people.breakers(visit.site.ledger) if _visible(visit, one.scope)]
    yield from _head("secondwind_breaker_open", "1 where a breaker stops every rerun.")
    for one in seen:
        stops = one.limit is None or one.limit.opened_at is not None
        yield f'secondwind_breaker_open{{scope="{_label(one.scope)}"}} {int(stops)}'
    yield from _head("secondwind_breaker_waiting", "Failures that wait behind a breaker for a person to decide.")
    for one in seen:
        yield f'secondwind_breaker_waiting{{scope="{_label(one.scope)}"}} {one.waiting}'


def _visible(visit: Visit, scope: str) -> bool:
    try:
        return visit.visitor.sees(scope_spelled(scope))
    except ValueError:
        return False


def _head(name: str, says: str, unit: str = "") -> Iterator[str]:
    yield f"# TYPE {name} gauge"
    if unit:
        yield f"# UNIT {name} {unit}"
    yield f"# HELP {name} {says}"


def _label(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
