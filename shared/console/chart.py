"""Failures and reruns over time as bars: numbers for an inline SVG, which a page draws without a script."""

from __future__ import annotations

from msgspec import Struct

from shared.report.model import TimeLine

WIDTH, HEIGHT = 600, 120


class Bar(Struct, frozen=True, kw_only=True):
    """One step of time, in the units of the drawing."""

    x: float
    width: float
    failures_y: float
    failures_height: float
    reruns_y: float
    reruns_height: float


class Chart(Struct, frozen=True, kw_only=True):
    """The whole drawing; `says` tells the same in words."""

    bars: tuple[Bar, ...]
    most: int
    """Of one step: the height of the drawing."""
    says: str


def chart_of(line: TimeLine) -> Chart | None:
    """The drawing of a time line; None if nothing happened in it."""
    most = max((max(one.failures, one.reruns) for one in line.buckets), default=0)
    if not most:
        return None
    step = WIDTH / len(line.buckets)
    bars = tuple(
        _bar(number * step, step, HEIGHT * one.failures / most, HEIGHT * one.reruns / most)
        for number, one in enumerate(line.buckets)
    )
    failures, reruns = (sum(getattr(one, what) for one in line.buckets) for what in ("failures", "reruns"))
    says = f"{failures} failures and {reruns} reruns, at most {most} in {line.step_s / 60:.0f} minutes"
    return Chart(bars=bars, most=most, says=says)


def _bar(x: float, step: float, failures: float, reruns: float) -> Bar:
    return Bar(
        x=round(x, 1),
        width=round(step * 0.42, 1),
        failures_y=round(HEIGHT - failures, 1),
        failures_height=round(failures, 1),
        reruns_y=round(HEIGHT - reruns, 1),
        reruns_height=round(reruns, 1),
    )
