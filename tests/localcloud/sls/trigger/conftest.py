"""The Log Service trigger over a local Log Service, and a function that it calls."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.fc.models import InvocationResult
from localcloud.sls.models import LogGroup, log
from localcloud.sls.service import LogService
from localcloud.sls.trigger import TriggerConfig

NOW = 1_700_000_000.0
FAILED = InvocationResult(b"{}", {"errorMessage": "m", "errorType": "T"}, "r", "")
DONE = InvocationResult(b"null", None, "r", "")


class Recorder:
    """A function that notes its events and fails as often as told."""

    def __init__(self, failures: int = 0) -> None:
        self.events: list[dict[str, Any]] = []
        self.failures = failures
        self.inside: Callable[[], None] = lambda: None

    def __call__(self, event: bytes) -> InvocationResult:
        """One invocation."""
        self.events.append(json.loads(event))
        self.inside()
        self.failures -= 1
        return FAILED if self.failures >= 0 else DONE


@pytest.fixture
def clock() -> ManualClock:
    """2023-11-14T22:13:20Z."""
    return ManualClock(NOW)


@pytest.fixture
def service(clock: ManualClock) -> LogService:
    """A Log Service with a Logstore of two shards."""
    made = LogService(clock, [])
    made.create_logstore("proj", "logs", shards=2)
    return made


def write(service: LogService, shard: int, groups: int = 1) -> None:
    """So many new log groups in a shard."""
    for _ in range(groups):
        service.append("proj", "logs", LogGroup((log(int(NOW), {"a": "b"}),)), shard=shard)


def config(**options: Any) -> TriggerConfig:
    """The trigger of that Logstore."""
    return TriggerConfig(project="proj", logstore="logs", **options)
