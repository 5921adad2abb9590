"""An execution of SchedulerX 3, and what its TriggerType says of who made it."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.job import LIVE_STATES, State
from shared.domain.life import Life

TRIGGER_RERUN = 2
"""TriggerType of what OperateRerunJob has made (docs/facts/schedulerx3.md#numbers)."""
TRIGGER_API = 3
TRIGGER_USER_RETRY = 4
"""TriggerType of what a retry has made (docs/facts/schedulerx3.md#numbers)."""
BY_RETRIES = frozenset({TRIGGER_RERUN, TRIGGER_USER_RETRY})
MAKE_NEW = frozenset({1, TRIGGER_API, 6})
"""TriggerTypes of executions that repeat no other: timer, API, manual."""
BY_OTHERS = MAKE_NEW | {5}
"""With system_retry, what is none of ours for sure: 0 is documented as unknown, and further numbers nowhere."""


class Execution(Struct, frozen=True, kw_only=True):
    """One run of a job, by the id under which it can be retried."""

    execution_id: int
    state: State
    attempt: int = 0
    trigger_type: int = 1
    data_time: str = ""
    """As it is written, no zone: only compared."""
    started_at: float | None = None
    """Unix seconds; None while it has not started."""
    ended_at: float | None = None
    workflow: int = 0
    """Id of the workflow execution that it is part of; 0: of none."""

    @property
    def live(self) -> bool:
        """Whether it is queued or running."""
        return self.state in LIVE_STATES

    @property
    def life(self) -> Life | None:
        """This attempt of it, with its end once it is over; None where an end is missing, which may come later."""
        if self.live:
            return Life.attempt(self.execution_id, self.attempt, "")
        return None if self.ended_at is None else Life.attempt(self.execution_id, self.attempt, str(int(self.ended_at)))
