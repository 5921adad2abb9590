"""What goes wrong at night in a SchedulerX group, and where jobs share a limit: builders of worlds."""

from __future__ import annotations

from msgspec.structs import replace

from shared.documents import encode
from shared.domain.call import ActionApi
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.keys import pace_key
from shared.domain.limits import PACE_WINDOW_S, SharedLimit, take_tokens
from shared.policy.model import Action, Match, Rule
from shared.ports import Write
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.proof.cast import GROUP, failed_day, group_job, hung, instance_failure, job, send
from tests.proof.delivery import Delivery
from tests.proof.nights import Build
from tests.proof.seam import Fault
from tests.proof.world import Deliver, World

RETRY = Rule(name="retry", match=Match(), action=Action.RERUN, action_api=ActionApi.RETRY_INSTANCE)
"""The one instance is retried, not its day."""


def failed(*script: Fault | None, keeps_id: bool = False) -> Build:
    """One day fails, and the next calls meet this."""

    def build(world: World) -> None:
        found = group_job(world)
        found.keeps_id = keeps_id
        send(world, failed_day(world, found))
        world.systems["schedulerx"].script += script

    return build


def two_days(world: World) -> None:
    """One delivery tells of two days of a job."""
    found = group_job(world)
    send(
        world,
        failed_day(world, found, "2027-01-13 01:00:00"),
        failed_day(world, found, "2027-01-14 01:00:00"),
    )


def two_days_apart(world: World) -> None:
    """Two deliveries tell of two days of a job."""
    found = group_job(world)
    send(world, failed_day(world, found, "2027-01-13 01:00:00"))
    send(world, failed_day(world, found, "2027-01-14 01:00:00"), after_s=8.0)


def three_jobs_of_a_group(world: World) -> None:
    """Three jobs share a pace and a canary."""
    send(world, *(failed_day(world, group_job(world, number)) for number in (41, 42, 43)))


def rerun_fails(world: World) -> None:
    """The rerun's instance fails as well, and its rerun again."""
    found = group_job(world)
    found.reruns_end += [State.FAILED, State.FAILED]
    send(world, failed_day(world, found))
    place = (GROUP, found.job_id)

    def tell(then: World) -> None:
        again = then.group[place]
        again.catch_up(then.clock.moment)
        newest = again.instances[-1]
        if newest.state(then.clock.moment) is State.FAILED and newest.trigger_type == TRIGGER_DATA_RERUN:
            send(then, instance_failure(then, again, newest.instance_id))

    world.at(500.0, tell)
    world.at(1200.0, tell)


def breaker(world: World) -> None:
    """More jobs than the breaker lets through."""
    send(world, *(hung(world, job(world, number)) for number in (1, 2)))
    send(world, *(hung(world, job(world, number)) for number in (3, 4)), after_s=9.0)


def told_logstore_down(world: World) -> None:
    """The breaker opens while the outcome Logstore is out of reach, and goes on meeting jobs."""
    world.sink.down_until = world.clock.moment + 100
    send(world, *(hung(world, job(world, number)) for number in (1, 2)))
    send(world, hung(world, job(world, 3)), after_s=9.0)


def rate(world: World) -> None:
    """Twice as many jobs as the rate lets through in its window, told by two deliveries."""
    send(world, *(hung(world, job(world, number)) for number in (1, 2, 3)))
    send(world, hung(world, job(world, 4)), after_s=9.0)


def pace(world: World) -> None:
    """Others have used the operation's pace up for this minute."""
    now = world.clock.moment
    used = encode(take_tokens(SharedLimit(), PACE_PER_MINUTE, PACE_WINDOW_S, now))
    key = pace_key(GROUP, "RerunJob")
    assert not world.by_hand.save([Write(key=key, document=used, expected=None, due_at=None, expires_at=None)])
    send(world, failed_day(world, group_job(world)))


def forced(world: World) -> None:
    """The breaker opens; a person forces a job through it; long after its window it must still be open."""
    first, second, third, fourth = (hung(world, job(world, number)) for number in (1, 2, 3, 4))
    send(world, first, second)
    by_hand = Delivery((replace(third, trigger=Trigger.MANUAL),), Trigger.MANUAL, force=True)
    world.at(700.0, Deliver(by_hand))
    send(world, fourth, after_s=720.0)
