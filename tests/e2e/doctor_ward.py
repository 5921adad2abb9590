"""An account on localhost for `secondwind doctor` to look at: healthy, until a test breaks something."""

from __future__ import annotations

import io
import re
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from localcloud.cloud import LocalCloud
from localcloud.fc.answers import FunctionDesk
from localcloud.fc.fc3_wire import Fc3Door
from localcloud.fc.instance.in_process import InProcessFunction
from localcloud.sls.service import LogService
from localcloud.tablestore.service import Tablestore
from localcloud.wire.signing import Credential
from secondwind.commands.doctor.run import DoctorRequest, DoctorTerms, run
from secondwind.commands.setup.run import DONE, SetupRequest, SetupTerms
from secondwind.commands.setup.run import run as set_up

KEY = Credential("planted-id-6620", "planted-secret-1175", "planted-token-9934")
POLICY = """
version: 1
sources:
  - {log: {project: sw-doctor, logstore: failures}, systems: [ehpc]}
rules: [{name: the-rest, match: {}, action: rerun}]
"""


TIMER = {
    "triggerName": "sweep",
    "triggerType": "timer",
    "triggerConfig": '{"cronExpression": "@every 5m", "enable": true}',
}
LOG = {
    "triggerName": "failures",
    "triggerType": "log",
    "sourceArn": "acs:log:cn-hangzhou:1:project/sw-doctor",
    "triggerConfig": '{"sourceConfig": {"logstore": "failures"}, "enable": true}',
}


@dataclass
class Ward:
    """A healthy account, and the environment that is looked at."""

    cloud: LocalCloud
    logs: LogService
    tables: Tablestore
    functions: FunctionDesk
    fc3: Fc3Door
    environ: dict[str, str]
    policy: Path

    def look(self, *, ahead_s: float = 0.0, **wanted: Any) -> Seen:
        """Run the doctor with that clock."""
        out, err = io.StringIO(), io.StringIO()
        asked = DoctorRequest(**{"region": "cn-hangzhou", "source": "sw-doctor/failures", **wanted})
        terms = DoctorTerms(
            environ=self.environ,
            now=lambda: time.time() + ahead_s,
            sleep=lambda _: None,
            root=self.policy.parent,
        )
        status = run(asked, terms, out, err)
        return Seen(status, out.getvalue(), err.getvalue())

    def deploy(self, name: str, *, triggers: list[dict[str, Any]], **environment: str) -> None:
        """A function as s.yaml deploys it, its settings those that are looked at unless given."""
        own = {key: value for key, value in self.environ.items() if key.startswith("SECONDWIND_")}
        own.pop("SECONDWIND_POLICY_FILE")
        call = InProcessFunction(lambda _event, _context: "").invoke
        self.functions.deploy(name, call, triggers=triggers, environment={**own, **environment})


@dataclass
class Seen:
    """What the doctor said."""

    status: int
    out: str
    err: str

    def level(self, check: str, said: str = "") -> str:
        """Level of the first line about that check which says that."""
        for line in self.out.splitlines():
            found = re.match(r"(ok|warn|FAIL|skip) +(.+?): (.*)", line)
            if found and found[2] == check and said in found[3]:
                return found[1]
        raise AssertionError(f"nothing about {check} with {said!r} in\n{self.out}")

    @property
    def failed(self) -> set[str]:
        """Checks that failed."""
        return set(re.findall(r"^FAIL  (.+?): ", self.out, re.MULTILINE))


@pytest.fixture
def ward(tmp_path: Path) -> Iterator[Ward]:
    """Set up by `secondwind setup`, as a user would."""
    cloud = LocalCloud(credentials=(KEY,))
    logs = LogService(cloud.clock, cloud.credentials)
    tables = Tablestore(cloud.clock, cloud.credentials, instance="sw")
    functions = FunctionDesk(cloud.clock)
    fc3 = Fc3Door(functions, cloud.clock, cloud.credentials)
    for wants, service in ((logs.serves, logs), (tables.serves, tables), (fc3.serves, fc3)):
        cloud.mount(wants, service)
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY)
    with cloud:
        environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": KEY.security_token,
            "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
            "SECONDWIND_EHPC_ENDPOINT": cloud.endpoint,
            "SECONDWIND_SCHEDULERX_ENDPOINT": cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": "sw-doctor",
            "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
            "SECONDWIND_LEDGER_URL": f"tablestore://sw/ledger?endpoint={cloud.endpoint}",
            "SECONDWIND_POLICY_FILE": str(policy),
        }
        terms = SetupTerms(environ=environ, sleep=lambda _: None)
        assert set_up(SetupRequest(region="cn-hangzhou", yes=True), terms, io.StringIO(), io.StringIO()) == DONE
        logs.create_logstore("sw-doctor", "failures", shards=1)
        logs.calls.clear()
        tables.calls.clear()
        yield Ward(cloud, logs, tables, functions, fc3, environ, policy)
    assert list(cloud.server.errors) == []


def setting(name: str, value: str) -> Callable[[Ward], None]:
    """Another value."""

    def make(ward: Ward) -> None:
        ward.environ[name] = value

    return make


def closed_port() -> int:
    """Where nobody listens."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    return port
