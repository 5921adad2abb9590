"""`explain --live` decides on all that was told."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from secondwind.commands.explain.live import RETOLD_S, announcement_of
from shared.domain.failure import Failure, Trigger, Unreadable
from shared.intake import Context
from shared.intake.announcement import fields_of, read_announcement
from shared.intake.context import Envelope
from shared.systems import SYSTEMS
from tests.support.clock import START

TOLD: dict[str, Any] = {
    "schema": "job-failure/1",
    "system": "ehpc",
    "region": "cn-hangzhou",
    "cluster_id": "ehpc-hz-1",
    "job_id": "1.scheduler",
    "has_ended": True,
    "occurred_at": START,
    "started_at": START - 60,
    "restart_count": 2,
    **{name: name for name in ("exit_code", "message", "reason", "node", "job_name", "queue", "owner", "partition")},
}


def read(told: dict[str, Any]) -> Failure:
    """As through a door."""
    context = Context(
        region="cn-hangzhou",
        further_regions=frozenset(),
        now=START,
        request_id="r",
        sls_endpoint="https://cn-hangzhou-intranet.log.aliyuncs.com",
        outcome_project="sw",
        outcome_logstore="outcomes",
    )
    envelope = Envelope(path="$", trigger=Trigger.MANUAL, event_id="e", original=told, salt="s")
    found = read_announcement(told, envelope, context)
    assert not isinstance(found, Unreadable)
    return found


def test_a_failure_that_is_told_anew_is_the_same() -> None:
    """In every field that an announcement can have; but for the moment, which makes it another telling."""
    assert {field.name for field in fields_of(SYSTEMS.named("ehpc"))} <= TOLD.keys()
    once = read(TOLD)
    again = read(announcement_of(once))
    assert replace(again, occurred_at=again.occurred_at + RETOLD_S, telling_id=once.telling_id) == once
