"""The outcomes of the last day for the console's pages, read back from their Logstore while somebody waits."""

from __future__ import annotations

from shared.console.site import NIGHT_S, NightRows, Row
from shared.domain.errors import SinkUnavailable
from shared.ports import Clock
from shared.sls.newest import NewestOutcomes
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable

MOST_S = 8.0
"""No further hundred outcomes are asked for later: a page ends well within its function's time."""


def night_of(log: OutcomeLog, clock: Clock) -> NightRows:
    """The newest ones, each once. Raises SinkUnavailable."""
    now = clock.now()
    pages = NewestOutcomes(log, now - NIGHT_S, now + 1, clock, MOST_S)
    rows: dict[str, Row] = {}
    try:
        for page in pages:
            for row in page:
                rows.setdefault(row.get("outcome_id", ""), row)
    except OutcomesUnavailable as error:
        raise SinkUnavailable(f"the outcomes cannot be read: {error}") from None
    return NightRows(list(rows.values()), pages.cut)
