"""Injected faults, as the official SDK meets them: what it hears, and what was done all the same."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from alibabacloud_ehpc20180412 import models
from alibabacloud_tea_openapi.exceptions import AlibabaCloudException
from Tea.exceptions import UnretryableException

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec
from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind, Faults
from localcloud.wire.openapi import CallEffect
from tests.support.make import Make

C = "ehpc-hz-1"
START = 1_767_225_600
Rerun = Callable[..., Any]


@pytest.fixture
def rerun(cloud: LocalCloud, clock: ManualClock, connect: Callable[..., Any], once: Any, jobs_text: Make[str]) -> Rerun:
    """Calls RerunJobs through the official SDK, on two jobs that run for ever."""
    cluster = cloud[Ehpc].cluster(C)
    for number in (1, 2):
        cluster.submit(f"{number}.scheduler", JobSpec())
    clock.advance(10)
    client = connect("ehpc")

    def call(*ids: str) -> Any:
        request = models.RerunJobsRequest(cluster_id=C, jobs=jobs_text(*(ids or ("1.scheduler",))))
        return client.rerun_jobs_with_options(request, once)

    return call


@pytest.mark.parametrize(
    ("kind", "kills", "said"),
    [
        (FaultKind.CLOSE_BEFORE_EFFECT, 0, "without response"),
        (FaultKind.CLOSE_AFTER_EFFECT, 1, "without response"),
        (FaultKind.HTML_BEFORE_EFFECT, 0, "<html>"),
        (FaultKind.HTML_AFTER_EFFECT, 1, "<html>"),
        (FaultKind.EMPTY_BEFORE_EFFECT, 0, 'Value: ""'),
        (FaultKind.EMPTY_AFTER_EFFECT, 1, 'Value: ""'),
    ],
)
def test_answers_that_tell_nothing(cloud: LocalCloud, rerun: Rerun, kind: FaultKind, kills: int, said: str) -> None:
    """The SDK hears the same before and after the effect: only the world knows what was done."""
    cloud.faults.add(Fault("RerunJobs", kind))
    with pytest.raises(UnretryableException, match=said):
        rerun()
    assert len(cloud[Ehpc].kills) == kills
    assert len(cloud.openapi.calls) == 1


@pytest.mark.parametrize(
    ("fault", "status", "code", "kills"),
    [
        (Fault("RerunJobs", FaultKind.ERROR_BEFORE_EFFECT, status=403, code="ConflictOpt"), 403, "ConflictOpt", 0),
        (Fault("RerunJobs", FaultKind.ERROR_AFTER_EFFECT, status=407, code="NotAuthorized"), 407, "NotAuthorized", 1),
        (Fault("RerunJobs", FaultKind.ERROR_AFTER_EFFECT), 500, "InternalError", 1),
        (Fault("RerunJobs", FaultKind.THROTTLED), 400, "Throttling.User", 0),
    ],
)
def test_error_answers(cloud: LocalCloud, rerun: Rerun, fault: Fault, status: int, code: str, kills: int) -> None:
    """Any code with any status, before or after the effect."""
    cloud.faults.add(fault)
    with pytest.raises(AlibabaCloudException) as caught:
        rerun()
    assert (caught.value.status_code, caught.value.code) == (status, code)
    assert len(cloud[Ehpc].kills) == kills


def test_part_failure_does_the_chosen_ones(cloud: LocalCloud, rerun: Rerun) -> None:
    """PartFailure does exactly the chosen subset, which the answer does not tell."""
    cloud.faults.add(Fault("RerunJobs", FaultKind.PART_FAILURE, done=frozenset({"2.scheduler"})))
    cloud.faults.add(Fault("RerunJobs", FaultKind.PART_FAILURE))
    for _ in range(2):
        with pytest.raises(AlibabaCloudException) as caught:
            rerun("1.scheduler", "2.scheduler")
        assert (caught.value.status_code, caught.value.code) == (409, "PartFailure")
    assert [kill.job_id for kill in cloud[Ehpc].kills] == ["2.scheduler"]


@pytest.mark.parametrize(
    ("kind", "killed_at"),
    [(FaultKind.DELAY_BEFORE_EFFECT, START + 40), (FaultKind.DELAY_AFTER_EFFECT, START + 10)],
)
def test_delays(cloud: LocalCloud, clock: ManualClock, rerun: Rerun, kind: FaultKind, killed_at: float) -> None:
    """A delay comes before or after the effect; the answer is late either way."""
    cloud.faults.add(Fault("RerunJobs", kind, delay_s=30))
    assert rerun().body.request_id
    assert [kill.at for kill in cloud[Ehpc].kills] == [killed_at]
    assert clock.now() == START + 40


def test_effect_may_come_after_a_lost_answer(cloud: LocalCloud, clock: ManualClock, rerun: Rerun) -> None:
    """The answer is lost now, the effect comes later: what an observer must not mistake for `not done`."""
    cloud.faults.add(Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=50))
    with pytest.raises(UnretryableException):
        rerun()
    clock.advance(49)
    cloud.timeline.tick()
    assert cloud[Ehpc].kills == []
    clock.advance(1)
    cloud.timeline.tick()
    assert [kill.at for kill in cloud[Ehpc].kills] == [START + 60]
    assert cloud.openapi.calls[-1].effect is CallEffect.LATER


def test_calls_are_recorded_with_effect_and_code(cloud: LocalCloud, rerun: Rerun) -> None:
    """A record per call: parameters, moment, whether the operation ran, what was answered."""
    cloud.faults.add(Fault("RerunJobs", FaultKind.CLOSE_AFTER_EFFECT))
    with pytest.raises(UnretryableException):
        rerun()
    with pytest.raises(AlibabaCloudException):
        rerun("9.scheduler")
    rerun("2.scheduler")
    shown = [(call.effect, call.status, call.code, call.at) for call in cloud.openapi.calls_of("RerunJobs")]
    assert shown == [
        (CallEffect.RAN, 0, "close_after_effect", START + 10),
        (CallEffect.RAN, 406, "AgentError.Job.RerunFailure", START + 10),
        (CallEffect.RAN, 200, "", START + 10),
    ]
    assert cloud.openapi.calls[0].parameters == {"ClusterId": C, "Jobs": '[{"Id": "1.scheduler"}]'}


def test_faults_wait_for_their_calls() -> None:
    """By operation, by predicate, after some untouched calls, for so many calls, the oldest first."""
    faults = Faults()
    skipping = Fault("RerunJobs", FaultKind.THROTTLED, skip=1, times=2)
    choosy = Fault("RerunJobs", FaultKind.CLOSE_AFTER_EFFECT, match=lambda given: given["ClusterId"] == "b")
    lasting = Fault("ListJobs", FaultKind.HTML_BEFORE_EFFECT, times=None)
    for fault in (skipping, choosy, lasting):
        faults.add(fault)
    a, b = {"ClusterId": "a"}, {"ClusterId": "b"}
    met = [faults.take("RerunJobs", given) for given in (a, a, a, a, b, b)]
    assert met == [None, skipping, skipping, None, choosy, None]
    assert [faults.take("ListJobs", a) for _ in range(3)] == [lasting] * 3
    faults.clear()
    assert faults.take("ListJobs", a) is None
