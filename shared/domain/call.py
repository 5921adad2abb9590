"""A call that reruns jobs, and what is known of its effect."""

from __future__ import annotations

import math
from enum import Enum

from msgspec import Struct

from shared.domain.job import Scope
from shared.domain.life import Life


class Effect(str, Enum):
    """What an answer, or its absence, proves. There is no fourth."""

    DONE = "done"
    """The service accepted the call."""
    NOT_DONE_USELESS = "not_done_useless"
    """It certainly did not happen, and repeating would not help."""
    NOT_DONE_LATER = "not_done_later"
    """It certainly did not happen; repeating later can help."""
    UNKNOWN = "unknown"
    """It may or may not have happened, for each job of the call on its own."""


class ActionApi(str, Enum):
    """By which other operation than its system's usual one a rule wants a job rerun. Other systems take their own."""

    BACKFILL = "backfill"
    """SchedulerX 3: OperateRerunJob, a new execution for the data time of the one that failed."""
    RETRY_INSTANCE = "retry_instance"
    """SchedulerX: RetryJobInstance, the one instance instead of the day that it is of."""
    RETRY_WITH_CHILDREN = "retry_with_children"
    """SchedulerX 3: what follows the execution runs again as well. Other failures of its workflow wait until that
    rests."""
    RETRY_WORKFLOW = "retry_workflow"
    """SchedulerX 3: OperateRetryWorkflowExecution, whatever has failed of the workflow that it is part of."""


class Target(Struct, frozen=True, kw_only=True):
    """One job to rerun."""

    scope: Scope
    job_id: str
    """As the job system lists it."""
    life: Life | None = None
    """The life that is to be run again, as it was seen."""
    action_api: ActionApi | None = None
    """As the rule wants it; None: by the usual operation."""
    call_by: float = math.inf
    """Unix seconds after which no call may name it: the look at it is too old then."""

    @property
    def data_time(self) -> str | None:
        """Of the life, where jobs have instances."""
        return self.life.data_time if self.life is not None else None


class CallResult(Struct, frozen=True, kw_only=True):
    """What one call did for one job."""

    effect: Effect
    api: str
    """The operation, as the service calls it."""
    code: str = ""
    """The service's code, or the name of the transport failure; empty for a plain success."""
    message: str = ""
    """For people, bounded to 1 KiB. Decides nothing."""
    request_id: str = ""
    left_at: float
    """Unix seconds: the last moment at which the call can have left this process."""
    account_wide: bool = False
    """The refusal concerns the account (no permission, overdue, not enabled): further calls are pointless now."""
    scope_wide: bool = False
    """It concerns the cluster, group or workspace (not there, or we are no member): so are further calls for that."""
    credentials: bool = False
    """The key itself was refused: nothing goes on before a person has mended it."""
    retry_after_s: float | None = None
    too_late_for: int = 0
    """Nothing was sent, as a look had become too old: that call would have named so many jobs."""
