"""How work grows with what is given: the same on a fast machine, a slow one and a busy one."""

from __future__ import annotations

import time
from collections.abc import Callable

TIMES = 8
"""So many times as much is given."""
LINEAR = 3.0 * TIMES
"""More than linear work ever grows then; quadratic work grows 64 times."""


def growth(work: Callable[[int], object], size: int, runs: int = 3) -> float:
    """How many times as long `work(size)` takes as `work(size // 8)`.

    The least of some runs each, in CPU time of this process: whatever else the machine does only adds to a run.
    """
    return _least(work, size, runs) / max(_least(work, size // TIMES, runs), 1e-6)


def _least(work: Callable[[int], object], size: int, runs: int) -> float:
    def once() -> float:
        begun = time.process_time()
        work(size)
        return time.process_time() - begun

    return min(once() for _ in range(runs))
