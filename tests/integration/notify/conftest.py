"""The local cloud with its chats, at a moment that stands still."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.eventbridge.service import EventBridge
from localcloud.robots.service import Robots
from tests.integration.notify.chats import NOW, Chat


@pytest.fixture(scope="module")
def cloud() -> Iterator[LocalCloud]:
    """Alibaba Cloud and the chats, at a moment that stands still."""
    with LocalCloud(clock=ManualClock(NOW)) as made:
        made[EventBridge].create_bus("ops")
        yield made


@pytest.fixture
def chat(cloud: LocalCloud, request: pytest.FixtureRequest) -> Chat:
    """A new group of the kind that the test is about."""
    return Chat(cloud, request.param, f"t{len(cloud[Robots].known)}")
