"""A clock that stands, and a transport that is told what to answer, in memory or on loopback."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler
from typing import Any

import pytest

from shared.domain.credentials import Credentials
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import ApiCall, CallFailed, Reply
from shared.systems.schedulerx.scope import Group
from tests.support.http_wire import Wire, reset, say

Ending = Reply | CallFailed
Script = Callable[[ApiCall], Ending]


class StandingClock:
    """Time moves only when a test, or a call of the fake transport, moves it."""

    def __init__(self) -> None:
        self.moment = 1_000.0

    def now(self) -> float:
        """Unix seconds."""
        return self.moment


class FakeApi:
    """Answers by script, keeps what it was asked, and takes one second of the clock a call."""

    def __init__(self, clock: StandingClock, script: Script) -> None:
        self.asked: list[ApiCall] = []
        self._clock = clock
        self._script = script

    def call(self, wanted: ApiCall) -> Ending:
        """Answer by the script."""
        self.asked.append(wanted)
        self._clock.moment += 1.0
        return self._script(wanted)

    def parameters(self, action: str) -> list[dict[str, str]]:
        """Of every call of that operation."""
        return [dict(wanted.parameters) for wanted in self.asked if wanted.action == action]


@pytest.fixture
def clock() -> StandingClock:
    """Time stands at 1,000 s."""
    return StandingClock()


@pytest.fixture
def fake_api(clock: StandingClock) -> Callable[[Script], FakeApi]:
    """A transport that answers by a script."""
    return lambda script: FakeApi(clock, script)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def answers() -> Callable[..., Callable[[BaseHTTPRequestHandler], None]]:
    """Behaviour: answer with this status and JSON (or bytes), and these headers."""

    def make(status: int, body: object, **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return lambda handler: say(handler, status, raw, **headers)

    return make


@pytest.fixture
def resets() -> Callable[[BaseHTTPRequestHandler], None]:
    """Behaviour: read the request, then reset."""
    return reset


@pytest.fixture
def credentials() -> Credentials:
    """A key of a role, with characters that need encoding."""
    return Credentials(access_key_id="AK-made-up", access_key_secret="SK+made/up=", security_token="STS+token/up=")


@pytest.fixture
def failure() -> Callable[..., Failure]:
    """A failure of this job: `failure("1.scheduler")`, or of another scope, with whatever else."""

    def make(job_id: str, scope: Scope | None = None, **rest: Any) -> Failure:
        return Failure(
            scope=scope or Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-a"),
            job_id=job_id,
            occurred_at=900.0,
            trigger=Trigger.MANUAL,
            event_id="event",
            telling_id="telling",
            **rest,
        )

    return make


@pytest.fixture
def group() -> Group:
    """A SchedulerX group."""
    return Group(region="cn-hangzhou", namespace="space", group_id="app.defaultGroup")


@pytest.fixture
def ok() -> Callable[..., Ending]:
    """A good answer with this body and a request id."""

    def make(**body: Any) -> Ending:
        return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)

    return make


@pytest.fixture
def job_pages() -> Callable[[Sequence[dict[str, Any]], ApiCall], Ending]:
    """The page of these listed E-HPC jobs that a call asks for, its status filter kept."""

    def make(jobs: Sequence[dict[str, Any]], wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        listed = [job for job in jobs if asked["JobStatus"] == "all" or job.get("State", "RUNNING") != "FINISHED"]
        size, number = int(asked["PageSize"]), int(asked["PageNumber"])
        page = listed[(number - 1) * size : number * size]
        body = {"RequestId": "req", "Jobs": page, "PageSize": size, "TotalCount": len(listed)}
        return Reply(body=body, request_id="req", status=200)

    return make
