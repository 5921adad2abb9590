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

from shared.domain.credentials import Credentials
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


@pytest.mark.parametrize("seed", range(1, STORMS + 1))
@pytest.mark.parametrize("backend", of_today([sqlite, redis]))
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
    return open_ledger(parse_ledger_url(url), Credentials(access_key_id="", access_key_secret=""), clock, lambda: 60.0)
