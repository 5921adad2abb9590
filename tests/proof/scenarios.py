"""The scenarios: what goes wrong at night, apart from the faults that a plan adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from msgspec.structs import replace

from shared.domain import errors
from shared.domain.failure import Failure, Trigger, Unreadable
from shared.domain.job import Cluster, Group, State, System
from shared.domain.outcome import stable_id
from shared.policy.model import Action, Attempts, Breaker, Cooldown, Match, Policy, Rule
from tests.proof.cluster import Change, ClusterJob, Flavour, GroupJob
from tests.proof.laws import CANARY
from tests.proof.seam import Fault
from tests.proof.world import Delivery, World

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
GROUP = Group(region="cn-hangzhou", namespace="ns", group_id="demo.group")
POLICY = Policy(
    version=1,
    cooldown=Cooldown(base_s=60, factor=2, max_s=3600),
    breaker=Breaker(),
    rules=(Rule(name="the-rest", match=Match(), action=Action.RERUN),),
)
RAN_FOR_S = 3600
FAILED_BEFORE_S = 40.0


@dataclass(frozen=True)
class Scenario:
    """A night: jobs, deliveries and what the services do of themselves."""

    name: str
    build: Callable[[World], None]
    policy: Policy = POLICY
    within: int = 60
    """Faults are put into that many steps; what follows repeats itself (a look each half hour for a day)."""
    reaches: frozenset[str] = field(default=frozenset())
    """`verdict/reason` of outcomes that its single-fault histories must have met, or the suite tests nothing."""


def job(world: World, number: int = 1, flavour: Flavour = Flavour.PBS) -> ClusterJob:
    """A job that has been running for an hour."""
    made = ClusterJob(f"{number}.scheduler", int(world.clock.moment) - RAN_FOR_S, flavour)
    world.cluster[(CLUSTER, made.job_id)] = made
    return made


def hung(
    world: World, found: ClusterJob, *, door: Trigger = Trigger.EVENT, teller: str = "", **about: object
) -> Failure:
    """A telling that the job's present run hangs; `about` replaces fields."""
    found.catch_up(world.clock.moment)
    base = Failure(
        scope=CLUSTER,
        job_id=found.job_id,
        occurred_at=world.clock.moment - FAILED_BEFORE_S,
        message="hangs",
        extra={"endpoint": f"http://{CANARY}.example", "access_key_secret": CANARY},
        trigger=door,
        event_id=f"{door.value}/{teller}{found.job_id}/{found.run}",
        telling_id=stable_id(teller, door.value, found.job_id, found.run),
    )
    return world.told(replace(base, **about), found.run)


def group_job(world: World, number: int = 42) -> GroupJob:
    """A SchedulerX job without instances."""
    made = GroupJob(str(number))
    world.group[(GROUP, made.job_id)] = made
    return made


def failed_day(world: World, found: GroupJob, day: str = "2027-01-14 01:00:00", **about: object) -> Failure:
    """A telling that the day's scheduled instance failed a minute ago."""
    now = world.clock.moment
    made = found.fail(day, now - 600, now - FAILED_BEFORE_S)
    return instance_failure(world, found, made.instance_id, **about)


def instance_failure(world: World, found: GroupJob, instance_id: int, **about: object) -> Failure:
    """A telling that this instance failed."""
    base = Failure(
        scope=GROUP,
        job_id=found.job_id,
        job_instance_id=instance_id,
        occurred_at=world.clock.moment - FAILED_BEFORE_S,
        extra={"endpoint": CANARY},
        trigger=Trigger.EVENT,
        event_id=f"event/{found.job_id}/{instance_id}",
        telling_id=stable_id(found.job_id, instance_id),
    )
    return world.told(replace(base, **about), instance_id)


def send(world: World, *failures: Failure, after_s: float = 0.0, door: Trigger = Trigger.EVENT) -> Delivery:
    """A delivery, some time from now."""
    made = Delivery(failures, door)
    world.at(after_s, lambda: world.deliver(made))
    return made


def _single(flavour: Flavour) -> Callable[[World], None]:
    def build(world: World) -> None:
        send(world, hung(world, job(world, flavour=flavour)))

    return build


def _scripted(*script: Fault | None, jobs: int = 1) -> Callable[[World], None]:
    def build(world: World) -> None:
        send(world, *(hung(world, job(world, number)) for number in range(1, jobs + 1)))
        world.systems[System.EHPC].script += script

    return build


def _schedulerx(*script: Fault | None) -> Callable[[World], None]:
    def build(world: World) -> None:
        send(world, failed_day(world, group_job(world)))
        world.systems[System.SCHEDULERX].script += script

    return build


def _duplicate(world: World) -> None:
    delivery = send(world, hung(world, job(world)))
    world.at(5.0, lambda: world.deliver(delivery))
    world.at(400.0, lambda: world.deliver(delivery))


