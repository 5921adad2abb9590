"""What goes wrong at night on a cluster, apart from the faults that a plan adds: builders of E-HPC worlds."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from msgspec.structs import replace

from shared.domain.failure import Trigger
from shared.domain.job import State
from tests.proof.cast import CLUSTER, hung, job, send, unreadable
from tests.proof.cluster import Change, Flavour
from tests.proof.delivery import Delivery
from tests.proof.seam import Fault
from tests.proof.world import Deliver, World
from tests.support.clock import START

Build = Callable[[World], None]


def single(flavour: Flavour) -> Build:
    """One job hangs."""

    def build(world: World) -> None:
        send(world, hung(world, job(world, flavour=flavour)))

    return build


def scripted(*script: Fault | None, jobs: int = 1) -> Build:
    """Jobs hang, and the next calls meet this."""

    def build(world: World) -> None:
        send(world, *(hung(world, job(world, number)) for number in range(1, jobs + 1)))
        world.systems["ehpc"].script += script

    return build


def duplicate(world: World) -> None:
    """One delivery comes three times."""
    delivery = send(world, hung(world, job(world)))
    world.at(5.0, Deliver(delivery))
    world.at(400.0, Deliver(delivery))


def two_doors(world: World) -> None:
    """Both triggers tell of one failure."""
    found = job(world)
    send(world, hung(world, found))
    send(world, hung(world, found, door=Trigger.LOG), after_s=7.0, door=Trigger.LOG)


def unequal_doors(*, started_at: float | None = None, node: str = "") -> Build:
    """The same; the second knows more than the first, and both come again when the next run is well."""

    def build(world: World) -> None:
        found = job(world)
        found.run_s = 3000.0
        first = send(world, hung(world, found))
        more = hung(world, found, door=Trigger.LOG, started_at=started_at, node=node)
        second = send(world, more, after_s=7.0, door=Trigger.LOG)
        for delivery in (first, second):
            world.at(400.0, Deliver(delivery))

    return build


def same_delivery(world: World) -> None:
    """One delivery tells a failure twice."""
    found = job(world)
    send(world, hung(world, found), hung(world, found, teller="again/"))


def sweep_beside(world: World) -> None:
    """Sweeps out of turn and redeliveries while an effect is late."""
    found = job(world)
    first = send(world, hung(world, found))
    world.systems["ehpc"].script.append(Fault.LOST_LATE)
    for after_s in (90.0, 180.0, 186.0):
        world.at(after_s, World.sweep)
        world.at(after_s, Deliver(first))


def sink_down(world: World) -> None:
    """The outcome Logstore is out of reach for five minutes."""
    world.sink.down_until = world.clock.moment + 300
    delivery = Delivery((hung(world, job(world)), hung(world, job(world, 2))), unreadable=(unreadable(),))
    world.at(0.0, Deliver(delivery))


def requeues_itself(after_s: float, flavour: Flavour) -> Build:
    """The scheduler requeues the job before or after we look."""

    def build(world: World) -> None:
        found = job(world, flavour=flavour)
        failure = hung(world, found)
        found.at(world.clock.moment + after_s, "requeue")
        send(world, failure)

    return build


def looks_fail(world: World) -> None:
    """The first two looks fail."""
    world.systems["ehpc"].look_script += [Fault.LOOK_FAILED, Fault.LOOK_FAILED]
    send(world, hung(world, job(world)))


def ends_while_it_waits(world: World) -> None:
    """The first look fails; looked at again the job has ended: what waited in a document of its own ends at home."""
    world.systems["ehpc"].look_script.append(Fault.LOOK_FAILED)
    found = job(world)
    send(world, hung(world, found))
    found.at(world.clock.moment + 10, "finish")


def throttled_past_the_window(world: World) -> None:
    """The call is throttled for longer than a budget's window of ten minutes; soon after it the new run hangs too."""
    fails_again(world, first_s=820.0)
    world.systems["ehpc"].script += [Fault.LATER] * 11


