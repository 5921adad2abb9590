"""Real processes, real ledgers, real kills: never twice, never lost, nothing open for ever."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from pathlib import Path

import pytest

from localcloud.clock import SystemClock
from localcloud.tablestore.service import Tablestore
from localcloud.wire.faults import Fault, FaultKind
from localcloud.wire.server import HttpServer
from localcloud.wire.signing import LOCAL_CREDENTIAL
from shared.domain.credentials import Credentials
from shared.ledger.tablestore import Place as Table
from shared.ledger.tablestore_setup import create_table
from shared.openers.ledger import OpenLedger, open_ledger
from shared.settings import parse_ledger_url
from tests.processes.fast_clock import FastClock
from tests.processes.storm import calm, check, rage
from tests.processes.town import SPEED, open_town
from tests.support.depth import of_today
from tests.support.redis_server import RedisServer

STORM_S = 8.0
"""How long a storm lasts, by the machine's clock."""
STORMS = int(os.environ.get("SECONDWIND_TEST_STORMS", "1"))
"""How many storms for each ledger, each from a seed of its own: set it for a long run."""

KEY = Credentials(access_key_id=LOCAL_CREDENTIAL.access_key_id, access_key_secret=LOCAL_CREDENTIAL.access_key_secret)
ILL = (
    Fault("BatchWriteRow", FaultKind.CLOSE_AFTER_EFFECT, times=2),
    Fault("BatchWriteRow", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=1, times=2),
    Fault("BatchWriteRow", FaultKind.ERROR_AFTER_EFFECT, status=503, code="OTSTimeout", times=2),
    Fault("BatchWriteRow", FaultKind.PART_FAILURE, status=503, code="OTSServerBusy", times=2),
    Fault("BatchWriteRow", FaultKind.THROTTLED, times=2),
    Fault("BatchGetRow", FaultKind.CLOSE_BEFORE_EFFECT, times=2),
    Fault("GetRange", FaultKind.THROTTLED),
)
"""What becomes of requests to a table."""

Place = tuple[str, Callable[[], object]]
"""A ledger's URL, and what goes wrong with it half-way."""


@contextmanager
def sqlite(folder: Path) -> Iterator[Place]:
    """A file."""
    yield f"sqlite://{folder / 'ledger.db'}", lambda: None


@contextmanager
def redis(folder: Path) -> Iterator[Place]:
    """A server that writes each command to the disk before it answers, killed and started anew once."""
    server = RedisServer(folder / "redis", "--appendfsync", "always")

    def restart() -> None:
        server.kill()
        server.start()

    try:
        yield f"redis://127.0.0.1:{server.port}/0", restart
    finally:
        server.stop()


@contextmanager
def tablestore(_folder: Path) -> Iterator[Place]:
    """A table whose service loses answers, is busy and does things late, half-way."""
    service = Tablestore(SystemClock(), [LOCAL_CREDENTIAL], instance="sw")
    with HttpServer() as server:
        server.mount(service.serves, service)
        endpoint = f"http://127.0.0.1:{server.port}"
        assert create_table(Table(endpoint=endpoint, instance="sw", table="ledger"), KEY)
        yield f"tablestore://sw/ledger?endpoint={endpoint}", lambda: list(map(service.faults.add, ILL))
    assert list(server.errors) == []


@pytest.mark.parametrize("seed", range(1, STORMS + 1))
@pytest.mark.parametrize("backend", of_today([sqlite, redis, tablestore]))
def test_nothing_twice_nothing_lost_among_killed_processes(
    tmp_path: Path, backend: Callable[[Path], AbstractContextManager[Place]], seed: int
) -> None:
    """Six processes take overlapping tellings and sweeps while some are killed: each life ends at most once."""
    clock = FastClock(time.time(), SPEED)
    with backend(tmp_path) as (url, half_way), open_town(tmp_path / "town", url, clock, seed) as town:
        rage(town, STORM_S, half_way)
        with closing(_opened(url, clock)) as ledger:
            rounds = calm(town, ledger)
            seen = check(town, ledger)
    sys.stdout.write(json.dumps({"rounds until quiet": rounds, **seen}, indent=1) + "\n")
    assert seen["SIGKILL"] > STORM_S
    assert seen["ProcessExitedError"] > STORM_S


def _opened(url: str, clock: FastClock) -> OpenLedger:
    return open_ledger(parse_ledger_url(url), KEY, clock, lambda: 60.0)
