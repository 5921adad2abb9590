"""E-HPC jobs as a list shows them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from shared.domain.call import Effect
from shared.domain.snapshot import Observation
from shared.systems.ehpc.adapter import EhpcJobs
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.openapi import CallFailed
from tests.support.openapi import FakeApi

THROTTLED = CallFailed(
    effect=Effect.NOT_DONE_LATER, read_again=True, code="Throttling.User", message="slow", retry_after_s=2.0
)


def job(job_id: str, state: str = "RUNNING", **rest: Any) -> dict[str, Any]:
    """A job as the list shows it."""
    return {"Id": job_id, "State": state, "StartTime": "100", **rest}


def found(seen: Observation) -> EhpcSnapshot:
    """The look succeeded."""
    assert isinstance(seen, EhpcSnapshot)
    return seen


ClusterOf = Callable[..., tuple[EhpcJobs, FakeApi]]
"""Makes a system whose every cluster lists these jobs."""


def pages_asked(api: FakeApi) -> list[tuple[str, str]]:
    """Of each list."""
    return [(call["JobStatus"], call["PageNumber"]) for call in api.parameters("ListJobsWithFilters")]
