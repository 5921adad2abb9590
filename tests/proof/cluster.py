"""Schedulers as E-HPC and SchedulerX drive them: what a call really does, and what a look then shows.

PBS goes on showing the old run as RUNNING while a rerun is in progress and keeps SubmitTime; Slurm queues at
once, renews SubmitTime and shows a forecast as StartTime (job-systems.md 3.5, 3.6; design.md, Lives).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from heapq import heappop, heappush
from typing import Literal

from shared.domain.job import LIVE_STATES, State
from shared.domain.snapshot import TRIGGER_DATA_RERUN, EhpcSnapshot, Instance, SchedulerxSnapshot
from tests.proof.truth import Call

Change = Literal["queue", "start", "requeue", "finish", "vanish"]


class Flavour(Enum):
    """Whose habits a cluster has; the value is how long the old run is still shown while a rerun goes on."""

    PBS = 20.0
    SLURM = 0.0


@dataclass(slots=True)
class ClusterJob:
    """One E-HPC job."""

    job_id: str
    start: int
    flavour: Flavour = Flavour.PBS
    state: State = State.RUNNING
    run: int = 1
    rerunnable: bool = True
    modified: int | None = None
    queue_s: float = 15.0
    array_request: str = ""
    hanging: int = 1
    """How many runs hang, the present one included; a later one ends well after `run_s`."""
    run_s: float = 120.0
    dying: bool = False
    """A rerun is in progress: the run is dead, and still shown."""
    _changes: list[tuple[float, int, Change | Call]] = field(default_factory=list)
    _number: int = 0

    @property
    def lag_s(self) -> float:
        """How long a killed run is still shown."""
        return self.flavour.value

    def at(self, moment: float, change: Change | Call) -> None:
        """Something will happen: a change of state, or a call taking effect."""
        self._number += 1
        heappush(self._changes, (moment, self._number, change))

    def catch_up(self, now: float) -> None:
        """Let everything happen that is due."""
        while self._changes and self._changes[0][0] <= now:
            moment, _, change = heappop(self._changes)
            if isinstance(change, Call):
                self.hit(change, moment)
            elif self.state not in {State.FINISHED, State.NOT_FOUND}:
                self._change(change, moment)

    def hit(self, call: Call, moment: float) -> bool:
        """A rerun arrives at the scheduler; whether it took effect. A queued or ended job is refused."""
        if self.state is not State.RUNNING or not self.rerunnable:
            return False
        call.effective, call.hit_run, call.hit_at = True, self.run, moment
        if not self.dying:
            self._kill(moment)
        return True

    def show(self, now: float) -> EhpcSnapshot:
        """The job as the list shows it."""
        self.catch_up(now)
        return EhpcSnapshot(
            job_id=self.job_id,
            state=self.state,
            start_time=None if self.state is State.NOT_FOUND else self.start,
            last_modify_time=self.modified,
            rerunnable=self.rerunnable,
            array_request=self.array_request,
            look_begun_at=now,
        )

    def _kill(self, moment: float) -> None:
        self.dying = True
        if self.lag_s:
            self.at(moment + self.lag_s, "queue")
        else:
            self._change("queue", moment)

    def _change(self, change: Change, moment: float) -> None:
        if change == "requeue" and self.state is State.RUNNING and not self.dying:
            self._kill(moment)
        elif change == "queue" and self.state is State.RUNNING:
            self.state, self.dying, self.modified = State.QUEUED, False, int(moment)
            if self.flavour is Flavour.SLURM:
                self.start = int(moment + self.queue_s + 7)
            self.at(moment + self.queue_s, "start")
        elif change == "start" and self.state is State.QUEUED:
            self.state, self.start, self.modified = State.RUNNING, int(moment), int(moment)
            self.run += 1
            if self.run > self.hanging:
                self.at(moment + self.run_s, "finish")
        elif change == "vanish" or (change == "finish" and not self.dying):  # what was killed cannot end by itself
            self.state = State.FINISHED if change == "finish" else State.NOT_FOUND
            self.modified = int(moment)


@dataclass(slots=True)
class DayInstance:
    """One run of one day."""

    instance_id: int
    data_time: str
    trigger_type: int
    started_at: float
    ends_at: float
    ends: State

    def state(self, now: float) -> State:
        """Its state at that moment."""
        if now < self.started_at:
            return State.QUEUED
        return self.ends if now >= self.ends_at else State.RUNNING

    def show(self, now: float) -> Instance:
        """The instance as the list shows it."""
        return Instance(
            instance_id=self.instance_id,
            state=self.state(now),
            data_time=self.data_time,
            trigger_type=self.trigger_type,
            started_at=self.started_at if now >= self.started_at else None,
            ended_at=self.ends_at if now >= self.ends_at else None,
        )


@dataclass(slots=True)
class GroupJob:
    """One SchedulerX job with its instances, oldest first."""

    job_id: str
    instances: list[DayInstance] = field(default_factory=list)
    enabled: bool = True
    run_s: float = 45.0
    reruns_end: list[State] = field(default_factory=list)
    """How the next reruns end; SUCCEEDED after that."""
    lag_s: float = 0.0
    """A new instance is listed at once."""
    _late: list[tuple[float, int, Call]] = field(default_factory=list)

    def fail(self, data_time: str, began_at: float, ended_at: float) -> DayInstance:
        """A day's scheduled instance fails."""
        made = DayInstance(self._next_id(), data_time, 1, began_at, ended_at, State.FAILED)
        self.instances.append(made)
        return made

    def at(self, moment: float, call: Call) -> None:
        """A call will take effect."""
        heappush(self._late, (moment, len(self._late), call))

    def catch_up(self, now: float) -> None:
        """Let every call take effect that is due."""
        while self._late and self._late[0][0] <= now:
            moment, _, call = heappop(self._late)
            self.hit(call, moment)

    def newest(self, data_time: str | None) -> DayInstance | None:
        """The newest instance of that day."""
        return next((one for one in reversed(self.instances) if one.data_time == data_time), None)

    def hit(self, call: Call, moment: float) -> bool:
        """A rerun of a day: a new instance beside whatever lives. A disabled job is refused."""
        newest = self.newest(call.data_time)
        if not self.enabled or newest is None or call.data_time is None:
            return False
        call.effective, call.hit_run, call.hit_at = True, newest.instance_id, moment
        ends = self.reruns_end.pop(0) if self.reruns_end else State.SUCCEEDED
        began_at = moment + 1.0
        self.instances.append(
            DayInstance(self._next_id(), call.data_time, TRIGGER_DATA_RERUN, began_at, began_at + self.run_s, ends)
        )
        return True

    def show(self, now: float, instance_id: int | None, data_time: str | None) -> SchedulerxSnapshot:
        """The job as a look at one instance, or at the newest of a day, shows it."""
        self.catch_up(now)
        shown = [one.show(now) for one in reversed(self.instances)]
        meant = next(
            (one for one in shown if (one.instance_id if instance_id else one.data_time) == (instance_id or data_time)),
            None,
        )
        return SchedulerxSnapshot(
            job_id=self.job_id,
            state=meant.state if meant else State.NOT_FOUND,
            enabled=self.enabled,
            instance=meant,
            others=tuple(one for one in shown if one is not meant),
            look_begun_at=now,
        )

    def lives(self, now: float) -> bool:
        """Whether any instance is queued or running."""
        return any(one.state(now) in LIVE_STATES for one in self.instances)

    def _next_id(self) -> int:
        return 101 + len(self.instances)
