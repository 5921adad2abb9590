"""SchedulerX: a rerun is exactly one day of one job, and done only if the service says so twice."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

import pytest

from shared.domain.call import CallResult, Effect, Target
from shared.domain.life import Life
from shared.reading.times import instant
from shared.systems.openapi import ApiCall, Reply
from shared.systems.schedulerx.adapter import SchedulerxJobs
from shared.systems.schedulerx.scope import Group
from tests.support.clock import Clock
from tests.support.openapi import Play

ZONE = ZoneInfo("Asia/Shanghai")
NOW = instant("2026-01-01 12:00:00", ZONE)
PLACE = {"RegionId": "cn-hangzhou", "Namespace": "space", "GroupId": "app.defaultGroup"}


def yes(**data: Any) -> Reply:
    """Accepted, with a message all the same."""
    body = {"RequestId": "req", "Code": 200, "Success": True, "Message": "fine", "Data": data}
    return Reply(body=body, request_id="req", status=200)


def no(message: str, code: object = 400) -> Reply:
    """Refused with HTTP 200."""
    body = {"RequestId": "req", "Code": code, "Success": False, "Message": message}
    return Reply(body=body, request_id="req", status=200)


def target(group: Group, data_time: str | None = "2026-01-01 10:00:00") -> Target:
    """A failed day."""
    life = Life.instance(data_time, 1) if data_time is not None else None
    return Target(scope=group, job_id="92583", life=life)


def test_a_rerun_is_exactly_one_day(fake_api: Play, clock: Clock, group: Group) -> None:
    """The numbers of docs/facts/schedulerx.md#days-and-zone, by POST, with everything that the API requires."""
    api = fake_api(lambda _: yes())
    results = SchedulerxJobs(api, clock, ZONE).rerun([target(group)])
    assert api.asked == [
        ApiCall(
            action="RerunJob",
            version="2019-04-30",
            method="POST",
            parameters={
                **PLACE,
                "JobId": "92583",
                "StartDate": "1767196800000",
                "EndDate": "1767283199000",
                "DataTime": "10:00:00",
            },
        )
    ]
    assert results == [CallResult(effect=Effect.DONE, api="RerunJob", request_id="req", left_at=1_001.0)]


@pytest.mark.parametrize(
    ("body", "effect"),
    [
        ({"Success": True, "Code": 200}, Effect.DONE),
        ({"Success": True, "Code": "200"}, Effect.DONE),
        ({"Success": True, "Code": 200, "Message": "jobId=1 is not existed"}, Effect.DONE),
        ({"Success": True, "Code": 500}, Effect.UNKNOWN),
        ({"Success": True}, Effect.UNKNOWN),
        ({"Success": "true", "Code": 200}, Effect.UNKNOWN),
        ({"Success": 1, "Code": 200}, Effect.UNKNOWN),
        ({"Code": 200}, Effect.UNKNOWN),
        ({}, Effect.UNKNOWN),
        ({"Success": False, "Code": 400}, Effect.NOT_DONE_USELESS),
        ({"Success": False, "Code": 500}, Effect.UNKNOWN),
        ({"Success": False}, Effect.UNKNOWN),
        ({"Success": False, "Code": 500, "Message": "jobId=1 is not existed"}, Effect.NOT_DONE_USELESS),
        ({"Success": False, "Code": 429}, Effect.NOT_DONE_LATER),
    ],
)
def test_a_rerun_is_done_only_if_both_members_say_so(
    fake_api: Play, clock: Clock, group: Group, body: dict[str, Any], effect: Effect
) -> None:
    """`Success` is true and `Code` is 200; nothing short of it, and no text, makes it done."""
    answer = Reply(body=body, request_id="req", status=200)
    api = fake_api(lambda _: answer)
    (result,) = SchedulerxJobs(api, clock, ZONE).rerun([target(group)])
    assert (result.effect, result.request_id, len(api.asked)) == (effect, "req", 1)


@pytest.mark.parametrize("data_time", [None, "", "tomorrow", "2026-02-30 10:00:00"])
def test_without_a_day_nothing_is_sent(fake_api: Play, clock: Clock, group: Group, data_time: str | None) -> None:
    """A wrong day would run the wrong data; the refusal is certain."""
    api = fake_api(lambda _: pytest.fail("sent"))
    (result,) = SchedulerxJobs(api, clock, ZONE).rerun([target(group, data_time)])
    assert (result.effect, result.code) == (Effect.NOT_DONE_USELESS, "InvalidDataTime")


def test_one_job_a_call(fake_api: Play, clock: Clock, group: Group) -> None:
    """Two targets are the caller's mistake."""
    with pytest.raises(ValueError, match="unpack"):
        SchedulerxJobs(fake_api(lambda _: yes()), clock, ZONE).rerun([target(group), target(group)])
