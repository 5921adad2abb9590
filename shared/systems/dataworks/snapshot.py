"""A DataWorks task instance as a look shows it, and what that proves.

An instance keeps its id when it runs again, and counts its runs: RunNumber (docs/facts/dataworks.md#runs). The job is
the instance, and a life is the instance with its run, so one look tells what a call did. Whether the number goes up
when the rerun is accepted or when the run starts is not said: what had failed and waits or runs was restarted too.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

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
from shared.domain.runs import began_before_call, began_between, by_failure, by_start, ended_then, rerun_since, since
from shared.domain.snapshot import Offered
from shared.domain.verdicts import Verdict

FIRST_RUN = 1
_FAILED = GateAnswer(State.FAILED.value, "FAILED")
_ENDS = {State.SUCCEEDED: Aftermath.SUCCEEDED, State.FAILED: Aftermath.FAILED}
_ALLOWED = "a node that is not frozen and may be rerun after a failure"


class RerunMode(str, Enum):
    """Whether a node's settings let it run again (docs/facts/dataworks.md#rerun)."""

    ALL_ALLOWED = "AllAllowed"
    FAILURE_ALLOWED = "FailureAllowed"
    """Only after a failure: from no other state is anything rerun here."""
    ALL_DENIED = "AllDenied"
    UNKNOWN = ""
    """A word that nobody documented: taken for a no."""


class TaskInstance(Struct, frozen=True, kw_only=True):
    """One instance of a node, in its newest run."""

    instance_id: int
    state: State
    run_number: int = FIRST_RUN
    rerun_mode: RerunMode = RerunMode.ALL_ALLOWED
    frozen: bool = False
    """Its node is paused: the scheduler sets it to failed as soon as its turn comes."""
    dev: bool = False
    """Of the development environment."""
    started_at: float | None = None
    """Unix seconds; None while it has not started."""
    finished_at: float | None = None
    bizdate: int = 0
    """Day whose data it works on, in milliseconds; 0 if none is shown. The list is asked by it."""
    owner: str = ""
    name: str = ""

    @property
    def life(self) -> Life:
        """The instance in this run."""
        return Life.attempt(self.instance_id, self.run_number)


