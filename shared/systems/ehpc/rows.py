"""A job's row in a list of E-HPC: its id, and what it says about the job.

Of a page of fifty mostly one is looked for, and a row has a thousand bytes: the others are not read.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar

import msgspec
from msgspec import Struct

from shared.domain.job import State
from shared.reading.shape import decoder_of, shaped
from shared.systems.ehpc.nodes import listed
from shared.systems.ehpc.snapshot import EhpcSnapshot

Listed = Mapping[str, Any] | msgspec.Raw
"""A job's members as a list has them, read or still as they came."""
_T = TypeVar("_T")
_STATES = {state.value: state for state in (State.QUEUED, State.RUNNING, State.FINISHED)}
_NONE = frozenset({"", "none", "null"})
"""What stands for no value: empty text, or what Python and JSON write for it."""


class _Named(Struct, rename="pascal"):
    id: Any = None


class _Job(Struct, rename="pascal"):
    id: str | int
    state: str = ""
    start_time: str | int | None = None
    last_modify_time: str | int | None = None
    rerunable: bool | None = None
    array_request: str | None = None
    owner: str | None = None
    queue: str | None = None
    name: str | None = None
    node_list: Any = None


@cache
def _reading(kind: Any) -> msgspec.json.Decoder[Any]:
    return decoder_of(kind, strict=False)


def _read(row: msgspec.Raw, kind: Callable[..., _T]) -> _T:
    try:
        found: _T = _reading(kind).decode(row)
    except msgspec.ValidationError:
        raise
    except (msgspec.DecodeError, UnicodeDecodeError):  # what stands in its texts was not looked at before
        raise msgspec.ValidationError("a job of the list is no JSON") from None
    return found


def id_of(job: Any) -> Any:
    """As it stands in the list. Of a job that is none of those looked for nothing else is read."""
    if isinstance(job, msgspec.Raw):
        return _read(job, _Named).id
    if not isinstance(job, dict):
        raise msgspec.ValidationError("a job of the list is no object")
    return job.get("Id")


def snapshot(shown: Listed, look_begun_at: float, called: str = "") -> EhpcSnapshot:
    """What a list says about one job; `called`: by which id, if not by the one that it has there.

    Raises:
        msgspec.ValidationError: A member has a type or a text that nobody documented.
    """
    job = _read(shown, _Job) if isinstance(shown, msgspec.Raw) else shaped(shown, _Job, strict=False)
    array = job.array_request or ""
    return EhpcSnapshot(
        job_id=called or str(job.id),
        state=_STATES.get(job.state, State.UNKNOWN),
        start_time=_unix(job.start_time),
        last_modify_time=_unix(job.last_modify_time),
        rerunnable=job.rerunable is not False,
        array_request="" if array.lower() in _NONE else array,
        owner=(job.owner or "").partition("@")[0],
        queue=job.queue or "",
        name=job.name or "",
        nodes=listed(job.node_list),
        look_begun_at=look_begun_at,
    )


def _unix(written: str | int | None) -> int | None:
    """Unix seconds; none where the list says none: empty, 0, or a word for it."""
    if written is None or written in {"0", 0} or (isinstance(written, str) and written.lower() in _NONE):
        return None
    if isinstance(written, int):
        return written
    if written.isascii() and written.isdigit() and len(written) <= 12:  # noqa: PLR2004 - beyond any real second
        return int(written)
    raise msgspec.ValidationError("a time of the list is no number of seconds")
