"""What two things that ran in turns have cost: medians, and their ratio, take by take.

A machine that others use is twice as fast in one minute as in the next. What ran side by side had the same share of it.
"""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Compared:
    """One comparison. Times in seconds."""

    name: str
    cpu: float
    baseline_cpu: float
    ratio: float
    """The middle one of the ratios of CPU time, take by take."""
    spread: tuple[float, float]
    """The middle half of them."""
    least_ratio: float
    """Of the cheapest takes."""
    wall_ratio: float
    """As `ratio`."""
    peak_mb: float
    takes: int
    floor_ratio: float | None = None
    """The same to the least calls back to back; None where those were not made."""

    def line(self) -> str:
        """For people."""
        middle = f"{self.spread[0]:.2f}-{self.spread[1]:.2f}"
        return (
            f"{self.name:<58} {self.cpu * 1000:8.1f} ms against {self.baseline_cpu * 1000:8.1f} ms of CPU: "
            f"{self.ratio:5.2f} ({middle}), wall {self.wall_ratio:5.2f}, {self.peak_mb:4.0f} MB"
        )


def compared(
    name: str, ours: Sequence[dict[str, Any]], baseline: Sequence[dict[str, Any]], floor: Sequence[dict[str, Any]] = ()
) -> Compared:
    """Takes of the two, pair by pair; a cold one's wall-clock time counts from the start of its process."""
    wall = "since_start" if name.startswith("cold") else "wall"
    ratios = _ratios(ours, baseline, "cpu")
    cpu, baseline_cpu = (statistics.median(one["cpu"] for one in takes) for takes in (ours, baseline))
    quarter = len(ratios) // 4
    return Compared(
        name=name,
        cpu=cpu,
        baseline_cpu=baseline_cpu,
        ratio=statistics.median(ratios),
        spread=(ratios[quarter], ratios[-1 - quarter]),
        least_ratio=min(one["cpu"] for one in ours) / min(one["cpu"] for one in baseline),
        wall_ratio=statistics.median(_ratios(ours, baseline, wall)),
        peak_mb=max(one["peak_mb"] for one in ours),
        takes=len(ratios),
        floor_ratio=statistics.median(_ratios(ours, floor, "wall")) if floor else None,
    )


def _ratios(ours: Sequence[dict[str, Any]], others: Sequence[dict[str, Any]], what: str) -> list[float]:
    return sorted(one[what] / other[what] for one, other in zip(ours, others, strict=True))
