"""Hours lost and saved; docs/report.md#hours says in words what is computed here. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, time, timedelta, timezone, tzinfo

from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.policy.prices import Prices, price_of
from shared.report.courses import Course
from shared.report.fate import Fate
from shared.report.model import Amount, Hours

HOUR_S = 3600.0
_DOOMED = frozenset(
    reason.value
    for reason in (
        Reason.RULE_IGNORES,
        Reason.THRASHING,
        Reason.SAME_TEXT_AGAIN,
        Reason.ATTEMPTS_USED_UP,
        Reason.CLASS_ATTEMPTS_USED_UP,
    )
)
"""Said no to because a rerun would have ended the same way."""


@dataclass(slots=True)
class _Sum:
    """An amount in the making."""

    prices: Prices | None
    hours: float = 0.0
    counted: int = 0
    not_known: int = 0
    money: float | None = None
    not_priced: int = 0

    def add(self, course: Course, since: float | None, until: float | None, *, costs: bool = True) -> None:
        """Count the time between; where one end is not known it is said. `costs`: whether the machine was in use."""
        if since is None or until is None:
            self.not_known += 1
            return
        hours = max(0.0, until - since) / HOUR_S
        self.hours += hours
        self.counted += 1
        price = price_of(self.prices, {**course.place, **course.told}) if costs else None
        if price is not None:
            self.money = (self.money or 0.0) + hours * price
        elif costs:
            self.not_priced += 1

    def amount(self) -> Amount:
        return Amount(
            hours=self.hours,
            counted=self.counted,
            not_known=self.not_known,
            money=self.money,
            not_priced=self.not_priced if self.prices else 0,
        )


def hours_of(courses: Iterable[Course], morning: time, zone: tzinfo, prices: Prices | None) -> Hours:
    """What the reruns of these failures lost and saved."""
    lost, waiting, spared = _Sum(prices), _Sum(prices), _Sum(prices)
    for course in courses:
        for rerun in course.reruns.values():
            # An attempt after which nothing had restarted ended no run: another one of the same failure followed.
            if rerun.state == State.RUNNING.value and rerun.seen is not Reason.NOT_RESTARTED:
                lost.add(course, course.started_at, rerun.at)
        first = course.first_rerun
        if first is not None and course.fate is Fate.HEALED and not course.by_hand:
            failed_at = course.occurred_at if course.occurred_at is not None else course.first_at
            morning_at = max(first.at, next_morning(failed_at, morning, zone))
            waiting.add(course, first.at, morning_at, costs=first.state == State.RUNNING.value)
        if course.fate is Fate.SUPPRESSED and course.reason in _DOOMED:
            spared.add(course, course.started_at, course.occurred_at)
    return Hours(
        lost=lost.amount(),
        waiting=waiting.amount(),
        spared=spared.amount(),
        currency=prices.currency if prices else "",
        morning=f"{morning:%H:%M} {zone}",
    )


def next_morning(moment: float, morning: time, zone: tzinfo) -> float:
    """Unix seconds at which clocks on the wall next show that time, after the moment; any day has a morning."""
    there = datetime.fromtimestamp(moment, tz=timezone.utc).astimezone(zone)
    day = there.date()
    at = datetime.combine(day, morning, tzinfo=zone)
    return (at if at > there else datetime.combine(day + timedelta(days=1), morning, tzinfo=zone)).timestamp()