def _two_doors(world: World) -> None:
    found = job(world)
    send(world, hung(world, found))
    send(world, hung(world, found, door=Trigger.LOG), after_s=7.0, door=Trigger.LOG)


def _same_delivery(world: World) -> None:
    found = job(world)
    send(world, hung(world, found), hung(world, found, teller="again/"))


def _sweep_beside(world: World) -> None:
    found = job(world)
    first = send(world, hung(world, found))
    world.systems[System.EHPC].script.append(Fault.LOST_LATE)
    for after_s in (90.0, 180.0, 186.0):
        world.at(after_s, world.sweep)
        world.at(after_s, lambda: world.deliver(first))


def _sink_down(world: World) -> None:
    world.sink.down_until = world.clock.moment + 300
    bad = Unreadable(faults=(errors.Fault("$", "no job"),), raw="{}", trigger=Trigger.EVENT, event_id="event/bad")
    delivery = Delivery((hung(world, job(world)), hung(world, job(world, 2))), unreadable=(bad,))
    world.at(0.0, lambda: world.deliver(delivery))


def _requeues_itself(after_s: float, flavour: Flavour) -> Callable[[World], None]:
    def build(world: World) -> None:
        found = job(world, flavour=flavour)
        failure = hung(world, found)
        found.at(world.clock.moment + after_s, "requeue")
        send(world, failure)

    return build


def _looks_fail(world: World) -> None:
    world.systems[System.EHPC].look_script += [Fault.LOOK_FAILED, Fault.LOOK_FAILED]
    send(world, hung(world, job(world)))


def _two_days(world: World) -> None:
    found = group_job(world)
    send(
        world,
        failed_day(world, found, "2027-01-13 01:00:00"),
        failed_day(world, found, "2027-01-14 01:00:00"),
    )


def _three_jobs_of_a_group(world: World) -> None:
    send(world, *(failed_day(world, group_job(world, number)) for number in (41, 42, 43)))


def _two_days_apart(world: World) -> None:
    found = group_job(world)
    send(world, failed_day(world, found, "2027-01-13 01:00:00"))
    send(world, failed_day(world, found, "2027-01-14 01:00:00"), after_s=8.0)


def _breaker(world: World) -> None:
    send(world, *(hung(world, job(world, number)) for number in (1, 2)))
    send(world, *(hung(world, job(world, number)) for number in (3, 4)), after_s=9.0)


def _forced(world: World) -> None:
    """The breaker opens; a person forces a job through it; long after its window it must still be open."""
    first, second, third, fourth = (hung(world, job(world, number)) for number in (1, 2, 3, 4))
    send(world, first, second)
    by_hand = Delivery((replace(third, trigger=Trigger.MANUAL),), Trigger.MANUAL, force=True)
    world.at(700.0, lambda: world.deliver(by_hand))
    send(world, fourth, after_s=720.0)


def _fails_again(world: World) -> None:
    found = job(world)
    found.hanging = 3
    found.at(world.clock.moment + 1300, "finish")
    send(world, hung(world, found))

    def fail_again() -> None:
        found.catch_up(world.clock.moment)
        if found.state is State.RUNNING:
            send(world, hung(world, found))

    for after_s in (600.0, 1200.0):
        world.at(after_s, fail_again)


def _rerun_fails(world: World) -> None:
    found = group_job(world)
    found.reruns_end += [State.FAILED, State.FAILED]
    send(world, failed_day(world, found))

    def tell() -> None:
        newest = found.instances[-1]
        if newest.state(world.clock.moment) is State.FAILED and newest.trigger_type == 2:
            send(world, instance_failure(world, found, newest.instance_id))

    world.at(500.0, tell)
    world.at(1200.0, tell)


def _queued(world: World) -> None:
    found = job(world)
    found.state = State.QUEUED
    send(world, hung(world, found))
    found.at(world.clock.moment + 400, "start")


def _ends(change_after_s: float, change: Change = "finish") -> Callable[[World], None]:
    def build(world: World) -> None:
        found = job(world)
        send(world, hung(world, found))
        world.systems[System.EHPC].script.append(Fault.LOST_NONE)
        found.at(world.clock.moment + change_after_s, change)

    return build


def _bad_beside_good(world: World) -> None:
    bad = Unreadable(faults=(errors.Fault("$", "no job"),), raw="{}", trigger=Trigger.LOG, event_id="log/bad")
    ended, fixed = job(world, 2), job(world, 3)
    ended.state, fixed.rerunnable = State.FINISHED, False
    gone = replace(hung(world, ended), job_id="9.scheduler", event_id="log/gone", telling_id="gone")
    world.tellings.pop()
    failures = (hung(world, job(world, 1)), hung(world, ended), hung(world, fixed), world.told(gone, 1))
    delivery = Delivery(failures, Trigger.LOG, unreadable=(bad,))
    world.at(0.0, lambda: world.deliver(delivery))


