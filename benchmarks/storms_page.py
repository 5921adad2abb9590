"""Runs the benchmarks of storms, and writes what they print into `benchmarks/STORMS.md`.

`python benchmarks/storms_page.py [--count 10000] [--most 100000] [--latency-ms 20] [--deliveries 20]`. A quarter of an
hour on two idle cores.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
PAGE = HERE / "STORMS.md"
_HEAD = """# Storms

Made by `make bench`; not edited by hand. Beside [RESULTS.md](RESULTS.md), which has single events.
"""
_STORMS = """## Many failures in one delivery

To a process that has handled an event; memory is what it takes above that. The floor is the least calls back to back as
bytes over one connection, nothing signed, read or decided, in the same run (of more than 500 as many as these tell): so
the ratio of wall-clock times tells how much of a storm is computing, on this machine and under its load. Clusters only
count ([plain_cluster](plain_cluster.py)); one *slow* answers each call two seconds later, one *broken* answers 500.
Calls by Log Service's names: `lb` is PutLogs, `0` PullLogs of shard 0.
"""
_FLAT = """## Cost of a failure

CPU time over the size of the delivery, one range of a trigger, a thousand jobs a cluster, SQLite.

![CPU a failure over failures in a delivery](flat.svg)
"""
_CROWD = """## Many instances on one ledger

Each a process with the real corridor that heals one delivery of one failure after the other; the ledger answers five
milliseconds later than it would. docs/scale.md says what follows.
"""


def written(storms: str, flat: str, crowd: str) -> str:
    """The page."""
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - ours
    cores, load = len(os.sched_getaffinity(0)), os.getloadavg()[2]
    about = f"{time.strftime('%Y-%m-%d', time.gmtime())}, commit {commit}, {cores} cores, load average {load:.0f}."
    return f"{_HEAD}\n{about}\n\n{_STORMS}\n{storms}\n{_FLAT}\n{flat}\n{_CROWD}\n{crowd}".rstrip("\n") + "\n"


def _told(*command: str) -> str:
    """What it printed; what failed says so on the page, and the other parts are there all the same."""
    run = subprocess.run([sys.executable, *command], stdout=subprocess.PIPE, text=True, check=False)  # noqa: S603 - ours
    print(run.stdout, flush=True)
    return run.stdout if run.returncode == 0 else f"{run.stdout}\nIt ended before its end.\n"


def main() -> None:
    """Run them one after the other."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", default="10000")
    parser.add_argument("--most", default="100000")
    parser.add_argument("--latency-ms", default="20")
    parser.add_argument("--deliveries", default="20", help="of each instance on one ledger")
    chosen = parser.parse_args()
    storms = _told(str(HERE / "storms.py"), "--count", chosen.count, "--latency-ms", chosen.latency_ms)
    flat = _told(str(HERE / "flat.py"), "--most", chosen.most)
    crowd = _told(str(HERE / "crowd.py"), "--deliveries", chosen.deliveries)
    PAGE.write_text(written(storms, flat, crowd), encoding="utf-8")


if __name__ == "__main__":
    main()
