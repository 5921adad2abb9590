"""The adapters over real sockets against the local cloud, which checks signatures and keeps the truth."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.cloud import LocalCloud
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import OpenApi
from shared.systems.schedulerx.scope import Group
from tests.support.make import Make

KEY = Credentials(access_key_id="local", access_key_secret="local-secret")


@pytest.fixture
def clock() -> ManualClock:
    """Noon of 2026-01-01 in Shanghai; the adapters and the cloud share it."""
    return ManualClock(1_767_240_000.0)


@pytest.fixture
def cloud(clock: ManualClock) -> Iterator[LocalCloud]:
    """A local cloud whose time stands; signatures are dated by the machine's clock."""
    with LocalCloud(clock=clock, signing_clock=SystemClock()) as running:
        yield running


@pytest.fixture
def open_api(cloud: LocalCloud) -> Make[OpenApi]:
    """A fresh transport to it; with another key if one is given."""
    return lambda key=KEY, **rest: OpenApi(key, parse_endpoint(cloud.endpoint), **rest)


@pytest.fixture
def here() -> Cluster:
    """The cluster that most tests use."""
    return Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-a")


@pytest.fixture
def group() -> Group:
    """The SchedulerX group that most tests use."""
    return Group(region="cn-hangzhou", namespace="space", group_id="app.defaultGroup")


@pytest.fixture
def failure() -> Make[Failure]:
    """A failure of this job."""

    def make(job_id: str, scope: Scope, **rest: Any) -> Failure:
        return Failure(
            scope=scope,
            job_id=job_id,
            occurred_at=1_767_239_000.0,
            trigger=Trigger.MANUAL,
            event_id="event",
            telling_id="telling",
            **rest,
        )

    return make
