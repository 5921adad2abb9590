"""An account on loopback, and `secondwind setup` run in it."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.sls.service import LogService
from localcloud.tablestore.service import Tablestore
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential
from secondwind.commands.setup.run import SetupRequest, SetupTerms, run
from tests.support.sdk import Sdk

KEY = Credential("planted-id-5512", "planted-secret-9017", "planted-token-3348")
PROJECT, LOGSTORE = "sw-setup", "outcomes"
WRITES = re.compile("Create|Update|Delete|Put")


@dataclass
class Account:
    """An account on loopback with nothing in it."""

    logs: LogService
    tables: Tablestore
    endpoint: str
    environ: dict[str, str]
    pauses: list[float] = field(default_factory=list)

    def setup(self, *, yes: bool = False, ask: Callable[[str], bool] | None = None, **options: Any) -> tuple[int, str]:
        """Run the command; status and everything that it wrote."""
        out = io.StringIO()
        terms = SetupTerms(environ=self.environ, ask=ask, sleep=self.pauses.append)
        status = run(SetupRequest(region="cn-hangzhou", yes=yes, **options), terms, out, out)
        return status, out.getvalue()

    def client(self) -> Any:
        """The official Log Service SDK."""
        from aliyun.log import LogClient

        client: Sdk = LogClient(
            self.endpoint, KEY.access_key_id, KEY.access_key_secret, securityToken=KEY.security_token, source="test"
        )
        client._isRowIp = True
        return client

    def written(self) -> list[str]:
        """Operations that changed something, or tried to."""
        return [call.operation for call in self.logs.calls if WRITES.match(call.operation)]


@pytest.fixture
def account() -> Iterator[Account]:
    """Log Service and Tablestore at one port."""
    logs = LogService(SystemClock(), [KEY])
    tables = Tablestore(SystemClock(), [KEY], instance="sw")
    with HttpServer() as server:
        server.mount(tables.serves, tables)
        server.mount(logs.serves, logs)
        endpoint = f"http://127.0.0.1:{server.port}"
        environ = {
            "ALIBABA_CLOUD_ACCESS_KEY_ID": KEY.access_key_id,
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": KEY.access_key_secret,
            "ALIBABA_CLOUD_SECURITY_TOKEN": KEY.security_token,
            "SECONDWIND_SLS_ENDPOINT": endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": LOGSTORE,
            "SECONDWIND_LEDGER_URL": f"tablestore://sw/ledger?endpoint={endpoint}",
        }
        yield Account(logs, tables, endpoint, environ)
    assert list(server.errors) == []
