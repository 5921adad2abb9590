"""A DataWorks instance, or a SchedulerX 3 execution, as its service has it: one unit of work that can be run again.

An instance keeps its id and counts its runs (docs/facts/dataworks.md#runs). What a retry of an execution leaves is not
documented (docs/facts/schedulerx3.md#open): both ways are worlds of their own.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from msgspec.structs import replace as replace_struct

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.systems.dataworks.snapshot import DataworksSnapshot, TaskInstance
from shared.systems.schedulerx3.execution import TRIGGER_USER_RETRY, Execution
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from tests.proof.cluster import Copies
from tests.proof.truth import Call

FIRST_ID = 900
DAY = "2027-01-14 01:00:00"
STALE_S = 30.0


@dataclass(frozen=True, slots=True)
class UnitRun:
    """One run, numbered from 1."""

    instance_id: int
    began_at: float
    ends_at: float
    ends: State

    def state(self, now: float) -> State:
        """Its state at that moment."""
        return self.ends if now >= self.ends_at else State.RUNNING


@dataclass(slots=True)
class UnitJob:
    """One unit with its runs, oldest first."""

    system: str
    job_id: str
    runs: list[UnitRun] = field(default_factory=list)
    keeps_id: bool = True
    run_s: float = 45.0
    reruns_end: list[State] = field(default_factory=list)
    """How the next reruns end; SUCCEEDED after that."""
    workflow: int = 0
    """What it is a part of; 0: of nothing."""
    lag_s: float = 0.0
    """A rerun is seen at once."""
    _late: list[tuple[float, int, Call]] = field(default_factory=list)

    def fail(self, began_at: float, ended_at: float) -> UnitRun:
        """Its first run fails."""
        self.runs.append(UnitRun(1, began_at, ended_at, State.FAILED))
        return self.runs[-1]

    def at(self, moment: float, call: Call) -> None:
        """A call will take effect."""
        heappush(self._late, (moment, len(self._late), call))

    def catch_up(self, now: float) -> None:
        """Let every call take effect that is due."""
        while self._late and self._late[0][0] <= now:
            moment, _, call = heappop(self._late)
            self.hit(call, moment)

    def newest(self, _data_time: str | None) -> UnitRun:
        """The newest run."""
        return self.runs[-1]

    def hit(self, call: Call, moment: float) -> bool:
        """Run it again. What runs is refused; an execution that stands failed beside its retry is retried once more."""
        newest = self.runs[-1]
        if self.keeps_id and newest.state(moment) is not State.FAILED:
            return False
        call.effective, call.hit_run, call.hit_at = True, newest.instance_id, moment
        ends = self.reruns_end.pop(0) if self.reruns_end else State.SUCCEEDED
        self.runs.append(UnitRun(newest.instance_id + 1, moment, moment + self.run_s, ends))
        return True

    def hit_as_part(self, call: Call, moment: float) -> bool:
        """A call for the whole has come, to a service that is slow to notice its own retries.

        What was started within `STALE_S` is still taken for failed, and runs twice unless we keep two calls apart.
        """
        newest = self.runs[-1]
        stale = len(self.runs) > 1 and moment - newest.began_at < STALE_S
        failed = self.runs[-2] if stale else newest
        if failed.state(moment) is not State.FAILED:
            return False
        call.also += ((call.job[0], self.job_id, failed.instance_id),)
        self.runs.append(UnitRun(newest.instance_id + 1, moment, moment + self.run_s, State.SUCCEEDED))
        return True

    def show(self, now: float, failure: Failure) -> DataworksSnapshot | Schedulerx3Snapshot:
        """It as a look shows it."""
        self.catch_up(now)
        newest = self.runs[-1]
        if self.system == "dataworks":
            instance = TaskInstance(
                instance_id=int(self.job_id),
                state=newest.state(now),
                run_number=newest.instance_id,
                started_at=newest.began_at,
                finished_at=newest.ends_at if now >= newest.ends_at else None,
            )
            return DataworksSnapshot(job_id=self.job_id, instance=instance, look_begun_at=now)
        shown = [
            replace_struct(_execution(run, now, keeps_id=self.keeps_id), workflow=self.workflow)
            for run in (self.runs[:-2:-1] if self.keeps_id else self.runs[::-1])
        ]
        meant = next(one for one in shown if one.execution_id == failure.job_instance_id)
        others = tuple(one for one in shown if one is not meant)
        return Schedulerx3Snapshot(
            job_id=self.job_id, state=meant.state, execution=meant, others=others, look_begun_at=now
        )

    def copy(self, calls: Copies) -> UnitJob:
        """The unit in a copy of its world."""
        late = [(moment, number, calls[id(call)]) for moment, number, call in self._late]
        return replace(self, runs=list(self.runs), reruns_end=list(self.reruns_end), _late=late)

    def under_way(self) -> Iterator[Call]:
        """Calls that have not taken effect yet."""
        return (call for _, _, call in self._late)

    def shape(self, calls: Mapping[int, int]) -> Hashable:
        """Everything that what follows depends on; calls by their place in the world's list."""
        late = tuple((moment, calls[id(call)]) for moment, _, call in sorted(self._late, key=lambda one: one[:2]))
        return (self.system, self.job_id, self.keeps_id, self.workflow, tuple(self.runs), tuple(self.reruns_end), late)


def _execution(run: UnitRun, now: float, *, keeps_id: bool) -> Execution:
    beside = 0 if keeps_id else run.instance_id - 1
    return Execution(
        execution_id=FIRST_ID + beside,
        state=run.state(now),
        attempt=run.instance_id if keeps_id else 1,
        trigger_type=TRIGGER_USER_RETRY if beside else 1,
        data_time=DAY,
        started_at=run.began_at,
        ended_at=run.ends_at if now >= run.ends_at else None,
    )
