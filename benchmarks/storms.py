"""Storms: many failures in one delivery, beside the floor (the least calls back to back), in the same run.

`python benchmarks/storms.py [--latency-ms 20] [--count 10000]`. A storm takes seconds and happens once, so what is
compared is wall-clock time with a latency before each answer, and beside it CPU time a failure. Memory is what the
process takes above what it had after its first event, when every SDK was loaded.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from msgspec import Struct

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import Code, Instance, at_hand
from benchmarks.region import Region

JOBS_A_PAGE, JOBS_A_CALL, LOGS_A_PUT = 50, 100, 4096
MOST_FLOOR_CALLS = 200
"""Made back to back; what more would take is reckoned from them: one takes as long as the other."""
SLOW_S = 2.0
WATCHED = [f"ehpc-hz-w{number}" for number in range(10)]
POLICY = f"""version: 1
breaker: null
cooldown: {{base_s: 0, factor: 1, max_s: 0}}
timing: {{stale_event_s: 2419200}}
discover: {{ehpc: [{{clusters: [{", ".join(WATCHED)}], overdue: {{after_h: 2}}}}]}}
rules:
  - {{name: node-lost, match: {{message: node of this job is down}}, action: rerun}}
"""


class Storm(Struct, frozen=True, kw_only=True):
    """What one delivery took."""

    name: str
    failures: int
    counts: dict[str, int]
    wall_s: float
    floor_s: float
    cpu_ms: float
    """A failure."""
    above_mb: float
    """Above the process after its first event."""
    calls: dict[str, int]

    def row(self) -> str:
        """Of the page's table."""
        counts, calls = (
            ", ".join(f"{count:,} {name}" for name, count in of.items()) for of in (self.counts, self.calls)
        )
        return (
            f"| {self.name} | {self.wall_s:.1f} s | {self.floor_s:.1f} s | {self.wall_s / self.floor_s:.1f} "
            f"| {self.cpu_ms:.2f} ms | {self.above_mb:.0f} MB | {counts} | {calls} |"
        )


HEAD = f"""| storm | wall | floor | ratio | CPU a failure or job | memory above | outcomes | calls |
{"|---" * 8}|"""


class Ground:
    """A region, a policy without a breaker, and the code that is measured."""

    def __init__(self, region: Region, folder: Path, code: Code) -> None:
        self.region, self.code = region, code
        self.policy = folder / "policy.yaml"
        self.policy.write_text(POLICY, encoding="utf-8")

    def storm(self, name: str, door: str, ledger: str, told: Callable[[], Any], failures: int, least: int) -> Storm:
        """One delivery to a process that has handled one event, beside `least` calls of the floor."""
        environment = {**self.region.environment(ledger), "SECONDWIND_POLICY_FILE": str(self.policy)}
        with Instance(self.code, f"functions.{door}.index", environment) as instance:
            instance.handle(self._first(door))
            first = instance.handle(self._first(door))
            event = told()
            self.region.order("calls")
            took = instance.handle(event)
            calls = self.region.order("calls")["calls"]
        floor = Code(self.code.python, (Path(__file__).parent,), self.code.kind)
        with Instance(floor, "floor", environment) as instance:
            instance.handle({"calls": 1})
            made = min(least, MOST_FLOOR_CALLS)
            floor_s = instance.handle({"calls": made})["wall"] * least / made
        return Storm(
            name=name,
            failures=failures,
            counts=took["counts"],
            wall_s=took["wall"],
            floor_s=floor_s,
            cpu_ms=took["cpu"] * 1000 / failures,
            above_mb=took["peak_mb"] - first["peak_mb"],
            calls={action: count for action, count in sorted(calls.items()) if count},
        )

    def _first(self, door: str) -> Any:
        if door == "discover":
            return {"dry_run": True}  # a turn that is not remembered, so that the next one is due
        told = self.region.order("jobs", cluster="ehpc-hz-warm")
        return self.region.order("logged", told=told) if door == "log_trigger" else told


