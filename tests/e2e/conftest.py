"""A whole region on loopback, and the functions' handlers called as Function Compute calls them."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.fc.instance.context import make_context
from localcloud.sls.service import LogService
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS
from tests.e2e.account import account
from tests.e2e.doctor_ward import ward
from tests.e2e.function_desk import desk
from tests.support.sdk import Sdk

__all__ = ["account", "desk", "ward"]
PROJECT, OUTCOMES, SOURCE = "secondwind", "outcomes", "failures"
POLICY = """
version: 1
regions: [cn-shanghai]
timing: {settle_s: 4, observation_max_age_s: 30}
cooldown: {base_s: 0, factor: 1, max_s: 0}
breaker: null
rules:
  - {name: user-error, match: {message: 'ModuleNotFoundError|SyntaxError'}, action: ignore}
  - {name: the-rest, match: {}, action: rerun}
"""
HOUR = 3600.0


@dataclass
class Town:
    """One local region and a function environment that points at it."""

    cloud: LocalCloud
    logs: LogService
    context_kind: str = "3.12"
    requests: int = 0
    environment: dict[str, str] = field(default_factory=dict)

    def context(self, timeout_s: int = 60) -> Any:
        """A fresh context, of the kind that is set."""
        self.requests += 1
        keys = {"access_key_id": "local", "access_key_secret": "local-secret"} if self.context_kind == "3.10" else None
        return make_context(
            "3.10" if self.context_kind == "3.10" else "3.12",
            request_id=f"request-{self.requests}",
            timeout_s=timeout_s,
            credentials=keys,
        )

    def invoke(self, name: str, body: bytes | Mapping[str, Any] | list[Any]) -> dict[str, Any]:
        """Call a door in this process; the answer must be JSON as FC serialises it."""
        import importlib

        handler: Callable[[bytes, Any], dict[str, Any]] = importlib.import_module(f"functions.{name}.index").handler
        event = body if isinstance(body, bytes) else json.dumps(body).encode()
        answer = handler(event, self.context())
        found: dict[str, Any] = json.loads(json.dumps(answer, sort_keys=True))
        return found

    def put(self, logstore: str, *logs: Mapping[str, str] | list[tuple[str, str]]) -> None:
        """Write logs as one log group, through the official SDK; as pairs where a name comes twice."""
        from aliyun.log import LogItem, PutLogsRequest

        items: list[Any] = [
            LogItem(int(time.time()), contents=list(log if isinstance(log, list) else log.items())) for log in logs
        ]
        self.client().put_logs(PutLogsRequest(PROJECT, logstore, "topic", "source", items))

    def client(self) -> Any:
        """The official Log Service SDK, pointed here."""
        from aliyun.log import LogClient

        client: Sdk = LogClient(self.cloud.endpoint, "local", "local-secret", source="test")
        client._isRowIp = True
        return client

    def outcomes(self) -> list[dict[str, str]]:
        """Every row of the outcome Logstore, in order, as the official SDK pulls them."""
        return self.pulled(OUTCOMES)

    def pulled(self, logstore: str) -> list[dict[str, str]]:
        """Every row of a Logstore."""
        client = self.client()
        cursor = client.get_cursor(PROJECT, logstore, 0, "begin").get_cursor()
        answer = client.pull_logs(PROJECT, logstore, 0, cursor)
        rows: list[Any] = answer.get_flatten_logs_json()
        return [dict(row) for row in rows]

    def trigger_event(self, begin: str = "", end: str = "", **source: Any) -> dict[str, Any]:
        """A Log Service trigger's body for shard 0 of the source Logstore, whole unless cursors are given."""
        client = self.client()
        found = {
            "endpoint": self.cloud.endpoint,
            "projectName": PROJECT,
            "logstoreName": SOURCE,
            "shardId": 0,
            "beginCursor": begin or client.get_cursor(PROJECT, SOURCE, 0, "begin").get_cursor(),
            "endCursor": end or client.get_cursor(PROJECT, SOURCE, 0, "end").get_cursor(),
        }
        return {"parameter": {}, "jobName": "j", "taskId": "t", "cursorTime": 0, "source": {**found, **source}}

    def rerun_calls(self) -> list[dict[str, str]]:
        """Parameters of every mutating call that arrived, whatever became of it."""
        return [dict(call.parameters) for call in self.cloud.openapi.calls if call.action in {"RerunJobs", "RerunJob"}]


@pytest.fixture
def town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    """A region with one project and two Logstores, and the settings of a function in it."""
    cloud = LocalCloud()
    logs = cloud[LogService]
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    with cloud:
        made = Town(cloud, logs)
        made.environment = {
            **{endpoint_variable(system): cloud.endpoint for system in SYSTEMS},
            "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": OUTCOMES,
            "SECONDWIND_LEDGER_URL": f"sqlite://{tmp_path}/ledger.db",
            "SECONDWIND_POLICY_FILE": str(policy),
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
        }
        for name, value in made.environment.items():
            monkeypatch.setenv(name, value)
        client = made.client()
        client.create_project(PROJECT, "outcomes and failures")
        for logstore in (OUTCOMES, SOURCE):
            client.create_logstore(PROJECT, logstore, 30, 1)
        yield made


def hung_cluster(town: Town, *numbers: int) -> Any:
    """A cluster with jobs that have hung for an hour."""
    cluster = town.cloud[Ehpc].cluster("ehpc-hz-1")
    for number in numbers:
        cluster.submit(f"{number}.scheduler", JobSpec(runs=(hangs(), finishes(600))), at=time.time() - HOUR)
    return cluster


def failure(number: int = 1, **more: Any) -> dict[str, Any]:
    """`job-failure/1` of an E-HPC job."""
    told = {"schema": "job-failure/1", "system": "ehpc", "cluster_id": "ehpc-hz-1", "job_id": f"{number}.scheduler"}
    return {**told, "occurred_at": int(time.time()) - 5, **more}


def event(data: Any, event_id: str = "1") -> dict[str, Any]:
    """A CloudEvent as EventBridge delivers it."""
    return {"id": event_id, "source": "hpc.watch", "specversion": "1.0", "type": "job:failed", "data": data}
