"""How work grows with what is given: the same on a fast machine, a slow one and a busy one."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

TIMES = 8
"""So many times as much is given."""
LINEAR = 3.0 * TIMES
"""More than linear work ever grows then; quadratic work grows 64 times."""
TRIES = 3


def growth(work: Callable[[int], object], size: int, runs: int = 3) -> float:
    """How many times as long `work(size)` takes as `work(size // 8)`.

    The least of some runs each, in CPU time of this process: whatever else the machine does only adds to a run. What
    looks like more than linear work is therefore run some more.
    """
    large = small = math.inf
    for _ in range(TRIES):
        large, small = min(large, _least(work, size, runs)), min(small, _least(work, size // TIMES, runs))
        if large < LINEAR * small:
            break
    return large / max(small, 1e-6)


def _least(work: Callable[[int], object], size: int, runs: int) -> float:
    def once() -> float:
        begun = time.process_time()
        work(size)
        return time.process_time() - begun

    return min(once() for _ in range(runs))
