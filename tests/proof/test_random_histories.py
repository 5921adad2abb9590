"""Random nights: Hypothesis plays the schedulers, the platform, the services, time and every fault."""

from __future__ import annotations

from collections.abc import Callable
from typing import ClassVar

import pytest
from hypothesis import HealthCheck, seed, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.domain.job import State
from shared.policy.model import Attempts, Breaker
from shared.systems import SYSTEMS
from tests.proof.baton import Baton
from tests.proof.cast import POLICY, failed_day, group_job, hung, instance_failure, job
from tests.proof.cluster import ClusterJob, Flavour
from tests.proof.delivery import Delivery
from tests.proof.histories import BreachError, Met, judge, story
from tests.proof.meetings import body_of
from tests.proof.seam import Fault
from tests.proof.world import NotQuietError, World
from tests.support.depth import DEPTH, Depth, deep

PARTS = 4 if DEPTH is Depth.ALL else 1
"""A share is one run: in a fourth of it a state may be missed by what Hypothesis takes from the code as it is."""
SHORT, LONG = deep(480, 800), 25_000
"""Histories a part, in `make test` and in `make histories`."""
INDEX = st.integers(0, 7)
ANSWERS = (Fault.LOST_NONE, Fault.LOST_DONE, Fault.LOST_LATE, Fault.CRASH_LATE, Fault.PART, Fault.LATER, Fault.HOLLOW)


