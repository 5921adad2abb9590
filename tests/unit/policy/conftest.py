"""What the policy's tests share."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.failure import Failure, Trigger
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from tests.support.make import Make


@pytest.fixture
def failure() -> Make[Failure]:
    """Makes a failure of a system with a message and, if need be, further fields."""

    def make(message: str = "", system: str = "ehpc", **told: Any) -> Failure:
        scope = (
            Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
            if system == "ehpc"
            else Group(region="cn-hangzhou", namespace="ns", group_id="g")
        )
        return Failure(
            scope=scope,
            job_id="1",
            occurred_at=1.0,
            message=message,
            trigger=Trigger.LOG,
            event_id="e",
            telling_id="t",
            **told,
        )

    return make
