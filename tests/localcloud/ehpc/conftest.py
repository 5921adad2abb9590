"""The local E-HPC: as the service that it is, and behind the official SDK."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ehpc20180412 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock
from localcloud.ehpc.models import Job
from localcloud.ehpc.service import Ehpc
from localcloud.timeline import Timeline
from tests.support.sdk import Sdk

START = 1_767_225_600
C = "ehpc-hz-1"
Connect = Callable[..., Any]
JobsText = Callable[..., str]


@pytest.fixture
def ehpc(clock: ManualClock) -> Ehpc:
    """Without clusters, by that clock."""
    return Ehpc(Timeline(clock), seed=7)


def seen(ehpc: Ehpc, job_id: str = "1.scheduler") -> Job:
    """A job of the only cluster, as it stands."""
    (cluster,) = ehpc.clusters.values()
    job = cluster.job(job_id)
    assert job is not None
    return job


@pytest.fixture
def client(connect: Connect) -> Any:
    """An official client with the right key."""
    return connect("ehpc")


def listed(client: Sdk, **filters: Any) -> list[Any]:
    """Ids that ListJobsWithFilters shows."""
    request = models.ListJobsWithFiltersRequest(cluster_id=C, **filters)
    return [job.id for job in client.list_jobs_with_filters(request).body.jobs]


def refused(call: Callable[[], Any]) -> tuple[int, str]:
    """HTTP status and code of the SDK's exception."""
    with pytest.raises(ClientException) as caught:
        call()
    return caught.value.status_code, caught.value.code
