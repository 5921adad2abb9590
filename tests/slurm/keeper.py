"""Ends whatever belongs to a cluster of the tests, when they stop or however they die.

`python -m tests.slurm.keeper FOLDER` waits for the end of its standard input, which comes also when the process that
holds it is killed. All that a cluster starts (daemons, steps, jobs, their ranks) names its folder in its environment.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import sys
import time
from pathlib import Path

GIVES_UP_S = 20.0


def members(folder: Path) -> list[int]:
    """The processes of that cluster by their ids, without this one; those of others are not looked into."""
    found = []
    for place in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            told = (place / "environ").read_bytes() + (place / "cmdline").read_bytes()
            if os.fsencode(folder) in told and int(place.name) != os.getpid():
                found.append(int(place.name))
    return found


def end_all(folder: Path) -> None:
    """End them, what they have started meanwhile as well, and remove the folder."""
    end = time.monotonic() + GIVES_UP_S
    while (left := members(folder)) and time.monotonic() < end:
        for pid in left:
            with contextlib.suppress(OSError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
    shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    sys.stdin.buffer.read()
    end_all(Path(sys.argv[1]))