def _throttled_sx(world: World) -> None:
    _schedulerx(Fault.LATER)(world)


def _reaches(*words: str) -> frozenset[str]:
    always = {"rerun/accepted", "rerun/observed_restart", "unknown/not_restarted"}
    return frozenset({*always, *words})


SCENARIOS: tuple[Scenario, ...] = (
    Scenario("single_pbs", _single(Flavour.PBS), reaches=_reaches("rerun/seen_restarted", "rerun/seen_ended")),
    Scenario("single_slurm", _single(Flavour.SLURM), reaches=_reaches("deferred/deadline", "refused/api_refused")),
    Scenario("batch_part_failure", _scripted(Fault.PART, jobs=4), reaches=_reaches("unknown/part_failure")),
    Scenario("lost_with_effect", _scripted(Fault.LOST_DONE), reaches=_reaches("unknown/answer_lost")),
    Scenario("lost_without_effect", _scripted(Fault.LOST_NONE), reaches=_reaches("unknown/answer_lost")),
    Scenario("late_effect", _scripted(Fault.LOST_LATE), reaches=_reaches("unknown/answer_lost")),
    Scenario("accepted_late", _scripted(Fault.DONE_LATE), reaches=_reaches()),
    Scenario("accepted_in_vain", _scripted(Fault.HOLLOW), reaches=_reaches("unknown/answer_lost")),
    Scenario("throttled", _scripted(Fault.LATER, Fault.LATER), reaches=_reaches("deferred/throttled")),
    Scenario("schedulerx", _schedulerx(), reaches=_reaches("unknown/answer_lost", "deferred/look_failed")),
    Scenario("schedulerx_lost", _schedulerx(Fault.LOST_LATE), reaches=_reaches("unknown/answer_lost")),
    Scenario("schedulerx_throttled", _throttled_sx, reaches=_reaches("deferred/throttled")),
    Scenario("duplicate_delivery", _duplicate, reaches=_reaches("duplicate/already_handled", "duplicate/in_hand")),
    Scenario("two_doors", _two_doors, reaches=_reaches("duplicate/already_handled", "duplicate/in_hand")),
    Scenario("told_twice_in_one", _same_delivery, reaches=_reaches()),
    Scenario("sweep_beside_trigger", _sweep_beside, reaches=_reaches("duplicate/in_hand", "unknown/not_settled")),
    Scenario("outcome_store_down", _sink_down, reaches=_reaches("invalid/not_understood")),
    Scenario("requeued_before_the_look", _requeues_itself(-5, Flavour.PBS), reaches=frozenset({"rerun/accepted"})),
    Scenario(
        "requeued_by_slurm", _requeues_itself(-5, Flavour.SLURM), reaches=frozenset({"duplicate/restarted_since"})
    ),
    Scenario(
        "requeued_after_the_look", _requeues_itself(0.4, Flavour.SLURM), reaches=frozenset({"refused/api_refused"})
    ),
    Scenario("looks_fail", _looks_fail, reaches=_reaches("deferred/look_failed", "refused/look_refused")),
    Scenario("two_days", _two_days, reaches=_reaches("deferred/other_run_in_hand")),
    Scenario("three_jobs_of_a_group", _three_jobs_of_a_group, reaches=_reaches()),
    Scenario("two_days_apart", _two_days_apart, reaches=_reaches("deferred/other_run_in_hand")),
    Scenario(
        "breaker_shared",
        _breaker,
        replace(POLICY, breaker=Breaker(max_jobs=3)),
        reaches=_reaches("suppressed/breaker_open"),
    ),
    Scenario(
        "forced_through_the_breaker",
        _forced,
        replace(POLICY, breaker=Breaker(max_jobs=1)),
        reaches=_reaches("suppressed/breaker_open"),
    ),
    Scenario(
        "fails_again",
        _fails_again,
        replace(POLICY, attempts=Attempts(max=2)),
        reaches=_reaches("suppressed/attempts_used_up"),
    ),
    Scenario("rerun_fails", _rerun_fails, replace(POLICY, attempts=Attempts(max=2)), reaches=_reaches()),
    Scenario("queued", _queued, reaches=frozenset({"refused/api_refused"})),
    Scenario("ends_by_itself", _ends(100), reaches=frozenset({"ineligible/job_finished"})),
    Scenario("vanishes", _ends(100, "vanish"), within=20, reaches=frozenset({"unknown/no_evidence"})),
    Scenario("bad_beside_good", _bad_beside_good, reaches=_reaches("ineligible/not_found", "invalid/not_understood")),
)
