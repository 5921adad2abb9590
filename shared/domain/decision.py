"""What `decide` is asked and what it answers."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.failure import FailureClass, Trigger
from shared.domain.reasons import Reason, Verdict


class Ask(Struct, frozen=True, kw_only=True):
    """The circumstances of one decision."""

    now: float
    trigger: Trigger
    request_id: str
    dry_run: bool = False
    force: bool = False
    """Skips rules, budget, cooldown, breaker and hold; never eligibility, the reservation, the in-flight check or
    the kill switch."""


class Gate(Struct, frozen=True, kw_only=True, gc=False):
    """One question that was asked on the way."""

    name: str
    passed: bool
    saw: str
    wanted: str


class Decision(Struct, frozen=True, kw_only=True, gc=False):
    """What shall become of one failure, and why."""

    verdict: Verdict
    reason: Reason
    message: str
    gates: tuple[Gate, ...]
    failure_id: str
    state: str = ""
    """The state seen; empty if nothing could be seen."""
    job_id: str = ""
    """As the job system lists it, as told where it does not."""
    rule: str = ""
    failure_class: FailureClass = FailureClass.UNKNOWN
    """As the matching rule says."""
    attempt: int = 0
    """Number that the attempt has or would have; 0 if it did not come to that."""
    max_attempts: int = 0
    due_at: float | None = None
    """When to go on, for an open verdict."""
    life: str = ""
    """The life that the attempt is for."""
    job_instance_id: int | None = None
    """SchedulerX: the instance meant, as seen; as told where nothing was seen."""
    data_time: str | None = None
    """SchedulerX: the meant instance's, as seen; as told where nothing was seen."""
