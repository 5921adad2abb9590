"""Outcomes in, a report out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import time, timezone, tzinfo

from msgspec import Struct

from shared.domain.reasons import Reason
from shared.policy.prices import Prices
from shared.report.courses import Course, Courses, Row
from shared.report.fate import Fate
from shared.report.hours import hours_of
from shared.report.model import NightReport, OpenFailure, UnclassifiedText
from shared.report.notes import notes_of
from shared.report.only import is_meant, place_is_meant
from shared.report.people import breakers_of, hands_of
from shared.report.proposal import rule_for
from shared.report.standing import LedgerStanding, checked
from shared.report.tallies import (
    BY,
    aftermath_of,
    breakdown,
    delays_of,
    fates_of,
    is_open,
    nodes_of,
    seen_of,
    time_line,
)

OPEN_MAX = 50
TEXTS_MAX = 10
MAX_ID_CHARS = 64
EXAMPLE_CHARS = 1024
CHANNELS_MAX = 20
_ORDER = {Fate.HELD: 0, Fate.UNKNOWN: 1, Fate.WAITING: 2}
_FINGERPRINT = re.compile(r"[0-9a-f]{16}\Z")
"""Anything else is somebody else's word: a rule is named after it."""
_UNCLASSIFIED = frozenset({"", "unknown"})


class ReportTerms(Struct, frozen=True, kw_only=True):
    """What a report is about."""

    since_at: float
    """Unix seconds; outcomes from then on are given."""
    until_at: float
    """Up to this moment."""
    only: dict[str, str] = {}
    """Of which failures: values of `shared.report.only.ONLY`. Empty: of all."""
    morning: time = time(9)
    """When somebody would look into what failed over night."""
    zone: tzinfo = timezone.utc
    """In which that is."""
    prices: Prices | None = None
    """Of the policy."""
    standing: LedgerStanding | None = None
    """The ledger's word, to check the Logstore's against; None: it was not asked. Narrowed reports do not check."""


def report_of(rows: Iterable[Row], terms: ReportTerms) -> NightReport:
    """The report. Pure; linear in the rows but for sorting.

    Args:
        rows: outcome records (`secondwind-outcome/1`) as GetLogs gives them, in any order, repeats and strangers' logs
            among them: each outcome counts once, what is no outcome is counted in `not_read`. They may come one by
            one: of each failure a few fields are kept.
        terms: the stretch of time and how hours are counted.
    """
    read = Courses()
    read.read(rows)
    read.settle()
    if terms.only:
        _narrow(read, terms.only)
    courses = list(read.failures.values())
    texts, texts_left_out = _unclassified(courses)
    nodes, nodes_left_out = nodes_of(courses, read.nodes)
    hands, hands_left_out = hands_of(read.acts)
    breakers = breakers_of(read.breakers, courses)
    left_open = _open(courses)
    return NightReport(
        since_at=terms.since_at,
        until_at=terms.until_at,
        only=terms.only,
        outcomes=read.outcomes,
        dry_runs=read.dry_runs,
        not_read=read.not_read,
        failures=len(courses),
        fates=fates_of(courses),
        aftermath=aftermath_of(courses),
        by_hand=sum(1 for course in courses if course.fate is Fate.HEALED and course.by_hand),
        delays=delays_of(courses),
        hours=hours_of(courses, terms.morning, terms.zone, terms.prices),
        time_line=time_line(courses, terms.since_at, terms.until_at),
        by={name: breakdown(courses, key_of) for name, key_of in BY.items()},
        unclassified=texts,
        unclassified_left_out=texts_left_out,
        nodes=nodes,
        nodes_left_out=nodes_left_out,
        breakers=breakers,
        hands=hands,
        hands_left_out=hands_left_out,
        open=tuple(map(_open_failure, left_open[:OPEN_MAX])),
        open_left_out=max(0, len(left_open) - OPEN_MAX),
        notes=notes_of(read.notices),
        checked=checked(terms.standing, read.failures, breakers, read.known, terms.since_at)
        if terms.standing is not None and not terms.only
        else None,
        channels=tuple(
            dict.fromkeys(row.get("message", "")[:EXAMPLE_CHARS] for row in read.notices if _of_channel(row))
        )[:CHANNELS_MAX],
        notices=dict(sorted(Counter(row["reason"] for row in read.notices).items())),
    )


def _of_channel(row: Row) -> bool:
    return row.get("reason") in {Reason.CHANNEL_REFUSES.value, Reason.MESSAGE_GIVEN_UP.value}


def _narrow(read: Courses, only: dict[str, str]) -> None:
    """Leave only what is meant; acts about a failure go with it, others by their place."""
    everything = read.failures
    read.failures = {name: course for name, course in everything.items() if is_meant(course, only)}

    def stays(row: Row) -> bool:
        failure_id = row.get("failure_id", "")
        return failure_id in read.failures if failure_id in everything else place_is_meant(row, only)

    read.acts = [(at, row) for at, row in read.acts if stays(row)]
    read.breakers = [(at, row) for at, row in read.breakers if stays(row)]
    read.nodes = [(at, row) for at, row in read.nodes if stays(row)]
    read.notices = [row for row in read.notices if stays(row)]


def _open(courses: Iterable[Course]) -> list[Course]:
    left = [course for course in courses if is_open(course)]
    return sorted(left, key=lambda course: (_ORDER[course.fate], course.first_at, course.failure_id))


def _open_failure(course: Course) -> OpenFailure:
    return OpenFailure(
        failure_id=course.failure_id[:MAX_ID_CHARS],
        fate=course.fate,
        reason=course.reason,
        job=course.job,
        owner=course.told.get("owner", ""),
        rule=course.told.get("rule", ""),
        since_at=course.first_at,
        last_at=course.last_at,
        message=course.message[:EXAMPLE_CHARS],
    )


def _unclassified(courses: Iterable[Course]) -> tuple[tuple[UnclassifiedText, ...], int]:
    groups: dict[str, list[Course]] = {}
    for course in courses:
        fingerprint = course.told.get("fingerprint", "")
        if _FINGERPRINT.match(fingerprint) and course.told.get("failure_class", "") in _UNCLASSIFIED:
            groups.setdefault(fingerprint, []).append(course)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    return tuple(_text(name, some) for name, some in ordered[:TEXTS_MAX]), max(0, len(ordered) - TEXTS_MAX)


def _text(fingerprint: str, courses: list[Course]) -> UnclassifiedText:
    last = max(courses, key=lambda course: (course.last_at, course.failure_id))
    example = last.told.get("evidence", "")[:EXAMPLE_CHARS]
    jobs = len({course.job for course in courses})
    succeeded, failed = seen_of(courses)
    says = f"Failures: {len(courses)}, jobs: {jobs}; reruns that succeeded: {succeeded}, that failed again: {failed}."
    return UnclassifiedText(
        fingerprint=fingerprint,
        failures=len(courses),
        jobs=jobs,
        last_at=last.last_at,
        example=example,
        succeeded=succeeded,
        failed=failed,
        rule=rule_for(fingerprint, example, says=says, succeeded=succeeded, failed=failed),
    )
