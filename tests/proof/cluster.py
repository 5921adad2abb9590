"""Schedulers as E-HPC drives them: what a call really does, and what a look then shows.

PBS goes on showing the old run as RUNNING while a rerun is in progress and keeps SubmitTime; Slurm queues at
once, renews SubmitTime and shows a forecast as StartTime (docs/facts/pbs.md, docs/facts/slurm.md).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from heapq import heappop, heappush
from typing import Literal

from shared.domain.job import State
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.proof.truth import Call

Change = Literal["queue", "start", "requeue", "finish", "vanish"]
Copies = Mapping[int, Call]
"""The calls of a world's copy, by `id` of those that they are copies of."""


class Flavour(Enum):
    """Whose habits a cluster has; the value is how long the old run is still shown while a rerun goes on."""

    PBS = 20.0
    SLURM = 0.0
    SLURM_AS_RUNNING = 25.0
    """Slurm completes a requeued job, shown as RUNNING; its start is *now* and moves (docs/facts/slurm.md#times)."""
    SLURM_AS_FINISHED = 26.0
    """The same, shown as FINISHED."""
    SLURM_AS_OTHER = 27.0
    """The same, shown by a word that no page of E-HPC has."""


_SHOWN = {Flavour.SLURM_AS_FINISHED: State.FINISHED, Flavour.SLURM_AS_OTHER: State.UNKNOWN}
_SLURMS = {Flavour.SLURM, Flavour.SLURM_AS_RUNNING, *_SHOWN}


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
        if self.dying and self.flavour in _SLURMS:
            return False  # pending already
        call.effective, call.hit_run, call.hit_at = True, self.run, moment
        if not self.dying:
            self._kill(moment)
        return True

    def show(self, now: float) -> EhpcSnapshot:
        """The job as the list shows it."""
        self.catch_up(now)
        completes = self.dying and self.flavour in _SLURMS
        start = int(now) if completes else self.start
        shown = _SHOWN.get(self.flavour, self.state) if completes else self.state
        return EhpcSnapshot(
            job_id=self.job_id,
            state=shown,
            start_time=None if shown is State.NOT_FOUND else start,
            last_modify_time=self.modified,
            rerunnable=self.rerunnable,
            array_request=self.array_request,
            look_begun_at=now,
        )

    def copy(self, calls: Copies) -> ClusterJob:
        """The job in a copy of its world."""
        changes = [
            (moment, number, calls[id(change)] if isinstance(change, Call) else change)
            for moment, number, change in self._changes
        ]
        return replace(self, _changes=changes)

    def under_way(self) -> Iterator[Call]:
        """Calls that have not taken effect yet."""
        return (change for _, _, change in self._changes if isinstance(change, Call))

    def shape(self, calls: Mapping[int, int]) -> Hashable:
        """Everything that what follows depends on; calls by their place in the world's list."""
        ahead = tuple(
            (moment, calls[id(change)] if isinstance(change, Call) else change)
            for moment, _, change in sorted(self._changes, key=lambda one: one[:2])
        )
        now = (self.state, self.start, self.run, self.modified, self.dying, self.rerunnable, self.array_request)
        return (self.job_id, self.flavour, self.queue_s, self.run_s, self.hanging, now, ahead)

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
            if self.flavour in _SLURMS:
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
