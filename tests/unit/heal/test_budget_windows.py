"""A budget's window begins when the call left, or may have at the latest, however long before it was reserved."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.call import Effect
from shared.domain.record import AttemptMark
from shared.policy.model import Attempts, Cooldown, SameText
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed
from tests.support.systems import Job
from tests.unit.heal.tricks import DAY_S, set_policy

ONE_IN_TEN_MINUTES = {"attempts": Attempts(max=1, window_s=600), "cooldown": Cooldown(base_s=0, max_s=0)}


def _throttled_for(house: House, seconds: float) -> None:
    world = house.ehpc
    world.answer, world.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    until = house.clock.now() + seconds
    while house.clock.now() < until:
        house.later(61)
        house.sweep()
    world.answer, world.code = lambda _: Effect.DONE, ""
    house.later(61)
    house.sweep()


def test_throttled_for_longer_than_the_window(house: House) -> None:
    """One restart in ten minutes: that of a call throttled for eleven counts from when it left."""
    set_policy(house, **ONE_IN_TEN_MINUTES)
    _throttled_for(house, 660)
    assert len(house.ehpc.kills) == 1
    house.later(152)
    assert verdicts(house.deliver(house.failure(1))) == [("suppressed", "attempts_used_up")]
    house.later(600)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 100
    assert verdicts(house.deliver(house.failure(1))) == [("rerun", "accepted")]


def test_what_still_waits_to_be_sent_counts(house: House) -> None:
    """The attempt for one day was throttled, and no sweep came since: it may leave at any moment, so it counts."""
    set_policy(house, **ONE_IN_TEN_MINUTES)
    house.schedulerx.answer, house.schedulerx.effect = Effect.NOT_DONE_LATER, False
    house.deliver(house.failed_instance("2026-01-01 10:00:00", 7))
    house.later(700)
    other = house.failed_instance("2026-01-02 10:00:00", 8)
    assert verdicts(house.deliver(other)) == [("suppressed", "attempts_used_up")]


def test_a_call_that_nobody_saw_leave_counts_from_its_deadline(house: House) -> None:
    """The process is killed after it reserved: the call may have left until its hard deadline."""

    def killed() -> None:
        raise Killed

    house.ehpc.before_call = killed
    failure = house.hung()
    with pytest.raises(Killed):
        house.deliver(failure, time_s=60)
    (stored,) = house.ledger.load(["ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"]).values()
    (mark,) = decode_record(stored.document).attempts
    assert mark.counts_from == house.clock.now() + 60


@pytest.mark.parametrize("apart_s", [700, 590])
def test_what_still_waits_to_be_sent_counts_for_its_text_as_well(house: House, apart_s: float) -> None:
    """One rerun for a text: the first was throttled, and may leave at any moment."""
    set_policy(house, same_text=SameText(max=1, window_s=600), cooldown=Cooldown(base_s=0, max_s=0))
    house.schedulerx.answer, house.schedulerx.effect = Effect.NOT_DONE_LATER, False
    house.deliver(replace(house.failed_instance("2026-01-01 10:00:00", 7), message="weigh"))
    house.later(apart_s)
    other = replace(house.failed_instance("2026-01-02 10:00:00", 8), message="weigh")
    assert verdicts(house.deliver(other)) == [("suppressed", "same_text_again")]


@pytest.mark.parametrize(("after_s", "counts"), [(600, True), (660.5, False)])
def test_a_text_counts_from_the_latest_moment_of_its_call(house: House, after_s: float, *, counts: bool) -> None:
    """The process was killed after it reserved: the call may have left until a minute later."""
    set_policy(house, same_text=SameText(max=1, window_s=600), cooldown=Cooldown(base_s=0, max_s=0))

    def killed() -> None:
        raise Killed

    house.ehpc.before_call = killed
    with pytest.raises(Killed):
        house.deliver(house.hung(message="weigh"), time_s=60)
    house.ehpc.before_call = lambda: None
    job = house.ehpc.jobs["1.scheduler"]
    job.start = int(house.clock.now()) + 50
    house.later(200)
    house.sweep()  # its call is taken for the one that did it
    house.later(after_s - 200)
    job.start = int(house.clock.now()) - 100
    told = verdicts(house.deliver(house.failure(1, message="weigh")))
    assert told == [("suppressed", "same_text_again") if counts else ("rerun", "accepted")]


def test_marks_of_older_documents_count_from_their_reservation() -> None:
    """Written before the moment of the call was kept."""
    (mark,) = decode_record(b'{"attempts":[{"number":1,"at":5.0,"failure_class":"unknown"}]}').attempts
    assert mark == AttemptMark(1, 5.0)
    assert mark.counts_from == 5.0


def test_our_own_reruns_from_before_the_window_are_not_the_schedulers(house: House) -> None:
    """A job of many weeks that fails every other day: the scheduler's counter has all reruns, the window has none."""
    told = []
    for count in range(25):
        house.later(2 * DAY_S)
        house.ehpc.jobs.setdefault("1.scheduler", Job()).start = int(house.clock.now()) - 500
        told += verdicts(house.deliver(house.failure(1, restart_count=count)))
        house.later(600)
        house.sweep()
    assert told == [("rerun", "accepted")] * 25
    house.later(2 * DAY_S)
    house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 500
    by_itself = house.deliver(house.failure(1, restart_count=25 + 3))
    assert verdicts(by_itself) == [("suppressed", "attempts_used_up")]
    assert "3 of them by the job system itself" in by_itself.results[0].outcome.message
