"""A SchedulerX job with the instance that a failure means, and what a look at them proves.

A life is an instance with its data time. RerunJob makes a new instance beside whatever lives and returns no id, so the
evidence for it are instances that reruns have made since.
"""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.call import ActionApi
from shared.domain.claims import Share
from shared.domain.failure import Failure
from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import LIVE_STATES, State
from shared.domain.life import Life
from shared.domain.proof import Aftermath, Conclusion, Run
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.runs import by_failure, by_start, rerun_since, since
from shared.domain.snapshot import Offered
from shared.domain.verdicts import Verdict
from shared.systems.beside import Live, alone

TRIGGER_API = 3
TRIGGER_DATA_RERUN = 2
"""TriggerType of an instance made by RerunJob."""
TRIGGER_USER_RETRY = 4
"""The same, by RetryJobInstance. No page says whether that makes one, or runs the old one anew: both are evidence."""
_OURS = frozenset({TRIGGER_DATA_RERUN, TRIGGER_USER_RETRY})
EVIDENCE_SKEW_S = 30.0
"""SchedulerX's clock may be this much behind ours; reruns known before the call are told apart by their ids."""
_FAILED = GateAnswer(State.FAILED.value, "FAILED")
_ENABLED = GateAnswer("enabled True", "enabled True")
_ENDS = {State.SUCCEEDED: Aftermath.SUCCEEDED, State.FAILED: Aftermath.FAILED}


class Instance(Struct, frozen=True, kw_only=True):
    """One SchedulerX job instance."""

    instance_id: int
    state: State
    data_time: str
    """`YYYY-MM-DD HH:MM:SS`, no zone: read in the configured one."""
    trigger_type: int
    started_at: float | None = None
    """Unix seconds; None while it has not started."""
    ended_at: float | None = None
    """Of a failed one that shows none its start, or when it was due: it failed no earlier than that."""
    parameters: str = ""
    """Only known of the instance that the failure means; list items lack it."""
    workflow: bool = False
    result: str = ""
    """What it answered at its end, as far as it is kept: 4 KiB."""

    @property
    def live(self) -> bool:
        """Whether it is queued or running."""
        return self.state in LIVE_STATES


