"""For the proof: how much of it runs, and where its logs go."""

from __future__ import annotations

import logging
import os
from collections.abc import Iterator

import pytest

from tests.proof.laws import CANARY


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
def ear() -> Iterator[_Ear]:
    """Log lines of thousands of histories are heard, not kept."""
    logger, handler = logging.getLogger("shared"), _Ear()
    logger.addHandler(handler)
    logger.propagate = False
    yield handler
    logger.removeHandler(handler)
    logger.propagate = True
    assert not handler.leaks


@pytest.fixture(scope="session")
def everything() -> bool:
    """Whether all histories shall be run (`make histories`), not the share that `make test` has time for."""
    return os.environ.get("SECONDWIND_HISTORIES") == "all"
