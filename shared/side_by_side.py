"""Turns in threads: a slow or broken cluster delays no other, in what is done and in what is told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from shared.heal import Turn, Walked

if TYPE_CHECKING:
    from concurrent.futures import Future

LANES = 12
"""Clusters and groups at once: fewer than the connections to one place that are kept (`network.kept_http`), and a chunk
of a hundred failures in each is a few megabytes. They wait for the network nearly all the time."""
PAUSE_S = 1.0
"""So long at the most what has ended waits for what has not."""


def side_by_side(turns: Sequence[Turn]) -> Iterator[list[Walked]]:
    """Implements `shared.heal.Lanes`: up to `LANES` at once. A turn that is alone is taken in this thread."""
    if len(turns) < 2:  # noqa: PLR2004 - nobody beside it
        yield [turn() for turn in turns]
        return
    from concurrent.futures import ThreadPoolExecutor, wait  # noqa: PLC0415 - few deliveries need it

    with ThreadPoolExecutor(LANES, thread_name_prefix="lane") as pool:
        left: list[Future[Walked]] = [pool.submit(turn) for turn in turns]
        try:
            while left:
                ended, _ = wait(left, timeout=PAUSE_S)
                walked = [one.result() for one in left if one in ended]
                left = [one for one in left if one not in ended]
                yield walked
        finally:
            for one in left:
                one.cancel()
