"""Who appears in scenarios: jobs, what is told of them, and deliveries."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain import errors
from shared.domain.failure import Failure, Trigger, Unreadable
from shared.domain.outcome import stable_id
from shared.policy.model import Action, Breaker, Cooldown, Match, Policy, Rule
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from tests.proof.cluster import ClusterJob, Flavour
from tests.proof.delivery import Delivery
from tests.proof.group import GroupJob
from tests.proof.truth import CANARY
from tests.proof.world import Deliver, World

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
    world.at(after_s, Deliver(made))
    return made


def unreadable(door: Trigger = Trigger.EVENT) -> Unreadable:
    """A record that nobody could understand."""
    return Unreadable(faults=(errors.Fault("$", "no job"),), raw="{}", trigger=door, event_id=f"{door.value}/bad")
