"""N function instances at once on one ledger: conflicts, retries and latency of the real corridor, for each ledger.

`python benchmarks/crowd.py [--ledger-ms 5] [--deliveries 40]`. Each instance is a process that heals one delivery after
the other, one failure in each, all of one cluster, whose breaker is then the one document that everybody writes; beside
it the same spread over as many clusters as there are instances. Job systems and the Logstore answer at once: what is
measured is the ledger, its documents and what the corridor does about conflicts. A wait before each of the ledger's
answers plays the network; without it nobody would ever meet anybody.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from msgspec import Struct

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.region import KEY, SECRET, Region
from shared.domain.call import CallResult, Effect, Target
from shared.domain.credentials import Credentials
from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.domain.snapshot import Observation
from shared.heal import Healer, Invocation, Report
from shared.intake import Context, read_events
from shared.ledger.several import OpenLedger
from shared.openers.ledger import open_ledger
from shared.policy.model import Action, Breaker, Match, Policy, Rule
from shared.ports import Due, Stored, WholeSave, Write, whole_save_of
from shared.reality import SystemChance, SystemClock
from shared.settings import parse_ledger_url
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.redis_server import RedisServer

INSTANCES = (1, 2, 4, 8, 16)
POLICY = Policy(
    version=1,
    breaker=Breaker(max_jobs=10_000_000),
    rules=(Rule(name="all", match=Match(message="down"), action=Action.RERUN),),
)


class Row(Struct, frozen=True, kw_only=True):
    """What one number of instances did."""

    ledger: str
    clusters: str
    instances: int
    deliveries: int
    a_second: float
    p50_ms: float
    p95_ms: float
    trips: float
    """Round trips to the ledger, a delivery."""
    conflicts: float
    """Documents that a save found changed, a delivery."""
    contended: int
    """Failures that had to wait because others kept writing the same documents."""

    def line(self) -> str:
        """For people, and as a row of a page."""
        return (
            f"| {self.ledger} | {self.clusters} | {self.instances} | {self.a_second:.0f} | {self.p50_ms:.0f} "
            f"| {self.p95_ms:.0f} | {self.trips:.1f} | {self.conflicts:.2f} | {self.contended} of {self.deliveries} |"
        )


HEAD = (
    "| ledger | clusters | instances | deliveries a second | p50, ms | p95, ms | round trips each | conflicts each "
    "| told to wait |\n|---|---|---|---|---|---|---|---|---|"
)


class _Watched:
    """A ledger some milliseconds away, whose conflicts are counted."""

    def __init__(self, near: OpenLedger, away_s: float) -> None:
        self._near, self._away_s = near, away_s
        self.trips = self.conflicts = 0
        self.save_whole: WholeSave | None = self._save_whole if whole_save_of(near) else None

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        self._went()
        return self._near.load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        return self._saved(writes, self._near.save)

    def _save_whole(self, writes: Sequence[Write]) -> frozenset[str]:
        return self._saved(writes, whole_save_of(self._near) or self._near.save)

    def _saved(self, writes: Sequence[Write], save: WholeSave) -> frozenset[str]:
        self._went()
        found = save(writes)
        self.conflicts += len(found)
        return found

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        return self._near.due(before, limit, after)

    def _went(self) -> None:
        self.trips += 1
        time.sleep(self._away_s)


class _Hung:
    """A job system in which every job hangs and every call is taken."""

    batch_size = 100

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        now = time.time()
        return [
            EhpcSnapshot(
                job_id=one.job_id,
                state=State.RUNNING,
                start_time=int(now) - 3600,
                rerunnable=True,
                look_begun_at=now,
            )
            for one in failures
        ]

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        return [CallResult(effect=Effect.DONE, api="RerunJobs", left_at=time.time()) for _ in targets]


class _Nowhere:
    def put(self, records: Sequence[Mapping[str, str]]) -> None:
        """Taken."""


def instance(url: str, cluster: str, name: str, deliveries: int, away_s: float) -> None:
    """One process: waits for the sign, heals, prints what it took."""
    clock = SystemClock()
    keys = Credentials(access_key_id=KEY, access_key_secret=SECRET)
    near = open_ledger(parse_ledger_url(url), keys, clock, lambda: 600.0, keeps=True)
    ledger = _Watched(near, away_s)
    ledger.load(["breaker/none"])
    print("ready", flush=True)
    sys.stdin.readline()
    ledger.trips = 0
    latencies, waiting = [], 0
    for number in range(deliveries):
        begun = time.perf_counter()
        report = _delivered(ledger, clock, cluster, f"{name}{number:04}.scheduler")
        latencies.append(time.perf_counter() - begun)
        if {one.outcome.verdict for one in report.results} - {"rerun", "deferred"}:
            raise SystemExit(f"expected a rerun, got {report.results[0].outcome.message}")
        waiting += sum(one.outcome.reason == "contended" for one in report.results)
    near.close()
    told = {"latencies": latencies, "trips": ledger.trips, "conflicts": ledger.conflicts, "contended": waiting}
    print(json.dumps(told), flush=True)


def _delivered(ledger: _Watched, clock: SystemClock, cluster: str, job: str) -> Report:
    told = {"system": "ehpc", "cluster_id": cluster, "job_id": job, "occurred_at": time.time() - 5, "message": "down"}
    intake = read_events(json.dumps([told]).encode(), Context(region="cn-hangzhou", now=clock.now()))
    healer = Healer(
        systems=lambda _system, _region: _Hung(),
        ledger=ledger,
        sink=_Nowhere(),
        clock=clock,
        chance=SystemChance(),
        policy=POLICY,
        invocation=Invocation(job, clock.now() + 60),
    )
    return healer.handle(intake, Trigger.EVENT)


def crowd(ledger: str, url: str, count: int, deliveries: int, away_s: float, *, apart: bool) -> Row:
    """So many instances at once; each about a cluster of its own, or all about one."""
    processes, here = [], f"ehpc-hz-{time.time_ns()}"
    for number in range(count):
        cluster = f"{here}x{number}" if apart else here
        order = json.dumps([url, cluster, f"{time.time_ns() % 10**8}{number:02}", deliveries, away_s])
        command = [sys.executable, str(Path(__file__).resolve()), "--instance", order]
        processes.append(
            subprocess.Popen(  # noqa: S603 - ourselves
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env={**os.environ}
            )
        )
    for one in processes:
        assert one.stdout is not None  # noqa: S101 - for the types
        one.stdout.readline()
    begun = time.perf_counter()
    for one in processes:
        assert one.stdin is not None  # noqa: S101 - for the types
        one.stdin.write("go\n")
        one.stdin.flush()
    told = [json.loads(one.communicate()[0].splitlines()[-1]) for one in processes]
    wall = time.perf_counter() - begun
    latencies = sorted(taken for one in told for taken in one["latencies"])
    total = len(latencies)
    return Row(
        ledger=ledger,
        clusters="one each" if apart else "one",
        instances=count,
        deliveries=total,
        a_second=total / wall,
        p50_ms=statistics.median(latencies) * 1000,
        p95_ms=latencies[int(total * 0.95)] * 1000,
        trips=sum(one["trips"] for one in told) / total,
        conflicts=sum(one["conflicts"] for one in told) / total,
        contended=sum(one["contended"] for one in told),
    )


@contextmanager
def ledgers() -> Iterator[dict[str, Callable[[], str]]]:
    """URLs of a ledger of each kind: a file, a real server, the local cloud's table."""
    with Region(0.0) as region, tempfile.TemporaryDirectory() as folder:
        redis = RedisServer(Path(folder) / "redis")
        try:
            yield {
                "SQLite": lambda: f"sqlite://{folder}/ledger.db",
                "Redis": lambda: f"redis://127.0.0.1:{redis.port}",
                "Tablestore": lambda: region.tablestore_url,
            }
        finally:
            redis.kill()


def measured(away_s: float, deliveries: int, counts: Sequence[int], only: str = "") -> Iterator[Row]:
    """Each ledger, each number of instances, in one cluster and in one each."""
    with ledgers() as urls:
        for ledger, url in urls.items():
            for apart in (False, True):
                for count in counts if only in ledger else ():
                    if not (apart and count == 1):
                        yield crowd(ledger, url(), count, deliveries, away_s, apart=apart)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--ledger-ms", type=float, default=5.0)
    parser.add_argument("--deliveries", type=int, default=40, help="of each instance")
    parser.add_argument("--most", type=int, default=16, help="instances")
    parser.add_argument("--only", default="", help="ledgers whose name has this word")
    parser.add_argument("--instance", default="", help=argparse.SUPPRESS)
    chosen = parser.parse_args()
    if chosen.instance:
        order: Any = json.loads(chosen.instance)
        instance(*order)
        return
    print(HEAD, flush=True)
    counts = [count for count in INSTANCES if count <= chosen.most]
    for row in measured(chosen.ledger_ms / 1000, chosen.deliveries, counts, chosen.only):
        print(row.line(), flush=True)


if __name__ == "__main__":
    main()
