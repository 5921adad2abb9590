"""Log Service's SDK as it is: it makes a host of each project, which this machine must be made to find."""

from __future__ import annotations

import socket
from typing import Any

import pytest


def _client(port: int) -> Any:
    from aliyun.log import LogClient

    return LogClient(f"http://localhost:{port}", "AKlocal", "local-secret", source="test")


def _works(port: int) -> None:
    from aliyun.log import LogItem, PutLogsRequest

    client = _client(port)
    client.create_project("unmodified", "made by a test")
    client.create_logstore("unmodified", "logs")
    item = LogItem(timestamp=1_767_600_000, contents=[("system", "ehpc")])
    client.put_logs(PutLogsRequest("unmodified", "logs", "", "test", [item]))
    cursor = client.get_cursor("unmodified", "logs", 0, "begin").get_cursor()
    assert client.pull_logs("unmodified", "logs", 0, cursor).get_log_count() == 1


def test_with_names_below_localhost(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where `*.localhost` is this machine (RFC 6761), the endpoint `http://localhost:PORT` is all it takes."""
    looked_up = socket.getaddrinfo

    def below_localhost(host: Any, *rest: Any, **more: Any) -> Any:
        return looked_up("127.0.0.1" if str(host).endswith(".localhost") else host, *rest, **more)

    monkeypatch.setattr(socket, "getaddrinfo", below_localhost)
    _works(port)


def test_with_the_cloud_as_proxy(port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With `http_proxy` no name is looked up: the cloud takes requests that name a host."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{port}")

    def no_name(host: Any, *_rest: Any, **_more: Any) -> Any:
        raise AssertionError(f"{host} was looked up")

    looked_up = socket.getaddrinfo
    monkeypatch.setattr(
        socket,
        "getaddrinfo",
        lambda host, *rest, **more: (looked_up if host == "127.0.0.1" else no_name)(host, *rest, **more),
    )
    _works(port)
