"""All that is measured, in one command, and what came of it in `benchmarks/RESULTS.md`.

`python benchmarks/bench.py [--latency-ms 20] [--rounds 9]` measures and writes; `--short --check` measures a little and
fails on a ratio that is worse by a third than the kept one (`benchmarks/kept.json`), which `--keep` writes anew from
five such runs: of each comparison the second best, which no single lucky take makes. Ratios are of CPU time, of things
that ran in turns in one run: how fast the machine is, and who else is at work on it, cancel out. Judged is the ratio of
the cheapest takes, which others disturb least; what seems worse is measured once more.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Collection
from contextlib import ExitStack
from pathlib import Path

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks import doors
from benchmarks.doors import Meant
from benchmarks.instances import bundled
from benchmarks.region import Region
from benchmarks.spread import Compared
from tests.support.redis_server import RedisServer

ROOT = Path(__file__).resolve().parents[1]
RESULTS, KEPT = ROOT / "benchmarks" / "RESULTS.md", ROOT / "benchmarks" / "kept.json"
WORSE_BY = 4 / 3
KEEP_RUNS = 5
SHORT_ROUNDS = 4
SHORT_DOORS = ("event_trigger, rerun", "event_trigger, no call to a job system", "sweep, nothing due")
MOST_RANGES = 5
"""A range of so many logs takes about as long each time."""
FOREIGN_LOGS, SHORT_FOREIGN_LOGS = 100_000, 5_000
_HEAD = """# Results

Made by `make bench`; not edited by hand. Ratios are of CPU time of things that ran in turns in the same run: the middle
one of the ratios take by take, and behind it the middle half of them. Wall-clock ratios stand beside them: on a machine
that others use they tell less. *The sample function* is `sample_function.py`: official product SDKs, clients kept, one
look, one rerun, one PutLogs; no ledger, no policy, no limits. *The floor* is `floor.py`: as many calls as the job
system and Log Service need for it, back to back, as bytes.
"""
_MORE = """## What a failure costs in deliveries of any size

![CPU a failure over failures in a delivery](flat.svg)

Its figures, storms and instances on one ledger: [STORMS.md](STORMS.md).
"""


def measured(latency_ms: float, rounds: int, *, short: bool, only: Collection[str] = ()) -> list[Compared]:
    """The doors, cold and warm; `only`: comparisons of these names."""
    with Region(latency_ms) as region, ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory())
        ledgers = {"SQLite": f"sqlite://{folder}/ledger.db"}
        if not short:
            ledgers["Tablestore"] = region.tablestore_url
            ledgers |= _redis(stack, Path(folder) / "redis")
        meant = Meant(only or [f"cold, SQLite: {door}" for door in SHORT_DOORS] + ["warm"] if short else only)
        takes = rounds * (2 if short else 4)  # a warm event is soon over: its middle lies still with many
        found = doors.cold(region, rounds, ledgers, meant) + doors.warm(region, takes, ledgers, meant)
        first = dict(list(ledgers.items())[:1])  # which ledger it is does not matter to logs that tell nothing
        return found + doors.foreign(
            region, min(rounds, MOST_RANGES), first, meant, SHORT_FOREIGN_LOGS if short else FOREIGN_LOGS
        )


def _redis(stack: ExitStack, folder: Path) -> dict[str, str]:
    """A server of its own, until the stack is left; nothing where none is installed."""
    if shutil.which("redis-server") is None:
        print("no redis-server: its rows are left out")
        return {}
    redis = RedisServer(folder)
    stack.callback(redis.kill)
    return {"Redis": f"redis://127.0.0.1:{redis.port}"}


def worse(found: list[Compared], kept: dict[str, float]) -> list[str]:
    """What got worse by a third, in words. What is not kept is not judged."""
    return [
        f"{one.name}: {one.least_ratio:.2f}, it was {kept[one.name]:.2f}"
        for one in found
        if one.name in kept and one.least_ratio > kept[one.name] * WORSE_BY
    ]


def kept_of(runs: list[list[Compared]]) -> dict[str, float]:
    """By name the second best of the runs."""
    by_name = {
        one.name: sorted(other.least_ratio for run in runs for other in run if other.name == one.name)
        for one in runs[0]
    }
    return {name: round(ratios[1], 3) for name, ratios in by_name.items()}


def written(found: list[Compared], latency_ms: float) -> str:
    """The page."""
    ours, _ = bundled()
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, cwd=ROOT, capture_output=True, text=True, check=True)  # noqa: S603 - the line above
    about = (
        f"{time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit.stdout.strip()}, Python {ours.kind} of Function "
        f"Compute from the bundle, {platform.machine()} with {_cores()} cores, {latency_ms:g} ms before each answer."
    )
    rows = [
        f"| {one.name} | **{one.ratio:.2f}** | {one.spread[0]:.2f} to {one.spread[1]:.2f} | {one.wall_ratio:.2f} "
        f"| {'' if one.floor_ratio is None else f'{one.floor_ratio:.2f}'} "
        f"| {one.cpu * 1000:.1f} ms | {one.baseline_cpu * 1000:.1f} ms | {one.peak_mb:.0f} MB | {one.takes} |"
        for one in found
    ]
    table = [
        "| what | CPU, ratio | spread | wall, ratio | wall over the floor | CPU | sample function's | memory | takes |",
        "|---|---|---|---|---|---|---|---|---|",
        *rows,
    ]
    return "\n".join([_HEAD, about, "", "## Doors beside the sample function", "", *table, "", _MORE])


def _cores() -> int:
    return len(os.sched_getaffinity(0))


def main() -> int:
    """Exit status: 1 if something got worse by a third."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--latency-ms", type=float, default=20.0)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--short", action="store_true", help="SQLite alone, few takes, no page")
    parser.add_argument("--check", action="store_true", help="fail on what got worse")
    parser.add_argument("--keep", action="store_true", help="keep these ratios as those to judge by")
    chosen = parser.parse_args()
    rounds = SHORT_ROUNDS if chosen.short else chosen.rounds
    found = measured(chosen.latency_ms, rounds, short=chosen.short)
    print(*(one.line() for one in found), sep="\n")
    if not chosen.short:
        RESULTS.write_text(written(found, chosen.latency_ms), encoding="utf-8")
    kept = json.loads(KEPT.read_text(encoding="utf-8"))
    if chosen.keep:
        again = [measured(chosen.latency_ms, rounds, short=chosen.short) for _ in range(KEEP_RUNS - 1)]
        kept |= kept_of([found, *again])
        KEPT.write_text(json.dumps(kept, indent=2) + "\n", encoding="utf-8")
    problems = worse(found, kept) if chosen.check else []
    if problems:
        names = [one.name for one in found if worse([one], kept)]
        problems = worse(measured(chosen.latency_ms, rounds * 2, short=chosen.short, only=names), kept)
    print(*problems, sep="\n")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