class DataworksSnapshot(Struct, frozen=True, kw_only=True):
    """One task instance (`shared.domain.snapshot.Snapshot`)."""

    job_id: str
    """The instance's id."""
    instance: TaskInstance | None = None
    """None if it is not there, or not in this workspace."""
    look_begun_at: float
    changed_at = None  # of what has failed nobody tells when it did

    @property
    def state(self) -> State:
        """Of the instance."""
        return self.instance.state if self.instance else State.NOT_FOUND

    @property
    def life(self) -> Life | None:
        """The instance in this run."""
        return self.instance.life if self.instance else None

    @property
    def owner(self) -> str:
        """Account id of the node's owner."""
        return self.instance.owner if self.instance else ""

    @property
    def offered(self) -> Offered:
        """Owner and name of the node."""
        return Offered(self.owner, "", self.instance.name if self.instance else "")

    @property
    def running_since(self) -> float | None:
        """Start of the run that goes on."""
        one = self.instance
        return one.started_at if one and one.state is State.RUNNING else None

    @property
    def ended_at(self) -> float | None:
        """End of the run, once it is over; of a failed one that shows none its start: it failed no earlier."""
        one = self.instance
        if one is None or one.state in LIVE_STATES:
            return None
        return one.started_at if one.finished_at is None and one.state is State.FAILED else one.finished_at

    # Which run a failure means.

    def run_label(self, failure: Failure, run: Run) -> str:
        """This life, or the run as it was told."""
        if self.life is not None and run is Run.THIS:
            return str(self.life)
        return f"told:{self.job_id}:{int(failure.started_at or failure.occurred_at)}"

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """By the counter or the start that was told, else by the time of the failure beside start and end."""
        one = self.instance
        if one is None:
            return Run.THIS
        if failure.restart_count is not None:
            told = failure.restart_count + FIRST_RUN
            if told > one.run_number:
                return Run.UNCLEAR
            return Run.EARLIER if told < one.run_number else Run.THIS
        if failure.started_at is not None and one.started_at is not None:
            run = by_start(failure.started_at, one.started_at)
            if run is not Run.EARLIER or one.run_number > FIRST_RUN:
                return run
        if rerun_since(failure, self, record) is not None:
            return Run.EARLIER
        return _by_end(failure.occurred_at, one)

    def concerns(self, case: Case) -> bool:
        """An instance is one piece of work."""
        del case
        return True

    # What became of a call.

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """Another run proves it at once, the same one only once an effect would show."""
        del others  # there is one run at a time, and they are counted
        one = self.instance
        if one is None or self._older_than(one, case):
            return Conclusion.NO_EVIDENCE
        if _restarted_before(one, case):
            return Conclusion.RESTARTED_BEFORE if settled else Conclusion.WAIT
        if self._runs_again(case):
            return Conclusion.RESTARTED
        if self.state is State.UNKNOWN:
            return Conclusion.NO_EVIDENCE
        if self.state is not State.FAILED:
            return Conclusion.ENDED  # somebody has set it to successful, without a run
        return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """How the run that the rerun made has ended. A run that was there before the call says nothing of it.

        An attempt is only reserved for a run that has failed: where that is the one that this rerun made, it had.
        """
        if later := since(case, others):
            next_one = later[0].life
            mine = next_one is not None and next_one.attempts_since(case.life) == 1
            return Aftermath.FAILED if mine else Aftermath.WAIT
        one = self.instance
        if one is None or self._older_than(one, case) or _restarted_before(one, case):
            return Aftermath.WAIT
        if self.state in LIVE_STATES:
            return Aftermath.RESTARTED
        if self._runs_again(case):
            return _ENDS.get(self.state, Aftermath.ENDED)
        if self.state is State.SUCCEEDED:
            return Aftermath.NO_FURTHER_RUN  # set to successful, without a run
        return Aftermath.NOT_RESTARTED if settled else Aftermath.WAIT

    def _older_than(self, one: TaskInstance, case: Case) -> bool:
        """Whether the answer lags: an earlier run than the one that had failed, or that one while it was going on."""
        ahead = one.life.attempts_since(case.life)
        return ahead < 0 or (ahead == 0 and began_before_call(self.running_since, case))

    def _runs_again(self, case: Case) -> bool:
        """Whether it has been restarted since the attempt was reserved for its failed run."""
        return self.life != case.life or self.state in LIVE_STATES

    def share(self, action_api: ActionApi | None) -> Share | None:
        """No call reaches further than the instances that it names."""
        del action_api
        return None

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """A rerun is the same instance again."""
        del case, others
        return None

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """A rerun makes nothing that has an id of its own."""
        return ()

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """Runs beyond the first that were not ours, whichever budget those were paid from: its own, and people's."""
        del failure
        again = self.instance.run_number - FIRST_RUN if self.instance else 0
        return max(0, again - max(ours, len(record.attempts) + record.forgotten))

    # Gates of its own.

    def not_single(self) -> Stop | None:
        """An instance's id is one instance's."""

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """FAILED: what its settings retry by themselves is waiting or running in between."""
        del beside_live
        if self.state is State.FAILED:
            return _FAILED
        message = f"the instance is {self.state.value}, not failed"
        return GateAnswer(
            self.state.value, _FAILED.wanted, Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, message)
        )

    def may_rerun(self) -> GateAnswer:
        """Its node's settings, and that nobody has frozen it."""
        one = self.instance
        if one is not None and one.frozen:
            stop = Stop(Verdict.INELIGIBLE, Reason.JOB_DISABLED, "the node is frozen")
            return GateAnswer("TriggerRecurrence Pause", _ALLOWED, stop)
        mode = one.rerun_mode if one is not None else RerunMode.ALL_ALLOWED
        saw = f"RerunMode {mode.value or 'unknown'}"
        if mode in {RerunMode.ALL_ALLOWED, RerunMode.FAILURE_ALLOWED}:
            return GateAnswer(saw, _ALLOWED)
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_RERUNNABLE, "the node's settings do not let it run again")
        return GateAnswer(saw, _ALLOWED, stop)

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """A rerun is the same instance again: nothing runs beside it."""
        del record, look_again_at
        return None

    def wants_person(self) -> tuple[Reason, str] | None:
        """Somebody is at work on what runs in the development environment."""
        if self.instance is None or not self.instance.dev:
            return None
        return Reason.DEV_ENVIRONMENT, "the instance is of the development environment"

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """Instances are named; beside the owner nothing that is told of them can be compared."""
        del failure, run, settle_s
        return ""


def _restarted_before(one: TaskInstance, case: Case) -> bool:
    """Whether somebody else had it run again before the call can have left. What is queued has no start yet."""
    begun = one.state is not State.QUEUED
    return begun and one.life.attempts_since(case.life) > 0 and began_between(one.started_at, case)


def _by_end(occurred_at: float, one: TaskInstance) -> Run:
    """By the time of the failure, unless it is the first run: whatever time was told, there was none before it.

    Its end is the scheduler's own word where the platform told it.
    """
    if one.run_number <= FIRST_RUN:
        return Run.THIS
    run = by_failure(occurred_at, one.started_at)
    return Run.THIS if run is not Run.EARLIER and ended_then(occurred_at, one.finished_at) else run
