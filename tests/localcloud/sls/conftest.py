"""A Log Service behind a real socket, and the official SDK pointed at it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.sls.service import LogService
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential

CREDENTIALS = (Credential("AKlocal", "local-secret"), Credential("STS.local", "sts-secret", "sts-token"))


@pytest.fixture
def service() -> LogService:
    """A Log Service with one Logstore of two shards."""
    made = LogService(SystemClock(), CREDENTIALS)
    made.create_logstore("sw-project", "outcomes", shards=2)
    return made


@pytest.fixture
def port(service: LogService) -> Iterator[int]:
    """The port at which that service listens."""
    with HttpServer() as server:
        server.mount(service.serves, service)
        yield server.port
    assert list(server.errors) == []


@pytest.fixture
def connect(port: int) -> Iterator[Callable[..., Any]]:
    """Make an official client; keyword arguments are the SDK's."""
    from aliyun.log import LogClient

    made: list[Any] = []

    def client(key_id: str = "AKlocal", secret: str = "local-secret", **options: Any) -> Any:  # noqa: S107 - a made-up key
        new: Any = LogClient(f"http://127.0.0.1:{port}", key_id, secret, source="test", **options)
        new._isRowIp = True  # keeps the project out of the host name that is looked up
        new.timeout = 5
        made.append(new)
        return new

    yield client
    for each in made:
        each._session.close()
