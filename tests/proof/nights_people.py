"""Nights in which a person acts (the kill switch, a hold, a backlog), or the ledger holds what is not ours.

What a person does happens between two turns of the platform and meets no fault: if it raises, the test is wrong.
"""

from __future__ import annotations

from shared.documents import encode
from shared.domain.act import Signed
from shared.domain.keys import job_key
from shared.domain.links import AnswerLink, HoldAnswer, link_to
from shared.domain.mode import Mode, ModeSet
from shared.domain.record import JobRecord
from shared.people import Backlog, LinkSpent, answer_by_link, clear_mode, close_breaker, holds, set_mode, settle
from shared.people.moves import NotHeld
from shared.ports import Write
from tests.proof.cast import CLUSTER, hung, job, send
from tests.proof.ground import GARBAGE
from tests.proof.seam import Fault
from tests.proof.world import World

WHO = "a person"
BEYOND_REPAIR = job_key(CLUSTER, "1.scheduler")


def switched_off(world: World) -> None:
    """The kill switch is set by hand while one job waits for a look, and lifted later; failures before, in, after."""
    found = job(world)
    send(world, hung(world, found))
    world.systems["ehpc"].script.append(Fault.LOST_NONE)
    world.at(5.0, switch_off)
    send(world, hung(world, job(world, 2)), after_s=9.0)
    world.at(200.0, switch_on)
    send(world, hung(world, job(world, 3)), after_s=210.0)


def switch_off(world: World) -> None:
    """Mode off for everything, by hand."""
    set_mode(world.by_hand, None, ModeSet(mode=Mode.OFF, by=WHO, at=world.clock.moment))


def switch_on(world: World) -> None:
    """What was set for everything is taken back."""
    clear_mode(world.by_hand, None, by=WHO, now=world.clock.moment)


def malformed(world: World) -> None:
    """One job's document is garbage until a person repairs it; another job's failure is told beside it."""
    put_garbage(world)
    send(world, hung(world, job(world)), hung(world, job(world, 2)))
    world.at(300.0, repair)


def put_garbage(world: World) -> None:
    """Something else has written to the key of the job's document."""
    write = Write(key=BEYOND_REPAIR, document=GARBAGE, expected=None, due_at=None, expires_at=None)
    assert world.by_hand.save([write]) == frozenset()


def repair(world: World) -> None:
    """A person replaces the garbage by an empty record, if it is still there."""
    stored = world.by_hand.load([BEYOND_REPAIR])[BEYOND_REPAIR]
    if stored.document == GARBAGE:
        empty = encode(JobRecord())
        write = Write(key=BEYOND_REPAIR, document=empty, expected=stored.version, due_at=None, expires_at=None)
        world.by_hand.save([write])


def held(world: World) -> None:
    """A rule holds a failure; a group has links for it, and several people press them, twice in the night."""
    send(world, hung(world, job(world)))
    world.at(70.0, approve_all)
    world.at(400.0, approve_all)


def approve_all(world: World) -> None:
    """Yes to everything that is held, by its link; the same link once more, and then no by the other one."""
    now = world.clock.moment
    for hold in holds(world.by_hand):
        yes, no = (
            link_to(hold.key, hold.case, said, WHO, expires_at=now + 3600, nonce=f"{hold.case.outcome_id}-{said.value}")
            for said in HoldAnswer
        )
        assert _answers(world, yes)
        assert not _answers(world, yes)
        assert not _answers(world, no)


def _answers(world: World, link: AnswerLink) -> bool:
    """Whether pressing it answered anything."""
    try:
        answer_by_link(
            world.by_hand, link, seen=link.digest, by=WHO, now=world.clock.moment, signed=Signed(identity="link")
        )
    except (LinkSpent, NotHeld):
        return False
    return True


def backlog(world: World) -> None:
    """The breaker opens; a person closes it and has its backlog go on."""
    send(world, *(hung(world, job(world, number)) for number in (1, 2, 3)))
    world.at(20.0, close_and_resume)


def close_and_resume(world: World) -> None:
    """As the command does: first closed, then the backlog is settled."""
    now = world.clock.moment
    close_breaker(world.by_hand, CLUSTER, by=WHO, now=now)
    settle(world.by_hand, CLUSTER, Backlog.RESUME, by=WHO, now=now, per_minute=2)
