"""A clock that stands, and a transport that is told what to answer, in memory or on loopback."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.scope import Cluster
from shared.systems.openapi import ApiCall, OpenApi, Reply
from shared.systems.schedulerx.scope import Group
from tests.support.clock import Clock
from tests.support.http_wire import Behaviour, Wire, reset, say
from tests.support.make import Make
from tests.support.openapi import Ending, FakeApi, Pages, Play
from tests.unit.systems.ehpc_jobs import ClusterOf
from tests.unit.systems.ehpc_region import Region


@pytest.fixture
def clock() -> Clock:
    """Time stands at 1,000 s."""
    return Clock(1_000.0)


@pytest.fixture
def fake_api(clock: Clock) -> Play:
    """A transport that answers by a script."""
    return lambda script: FakeApi(clock, script)


@pytest.fixture
def wire() -> Iterator[Wire]:
    """A server on loopback."""
    server = Wire()
    yield server
    server.close()


@pytest.fixture
def answers() -> Make[Behaviour]:
    """Behaviour: answer with this status and JSON (or bytes), and these headers."""

    def make(status: int, body: object, **headers: str) -> Behaviour:
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        return lambda handler: say(handler, status, raw, **headers)

    return make


@pytest.fixture
def resets() -> Behaviour:
    """Behaviour: read the request, then reset."""
    return reset


@pytest.fixture
def credentials() -> Credentials:
    """A key of a role, with characters that need encoding."""
    return Credentials(access_key_id="AK-made-up", access_key_secret="SK+made/up=", security_token="STS+token/up=")


@pytest.fixture
def failure() -> Make[Failure]:
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
def ok() -> Make[Reply]:
    """A good answer with this body and a request id."""

    def make(**body: Any) -> Reply:
        return Reply(body={"RequestId": "req", **body}, request_id="req", status=200)

    return make


@pytest.fixture
def job_pages() -> Pages:
    """The page of these listed E-HPC jobs that a call asks for, its status filter kept."""

    def make(jobs: Sequence[dict[str, Any]], wanted: ApiCall) -> Ending:
        asked = wanted.parameters
        listed = [job for job in jobs if asked["JobStatus"] == "all" or job.get("State", "RUNNING") != "FINISHED"]
        size, number = int(asked["PageSize"]), int(asked["PageNumber"])
        page = listed[(number - 1) * size : number * size]
        body = {"RequestId": "req", "Jobs": page, "PageSize": size, "TotalCount": len(listed)}
        return Reply(body=body, request_id="req", status=200)

    return make


@pytest.fixture
def region(fake_api: Play) -> Region:
    """One cluster without nodes or jobs."""
    return Region(fake_api)


@pytest.fixture
def api(wire: Wire, credentials: Credentials) -> OpenApi:
    """Calls to the server on loopback."""
    return OpenApi(credentials, parse_endpoint(f"http://{wire.host}"), connect_timeout_ms=2_000, read_timeout_ms=2_000)


@pytest.fixture
def cluster_of(
    fake_api: Play,
    clock: Clock,
    job_pages: Pages,
) -> ClusterOf:
    """A system whose every cluster lists these jobs; `.api` of what comes back keeps the calls."""

    def make(*jobs: dict[str, Any]) -> tuple[EhpcJobs, FakeApi]:
        api = fake_api(lambda wanted: job_pages(jobs, wanted))
        return EhpcJobs(api, clock), api

    return make
