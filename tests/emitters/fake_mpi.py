"""A pretended `mpirun`: rank processes that compute step by step, beat, and wait for each other at every step.

fake_mpi.py RANKS STEPS [DIES AT] [FOLDER]: rank DIES kills itself at step AT, and as the others wait for it for ever,
so does the launcher, after it has said what Open MPI says. In FOLDER each rank touches `rank-<n>` at each step.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

STEP_S = 0.05


def rank(number: int, steps: int, dies_at: int, folder: str) -> None:
    """One rank: as many steps as it lives."""
    for step in range(steps):
        if step == dies_at:
            os.kill(os.getpid(), signal.SIGKILL)
        if folder:
            Path(folder, f"rank-{number}").write_text(str(step))
        if number == 0:
            os.write(1, f"step {step} residual 1e-{step}\n".encode())
        time.sleep(STEP_S)


def main(ranks: int, steps: int, dies: int = -1, at: int = -1, folder: str = "") -> None:
    """The launcher."""
    pids: dict[int, int] = {}
    for number in range(ranks):
        pid = os.fork()
        if pid == 0:
            # nobody gets past the step at which one is missing
            rank(number, steps if dies < 0 or number == dies else at + 1, at if number == dies else -1, folder)
            os._exit(0)
        pids[pid] = number
    for _ in range(ranks):
        pid, status = os.wait()
        if os.WIFSIGNALED(status):
            text = f"mpirun noticed that process rank {pids[pid]} with PID {pid} on node compute003 exited on signal 9"
            os.write(2, f"{'-' * 74}\n{text} (Killed).\n".encode())
    if dies >= 0:
        signal.pause()


if __name__ == "__main__":
    numbers = [int(text) for text in sys.argv[1:5]]
    dies, at = numbers[2:] or (-1, -1)
    main(numbers[0], numbers[1], dies, at, "".join(sys.argv[5:6]))
