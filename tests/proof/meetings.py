"""Two invocations that meet: what each is, and every way of interleaving them with at most two preemptions."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.heal import Healer
from shared.policy.bounds import BadNodes, NodeAction
from shared.policy.model import Breaker, Policy, Rate
from tests.proof.baton import Baton, Schedule
from tests.proof.cast import POLICY, failed_day, group_job, hung, job
from tests.proof.delivery import Delivery
from tests.proof.found import FOUND, PERIOD_S, Discovering, each_period, look_through, taken_in
from tests.proof.histories import Met, finish
from tests.proof.nights_units import WHOLE, parts_of_a_workflow
from tests.proof.seam import Fault, Plan, extensions
from tests.proof.world import Deliver, World

PREEMPTIONS = 2
"""At most, in a schedule: as many as there are, if neither of the two ends before its quota."""
Side = Delivery | Discovering | None
"""A delivery, a run of the discovery, or None for a sweep."""


@dataclass(frozen=True)
class Meeting:
    """A world in which two invocations begin at the same moment."""

    name: str
    build: Callable[[World], tuple[Side, Side]]
    """Prepares the world and says what meets."""
    after_s: float = 0.0
    policy: Policy = POLICY
    contended: bool = True
    """Whether both write the same documents, so that some schedule must show a conflict."""
    long: bool = False
    """So many steps that its histories with a fault are run on demand alone."""
    whole: bool = False
    """On a ledger whose batch can be one atomic step."""


@dataclass(frozen=True, slots=True)
class Meet:
    """The meeting as something that happens in a world."""

    first: Side
    second: Side
    schedule: Schedule

    def __call__(self, world: World) -> None:
        """Both run; what failed comes again."""
        baton = Baton(self.schedule)
        shown: list[tuple[Failure, int]] = []
        pair = baton.run(world, body_of(world, self.first, shown), body_of(world, self.second, shown))
        taken_in(world, shown)
        if baton.switches:
            world.tally.add("preempted")
        for who, side in zip(pair, (self.first, self.second), strict=True):
            if isinstance(side, Delivery) and who.failed:
                world.again(side, 1)


def set_up(meeting: Meeting, schedule: Schedule, *, swapped: bool = False, plan: Plan = ()) -> World:
    """The world before, with the meeting ahead."""
    world = World(meeting.policy, plan, whole=meeting.whole)
    first, second = meeting.build(world)
    world.timer_from = world.clock.moment + meeting.after_s + 1
    world.at(meeting.after_s, Meet(second, first, schedule) if swapped else Meet(first, second, schedule))
    return world


def meet(meeting: Meeting, schedule: Schedule, *, swapped: bool = False, plan: Plan = ()) -> World:
    """One history: what was before, the meeting by that schedule, then redelivery and sweeps until quiet."""
    name = f"{meeting.name}, schedule {schedule}{' swapped' if swapped else ''}"
    return finish(set_up(meeting, schedule, swapped=swapped, plan=plan), name)


def every_way(meeting: Meeting) -> Iterator[tuple[Schedule, bool, World]]:
    """Every schedule of the two, either one first, and its history; of schedules with one history only the first.

    Whoever ends before its quota of steps does so with every larger one, and of two that are alike it makes no
    difference who is called the first. As many steps as each has when it runs alone.
    """
    most = max(who.steps for who in meet(meeting, (99, 99)).invoked)
    for swapped in (False,) if alike(meeting) else (False, True):
        for first_steps in range(most + 1):
            switches = 0
            for second_steps in range(1, most + 1):
                schedule = first_steps, second_steps
                world = meet(meeting, schedule, swapped=swapped)
                yield schedule, swapped, world
                switches = world.baton.switches if world.baton else 0
                if switches < PREEMPTIONS:  # the second has ended
                    break
            if not switches:  # the first has ended
                break


def alike(meeting: Meeting) -> bool:
    """Whether the two sides are one and the same."""
    first, second = meeting.build(World(meeting.policy))
    return first == second


def interleavings(meeting: Meeting, every: int) -> tuple[Met, Met]:
    """Every schedule without a fault; every n-th of all schedules with one fault at any step, none if `every` is 0."""
    calm, faulty, number = Met(), Met(), 0
    for schedule, swapped, world in every_way(meeting):
        calm.add(world)
        for plan in extensions((), world.trace) if every else ():
            number += 1
            if number % every == 0:
                faulty.add(meet(meeting, schedule, swapped=swapped, plan=plan))
    return calm, faulty


def body_of(world: World, side: Side, shown: list[tuple[Failure, int]]) -> tuple[str, Callable[[Healer], None]]:
    """The door and what the invocation does."""
    if side is None:
        return "sweep", world.swept
    if isinstance(side, Discovering):
        return "discover", lambda healer: look_through(world, healer, shown)
    delivery = side
    return delivery.door.value, lambda healer: world.handle(healer, delivery)


def _one(failure: Failure) -> Delivery:
    return Delivery((failure,), failure.trigger)


def _two_doors(world: World) -> tuple[Side, Side]:
    found = job(world)
    return _one(hung(world, found)), _one(hung(world, found, door=Trigger.LOG))


def _same_twice(world: World) -> tuple[Side, Side]:
    delivery = Delivery((hung(world, job(world)), hung(world, job(world, 2))))
    return delivery, delivery


def _overlapping(world: World) -> tuple[Side, Side]:
    one, two, three = (job(world, number) for number in (1, 2, 3))
    first = Delivery((hung(world, one), hung(world, two)))
    second = Delivery(
        (hung(world, two, door=Trigger.LOG), hung(world, three, door=Trigger.LOG)),
        Trigger.LOG,
    )
    return first, second


def _after_lost(fault: Fault, system: str = "ehpc") -> Callable[[World], Failure]:
    def build(world: World) -> Failure:
        failure = hung(world, job(world)) if system == "ehpc" else failed_day(world, group_job(world))
        world.systems[system].script.append(fault)
        world.at(0.0, Deliver(_one(failure)))
        return failure

    return build


def _sweep_and_redelivery(world: World) -> tuple[Side, Side]:
    return None, _one(_after_lost(Fault.LOST_NONE)(world))


def _sweep_and_other_door(world: World) -> tuple[Side, Side]:
    _after_lost(Fault.LOST_LATE)(world)
    found = next(iter(world.cluster.values()))
    return None, _one(hung(world, found, door=Trigger.LOG))


def _two_sweeps(world: World) -> tuple[Side, Side]:
    _after_lost(Fault.LOST_NONE)(world)
    return None, None


def _two_sweeps_schedulerx(world: World) -> tuple[Side, Side]:
    _after_lost(Fault.LOST_NONE, "schedulerx")(world)
    return None, None


def _two_sweeps_pay(world: World) -> tuple[Side, Side]:
    world.sink.down_until = world.clock.moment + 60
    world.at(0.0, Deliver(_one(hung(world, job(world)))))
    return None, None


def _two_jobs(world: World) -> tuple[Side, Side]:
    return _one(hung(world, job(world, 1))), _one(hung(world, job(world, 2)))


def _four_jobs(world: World) -> tuple[Side, Side]:
    one, two, three, four = (hung(world, job(world, number)) for number in (1, 2, 3, 4))
    return Delivery((one, two)), Delivery((three, four))


def _schedulerx_doors(world: World) -> tuple[Side, Side]:
    failure = failed_day(world, group_job(world))
    again = replace(failure, event_id="log/again", telling_id="again", trigger=Trigger.LOG)
    return _one(failure), _one(world.told(again, 101))


def _schedulerx_days(world: World) -> tuple[Side, Side]:
    found = group_job(world)
    first = failed_day(world, found, "2027-01-13 01:00:00")
    return _one(first), _one(failed_day(world, found, "2027-01-14 01:00:00"))


def _requeue_between(world: World) -> tuple[Side, Side]:
    found = job(world)
    found.at(world.clock.moment + 1.5, "requeue")
    return _one(hung(world, found)), _one(hung(world, found, door=Trigger.LOG))


def _two_discoveries(world: World) -> tuple[Side, Side]:
    job(world)
    each_period(world, 2, first_s=PERIOD_S)
    return Discovering(), Discovering()


def _discovery_and_door(world: World) -> tuple[Side, Side]:
    each_period(world, 2, first_s=PERIOD_S)
    return Discovering(), _one(hung(world, job(world)))


def _bad_node(world: World) -> tuple[Side, Side]:
    first, second = (hung(world, job(world, number), node="n1") for number in (1, 2))
    return _one(first), _one(second)


def _parts_of_a_workflow(world: World) -> tuple[Side, Side]:
    first, second = parts_of_a_workflow(world)
    return _one(first), _one(second)


MEETINGS: tuple[Meeting, ...] = (
    Meeting("two triggers tell one failure", _two_doors),
    Meeting("one delivery twice", _same_twice),
    Meeting("overlapping deliveries", _overlapping),
    Meeting("a sweep beside the redelivery", _sweep_and_redelivery, after_s=130.0, contended=False),
    Meeting("a sweep beside another door", _sweep_and_other_door, after_s=130.0, contended=False),
    Meeting("two sweeps", _two_sweeps, after_s=122.5),
    Meeting("two sweeps of SchedulerX", _two_sweeps_schedulerx, after_s=122.5),
    Meeting("two sweeps pay what is owed", _two_sweeps_pay, after_s=70.0),
    Meeting("the breaker's last token", _four_jobs, policy=replace(POLICY, breaker=Breaker(max_jobs=3))),
    Meeting(
        "the rate's last token",
        _two_jobs,
        # No breaker's document beside the rate's, which alone must make them meet.
        policy=replace(POLICY, breaker=None, rate=Rate(max_jobs=1, window_s=60)),
    ),
    Meeting("two triggers tell one instance", _schedulerx_doors),
    Meeting("two parts of a workflow", _parts_of_a_workflow, policy=replace(POLICY, rules=(WHOLE,))),
    Meeting("two days of one job", _schedulerx_days),
    Meeting("the scheduler requeues in between", _requeue_between),
    Meeting("two discoveries", _two_discoveries, policy=FOUND, long=True),
    Meeting("a discovery beside a door", _discovery_and_door, policy=FOUND, long=True),
    Meeting(
        "two jobs on a bad node",
        _bad_node,
        policy=replace(POLICY, bad_nodes=BadNodes(jobs=2, action=NodeAction.HOLD, max_wait_s=60)),
        long=True,
    ),
)
