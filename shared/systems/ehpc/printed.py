"""What a job has printed, over GetJobLog: a short log whole, of a long one its beginning and its end.

A call reads 400 KiB of each of the two logs at most, and nobody tells how long they are (docs/facts/ehpc.md#job-log).
Where a first part is full, the end is looked for: by calls that read one byte, four times as far on each time until
there is nothing, then by halves. What lies behind the end is empty or refused.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache

from shared.ports import Clock
from shared.systems.ehpc.wire import LOG_BYTES, JobLog, read_log
from shared.systems.openapi import Caller

HEAD_BYTES = LOG_BYTES // 4
"""Of a long log so much of its beginning is kept; the rest of what one call reads is its end."""
FURTHER = 4
MOST_BYTES = 1 << 40
"""No log is longer."""
MOST_S, MOST_FIRST_S = 3.0, 1.0
"""After that nothing more is asked: looks grow old meanwhile; nor where the first call alone took so long."""


def printed(api: Caller, clock: Clock, cluster_id: str, job_id: str, host: str) -> bytes | None:
    """First the job's output, then its errors, each of 400 KiB at most; None if they cannot be had.

    Args:
        api: the caller of this region.
        clock: ends the search.
        cluster_id: the job's.
        job_id: as listed.
        host: the node that it runs on; empty if it does not.
    """

    @cache  # where both logs are long each answer shows both
    def read(offset: int, size: int = LOG_BYTES) -> JobLog | None:
        return read_log(api, cluster_id, job_id, host, offset, size)

    begun_at = clock.now()
    first = read(0)
    if first is None or clock.now() > begun_at + MOST_FIRST_S:
        return first and _joined(first)
    return _joined([_both_ends(part, place, read, clock, begun_at + MOST_S) for place, part in enumerate(first)])


def _joined(parts: Sequence[bytes]) -> bytes:
    return b"\n".join(part for part in parts if part)


def _both_ends(first: bytes, place: int, read: Callable[..., JobLog | None], clock: Clock, until: float) -> bytes:
    """Of a log (the first or the second) of which this is the first part."""
    if len(first) < LOG_BYTES:
        return first

    def goes_on(offset: int) -> bool:
        there = read(offset, 1) if clock.now() < until else None
        return there is not None and bool(there[place])

    begin = max(LOG_BYTES, _near_end(goes_on) + HEAD_BYTES - LOG_BYTES)
    end = read(begin) if clock.now() < until else None
    if end is None or not end[place]:
        return first
    joint = b"" if begin == LOG_BYTES else b"\n"
    rest = first[HEAD_BYTES:] + joint + end[place]
    return first[:HEAD_BYTES] + b"\n" + rest[HEAD_BYTES - LOG_BYTES :]


def _near_end(goes_on: Callable[[int], bool]) -> int:
    """An offset, in bytes, from which less than `HEAD_BYTES` are left of a log that has more than `LOG_BYTES`."""
    near, behind = LOG_BYTES, LOG_BYTES * FURTHER
    while behind < MOST_BYTES and goes_on(behind):
        near, behind = behind, behind * FURTHER
    while behind - near > HEAD_BYTES:
        middle = (near + behind) // 2
        if goes_on(middle):
            near = middle
        else:
            behind = middle
    return near