def forged_start(world: World) -> None:
    """Somebody tells a start ten minutes ahead; the look fails, and the job is started anew at that second."""
    world.systems["ehpc"].look_script.append(Fault.LOOK_FAILED)
    found = job(world)
    forged = hung(world, found, started_at=world.clock.moment + 600 + found.queue_s)
    world.tellings[-1] = dataclasses.replace(world.tellings[-1], run=0, counts=False)
    send(world, forged)
    found.at(world.clock.moment + 600 - found.lag_s, "requeue")


def forged_before_true(world: World) -> None:
    """Somebody tells that the disk is full, which is held; the true failure of that run is told a while later."""
    found = job(world)
    send(world, hung(world, found, teller="forger", message="No space left on device"))
    send(world, hung(world, found, message="Xid 79"), after_s=20.0)


def large_documents(world: World) -> None:
    """What is told of one job, twice, is larger than a document may be; one waits beside it, and a third is well."""
    world.ledger.document_bytes = 6000
    gross = hung(world, job(world, 1), message="\x01" * 2000)
    world.systems["ehpc"].script.append(Fault.LATER)
    again = send(world, gross, hung(world, job(world, 2)))
    world.at(20.0, Deliver(again))
    send(world, hung(world, job(world, 3)), after_s=5.0)


def stale_connections(world: World) -> None:
    """Peers have dropped what an instance kept open, and it does not see it: its first look, call and report are lost.

    The transport uses nothing that was idle for long, and looks twice (`network/kept_http.py`): no use here.
    """
    world.systems["ehpc"].look_script.append(Fault.LOOK_FAILED)
    world.systems["ehpc"].script.append(Fault.LOST_NONE)
    world.sink.down_until = world.clock.moment + 1
    send(world, hung(world, job(world)))


def unclear_doors(world: World) -> None:
    """Two doors tell a failure so near a start that nobody can say which run they mean, each at its own moment."""
    found = job(world)
    found.start = int(world.clock.moment) - 20
    for door, after_s in ((Trigger.EVENT, 0.0), (Trigger.LOG, 7.0)):
        occurred_at = found.start + 5.0 + after_s
        send(world, hung(world, found, door=door, occurred_at=occurred_at), after_s=after_s, door=door)
    world.at(600.0, _no_timer)


def fails_again(world: World, first_s: float = 600.0) -> None:
    """The rerun hangs as well, and the one after it."""
    found = job(world)
    found.hanging = 3
    found.at(world.clock.moment + 1300, "finish")
    send(world, hung(world, found))
    place = (CLUSTER, found.job_id)

    def fail_again(then: World) -> None:
        again = then.cluster[place]
        again.catch_up(then.clock.moment)
        if again.state is State.RUNNING:
            send(then, hung(then, again))

    for after_s in (first_s, 1200.0):
        world.at(after_s, fail_again)


def queued(world: World) -> None:
    """The job is queued when the failure is told."""
    found = job(world)
    found.state = State.QUEUED
    send(world, hung(world, found))
    found.at(world.clock.moment + 400, "start")


def ends(change_after_s: float, change: Change = "finish") -> Build:
    """The job ends, or is no longer listed, before the sweep looks for what a lost call did.

    After ten minutes there is no timer for most of a day, for what remains is one look like the other.
    """

    def build(world: World) -> None:
        found = job(world)
        send(world, hung(world, found))
        world.systems["ehpc"].script.append(Fault.LOST_NONE)
        found.at(world.clock.moment + change_after_s, change)
        world.at(600.0, _no_timer)

    return build


def _no_timer(world: World) -> None:
    world.timer_from = START + 86_300


def bad_beside_good(world: World) -> None:
    """One delivery: a good failure, two that cannot be healed, one of no job, one that nobody understands."""
    ended, fixed = job(world, 2), job(world, 3)
    ended.state, fixed.rerunnable = State.FINISHED, False
    gone = replace(hung(world, ended), job_id="9.scheduler", event_id="log/gone", telling_id="gone")
    world.tellings.pop()
    failures = (hung(world, job(world, 1)), hung(world, ended), hung(world, fixed), world.told(gone, 1))
    delivery = Delivery(failures, Trigger.LOG, unreadable=(unreadable(Trigger.LOG),))
    world.at(0.0, Deliver(delivery))
