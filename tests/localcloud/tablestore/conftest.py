"""A local Tablestore behind a real socket, and the official SDK pointed at it, with and without its compiled parser."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from localcloud.clock import ManualClock, SystemClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import Credential
from tests.support.sdk import Sdk

CREDENTIALS = (Credential("AKlocal", "local-secret"), Credential("STS.local", "sts-secret", "sts-token"))
START = 1_800_000_000.0


@pytest.fixture(scope="session")
def sdk() -> Any:
    """The official SDK; importing it warns where its compiled codec does not load."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import tablestore  # type: ignore[import-untyped]  # it publishes no types
    return tablestore


@pytest.fixture
def clock() -> ManualClock:
    """The service's time; requests are dated by the real one."""
    return ManualClock(START)


@pytest.fixture
def service(clock: ManualClock) -> Tablestore:
    """An instance without tables."""
    made = Tablestore(clock, CREDENTIALS, instance="sw", signing_clock=SystemClock())
    made.faults.sleep = clock.advance
    return made


@pytest.fixture
def port(service: Tablestore) -> Iterator[int]:
    """The port at which that service listens."""
    with HttpServer() as server:
        server.mount(service.serves, service)
        yield server.port
    assert list(server.errors) == []


@pytest.fixture(params=[False, True], ids=["python", "native"])
def connect(port: int, sdk: Sdk, request: pytest.FixtureRequest) -> Iterator[Callable[..., Any]]:
    """Make an official client; keyword arguments are the SDK's."""
    made: list[Any] = []

    def client(key_id: str = "AKlocal", secret: str = "local-secret", instance: str = "sw", **options: Any) -> Any:  # noqa: S107 - a made-up key
        defaults = {"retry_policy": sdk.NoRetryPolicy(), "socket_timeout": 5, "enable_native": request.param}
        new = sdk.OTSClient(f"http://127.0.0.1:{port}", key_id, secret, instance, **(defaults | options))
        made.append(new)
        return new

    yield client
    for each in made:
        each.connection.pool.clear()


@pytest.fixture
def client(connect: Callable[..., Any]) -> Any:
    """A client of the user's key."""
    return connect()


@pytest.fixture
def create(client: Sdk, sdk: Sdk) -> Callable[..., None]:
    """Creates a table with one STRING key `key`, predefined `due` and `note`, and an index `<name>_due`."""

    def made(name: str = "jobs", *, ttl_s: int = -1, allow_update: bool | None = None, indexed: bool = True) -> None:
        client.create_table(
            sdk.TableMeta(name, [("key", "STRING")], [("due", "INTEGER"), ("note", "STRING")]),
            sdk.TableOptions(ttl_s, 1, 86_400, allow_update),
            sdk.ReservedThroughput(sdk.CapacityUnit(0, 0)),
            [sdk.SecondaryIndexMeta(f"{name}_due", ["due", "key"], ["note"])] if indexed else [],
        )

    return made


@pytest.fixture
def refused(sdk: Sdk) -> Callable[[Callable[[], Any]], tuple[int, str]]:
    """Status and code with which the service refuses a call."""

    def asked(call: Callable[[], Any]) -> tuple[int, str]:
        with pytest.raises(sdk.OTSServiceError) as caught:
            call()
        return caught.value.http_status, caught.value.code

    return asked


@pytest.fixture
def put(client: Sdk, sdk: Sdk) -> Callable[..., None]:
    """Writes a row; with `expect` (EXPECT_EXIST, …) and a column condition on that condition."""

    def written(key: str, values: list[Any], expect: str = "IGNORE", condition: Any = None) -> None:
        client.put_row("jobs", sdk.Row([("key", key)], values), sdk.Condition(expect, condition))

    return written


@pytest.fixture
def columns_of() -> Callable[[Any], dict[str, Any]]:
    """A read row's values by name; nothing for no row."""

    def named(found: Any) -> dict[str, Any]:
        _, row, _ = found
        return {} if row is None else {name: value for name, value, _ in row.attribute_columns}

    return named
