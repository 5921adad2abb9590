"""Outcomes as a Logstore gives them, and reports of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import time
from itertools import count
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.outcome import rfc3339
from shared.policy.prices import Prices
from shared.report import NightReport, ReportTerms, report_of
from tests.support.house import House
from tests.support.make import Make

NIGHT = 1_767_571_200.0
"""2026-01-05 00:00:00 UTC, 08:00 in Shanghai."""


OPEN = {"deferred", "held", "unknown"}


@pytest.fixture
def row() -> Make[dict[str, str]]:
    """Makes an outcome of cluster `ehpc-hz-1`, each with an id of its own; `after` seconds after `NIGHT`."""
    numbers = count()

    def make(verdict: str, reason: str, after: float = 0.0, **fields: Any) -> dict[str, str]:
        made = {
            "schema": "secondwind-outcome/1",
            "outcome_id": f"o{next(numbers)}",
            "failure_id": "f1",
            "final": "false" if verdict in OPEN else "true",
            "at": rfc3339(NIGHT + after),
            "verdict": verdict,
            "reason": reason,
            "system": "ehpc",
            "region": "cn-hangzhou",
            "cluster_id": "ehpc-hz-1",
            "job_id": "1.scheduler",
            "dry_run": "false",
        }
        return {**made, **fields}

    return make


@pytest.fixture
def report() -> Make[NightReport]:
    """Makes the report of these outcomes, of the day from `NIGHT` on."""

    def make(*rows: dict[str, str], prices: Prices | None = None) -> NightReport:
        terms = ReportTerms(
            since_at=NIGHT,
            until_at=NIGHT + 86_400,
            morning=time(9),
            zone=ZoneInfo("Asia/Shanghai"),
            prices=prices,
        )
        return report_of(rows, terms)

    return make


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """The small world."""
    made = House(tmp_path)
    yield made
    made.ledger.close()
