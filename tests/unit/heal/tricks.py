"""Tricks that several tests of the corridor play on the small world."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.domain.snapshot import LookFailed
from shared.heal import Report
from shared.policy.model import Breaker
from tests.support.house import House

DAY_S = 86_400
BAD_LOOK = LookFailed(worth_repeating=True, code="Throttling", message="slow down", look_begun_at=0)
NO_LOOK = LookFailed(worth_repeating=False, code="Forbidden.RAM", message="not allowed", look_begun_at=0)


def quiet(house: House, hours: int = 60) -> None:
    """Sweep until nothing is due any more."""
    for _ in range(hours * 2):
        house.sweep()
        house.later(1800)
    assert house.unfinished() == []


def finals(house: House) -> dict[str, list[str]]:
    """The final verdicts of each failure in the Logstore, repeats dropped."""
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    found: dict[str, list[str]] = {row["failure_id"]: [] for row in rows}
    for row in rows:
        if row["final"] == "true":
            found[row["failure_id"]].append(row["verdict"])
    return found


def set_policy(house: House, **parts: Any) -> None:
    """The small world's policy, with these parts instead."""
    house.policy = replace(house.policy, **parts)


def hang_again(house: House, number: int = 1) -> Failure:
    """The job runs anew since long enough, hangs again, and that is told."""
    house.later(1000)
    house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 500
    return house.failure(number)


def break_it(house: House, max_jobs: int = 2) -> None:
    """A breaker of two jobs in ten minutes."""
    set_policy(house, breaker=Breaker(max_jobs=max_jobs, window_s=600))


def count(report: Report) -> tuple[int, int]:
    """(reruns, suppressed by the breaker)."""
    told = [(one.outcome.verdict, one.outcome.reason) for one in report.results]
    return told.count(("rerun", "accepted")), told.count(("suppressed", "breaker_open"))
