"""DataWorks judged by the official SDK, unmodified."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_dataworks_public20240518 import models
from alibabacloud_tea_openapi.exceptions import ClientException

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.dataworks.models import Project, RerunMode, fails, succeeds
from localcloud.dataworks.service import Dataworks
from tests.support.sdk import Sdk

START_MS = 1_767_225_600_000
YESTERDAY = 1_767_110_400_000
"""2025-12-31 00:00:00 in Asia/Shanghai: the business date of what runs on 2026-01-01."""
Connect = Callable[..., Any]


@pytest.fixture
def sdk(connect: Connect) -> Any:
    """An official client with the right key."""
    return connect("dataworks")


@pytest.fixture
def project(cloud: LocalCloud) -> Project:
    """A workspace with a node."""
    made = cloud[Dataworks].project(12345)
    made.node(71, "settle")
    return made


def one(sdk: Sdk, instance_id: int) -> Any:
    """What GetTaskInstance says."""
    body = sdk.get_task_instance(models.GetTaskInstanceRequest(id=instance_id)).body
    assert body.request_id
    return body.task_instance


def listed(sdk: Sdk, **filters: Any) -> Any:
    """The page of ListTaskInstances."""
    wanted = models.ListTaskInstancesRequest(**{"project_id": 12345, "bizdate": YESTERDAY, **filters})
    return sdk.list_task_instances(wanted).body.paging_info


def rerun(sdk: Sdk, *ids: int) -> dict[str, Any]:
    """What RerunTaskInstances says of each."""
    info: dict[str, Any] = sdk.rerun_task_instances(models.RerunTaskInstancesRequest(ids=list(ids))).body.success_info
    return info


def test_a_rerun_is_the_same_instance_in_its_next_run(
    cloud: LocalCloud, clock: ManualClock, project: Project, sdk: Sdk
) -> None:
    """Failure, then Running, then Success; RunNumber counts, times are milliseconds."""
    made = project.instance(71, fails(30))
    clock.advance(30)
    before = one(sdk, made.instance_id)
    assert (before.status, before.run_number, before.task_name, before.bizdate) == ("Failure", 1, "settle", YESTERDAY)
    assert (before.started_time, before.finished_time) == (START_MS, START_MS + 30_000)
    assert rerun(sdk, made.instance_id)[str(made.instance_id)].success is True
    during = one(sdk, made.instance_id)
    assert (during.status, during.run_number, during.finished_time) == ("Running", 2, None)
    clock.advance(5)
    assert one(sdk, made.instance_id).status == "Success"
    assert [again.run_number for again in cloud[Dataworks].reruns] == [2]


def test_each_id_has_an_answer_of_its_own(clock: ManualClock, project: Project, sdk: Sdk) -> None:
    """Rerun, denied by its node, successful where only failures may, and not there: yes and three times no."""
    project.node(72, rerun_mode=RerunMode.ALL_DENIED)
    project.node(73, rerun_mode=RerunMode.FAILURE_ALLOWED)
    good, denied = project.instance(71, fails(5)), project.instance(72, fails(5))
    fine = project.instance(73, succeeds(5))
    clock.advance(10)
    said = rerun(sdk, good.instance_id, denied.instance_id, fine.instance_id, 5)
    assert [value.success for value in said.values()] == [True, False, False, False]
    assert said["5"].message == "The instance does not exist."


def test_the_list_is_of_one_business_date(clock: ManualClock, project: Project, sdk: Sdk) -> None:
    """Chosen by state, ids and the time of the end; newest id first, in pages."""
    made = [project.instance(71, fails(5 * number)) for number in (1, 2, 3)]
    project.instance(71, succeeds(5))
    project.instance(71, fails(5), bizdate=YESTERDAY - 86_400_000)
    clock.advance(60)
    page = listed(sdk, status="Failure")
    assert [row.id for row in page.task_instances] == [one.instance_id for one in reversed(made)]
    assert (page.total_count, page.page_number, page.page_size) == (3, 1, 10)
    late = listed(sdk, status="Failure", filter=f'{{"finishedTimeStart": {START_MS + 9_000}}}')
    assert [row.id for row in late.task_instances] == [made[2].instance_id, made[1].instance_id]
    second = listed(sdk, status="Failure", page_number=2, page_size=2)
    assert [row.id for row in second.task_instances] == [made[0].instance_id]
    assert [row.id for row in listed(sdk, ids=[made[0].instance_id]).task_instances] == [made[0].instance_id]


def test_what_is_not_there_is_refused(project: Project, sdk: Sdk) -> None:
    """An instance and a workspace alike, with HTTP 404."""
    del project
    with pytest.raises(ClientException, match="'statusCode': 404"):
        one(sdk, 5)
    with pytest.raises(ClientException, match="'statusCode': 404"):
        listed(sdk, project_id=5)


def test_too_many_ids_are_refused_as_a_whole(cloud: LocalCloud, clock: ManualClock, project: Project, sdk: Sdk) -> None:
    """Nothing was rerun."""
    made = [project.instance(71, fails(5)) for _ in range(3)]
    clock.advance(10)
    cloud[Dataworks].take_at_most(2)
    with pytest.raises(ClientException, match="out of range"):
        rerun(sdk, *(one.instance_id for one in made))
    assert cloud[Dataworks].reruns == []
