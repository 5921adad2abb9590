"""Runs the benchmarks of storms, and writes what they print into `benchmarks/STORMS.md`.

`python benchmarks/storms_page.py [--count 10000] [--most 100000] [--latency-ms 20] [--deliveries 20]`. A quarter of an
hour on two idle cores. `--only WORD` measures some storms alone, and says in their rows of which tree they are.
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
bytes over one connection, nothing signed, read or decided, in the same run (of more than 200 as many as these tell): so
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
    about = f"{time.strftime('%Y-%m-%d', time.gmtime())}, {_tree()}."
    return f"{_HEAD}\n{about}\n\n{_STORMS}\n{storms}\n{_FLAT}\n{flat}\n{_CROWD}\n{crowd}".rstrip("\n") + "\n"


def _tree() -> str:
    git = ["git", "rev-parse", "--short", "HEAD"]
    commit = subprocess.run(git, cwd=HERE, capture_output=True, text=True, check=True).stdout.strip()  # noqa: S603 - ours
    return f"commit {commit}, {len(os.sched_getaffinity(0))} cores, load average {os.getloadavg()[2]:.0f}"


def with_rows(page: str, storms: str, word: str) -> str:
    """The page with these storms' rows in place of those whose name has that word, each saying of which tree it is."""
    told = [row.replace(" |", f" ({_tree()}) |", 1) for row in storms.splitlines() if row.startswith(f"| {word}")]
    lines = page.splitlines()
    old = [place for place, line in enumerate(lines) if line.startswith(f"| {word}")]
    if not (told and old):
        return page
    kept = [line for line in lines if not line.startswith(f"| {word}")]
    return "\n".join([*kept[: old[0]], *told, *kept[old[0] :]]) + "\n"


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
    parser.add_argument("--only", default="", help="storms whose name begins with this word")
    chosen = parser.parse_args()
    only = ("--only", chosen.only)
    storms = _told(str(HERE / "storms.py"), "--count", chosen.count, "--latency-ms", chosen.latency_ms, *only)
    if chosen.only:
        PAGE.write_text(with_rows(PAGE.read_text("utf-8"), storms, chosen.only), encoding="utf-8")
        return
    flat = _told(str(HERE / "flat.py"), "--most", chosen.most)
    crowd = _told(str(HERE / "crowd.py"), "--deliveries", chosen.deliveries)
    PAGE.write_text(written(storms, flat, crowd), encoding="utf-8")


if __name__ == "__main__":
    main()
