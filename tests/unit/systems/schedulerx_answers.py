"""Answers of SchedulerX, and a look at them at noon."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from shared.domain.call import Effect
from shared.domain.job import State
from shared.reading.times import instant
from shared.systems.openapi import CallFailed, Reply
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot

ZONE = ZoneInfo("Asia/Shanghai")
NOON = instant("2026-01-01 12:00:00", ZONE)
FAILED = CallFailed(effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling", message="slow")


def yes(**data: Any) -> Reply:
    """Accepted."""
    return Reply(body={"Code": 200, "Success": True, "Data": data}, request_id="req", status=200)


def seen(result: str = "", started_at: float | None = None) -> SchedulerxSnapshot:
    """A look at an instance that said this at its end."""
    one = Instance(
        instance_id=9, state=State.FAILED, data_time="", trigger_type=0, started_at=started_at, ended_at=None,
        result=result,
    )  # fmt: skip
    return SchedulerxSnapshot(job_id="7", state=State.FAILED, instance=one, look_begun_at=1.0)
