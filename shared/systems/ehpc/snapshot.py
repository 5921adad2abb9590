"""An E-HPC job as the list shows it, and what that proves.

A life is a run with its StartTime, and exists only while RUNNING. StartTime comes from `ListJobsWithFilters` and is
compared with nothing else; SubmitTime is no identity: PBS keeps it over a requeue, Slurm renews it. The StartTime of a
queued Slurm job may be a forecast.
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
from shared.domain.runs import START_TOLERANCE_S, began_before_call, by_failure, by_start, rerun_since
from shared.domain.snapshot import Offered
from shared.domain.verdicts import Verdict
from shared.systems.ehpc.ids import is_task
from shared.systems.ehpc.nodes import among

MOVING_START_S = 5.0
"""A job that Slurm requeues shows *now* as its start until its epilog and the killing of its processes are over. So a
start is one of a new run once it lies so far back (docs/facts/slurm.md#times)."""
_RUNNING, _QUEUED, _THIS = State.RUNNING, State.QUEUED, Run.THIS
"""At hand: before Python 3.12 each `State.RUNNING` is a call."""
_ELIGIBLE = {state.value: GateAnswer(state.value, "RUNNING or QUEUED") for state in (_RUNNING, _QUEUED)}
_RERUNNABLE = GateAnswer("Rerunable True", "Rerunable True")


class EhpcSnapshot(Struct, frozen=True, kw_only=True):
    """One E-HPC job (`shared.domain.snapshot.Snapshot`); `state` NOT_FOUND after two passes without it."""

    job_id: str
    """As the list spells it; as told if the job was not found."""
    state: State
    """QUEUED, RUNNING, FINISHED, NOT_FOUND; UNKNOWN for any other word."""
    start_time: int | None = None
    """Unix seconds of the present (or last) run's start. Of a queued Slurm job it may be a forecast."""
    last_modify_time: int | None = None
    rerunnable: bool = True
    array_request: str = ""
    """Not empty for the parent of an array job; perhaps for its elements as well."""
    has_tasks: bool = False
    """The list shows elements of an array of this number beside it."""
    ambiguous: bool = False
    """The id was told without its server part and the list holds several jobs that it could mean."""
    owner: str = ""
    queue: str = ""
    name: str = ""
    nodes: tuple[str, ...] = ()
    look_begun_at: float

    @property
    def life(self) -> Life | None:
        """The run while RUNNING, `queued` while QUEUED."""
        if self.state is _QUEUED:
            return Life.queued()
        if self.state is _RUNNING and self.start_time is not None:
            return Life.run(self.start_time)
        return None

    @property
    def offered(self) -> Offered:
        """Of a job that is queued again the list may name the nodes of no run, or of another."""
        return Offered(self.owner, self.queue, self.name, self.nodes if self.state is _RUNNING else ())

    @property
    def running_since(self) -> float | None:
        """Start of the run that goes on now."""
        return self.start_time if self.state is _RUNNING else None

    @property
    def ended_at(self) -> None:
        """The list tells when a job was modified, not when its run ended."""

    @property
    def changed_at(self) -> float | None:
        """When the list says that it was modified, or that its run began, whichever is later."""
        told = self.last_modify_time
        return None if told is None else max(told, self.start_time or told)

    # Which run a failure means.

    def run_label(self, failure: Failure, run: Run) -> str:
        """The start of the run that failed, as seen, else as told; else when it failed.

        Tellings that leave it unclear in the same way are one failure: no look can tell one from another.
        """
        if run is _THIS and self.state is not _QUEUED and self.start_time is not None:
            return f"run:{self.start_time}"
        if failure.started_at is not None:
            return f"run:{int(failure.started_at)}"
        if run is Run.UNCLEAR:
            return f"unclear:{self.start_time}"
        return f"told:{int(failure.occurred_at)}"

    def which_run(self, failure: Failure, record: JobRecord) -> Run:
        """By the scheduler's clock and counter where they were told, else by the time of the failure."""
        if self.state is _QUEUED:
            return self._queued(failure, record)
        if self.state is _RUNNING:
            return self._running(failure, record)
        return _THIS

    def concerns(self, case: Case) -> bool:
        """A job is one piece of work."""
        del case
        return True

    def _running(self, failure: Failure, record: JobRecord) -> Run:
        start = self.start_time
        if start is None:
            return Run.UNCLEAR
        if failure.started_at is not None:
            return by_start(failure.started_at, start)
        counted = _by_counter(failure.restart_count, record)
        if counted is Run.EARLIER:
            return Run.EARLIER
        run = by_failure(failure.occurred_at, start)
        if run is not Run.UNCLEAR:
            return run
        if rerun_since(failure, self, record) is not None:
            return Run.EARLIER
        return counted

    def _queued(self, failure: Failure, record: JobRecord) -> Run:
        """A queued job whose failure was one of a run has been requeued since: there is nothing left to heal."""
        event_saw_it_run = failure.started_at is not None or bool(failure.exit_code) or bool(failure.node)
        ledger_saw_it_run = any(case.life is not None and case.life.began is not None for case in record.cases)
        modified_since = self.last_modify_time is not None and self.last_modify_time > failure.occurred_at
        return Run.EARLIER if event_saw_it_run or ledger_saw_it_run or modified_since else Run.THIS

    # What became of a call.

    def conclude(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Conclusion:
        """Another start proves a restart at once, the same start only once an effect would show."""
        del others  # there is one run at a time
        if self.state in {State.NOT_FOUND, State.UNKNOWN}:
            return Conclusion.NO_EVIDENCE
        if case.life is not None and not case.life.observable:
            return self._reserved_queued(settled=settled)
        began = self._began
        if self.state is State.FINISHED and (began is None or Life.run(began) == case.life):
            return Conclusion.ENDED
        if (self.state is State.RUNNING and began is None) or self._older_than(case):
            return Conclusion.NO_EVIDENCE
        if self.life == case.life:
            return Conclusion.NOT_RESTARTED if settled else Conclusion.WAIT
        if not began_before_call(began, case):
            return Conclusion.RESTARTED
        return Conclusion.RESTARTED_BEFORE if settled else Conclusion.WAIT

    @property
    def _began(self) -> int | None:
        """Start of the run that it shows, going on or over: what a queued job has may be a forecast."""
        return self.start_time if self.state in {State.RUNNING, State.FINISHED} else None

    def _older_than(self, case: Case) -> bool:
        """Whether the list lags: it shows a run that was over when the attempt was reserved."""
        began, reserved = self._began, case.life.began if case.life is not None else None
        return began is not None and reserved is not None and began < reserved

    def _reserved_queued(self, *, settled: bool) -> Conclusion:
        if self.state is State.RUNNING:
            return Conclusion.STARTED
        if self.state is State.FINISHED:
            return Conclusion.ENDED
        return Conclusion.NOT_OBSERVABLE if settled else Conclusion.WAIT

    def aftermath(self, case: Case, others: Sequence[Case] = (), *, settled: bool) -> Aftermath:
        """How a run ended E-HPC does not tell. A start that may still move is no new run, one before the call not ours.

        Another run than the one that was to be rerun does not prove that the call was in vain: clocks may differ.
        """
        del others  # whoever has it run once more ends the run that this one made
        began, over = self._began, self.state is State.FINISHED
        if self._older_than(case):
            return Aftermath.WAIT
        if began is None or Life.run(began) == case.life or began_before_call(began, case):
            if over:
                return Aftermath.NO_FURTHER_RUN
            in_vain = settled and self.life is not None and self.life == case.life
            return Aftermath.NOT_RESTARTED if in_vain else Aftermath.WAIT
        if self.look_begun_at - began < MOVING_START_S:
            return Aftermath.BEGINNING
        return Aftermath.ENDED if over else Aftermath.RESTARTED

    def share(self, action_api: ActionApi | None) -> Share | None:
        """No call reaches further than the jobs that it names."""
        del action_api
        return None

    def strays(self, case: Case, others: Sequence[Case] = ()) -> bool | None:
        """A rerun is the same job again."""
        del case, others
        return None

    @property
    def known_reruns(self) -> tuple[int, ...]:
        """A rerun makes nothing that has a number of its own."""
        return ()

    def retries_of_its_own(self, record: JobRecord, failure: Failure, ours: int) -> int:
        """The scheduler's counter counts ours as well, whichever budget they were paid from, and whenever."""
        del ours
        return max(0, (failure.restart_count or 0) - len(record.attempts) - record.forgotten)

    # Gates of its own.

    def not_single(self) -> Stop | None:
        """Several jobs of that number, or an array's parent."""
        if self.ambiguous:
            why = "several jobs have this number: name the server part"
            return Stop(Verdict.INELIGIBLE, Reason.AMBIGUOUS_JOB_ID, why)
        if self.array_parent:
            return Stop(Verdict.INELIGIBLE, Reason.ARRAY_PARENT, "rerunning an array parent restarts every subjob")
        return None

    @property
    def array_parent(self) -> bool:
        """Whether the id may mean a whole array: unless its spelling proves one element, what the list shows of it."""
        may_be = self.has_tasks or bool(self.array_request) or "[" in self.job_id
        return may_be and not is_task(self.job_id)

    def eligible(self, *, beside_live: bool) -> GateAnswer:
        """RUNNING or QUEUED: RerunJobs kills and queues what lives."""
        del beside_live
        return _ELIGIBLE.get(self.state._value_) or GateAnswer(
            self.state.value, "RUNNING or QUEUED", self._not_eligible()
        )

    def _not_eligible(self) -> Stop:
        if self.state is State.FINISHED:
            return Stop(Verdict.INELIGIBLE, Reason.JOB_FINISHED, "the job has ended; E-HPC reruns only live jobs")
        message = f"E-HPC does not rerun a job that is {self.state.value}"
        return Stop(Verdict.INELIGIBLE, Reason.STATE_NOT_ELIGIBLE, message)

    def may_rerun(self) -> GateAnswer:
        """As it was submitted."""
        if self.rerunnable:
            return _RERUNNABLE
        stop = Stop(Verdict.INELIGIBLE, Reason.NOT_RERUNNABLE, "the job was submitted as not rerunnable")
        return GateAnswer("Rerunable False", _RERUNNABLE.wanted, stop)

    def alone(self, record: JobRecord, *, look_again_at: float) -> GateAnswer | None:
        """A rerun replaces the run."""
        del record, look_again_at
        return None

    def wants_person(self) -> tuple[Reason, str] | None:
        """RerunJobs carries everything that the job was submitted with."""

    def disagreement(self, failure: Failure, run: Run, *, settle_s: float) -> str:
        """Nodes while the run meant is the one seen, and a start that the list should long have shown."""
        if self.state is not _RUNNING:
            return ""
        if failure.node and self.nodes and run is _THIS and not among(failure.node, self.nodes):
            return "node"
        if failure.started_at is None or self.start_time is None:
            return ""
        later = failure.started_at - self.start_time > START_TOLERANCE_S
        long_known = self.look_begun_at > failure.started_at + settle_s
        return "start" if later and long_known else ""


def _by_counter(told: int | None, record: JobRecord) -> Run:
    """By the scheduler's restart counter, where it was told of this run and of one whose failure had an attempt."""
    if told is None:
        return Run.UNCLEAR
    counts = [
        case.failure.restart_count
        for case in record.cases
        if case.attempt and not case.open and case.failure.restart_count is not None
    ]
    if not counts:
        return Run.UNCLEAR
    return Run.EARLIER if told <= max(counts) else Run.THIS
