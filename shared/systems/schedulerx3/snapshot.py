"""A SchedulerX 3 job with the execution that a failure means, and what a look at them proves.

OperateRetryJobExecution runs one execution again. No page says whether that execution keeps its id or a new one stands
beside it (docs/facts/schedulerx3.md#open), so both count as evidence: the execution has another attempt or end than
before, or the list shows one more that a user's retry has made. A life is the execution with its attempt and its end.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.failure import Failure
from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.runs import began_before_call, began_between, by_failure, by_start, ended_then, rerun_since, since
from shared.domain.snapshot import Offered
from shared.domain.verdicts import Verdict
from shared.systems.beside import Live, alone
from shared.systems.schedulerx3.execution import (
    BY_OTHERS,
    BY_RETRIES,
    MAKE_NEW,
    TRIGGER_RERUN,
    TRIGGER_USER_RETRY,
    Execution,
)

EVIDENCE_SKEW_S = 30.0
"""Its clock may be this much behind ours; retries known before the call are told apart by their ids."""
_FIRST_ATTEMPT = 1
_MOST_KNOWN = 50
_FAILED = GateAnswer(State.FAILED.value, "FAILED")
_FREE = GateAnswer("it says nothing against it", "a job that allows it")
_ENDS = {State.SUCCEEDED: Aftermath.SUCCEEDED, State.FAILED: Aftermath.FAILED}


class Schedulerx3Snapshot(Struct, frozen=True, kw_only=True):
    """One job with the execution that a failure means (`shared.domain.snapshot.Snapshot`)."""

    job_id: str
    state: State
    """Of the meant execution; QUEUED also where it has failed and will be retried by itself; NOT_FOUND if it is not
    there."""
    execution: Execution | None = None
    """The meant one. None exactly if `state` is NOT_FOUND."""
    others: tuple[Execution, ...] = ()
    """Every other execution of the job that the list showed, newest first."""
    name: str = ""
    workflow_rests: bool = False
    """Nothing of its workflow execution is queued or runs."""
    look_begun_at: float
    changed_at = None  # of what has failed nobody tells when it did

    @property
    def life(self) -> Life | None:
        """Of the meant execution."""
        return self.execution.life if self.execution else None

    @property
    def owner(self) -> str:
        """None is shown."""
        return ""

    @property
    def offered(self) -> Offered:
        """It knows neither owners nor queues."""
        return Offered("", "", self.name)

    @property
    def running_since(self) -> float | None:
        """Start of the meant execution while it runs."""
        one = self.execution
        return one.started_at if one and one.state is State.RUNNING else None

    @property
    def ended_at(self) -> float | None:
        """End of the meant execution."""
        return self.execution.ended_at if self.execution else None

    # Which run a failure means.

    def run_label(self, failure: Failure, run: Run) -> str:
        """This life, or the execution as it was told."""
        if self.life is not None and run is Run.THIS:
            return str(self.life)
        return f"told:{failure.job_instance_id}:{int(failure.started_at or failure.occurred_at)}"

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """The execution told, unless it was run again since: under its own id, or by a newer one of the same work."""
        meant = self.execution
        if meant is None:
            return Run.THIS
        if any(_repeats(other, meant) for other in self.others):
            return Run.EARLIER
        if failure.started_at is not None and meant.started_at is not None:
            run = by_start(failure.started_at, meant.started_at)
            if run is not Run.EARLIER or meant.attempt != _FIRST_ATTEMPT:
                return run
        if ended_then(failure.occurred_at, meant.ended_at):
            return Run.THIS
        if rerun_since(failure, self, record) is not None:
            return Run.EARLIER
        if meant.attempt <= _FIRST_ATTEMPT:
            return Run.THIS  # there was none before it, whatever time was told
        return by_failure(failure.occurred_at, meant.started_at)

    def concerns(self, case: Case) -> bool:
        """Each execution is a piece of work of its own."""
        return self.execution is None or case.failure.job_instance_id == self.execution.execution_id

    # What became of a call.

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """By what is seen of either way of retrying."""
        if self.state is State.NOT_FOUND:
            return Conclusion.NO_EVIDENCE
        if self._made(case, others):
            return Conclusion.RESTARTED
        if self._is_other(case):
            return Conclusion.RESTARTED_BEFORE if settled and self._is_later(case) else Conclusion.NO_EVIDENCE
        if self._perhaps_made(case):
            return Conclusion.NO_EVIDENCE
        return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """The end of the newest run that a retry has made since.

        An attempt is only reserved for what has failed: one for what this retry made says so, whatever that is now.
        Where a backfill was followed by another attempt, executions of other days may be of that.
        """
        made, later = self._made(case, others), since(case, others)
        if any(_is_for_one_of(one, made) for one in later):
            return Aftermath.FAILED
        if later and _by_backfill(case):
            made = [one for one in made if self._is_of_same_day(one)]
        if not made:
            doubtful = self.state is State.NOT_FOUND or self._is_other(case) or self._perhaps_made(case)
            return Aftermath.NOT_RESTARTED if settled and not doubtful else Aftermath.WAIT
        newest = max(made, key=lambda one: one.execution_id)
        return Aftermath.RESTARTED if newest.live else _ENDS.get(newest.state, Aftermath.ENDED)

    def share(self, action_api: ActionApi | None) -> Share | None:
        """Of its workflow execution; a retry of that restarts whatever has failed of it, and of what follows later."""
        if self.execution is None or not self.execution.workflow:
            return None
        followed = action_api is ActionApi.RETRY_WITH_CHILDREN
        return Share(
            of=str(self.execution.workflow),
            all_of_it=followed or action_api is ActionApi.RETRY_WORKFLOW,
            followed=followed,
            at_rest=self.workflow_rests,
        )

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """Whether a backfill made anything else than one execution of that data time, as a wrong time zone does."""
        if case.action_api is not ActionApi.BACKFILL or self.execution is None:
            return None  # it names the one execution
        later = since(case, others)
        made = [one for one in self._made(case, others) if not later or one.execution_id in later[0].known_reruns]
        if later and not made:
            return None  # what is there now was made by either
        return [one.data_time for one in made] != [self.execution.data_time]

    def _is_of_same_day(self, one: Execution) -> bool:
        return self.execution is not None and one.data_time == self.execution.data_time

    def _made(self, case: Case, others: Sequence[Case]) -> list[Execution]:
        """What has run since the attempt was reserved, as the meant execution or beside it."""
        meant = self.execution
        if meant is None:
            return []
        again = [meant] if self._is_other(case) and not self._was_there_before(meant, case) else []
        new = (one for one in self.others if _is_new_retry(one, meant, case))
        return again + [one for one in new if self._is_of_same_day(one) or not self._is_of_any(one, others)]

    def _is_of_any(self, one: Execution, others: Sequence[Case]) -> bool:
        """Whether it is of a day for which another backfill was called, and may be of that one's making."""
        same_day = {other.execution_id for other in self.others if other.data_time == one.data_time}
        return any(
            case.life is not None and case.life.instance_id in same_day and _is_new_retry(one, one, case)
            for case in others
            if _by_backfill(case)
        )

    def _perhaps_made(self, case: Case) -> bool:
        """Whether there is one that our call may have made, and nothing says what did: that proves neither."""
        meant = self.execution
        unsaid = [one for one in self.others if one.trigger_type not in BY_RETRIES | BY_OTHERS]
        return meant is not None and any(_is_new(one, meant, case) for one in unsaid)

    def _is_other(self, case: Case) -> bool:
        """Whether the meant execution is not as it was when it had failed. A backfill leaves it so."""
        return None not in {case.life, self.life} and self.life != case.life and not _by_backfill(case)

    def _is_later(self, case: Case) -> bool:
        return self.life is not None and self.life.attempts_since(case.life) > 0

    def _was_there_before(self, meant: Execution, case: Case) -> bool:
        """Whether its run began before the call: the answer lags, or somebody else has retried it.

        What is queued has no start of its own yet.
        """
        if meant.state is State.QUEUED:
            return False
        if self._is_later(case):
            return began_between(meant.started_at, case)
        over_since = not meant.live and not began_before_call(meant.ended_at, case)
        return began_before_call(meant.started_at, case) and not over_since

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """Executions that retries and backfills had made before the call, or may have."""
        shown = (*((self.execution,) if self.execution else ()), *self.others)
        return tuple(one.execution_id for one in shown if one.trigger_type not in BY_OTHERS)[:_MOST_KNOWN]

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """Attempts of the execution beyond its first that were not ours: each of ours has a case, whoever paid."""
        del failure, ours
        one = self.execution
        if one is None:
            return 0
        mine = {case.life for case in record.cases if case.life and case.life.instance_id == one.execution_id}
        return max(0, one.attempt - _FIRST_ATTEMPT - len(mine - {one.life}))

    # Gates of its own.

    def not_single(self) -> Stop | None:
        """An execution's id is one execution's."""

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """FAILED, for good: what the service will retry itself is queued. The operation is documented for no other."""
        del beside_live
        if self.state is State.FAILED:
            return _FAILED
        message = f"the execution is {self.state.value}, not failed"
        stop = Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, message)
        return GateAnswer(self.state.value, _FAILED.wanted, stop)

    def may_rerun(self) -> GateAnswer:
        """No setting of a job forbids it."""
        return _FREE

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """A retry would run beside an execution that lives."""
        lives = (
            Live(number=other.execution_id, state=other.state, by_user=other.trigger_type in BY_RETRIES)
            for other in self.others
            if other.live
        )
        began = self.look_begun_at
        return alone(record, next(lives, None), kind="execution", look_begun_at=began, look_again_at=look_again_at)

    def wants_person(self) -> tuple[Reason, str] | None:
        """A workflow goes on from its nodes by other operations."""
        if self.execution is None or not self.execution.workflow:
            return None
        return Reason.WORKFLOW, "the execution is part of a workflow"

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """Executions are named; nothing else that is told of them can be compared."""
        del failure, run, settle_s
        return ""


