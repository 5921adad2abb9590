"""What a job has printed, over GetJobLog: a short log whole, of a long one its beginning and its end.

A call reads 400 KiB of each of the two logs at most, and nobody tells how long they are (docs/facts/ehpc.md#job-log).
Where a first part is full, the end is looked for: by calls that read one byte, four times as far on each time until
there is nothing, then by halves. What lies behind the end is empty or refused.
"""

from __future__ import annotations

from collections.abc import Callable

from shared.ports import Clock
from shared.systems.ehpc.wire import LOG_BYTES, JobLog, read_log
from shared.systems.openapi import Caller

HEAD_BYTES = LOG_BYTES // 4
"""Of a long log so much of its beginning is kept; the rest of what one call reads is its end."""
FURTHER = 4
MOST_BYTES = 1 << 40
"""No log is longer."""
MOST_S = 3.0
"""After that the end is looked for no more: looks grow old meanwhile. What is read then is some part of the middle."""


def printed(api: Caller, clock: Clock, cluster_id: str, job_id: str, host: str) -> bytes | None:
    """First the job's output, then its errors, each of 400 KiB at most; None if they cannot be had.

    Args:
        api: the caller of this region.
        clock: ends the search.
        cluster_id: the job's.
        job_id: as listed.
        host: the node that it runs on; empty if it does not.
    """

    def read(offset: int, size: int = LOG_BYTES) -> JobLog | None:
        return read_log(api, cluster_id, job_id, host, offset, size)

    first = read(0)
    if first is None:
        return None
    long = [len(part) >= LOG_BYTES for part in first]
    if any(long):
        until = clock.now() + MOST_S

        def goes_on(offset: int) -> bool:
            there = read(offset, 1) if clock.now() < until else None
            return there is not None and any(part for part, is_long in zip(there, long, strict=True) if is_long)

        begin = max(LOG_BYTES, _near_end(goes_on) + HEAD_BYTES - LOG_BYTES)
        end = read(begin) or JobLog(b"", b"")
        joint = b"" if begin == LOG_BYTES else b"\n"
        first = JobLog(*(_shortened(*parts, joint) for parts in zip(first, end, long, strict=True)))
    return b"\n".join(part for part in first if part)


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


def _shortened(first: bytes, end: bytes, is_long: bool, joint: bytes) -> bytes:  # noqa: FBT001 - one of a row of parts
    """A log of which these parts are known, without what is over."""
    if not is_long:
        return first
    rest = first[HEAD_BYTES:] + joint + end
    return first[:HEAD_BYTES] + b"\n" + rest[HEAD_BYTES - LOG_BYTES :]
