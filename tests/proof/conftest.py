"""For the proof: how much of it runs, and where its logs go."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator
from datetime import datetime, timezone

import pytest

from tests.proof.truth import CANARY
from tests.support.depth import DEPTH, Depth, deep

PARTS = deep(499, 11)
"""`make test` explores the pairs of one part in so many, another each day: all of them took more than half its time."""


class _Ear(logging.Handler):
    """Hears every log line of the corridor, and remembers those that repeat what a stranger planted."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = 0
        self.leaks: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """One line."""
        self.heard += 1
        text = record.getMessage()
        if CANARY in text:
            self.leaks.append(text)


@pytest.fixture(autouse=True)
def ear(request: pytest.FixtureRequest) -> Iterator[_Ear]:
    """Log lines of thousands of histories are heard, not kept."""
    plugin = request.config.pluginmanager.getplugin("logging-plugin")
    keepers = [plugin.caplog_handler, plugin.report_handler] if plugin else []
    logger, handler = logging.getLogger("shared"), _Ear()
    logger.addHandler(handler)
    for keeper in keepers:
        keeper.setLevel(logging.CRITICAL + 1)
    yield handler
    for keeper in keepers:
        keeper.setLevel(logging.NOTSET)
    logger.removeHandler(handler)
    assert not handler.leaks


@pytest.fixture(scope="session")
def everything() -> bool:
    """Whether all histories shall be run (`make histories`), not the share that `make test` has time for."""
    return DEPTH is Depth.ALL


@pytest.fixture(scope="session")
def part() -> int | None:
    """Which of the `PARTS` of the first faults gets a second one: that of the day, `SECONDWIND_PART`, or all."""
    said = os.environ.get("SECONDWIND_PART") or str(datetime.now(timezone.utc).toordinal() % PARTS)
    return None if said == "all" else int(said)
