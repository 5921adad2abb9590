"""What looking at a job shows, as the test of a policy imagines it. What is left out is the ordinary case."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta, Struct

from shared.domain.job import State

MAX_LISTED = 256
_LONGEST_S = 365 * 86_400

Text = Annotated[str, Meta(description="text")]
Seconds = Annotated[float, Meta(ge=0, le=_LONGEST_S, description=f"a number of seconds from 0 to {_LONGEST_S}")]
Count = Annotated[int, Meta(ge=0, le=1_000_000, description="a whole number from 0 to 1000000")]


def list_of(what: str) -> Meta:
    """The bound of a list."""
    return Meta(max_length=MAX_LISTED, description=f"a list of at most {MAX_LISTED} {what}")


class Other(Struct, frozen=True, kw_only=True):
    """SchedulerX: an instance of the job besides the one that failed."""

    state: State
    started_ago_s: Seconds = 60.0
    data_time: Text = "2026-01-04 02:00:00"
    trigger_type: Count = 1


class Imagined(Struct, frozen=True, kw_only=True):
    """What looking at the job shows."""

    state: State | None = None
    """Left out: `RUNNING` on E-HPC, `FAILED` on SchedulerX."""
    started_ago_s: Seconds = 3600.0
    """Start of the run that is seen."""
    owner: Text = ""
    queue: Text = ""
    name: Text = ""
    nodes: Annotated[tuple[Text, ...], list_of("nodes")] = ()
    rerunnable: bool = True
    enabled: bool = True
    """SchedulerX: the job is."""
    trigger_type: Count = 1
    """SchedulerX: what started the instance; 1 its schedule, 2 a rerun, 3 the API."""
    own_parameters: bool = False
    own_retries: Count = 0
    """SchedulerX: how often it repeats a failed instance by itself."""
    workflow: bool = False
    dev: bool = False
    """DataWorks: the instance is of the development environment."""
    others: Annotated[tuple[Other, ...], list_of("instances")] = ()
