"""What the ledger says of the same night, and where it and the Logstore disagree. Pure."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from msgspec import Struct

from shared.report.courses import Course
from shared.report.model import BreakerLine, Checked
from shared.report.tallies import is_open

IDS_MAX = 20


class LedgerStanding(Struct, frozen=True, kw_only=True):
    """The ledger at one moment, as far as a report asks it."""

    owed: frozenset[str]
    """Ids of outcomes that are not yet known to be in the Logstore."""
    open: Mapping[str, float]
    """Failures with which something still follows, each with the moment of its case (unix seconds)."""
    open_breakers: frozenset[str]
    """Keys of scopes."""
    unreadable: int = 0
    """Documents that are malformed."""


def checked(
    standing: LedgerStanding,
    courses: Mapping[str, Course],
    breakers: Iterable[BreakerLine],
    known: Collection[str],
    since: float,
) -> Checked:
    """What one of both knows and the other does not.

    Args:
        standing: the ledger's word.
        courses: of the failures in the Logstore, by id.
        breakers: the Logstore's word on those that did something.
        known: ids of the outcomes read.
        since: unix seconds from which on the Logstore was read: what has been silent since is no difference.
    """
    before = {name for name, at in standing.open.items() if name not in courses and at < since}
    not_in_log = sorted(
        name for name in standing.open.keys() - before if name not in courses or not is_open(courses[name])
    )
    not_in_ledger = sorted(name for name, course in courses.items() if is_open(course) and name not in standing.open)
    told = {line.scope: line.open for line in breakers}
    return Checked(
        owed=len(standing.owed - frozenset(known)),
        open=len(standing.open),
        open_before=len(before),
        not_in_log=tuple(not_in_log[:IDS_MAX]),
        not_in_log_count=len(not_in_log),
        not_in_ledger=tuple(not_in_ledger[:IDS_MAX]),
        not_in_ledger_count=len(not_in_ledger),
        breakers_not_in_log=tuple(sorted(one for one in standing.open_breakers if told.get(one) is False)[:IDS_MAX]),
        breakers_not_in_ledger=tuple(
            sorted(scope for scope, is_told in told.items() if is_told and scope not in standing.open_breakers)[
                :IDS_MAX
            ]
        ),
        unreadable=standing.unreadable,
    )