class SchedulerxSnapshot(Struct, frozen=True, kw_only=True):
    """One SchedulerX job with the instance that a failure means (`shared.domain.snapshot.Snapshot`)."""

    job_id: str
    state: State
    """State of the meant instance; NOT_FOUND if the job or the instance is not there."""
    enabled: bool = True
    instance: Instance | None = None
    """The meant one: by id, else the newest with the data time told. None exactly if `state` is NOT_FOUND."""
    others: tuple[Instance, ...] = ()
    """Every other instance that the list showed, newest first, at least back to an hour before the look and
    to the meant instance where the list reaches that far."""
    own_parameters: bool = False
    """The meant instance ran with parameters other than the job's: RerunJob cannot carry them."""
    own_retries: int = 0
    """How often SchedulerX itself retries an instance that fails (`MaxAttempt` of GetJobInfo)."""
    owner: str = ""
    name: str = ""
    look_begun_at: float
    changed_at = None  # of what has failed nobody tells when it did

    @property
    def life(self) -> Life | None:
        """The meant instance."""
        meant = self.instance
        return None if meant is None else Life.instance(meant.data_time, meant.instance_id)

    @property
    def offered(self) -> Offered:
        """It knows neither queues nor nodes."""
        return Offered(self.owner, "", self.name)

    @property
    def running_since(self) -> float | None:
        """Start of the meant instance while it runs."""
        one = self.instance
        return one.started_at if one and one.state is State.RUNNING else None

    @property
    def ended_at(self) -> float | None:
        """End of the meant instance."""
        return self.instance.ended_at if self.instance else None

    # Which run a failure means.

    def run_label(self, failure: Failure, run: Run) -> str:
        """The instance, else what was told of it."""
        del run
        told = failure.job_instance_id if failure.job_instance_id is not None else failure.data_time
        return str(self.life or f"told:{told}")

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """The instance told, unless one of its day has begun since; by data time alone the start decides."""
        meant = self.instance
        if meant is None:
            return Run.THIS
        same_day = [other for other in self.others if meant.data_time and other.data_time == meant.data_time]
        if any(_newer(other, meant) for other in same_day):
            return Run.EARLIER
        if failure.job_instance_id is not None or not same_day:
            return Run.THIS
        if failure.started_at is not None and meant.started_at is not None:
            return by_start(failure.started_at, meant.started_at)
        if rerun_since(failure, self, record) is not None:
            return Run.EARLIER
        return by_failure(failure.occurred_at, meant.started_at)

    def concerns(self, case: Case) -> bool:
        """Each data time is a piece of work of its own."""
        if self.instance is None:
            return True
        return case.life is not None and case.life.data_time == self.instance.data_time

    # What became of a call.

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """By what reruns have made since."""
        if self.state is State.NOT_FOUND:
            return Conclusion.NO_EVIDENCE
        if self.new_reruns(case, others):
            return Conclusion.RESTARTED
        return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """The end of the newest instance that a rerun has made since, and before the day was rerun once more.

        Where another day was rerun since, those of other days may be of that. What the next attempt retried in its
        place had failed, whatever it is now.
        """
        made, later = self.new_reruns(case, others), since(case, others)
        if any(_retries(one, made) for one in later):
            return Aftermath.FAILED
        again = next((one for one in later if _same_day(one, case)), None)
        if later:
            made = [one for one in made if case.life is not None and one.data_time == case.life.data_time]
        if again is not None:
            made = [one for one in made if one.instance_id in again.known_reruns]
        if not made:
            settled = settled and self.state is not State.NOT_FOUND and again is None
            return Aftermath.NOT_RESTARTED if settled else Aftermath.WAIT
        newest = max(made, key=lambda instance: instance.instance_id)
        return Aftermath.RESTARTED if newest.live else _ENDS.get(newest.state, Aftermath.ENDED)

    def share(self, action_api: ActionApi | None) -> Share | None:
        """No call reaches further than the one job."""
        del action_api
        return None

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """Whether the rerun of a day made anything else than one instance of that day, as a wrong time zone does."""
        if case.action_api is ActionApi.RETRY_INSTANCE:
            return None  # it names the one instance
        made, later = self.new_reruns(case, others), since(case, others)
        if later:
            made = [one for one in made if one.instance_id in later[0].known_reruns]
            if not made:
                return None  # what is there now was made by either
        day = case.life.data_time if case.life is not None else None
        return [instance.data_time for instance in made] != [day]

    def new_reruns(self, case: Case, others: Sequence[Case] = ()) -> list[Instance]:
        """Instances that reruns have made since the attempt was reserved, but for those of another day's attempt."""
        shown = (*self.others, *((self.instance,) if self.instance else ()))
        new = (instance for instance in shown if _is_new_rerun(instance, case))
        apart = [one for one in others if not _same_day(one, case)]
        return [instance for instance in new if not any(_is_of(instance, one) for one in apart)]

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """Instances that reruns had made before the call."""
        shown = (*((self.instance,) if self.instance else ()), *self.others)
        return tuple(one.instance_id for one in shown if one.trigger_type in _OURS)[:50]

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """It repeats the first run and each of ours so often."""
        del record, failure
        return self.own_retries * (1 + ours)

    # Gates of its own.

    def not_single(self) -> Stop | None:
        """A job id is one job's."""

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """FAILED; a live one only where a second beside it is wanted."""
        if not beside_live:
            if self.state is State.FAILED:
                return _FAILED
            wanted = _FAILED.wanted
        else:
            wanted = "FAILED, RUNNING or QUEUED"
            if self.state is State.FAILED or self.state in LIVE_STATES:
                return GateAnswer(self.state.value, wanted)
        message = f"the instance is {self.state.value}, not failed"
        return GateAnswer(self.state.value, wanted, Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, message))

    def may_rerun(self) -> GateAnswer:
        """A disabled job is not rerun."""
        if self.enabled:
            return _ENABLED
        stop = Stop(Verdict.INELIGIBLE, Reason.JOB_DISABLED, "the job is disabled")
        return GateAnswer("enabled False", _ENABLED.wanted, stop)

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """RerunJob would start a second instance beside a live one."""
        lives = (
            Live(number=other.instance_id, state=other.state, by_user=other.trigger_type in _OURS)
            for other in self.others
            if other.live
        )
        began = self.look_begun_at
        return alone(record, next(lives, None), kind="instance", look_begun_at=began, look_again_at=look_again_at)

    def wants_person(self) -> tuple[Reason, str] | None:
        """What RerunJob cannot repeat."""
        if self.instance is None:
            return None
        if self.own_parameters:
            return Reason.OWN_PARAMETERS, "the instance had parameters of its own, which RerunJob cannot carry"
        if self.instance.trigger_type == TRIGGER_API:
            return Reason.TRIGGERED_BY_API, "the instance was triggered by API; RerunJob cannot repeat that"
        if self.instance.workflow:
            return Reason.WORKFLOW, "the instance is part of a workflow"
        return None

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """Instances are named; nothing else that is told of them can be compared."""
        del failure, run, settle_s
        return ""


def _is_new_rerun(instance: Instance, case: Case) -> bool:
    retried = case.action_api is ActionApi.RETRY_INSTANCE
    if retried and case.life is not None and case.life.data_time != instance.data_time:
        return False
    if retried and case.life is not None and case.life.instance_id == instance.instance_id:
        return instance.started_at is not None and instance.started_at >= case.reserved_at - EVIDENCE_SKEW_S
    made_by = TRIGGER_USER_RETRY if retried else TRIGGER_DATA_RERUN
    if instance.trigger_type != made_by or instance.instance_id in case.known_reruns:
        return False
    # One that has not started yet counts as well: it was not there before the call.
    return instance.started_at is None or instance.started_at >= case.reserved_at - EVIDENCE_SKEW_S


def _is_of(instance: Instance, case: Case) -> bool:
    """Whether it is the day's for which the case's attempt was, and may be of its making."""
    of_day = case.life is not None and case.life.data_time == instance.data_time
    return of_day and _is_new_rerun(instance, case)


def _retries(case: Case, made: Sequence[Instance]) -> bool:
    """Whether the case's attempt retries one of these."""
    retried = case.life.instance_id if case.life and case.action_api is ActionApi.RETRY_INSTANCE else None
    return retried in {one.instance_id for one in made}


def _same_day(other: Case, case: Case) -> bool:
    return other.life is not None and case.life is not None and other.life.data_time == case.life.data_time


def _newer(other: Instance, meant: Instance) -> bool:
    """Begun after it; ids decide only where a start is unknown or equal."""
    if other.started_at is not None and meant.started_at is not None and other.started_at != meant.started_at:
        return other.started_at > meant.started_at
    return other.instance_id > meant.instance_id
