"""SchedulerX as it is: a rerun of a day makes a new instance, and names none (docs/facts/schedulerx.md#rerun)."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from heapq import heappop, heappush

from shared.domain.call import ActionApi
from shared.domain.job import State
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, TRIGGER_USER_RETRY, Instance, SchedulerxSnapshot
from tests.proof.cluster import Copies
from tests.proof.truth import Call


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
    keeps_id: bool = False
    """Whether the retry of an instance runs the old one anew; else it makes a new one beside it. No page says."""
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
        """A rerun of a day, or a retry of an instance that has ended: a new instance beside whatever lives.

        A disabled job is refused.
        """
        newest, retried = self.newest(call.data_time), call.action_api is ActionApi.RETRY_INSTANCE
        if not self.enabled or newest is None or call.data_time is None:
            return False
        if retried and newest.state(moment) is not State.FAILED:
            return False
        call.effective, call.hit_run, call.hit_at = True, newest.instance_id, moment
        ends = self.reruns_end.pop(0) if self.reruns_end else State.SUCCEEDED
        began_at = moment + 1.0
        if retried and self.keeps_id:
            again = replace(newest, started_at=began_at, ends_at=began_at + self.run_s, ends=ends)
            self.instances[self.instances.index(newest)] = again
            return True
        made_by = TRIGGER_USER_RETRY if retried else TRIGGER_DATA_RERUN
        self.instances.append(
            DayInstance(self._next_id(), call.data_time, made_by, began_at, began_at + self.run_s, ends)
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

    def copy(self, calls: Copies) -> GroupJob:
        """The job in a copy of its world."""
        late = [(moment, number, calls[id(call)]) for moment, number, call in self._late]
        instances = [replace(one) for one in self.instances]
        return replace(self, instances=instances, reruns_end=list(self.reruns_end), _late=late)

    def under_way(self) -> Iterator[Call]:
        """Calls that have not taken effect yet."""
        return (call for _, _, call in self._late)

    def shape(self, calls: Mapping[int, int]) -> Hashable:
        """Everything that what follows depends on; calls by their place in the world's list."""
        late = tuple((moment, calls[id(call)]) for moment, _, call in sorted(self._late, key=lambda one: one[:2]))
        instances = tuple(
            (one.instance_id, one.data_time, one.trigger_type, one.started_at, one.ends_at, one.ends)
            for one in self.instances
        )
        return (self.job_id, self.enabled, self.keeps_id, self.run_s, tuple(self.reruns_end), instances, late)

    def _next_id(self) -> int:
        return 101 + len(self.instances)