def _is_for_one_of(case: Case, made: Sequence[Execution]) -> bool:
    """Whether the case's attempt was reserved for one of these."""
    return case.life is not None and case.life.instance_id in {one.execution_id for one in made}


def _by_backfill(case: Case) -> bool:
    return case.action_api is ActionApi.BACKFILL


def _repeats(other: Execution, meant: Execution) -> bool:
    """A later execution that repeats the meant one: of the same data time, and not said to be made anew."""
    same_work = bool(meant.data_time) and other.data_time == meant.data_time
    return same_work and other.trigger_type not in MAKE_NEW and other.execution_id > meant.execution_id


def _is_new_retry(one: Execution, meant: Execution, case: Case) -> bool:
    made_by = TRIGGER_RERUN if _by_backfill(case) else TRIGGER_USER_RETRY
    return one.trigger_type == made_by and _is_new(one, meant, case)


def _is_new(one: Execution, meant: Execution, case: Case) -> bool:
    """Whether it can have been made by the case's call, as far as its day and its start say."""
    if one.execution_id in case.known_reruns:
        return False
    if not _by_backfill(case) and meant.data_time and one.data_time and one.data_time != meant.data_time:
        return False  # a backfill that made another day's is ours all the same: it strays
    # One that has not started yet counts as well: it was not there before the call.
    return one.started_at is None or one.started_at >= case.reserved_at - EVIDENCE_SKEW_S
