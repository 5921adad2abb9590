"""An EventBridge by a clock that stands still, and a function that it calls."""

from __future__ import annotations

import json
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.models import InvocationResult
from localcloud.wire.signing import Credential

FAILED = InvocationResult(b"{}", {"errorMessage": "m", "errorType": "T"}, "r", "")
DONE = InvocationResult(b"null", None, "r", "")
EVENT: dict[str, Any] = {
    "id": "1",
    "source": "my.emitter",
    "type": "job:failed",
    "specversion": "1.0",
    "data": {"system": "ehpc", "job_id": "1.scheduler"},
}
PATTERN = {"source": ["my.emitter"]}


class Function:
    """A target that notes its bodies and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.bodies: list[Any] = []
        self.failures = failures

    def __call__(self, body: bytes) -> InvocationResult:
        """One invocation."""
        self.bodies.append(json.loads(body))
        self.failures -= 1
        return FAILED if self.failures >= 0 else DONE


@pytest.fixture
def clock() -> ManualClock:
    """2023-11-14T22:13:20Z."""
    return ManualClock(1_700_000_000)


@pytest.fixture
def bridge(clock: ManualClock) -> EventBridge:
    """An EventBridge with one custom bus."""
    made = EventBridge(clock, credentials=[Credential("AK", "s", "t")], region="cn-beijing", account_id="42")
    made.create_bus("jobs")
    return made