class Night(RuleBasedStateMachine):
    """One history; the laws are asked when it has come to rest."""

    met: ClassVar[Met] = Met()

    def __init__(self) -> None:
        super().__init__()
        self.world = World(POLICY)
        self.waiting: list[Failure] = []
        self.sent: list[Delivery] = []
        self.days = 0

    @initialize(
        flavours=st.lists(st.sampled_from(Flavour), min_size=1, max_size=3),
        attempts=st.integers(1, 3),
        most=st.integers(1, 4),
    )
    def begin(self, flavours: list[Flavour], attempts: int, most: int) -> None:
        """A cluster of a few jobs, a group with one, and a policy that is soon used up."""
        self.world.policy = replace(POLICY, attempts=Attempts(max=attempts), breaker=Breaker(max_jobs=most))
        for number, flavour in enumerate(flavours):
            job(self.world, number + 1, flavour)
        group_job(self.world)

    @rule(which=INDEX, door=st.sampled_from([Trigger.EVENT, Trigger.LOG]), exact=st.booleans())
    def fails(self, which: int, door: Trigger, exact: bool) -> None:  # noqa: FBT001 - Hypothesis passes it by name
        """A run hangs and somebody tells it, with the scheduler's own start or without."""
        found = self._job(which)
        found.catch_up(self.world.clock.moment)
        if found.state is State.RUNNING and not found.dying:
            occurred_at = max(found.start + 1.0, self.world.clock.moment - 40)
            failure = hung(
                self.world, found, door=door, occurred_at=occurred_at, started_at=float(found.start) if exact else None
            )
            self.world.clock.moment = max(self.world.clock.moment, occurred_at)
            self.waiting.append(failure)

    @rule()
    def day_fails(self) -> None:
        """An instance of the SchedulerX job fails: the next day's, or the last rerun's."""
        found = next(iter(self.world.group.values()))
        now = self.world.clock.moment
        found.catch_up(now)
        newest = found.instances[-1] if found.instances else None
        if newest is not None and newest.state(now) is State.QUEUED:
            return
        if newest is not None and newest.state(now) is State.RUNNING:
            newest.ends, newest.ends_at = State.FAILED, now
            self.waiting.append(instance_failure(self.world, found, newest.instance_id, occurred_at=now))
            return
        self.days += 1
        self.waiting.append(failed_day(self.world, found, f"2027-01-{self.days % 28 + 1:02} 01:00:00"))

    @precondition(lambda self: self.waiting)
    @rule()
    def deliver(self) -> None:
        """What was told is delivered."""
        delivery = self._pack()
        self.world.deliver(delivery)

    @precondition(lambda self: self.sent)
    @rule(which=INDEX)
    def deliver_again(self, which: int) -> None:
        """At least once: something delivered comes again."""
        self.world.deliver(self.sent[which % len(self.sent)])

    @precondition(lambda self: self.waiting or self.sent)
    @rule(i=st.integers(0, 12), j=st.integers(1, 12), which=INDEX, sweeps=st.booleans())
    def meet(self, i: int, j: int, which: int, sweeps: bool) -> None:  # noqa: FBT001 - as above
        """A delivery meets another, or a sweep."""
        first = self._pack() if self.waiting else self.sent[which % len(self.sent)]
        second = None if sweeps else self.sent[which % len(self.sent)]
        pair = Baton((i, j)).run(self.world, body_of(self.world, first, []), body_of(self.world, second, []))
        for who, side in zip(pair, (first, second), strict=True):
            if side is not None and who.failed:
                self.world.again(side, 1)

    @rule(seconds=st.sampled_from([1.0, 10.0, 35.0, 61.0, 125.0, 190.0, 700.0, 4000.0]))
    def time_passes(self, seconds: float) -> None:
        """Redeliveries and sweeps come when they are due."""
        self.world.run(self.world.clock.moment + seconds)

    @rule()
    def sweep(self) -> None:
        """A sweep out of turn."""
        self.world.sweep()

    @rule(ahead=st.integers(0, 14), number=st.integers(0, 10))
    def something_will_break(self, ahead: int, number: int) -> None:
        """A fault at one of the next steps."""
        self.world.dice[len(self.world.trace) + ahead] = number

    @rule(which=INDEX, change=st.sampled_from(["requeue", "requeue", "finish"]), after_s=st.floats(0, 200))
    def scheduler_acts(self, which: int, change: str, after_s: float) -> None:
        """The scheduler requeues a job, or the job ends."""
        self._job(which).at(self.world.clock.moment + after_s, "requeue" if change == "requeue" else "finish")

    @rule(system=st.sampled_from(SYSTEMS.names), fault=st.sampled_from(ANSWERS))
    def service_answers(self, system: str, fault: Fault) -> None:
        """The job system's next call meets this."""
        self.world.systems[system].script.append(fault)

    @rule(seconds=st.sampled_from([5.0, 100.0, 900.0]))
    def sink_fails(self, seconds: float) -> None:
        """The outcome Logstore is out of reach for a while."""
        self.world.sink.down_until = self.world.clock.moment + seconds

    def teardown(self) -> None:
        """To rest, then the laws."""
        if not self.world.cluster:
            return
        if self.waiting:
            self.deliver()
        try:
            self.world.run()
        except NotQuietError as error:
            raise BreachError(story(self.world, "random", [f"law_04_nothing_is_lost: {error}"])) from None
        self.met.add(self.world)
        judge(self.world, "random")

    def _job(self, which: int) -> ClusterJob:
        found = list(self.world.cluster.values())
        return found[which % len(found)]

    def _pack(self) -> Delivery:
        delivery = Delivery(tuple(self.waiting), self.waiting[0].trigger)
        self.waiting.clear()
        self.sent.append(delivery)
        return delivery


@pytest.mark.timeout(0)
@pytest.mark.parametrize("part", range(PARTS))
def test_no_random_history_breaks_a_law(
    part: int, *, everything: bool, record_property: Callable[[str, object], None]
) -> None:
    """Laws 1 to 8 and 10 to 12 hold; the interesting states were met. Each part has a seed of its own."""

    class Part(Night):
        met = Met()

    run_state_machine_as_test(
        seed(part + 1)(Part),
        settings=settings(
            max_examples=LONG if everything else SHORT,
            stateful_step_count=15,
            deadline=None,
            database=None,
            report_multiple_bugs=False,
            suppress_health_check=list(HealthCheck),
        ),
    )
    met = Part.met
    record_property("histories at random", met.histories)
    wanted = {"killed", "redelivered", "rerun/accepted", "unknown/answer_lost"}
    wanted |= (
        {
            "duplicate/in_hand",
            "suppressed/breaker_open",
            "rerun/seen_ended",
            "duplicate/restarted_since",
            "conflict",
            "rerun/observed_restart",
            "deferred/cooldown",
            "unknown/not_restarted",
        }
        if everything
        else set()
    )
    assert not [word for word in wanted if not met.words[word]], dict(met.words)
