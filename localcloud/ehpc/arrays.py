"""Array jobs: the ids of their elements, and how PBS lists their parent."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from localcloud.ehpc.models import Job, State


def subjob_ids(parent_id: str, array_request: str) -> tuple[str, ...]:
    """Ids of an array's subjobs: `12[].scheduler` with `2-7:2` has `12[2].scheduler`, `12[4]…`, `12[6]…`.

    Slurm's `12` has `12_2`, `12_4`, `12_6`. Raises ValueError if the parent's id is neither or the request is not
    `first-last:step`.
    """
    head, brackets, tail = parent_id.partition("[]")
    if not brackets and not head.isdigit():
        raise ValueError(f"{parent_id!r} is not the id of an array's parent: it has no []")
    span, _, step = array_request.partition(":")
    first, _, last = span.partition("-")
    indexes = range(int(first), int(last) + 1, int(step or "1"))
    return tuple(f"{head}[{index}]{tail}" if brackets else f"{head}_{index}" for index in indexes)


def array_seen(parent: Job, subjobs: Sequence[Job]) -> Job:
    """A copy of the parent as it is listed: by what has become of its subjobs."""
    starts = [sub.started_at for sub in subjobs if sub.started_at is not None]
    over = all(sub.state is State.FINISHED for sub in subjobs)
    state = State.FINISHED if over else State.RUNNING if starts else State.QUEUED
    changed = max((sub.modified_at for sub in subjobs), default=parent.modified_at)
    return replace(parent, state=state, started_at=min(starts, default=None), modified_at=changed)
