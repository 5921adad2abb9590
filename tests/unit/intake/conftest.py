"""What the tests of the doors share: a moment, a function, and records as users send them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from shared.domain.failure import Failure, Intake
from shared.intake import Context, read_events
from shared.ports import LogRange

NOW = 1767610000.0
"""2026-01-05T10:46:40Z."""
TRIGGER = {
    "source": {
        "endpoint": "http://cn-hangzhou-intranet.log.aliyuncs.com",
        "projectName": "demo-jobs",
        "logstoreName": "job-logs",
        "shardId": 0,
        "beginCursor": "MTUy",
        "endCursor": "MTUz",
    }
}
"""What Log Service's trigger sends."""


@pytest.fixture(scope="session")
def context() -> Context:
    """A function in cn-hangzhou whose policy also lists cn-beijing."""
    return Context(
        region="cn-hangzhou",
        further_regions=frozenset({"cn-beijing"}),
        now=NOW,
        request_id="req-1",
        sls_endpoint="https://cn-hangzhou-intranet.log.aliyuncs.com",
        outcome_project="demo-outcomes",
        outcome_logstore="outcomes",
    )


@pytest.fixture
def ehpc() -> dict[str, Any]:
    """A whole E-HPC record."""
    return {
        "schema": "job-failure/1",
        "system": "ehpc",
        "cluster_id": "ehpc-hz-demo1",
        "job_id": "1.scheduler",
        "occurred_at": 1767608130,
        "message": "node lost",
    }


@pytest.fixture
def schedulerx() -> dict[str, Any]:
    """A whole SchedulerX record."""
    return {
        "system": "schedulerx",
        "namespace": "demo-namespace",
        "group_id": "demo.defaultGroup",
        "job_id": 92583,
        "data_time": "2026-01-05 02:00:00",
        "occurred_at": 1767549641,
    }


@pytest.fixture
def cloud_event() -> Callable[..., dict[str, Any]]:
    """Makes a CloudEvent around some data; attributes given as None are left out."""

    def make(data: Any, **attributes: Any) -> dict[str, Any]:
        event: dict[str, Any] = {
            "id": "e-1",
            "source": "emitter",
            "specversion": "1.0",
            "type": "secondwind:Job:Failed",
            "time": "2026-01-05T10:15:30Z",
            "data": data,
        }
        event.update(attributes)
        return {name: value for name, value in event.items() if value is not None}

    return make


@pytest.fixture(scope="session")
def encode() -> Callable[[Any], bytes]:
    """A value as a body."""
    return lambda value: json.dumps(value).encode()


@pytest.fixture(scope="session")
def log_range() -> LogRange:
    """The range that a trigger names."""
    return LogRange(
        endpoint="https://cn-hangzhou-intranet.log.aliyuncs.com",
        project="demo-jobs",
        logstore="job-logs",
        shard=3,
        begin_cursor="MTc2Nw==",
        end_cursor="MTc2OA==",
    )


Encode = Callable[[Any], bytes]


@pytest.fixture
def read(context: Context, encode: Encode) -> Callable[[Any], Intake]:
    """Reads a bare record at the event door."""
    return lambda record: read_events(encode(record), context)


@pytest.fixture
def failure(read: Callable[[Any], Intake]) -> Callable[[Any], Failure]:
    """The one failure in a record that must be good."""

    def get(record: Any) -> Failure:
        intake = read(record)
        assert intake.unreadable == []
        (only,) = intake.failures
        return only

    return get


@pytest.fixture
def faults(read: Callable[[Any], Intake]) -> Callable[[Any], dict[str, str]]:
    """The faults, by path, of a record that must be bad."""

    def get(record: Any) -> dict[str, str]:
        intake = read(record)
        assert intake.failures == []
        (only,) = intake.unreadable
        return {fault.path: fault.problem for fault in only.faults}

    return get
