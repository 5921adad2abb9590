"""Two ways of a service to say no, as the official SDK hears them: come again later, and no inside HTTP 200."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ehpc20180412.models import RerunJobsRequest
from alibabacloud_schedulerx220190430.models import RerunJobRequest
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException

from localcloud.cloud import LocalCloud
from localcloud.ehpc.service import Ehpc
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.faults import Fault, FaultKind

Connect = Callable[..., Any]
DAY_MS = 1_767_196_800_000


@pytest.mark.parametrize("wait_ms", [None, 1500])
def test_throttling_tells_when_to_come_again(
    cloud: LocalCloud, connect: Connect, once: Any, jobs_text: Callable[..., str], wait_ms: int | None
) -> None:
    """`retry_after_ms` arrives as the SDK's `retry_after`; without it there is none. Nothing was done."""
    cloud[Ehpc].cluster("ehpc-1").submit("1.scheduler")
    cloud.faults.add(Fault("RerunJobs", FaultKind.THROTTLED, retry_after_ms=wait_ms))
    request = RerunJobsRequest(cluster_id="ehpc-1", jobs=jobs_text("1.scheduler"))
    with pytest.raises(AlibabaCloudException) as caught:
        connect("ehpc").rerun_jobs_with_options(request, once)
    assert (caught.value.code, caught.value.retry_after) == ("Throttling.User", wait_ms)
    assert cloud[Ehpc].kills == []


def test_schedulerx_refuses_inside_http_200(cloud: LocalCloud, connect: Connect) -> None:
    """Status 200 makes the fault a business refusal: `Success` false, the code a number, and nothing was made."""
    cloud[Schedulerx].group("ns", "g").job(7)
    cloud.faults.add(Fault("RerunJob", FaultKind.ERROR_BEFORE_EFFECT, status=200, code="403", message="no"))
    days = {"start_date": DAY_MS, "end_date": DAY_MS, "data_time": "10:00:00"}
    request = RerunJobRequest(region_id="cn-hangzhou", namespace="ns", group_id="g", job_id=7, **days)
    body = connect("schedulerx").rerun_job(request).body
    (call,) = cloud.openapi.calls_of("RerunJob")
    assert (body.success, body.code, body.message, body.request_id) == (False, 403, "no", call.request_id)
    assert (call.code, cloud[Schedulerx].reruns) == ("403", [])
