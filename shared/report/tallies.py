"""Sums over the courses of failures: by what they have in common, over time, from failure to rerun. Pure."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from shared.domain.reasons import Reason
from shared.report.courses import Course, Row, named, scope_of
from shared.report.fate import Fate
from shared.report.model import Breakdown, Bucket, Delays, Line, NodeLine, RerunTally, TimeLine

LINES_MAX = 20
NODES_MAX = 30
STEPS_MAX = 96
_STEPS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14_400, 21_600, 43_200, 86_400, 604_800)
NONE = "-"
OPEN = frozenset({Fate.HELD, Fate.WAITING, Fate.UNKNOWN})
BY: dict[str, Callable[[Course], str]] = {
    "system": lambda course: course.place.get("system", ""),
    "scope": lambda course: course.scope,
    "owner": lambda course: course.told.get("owner", ""),
    "class": lambda course: course.told.get("failure_class", ""),
    "rule": lambda course: course.told.get("rule", ""),
    "reason": lambda course: f"{course.verdict.value}/{course.reason}",
}
"""What failures are broken down by."""
_SEEN = {
    Reason.SEEN_SUCCEEDED: "succeeded",
    Reason.SEEN_FAILED: "failed",
    Reason.SEEN_RESTARTED: "runs",
    Reason.SEEN_ENDED: "ended",
    Reason.SEEN_NO_RUN: "no_run",
    Reason.NOT_RESTARTED: "no_run",
}


def is_open(course: Course) -> bool:
    """Whether something still happens with it, or somebody has to say something."""
    return course.fate in OPEN and not course.final


def fates_of(courses: Iterable[Course]) -> dict[Fate, int]:
    """Every fate with its failures, in the enum's order."""
    counted = Counter(course.fate for course in courses)
    return {fate: counted[fate] for fate in Fate}


def aftermath_of(courses: Iterable[Course]) -> RerunTally:
    """How the reruns went on."""
    reruns = [rerun for course in courses for rerun in course.reruns.values()]
    counted = Counter(_SEEN[rerun.seen] for rerun in reruns if rerun.seen is not None)
    return RerunTally(reruns=len(reruns), **counted)


def seen_of(courses: Iterable[Course]) -> tuple[int, int]:
    """Of these failures' reruns, how many were seen to succeed, and how many to fail again."""
    counted = aftermath_of(courses)
    return counted.succeeded, counted.failed + counted.no_run


def delays_of(courses: Iterable[Course]) -> Delays:
    """From failure to first rerun."""
    waits = sorted(
        max(0.0, first.at - (course.first_at if course.occurred_at is None else course.occurred_at))
        for course in courses
        if (first := course.first_rerun) is not None
    )
    if not waits:
        return Delays(failures=0)
    return Delays(failures=len(waits), median_s=percentile(waits, 50), p95_s=percentile(waits, 95), longest_s=waits[-1])


def percentile(ordered: Sequence[float], percent: int) -> float:
    """By nearest rank: the least value that so many percent of the values do not exceed. `ordered` is not empty."""
    return ordered[max(0, math.ceil(len(ordered) * percent / 100) - 1)]


def breakdown(courses: Iterable[Course], key_of: Callable[[Course], str], most: int = LINES_MAX) -> Breakdown:
    """Failures by one thing; those without it stand under `-`."""
    groups: dict[str, list[Course]] = {}
    for course in courses:
        groups.setdefault(key_of(course) or NONE, []).append(course)
    ordered = sorted(groups.items(), key=lambda group: (-len(group[1]), group[0]))
    lines = tuple(
        Line(
            key=key,
            failures=len(some),
            fates={fate: count for fate, count in fates_of(some).items() if count},
            reruns=sum(len(course.reruns) for course in some),
        )
        for key, some in ordered[:most]
    )
    rest = ordered[most:]
    return Breakdown(lines=lines, left_out=len(rest), left_out_failures=sum(len(some) for _, some in rest))


def nodes_of(courses: Iterable[Course], told: Iterable[tuple[float, Row]]) -> tuple[tuple[NodeLine, ...], int]:
    """Nodes, suspected ones first, then by failures; and how many are left out.

    Args:
        courses: of failures, each with the node that its outcomes name.
        told: outcomes about nodes themselves.
    """
    suspect: dict[tuple[str, str], bool] = {}
    for _, row in sorted(told, key=lambda one: one[0]):
        suspect[scope_of(row), named(row, "node")] = row.get("reason") == Reason.NODE_SUSPECT.value
    groups: dict[tuple[str, str], list[Course]] = {name: [] for name, suspected in suspect.items() if suspected}
    for course in courses:
        if node := course.told.get("node"):
            groups.setdefault((course.scope, node), []).append(course)
    lines = sorted(
        (
            NodeLine(
                scope=scope,
                node=node,
                failures=len(some),
                jobs=len({course.job for course in some}),
                last_at=max((course.last_at for course in some), default=0.0),
                suspect=suspect.get((scope, node), False),
            )
            for (scope, node), some in groups.items()
        ),
        key=lambda line: (not line.suspect, -line.failures, line.scope, line.node),
    )
    return tuple(lines[:NODES_MAX]), max(0, len(lines) - NODES_MAX)


def time_line(courses: Iterable[Course], since: float, until: float) -> TimeLine:
    """Failures by when they were told first, reruns by when they were made; what lies outside is in no step."""
    span = max(until - since, 1.0)
    step = next((one for one in _STEPS_S if span / one <= STEPS_MAX), math.ceil(span / STEPS_MAX))
    begin = math.floor(since / step)
    count = max(1, math.ceil(until / step) - begin)
    told, healed, left_open, reruns = ([0] * count for _ in range(4))

    def add(row: list[int], at: float) -> None:
        place = math.floor(at / step) - begin
        if 0 <= place < count:
            row[place] += 1

    for course in courses:
        add(told, course.first_at)
        if course.fate is Fate.HEALED:
            add(healed, course.first_at)
        elif is_open(course):
            add(left_open, course.first_at)
        for rerun in course.reruns.values():
            add(reruns, rerun.at)
    rows = zip(told, healed, left_open, reruns, strict=True)
    return TimeLine(
        step_s=float(step),
        buckets=tuple(
            Bucket(start_at=float((begin + place) * step), failures=one, healed=two, open=three, reruns=four)
            for place, (one, two, three, four) in enumerate(rows)
        ),
    )
