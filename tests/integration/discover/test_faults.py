"""Whatever call of the ledger fails, before or after it took effect: found in the end, rerun once, told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import pytest

from localcloud.ehpc.models import JobSpec, finishes
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.models import fails
from shared.domain.errors import LedgerUnavailable
from shared.ports import Due, Ledger, Stored, Write
from tests.support.depth import of_today

POLICY = """
discover:
  schedulerx: [{namespace: ns, groups: ['*']}]
  ehpc: [{clusters: [ehpc-a], nodes: {grace_s: 300}}]
"""
Ward = Any


class Failing:
    """A ledger one of whose calls fails, counted from 0."""

    def __init__(self, inner: Ledger, place: int, *, after_effect: bool) -> None:
        self.inner, self.place, self.after_effect, self.calls = inner, place, after_effect, 0

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        self._before()
        return self.inner.load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        self._before(saves=True)
        conflicts = self.inner.save(writes)
        if self.calls - 1 == self.place and self.after_effect:
            raise LedgerUnavailable("nobody knows")
        return conflicts

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        self._before()
        return self.inner.due(before, limit, after)

    def _before(self, *, saves: bool = False) -> None:
        self.calls += 1
        if self.calls - 1 == self.place and not (saves and self.after_effect):
            raise LedgerUnavailable("out of reach")


@pytest.mark.parametrize("after_effect", [False, True])
@pytest.mark.parametrize("place", of_today(range(40), 8))
def test_a_ledger_that_fails_once_loses_and_doubles_nothing(ward: Ward, place: int, after_effect: bool) -> None:  # noqa: FBT001 - a case
    """A failed instance and a dead node: one rerun each, whichever call fails, and nothing is left owed."""
    ward.policy = POLICY
    job = ward.group().job(42)
    job.instance("2026-01-01 10:00:00", fails(30), scheduled_at=ward.clock.now() - 600)
    here = ward.cloud[Ehpc].cluster("ehpc-a")
    here.node("n1")
    here.submit("1.scheduler", JobSpec(runs=(finishes(172_800),), hosts=("n1",)), at=ward.clock.now() - 3600)
    here.lose("n1")
    inner = ward.ledger
    ward.ledger = Failing(inner, place, after_effect=after_effect)
    for _ in range(6):
        ward.clock.advance(180)
        for run in (ward.discover, ward.sweep):
            with suppress(LedgerUnavailable):  # the timer comes again
                run()
    ward.clock.advance(400)
    ward.sweep()
    assert [kill.job_id for kill in ward.cloud[Ehpc].kills] == ["1.scheduler"]
    assert len(ward.calls("RerunJob")) == 1
    assert {row["job_id"] for row in ward.sink.rows if row["verdict"] == "rerun"} == {"1.scheduler", "42"}
