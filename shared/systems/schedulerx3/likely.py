"""Which of many told executions of an application are looked at first: those that it shows as failed itself.

Anybody tells ids, and each costs some calls. What stands failed in an application the service lists in a call a page.
"""

from __future__ import annotations

from zoneinfo import ZoneInfo

import msgspec

from shared.systems.openapi import Caller, CallFailed
from shared.systems.schedulerx3.scope import App
from shared.systems.schedulerx3.wire import AHEAD_S, failed_executions

MOST_PAGES = 10
"""500 executions."""
REACH_S = 2 * 86_400.0
"""So far back the list is asked for."""


def likely(api: Caller, app: App, now: float, zone: ZoneInfo) -> frozenset[int] | None:
    """Failed executions, as far as some pages show them; None where none could be read. Only an order comes of it."""
    found = set[int]()
    for number in range(1, MOST_PAGES + 1):
        try:
            page = failed_executions(api, app, (now - REACH_S, now + AHEAD_S), number, zone)
        except msgspec.ValidationError:
            break
        if isinstance(page, CallFailed):
            if number == 1:
                return None
            break
        fresh = {one.job_execution_id for one in page.records} - found
        found |= fresh
        if not fresh or (page.total is not None and len(found) >= page.total):
            break
    return frozenset(found)
