"""Jobs whose output stands still: read from where it ended before, and nothing more is there.

Standard output and standard error are read apart, for each has its own end. A job that never wrote anything is never
told, nor is one whose output could not be read now. Of a long output most is skipped: what counts is its end.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from msgspec import Struct, field

from shared.domain.failure import Failure
from shared.systems.discovery import Fits, found
from shared.systems.ehpc.running import Running, is_meant
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.watch import Silence

SILENT = "silent"
SIZE = 4_096
"""Bytes that one call reads."""
LONGEST_STEP = 1 << 26
MAX_JOBS = 2_000
"""Jobs of a cluster whose output is watched; a document has no room for more."""
TAIL_CHARS = 256
LOOKS_A_SILENCE = 4


class Stream(Struct, array_like=True):
    """One of the two outputs of a run, as far as it was read."""

    end: int = 0
    """So many bytes are there at least."""
    step: int = SIZE
    """How far the next look leaps if there is more than it reads."""


class Heard(Struct, array_like=True):
    """What was heard of a run."""

    start: int
    grown_at: float
    """When output was last seen that had not been seen before (unix seconds)."""
    read_at: float = 0.0
    output: Stream = field(default_factory=Stream)
    errors: Stream = field(default_factory=Stream)
    tail: str = ""
    told: bool = False

    @property
    def wrote(self) -> bool:
        """Whether there is any output at all."""
        return bool(self.output.end or self.errors.end)


class SilenceMemory(Struct, omit_defaults=True):
    """Of one cluster, between looks."""

    heard: dict[str, Heard] = {}
    running: dict[str, Running] = {}
    """Jobs listed in the look that is under way."""


def listen_to(memory: SilenceMemory, jobs: Mapping[str, Running], wanted: Silence, fits: Fits) -> None:
    """Keep those of a page's jobs whose output is watched."""
    for job_id, job in jobs.items():
        meant = is_meant(wanted, job, fits)
        if meant and job.nodes and len(memory.running) < MAX_JOBS:
            memory.running[job_id] = job


def to_read(memory: SilenceMemory, wanted: Silence, now: float) -> list[str]:
    """The jobs whose output is to be read now, who waits longest first; those that run no more are forgotten."""
    for job_id, job in memory.running.items():
        known = memory.heard.get(job_id)
        if known is None or known.start != job.start:
            memory.heard[job_id] = Heard(start=job.start, grown_at=now)
    memory.heard = {job_id: one for job_id, one in memory.heard.items() if job_id in memory.running}
    every_s = wanted.after_s / LOOKS_A_SILENCE
    due = [job_id for job_id, one in memory.heard.items() if not one.told and now - one.read_at >= every_s]
    return sorted(due, key=lambda job_id: memory.heard[job_id].read_at)


def take_in(heard: Heard, stream: Stream, got: bytes, now: float) -> None:
    """What a call read from the end of a stream."""
    if got:
        heard.grown_at = now
        heard.tail = got[-4 * TAIL_CHARS :].decode("utf-8", "replace")[-TAIL_CHARS:]
    stream.end += len(got)


def begin_anew(heard: Heard, stream: Stream, now: float) -> None:
    """What was known of a stream is not there any more: it is read from its beginning, and has changed just now."""
    heard.grown_at = now
    stream.end, stream.step = 0, SIZE


def silent(memory: SilenceMemory, cluster: Cluster, job_id: str, wanted: Silence, now: float) -> Iterator[Failure]:
    """The failure, if the job's output was just found to stand still for so long."""
    heard, job = memory.heard[job_id], memory.running[job_id]
    quiet_s = now - heard.grown_at
    if heard.wrote and quiet_s >= wanted.after_s and not heard.told:
        heard.told = True
        yield found(
            cluster,
            job_id,
            heard.start,
            SILENT,
            occurred_at=heard.grown_at,
            started_at=float(heard.start),
            node=job.nodes[0],
            queue=job.queue,
            owner=job.owner,
            job_name=job.name,
            message=f"{heard.tail}\nno output for {quiet_s:.0f} s",
        )