def least_calls(failures: int, clusters: int = 1) -> int:
    """Pages that show the jobs, calls that rerun them, requests that tell it."""
    each = failures // clusters
    pages, reruns = -(-each // JOBS_A_PAGE), -(-each // JOBS_A_CALL)
    return clusters * (pages + reruns) + -(-failures // LOGS_A_PUT)


def one_cluster(ground: Ground, count: int, ledger: str, door: str = "log_trigger") -> Storm:
    """All in one cluster."""

    def told() -> Any:
        jobs = ground.region.order("storm", cluster="ehpc-hz-" + door.replace("_", ""), count=count)
        return ground.region.order("logged", told=jobs) if door == "log_trigger" else jobs

    name = f"{count:,} in one cluster, {door}, {ledger.partition(':')[0]}"
    return ground.storm(name, door, ledger, told, count, least_calls(count))


def many_clusters(ground: Ground, count: int, ledger: str, *, clusters: int = 50, trouble: bool = True) -> Storm:
    """Spread evenly, told by an array of events; one cluster slow in each answer and one that only fails."""
    names = [f"ehpc-hz-{'t' if trouble else 'f'}{number:03}" for number in range(clusters)]

    def told() -> Any:
        jobs = [ground.region.order("storm", cluster=name, count=count // clusters) for name in names]
        if trouble:
            ground.region.order("trouble", slow={names[3]: SLOW_S}, broken=[names[7]])
        return [job for some in zip(*jobs, strict=True) for job in some]

    kind = "one slow and one broken" if trouble else "all well"
    name = f"{count:,} over {clusters} clusters, {kind}, {ledger.partition(':')[0]}"
    took = ground.storm(name, "event_trigger", ledger, told, count, least_calls(count, clusters))
    ground.region.order("trouble", slow={}, broken=[])
    return took


def many_days(ground: Ground, ledger: str) -> Storm:
    """2,000 failed instances of 40 SchedulerX jobs on 30 days: one day of each job is rerun, the others wait for it."""

    def told() -> Any:
        return ground.region.order("days", jobs=40, days=30, count=50)

    least = 40 + 40 + 2_000 + 80 + 1
    name = "2,000 days of 40 SchedulerX jobs, sqlite"
    return ground.storm(name, "event_trigger", ledger, told, 2_000, least)


def swept(ground: Ground, ledger: str, count: int, clusters: int = 1) -> Storm:
    """One run of the sweep with so many due: none of which could be looked at before."""

    def told() -> Any:
        names = [f"ehpc-hz-s{clusters}x{number:02}" for number in range(clusters)]
        environment = {**ground.region.environment(ledger), "SECONDWIND_POLICY_FILE": str(ground.policy)}
        with Instance(ground.code, "functions.event_trigger.index", environment) as instance:
            for name in names:
                ground.region.order("trouble", slow={}, broken=[name])
                instance.handle(ground.region.order("storm", cluster=name, count=count // clusters))
        ground.region.order("trouble", slow={}, broken=[])
        time.sleep(31)  # a look that failed is made again after half a minute
        return {}

    where = "one cluster" if clusters == 1 else f"{clusters} clusters"
    name = f"sweep with {count:,} due in {where}, {ledger.partition(':')[0]}"
    return ground.storm(name, "sweep", ledger, told, count, least_calls(count, clusters))


def discovered(ground: Ground, ledger: str, running: int) -> Storm:
    """A period of the discovery: running jobs in ten watched clusters are looked through, and none is overdue."""

    def told() -> Any:
        for name in WATCHED:
            ground.region.order("storm", cluster=name, count=running // len(WATCHED))
        return {}

    least = len(WATCHED) * -(-running // len(WATCHED) // JOBS_A_PAGE)
    return ground.storm(f"discovery's period, {running:,} jobs, sqlite", "discover", ledger, told, running, least)


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--only", default="", help="storms whose name has this word")
    chosen = parser.parse_args()
    with Region(chosen.latency_ms) as region, tempfile.TemporaryDirectory() as folder:
        ground = Ground(region, Path(folder), at_hand())
        sqlite = f"sqlite://{folder}/ledger.db"
        storms: list[tuple[str, Callable[[], Storm]]] = [
            ("log", lambda: one_cluster(ground, chosen.count, sqlite)),
            ("event", lambda: one_cluster(ground, chosen.count, sqlite, "event_trigger")),
            ("tablestore", lambda: one_cluster(ground, chosen.count, region.tablestore_url)),
            ("well", lambda: many_clusters(ground, chosen.count, sqlite, trouble=False)),
            ("trouble", lambda: many_clusters(ground, chosen.count, sqlite)),
            ("days", lambda: many_days(ground, f"sqlite://{folder}/days.db")),
            ("sweep", lambda: swept(ground, f"sqlite://{folder}/sweep.db", chosen.count)),
            ("sweep", lambda: swept(ground, f"sqlite://{folder}/sweep50.db", chosen.count, clusters=50)),
            ("discover", lambda: discovered(ground, f"sqlite://{folder}/discover.db", chosen.count)),
        ]
        print(HEAD, flush=True)
        for name, storm in storms:
            if chosen.only in name:
                print(storm().row(), flush=True)


if __name__ == "__main__":
    main()
