"""Tricks that several tests of the corridor play on the small world."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from shared.domain.snapshot import LookFailed
from shared.policy.model import Breaker
from shared.ports import Write

DAY_S = 86_400
BAD_LOOK = LookFailed(worth_repeating=True, code="Throttling", message="slow down", look_begun_at=0)
NO_LOOK = LookFailed(worth_repeating=False, code="Forbidden.RAM", message="not allowed", look_begun_at=0)


class Killed(BaseException):
    """The platform ends the process."""


class Meddling:
    """A ledger at whose doors somebody else gets in first."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.before_save: Callable[[], None] = lambda: None
        self.after_save: Callable[[], None] = lambda: None

    def load(self, keys: Sequence[str]) -> Any:
        """As the ledger does."""
        return self._ledger.load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, with others before and after."""
        self.before_save()
        conflicts: frozenset[str] = self._ledger.save(writes)
        self.after_save()
        return conflicts

    def due(self, before: float, limit: int, after: Any = None) -> Any:
        """As the ledger does."""
        return self._ledger.due(before, limit, after)

    def close(self) -> None:
        """As the ledger does."""
        self._ledger.close()


def quiet(house: Any, hours: int = 60) -> None:
    """Sweep until nothing is due any more."""
    for _ in range(hours * 2):
        house.sweep()
        house.later(1800)
    assert house.unfinished() == []


def finals(house: Any) -> dict[str, list[str]]:
    """The final verdicts of each failure in the Logstore, repeats dropped."""
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    found: dict[str, list[str]] = {row["failure_id"]: [] for row in rows}
    for row in rows:
        if row["final"] == "true":
            found[row["failure_id"]].append(row["verdict"])
    return found


def set_policy(house: Any, **parts: Any) -> None:
    """The small world's policy, with these parts instead."""
    house.policy = replace(house.policy, **parts)


def hang_again(house: Any, number: int = 1) -> Any:
    """The job runs anew since long enough, hangs again, and that is told."""
    house.later(1000)
    house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 500
    return house.failure(number)


def break_it(house: Any, max_jobs: int = 2) -> None:
    """A breaker of two jobs in ten minutes."""
    set_policy(house, breaker=Breaker(max_jobs=max_jobs, window_s=600))


def count(report: Any) -> tuple[int, int]:
    """(reruns, suppressed by the breaker)."""
    told = [(one.outcome.verdict, one.outcome.reason) for one in report.results]
    return told.count(("rerun", "accepted")), told.count(("suppressed", "breaker_open"))
