"""What is told of an attempt later claims only what a look proves, and names the attempt that it is about."""

from __future__ import annotations

import pytest

from shared.domain.call import Effect
from shared.domain.job import State
from tests.support.clock import START
from tests.support.house import House
from tests.unit.heal.tricks import finals, quiet


def _rerun(house: House, effect: Effect = Effect.DONE, *, hits: bool = True) -> None:
    house.ehpc.answer, house.ehpc.effect = lambda _: effect, lambda _: hits
    house.deliver(house.hung())


def _sightings(house: House) -> list[tuple[str, str]]:
    return [(row["reason"], row["attempt"]) for row in house.sink.sightings]


def test_what_is_seen_of_a_rerun_names_its_attempt(house: House) -> None:
    """The first attempt restarted it and that run ended: both are told of attempt 1 of 3."""
    _rerun(house)
    house.later(130)
    house.sweep()
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.later(3600)
    house.sweep()
    assert _sightings(house) == [("seen_restarted", "1"), ("seen_ended", "1")]


def test_the_end_of_the_old_run_is_no_end_of_a_rerun(house: House) -> None:
    """Accepted and in vain; the run that hung ends by itself. The listed start says so: nothing ran again."""
    _rerun(house, hits=False)
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.later(130)
    house.sweep()
    assert _sightings(house) == [("seen_no_run", "1")]
    quiet(house, 2)


@pytest.mark.parametrize("shown", [State.RUNNING, State.FINISHED])
def test_a_rerun_that_was_seen_ends_as_one(house: House, shown: State) -> None:
    """It was seen to run; a list that shows the old start again proves nothing against that."""
    _rerun(house)
    house.later(130)
    house.sweep()
    job = house.ehpc.jobs["1.scheduler"]
    job.start, job.state = int(START) - 3600, shown
    house.later(3600)
    house.sweep()
    wanted = ["seen_restarted", "seen_ended"] if shown is State.FINISHED else ["seen_restarted"]
    assert [reason for reason, _ in _sightings(house)] == wanted


def test_a_requeue_before_the_call_is_not_ours(house: House) -> None:
    """The look was of a run that was over, the answer was lost: what lives now began before the call could leave."""
    _rerun(house, Effect.UNKNOWN, hits=False)
    house.ehpc.jobs["1.scheduler"].start = int(START) - 300
    house.later(130)
    house.sweep()
    assert house.sink.told()[-1] == ("duplicate", "restarted_since")
    quiet(house, 2)
    assert len(house.ehpc.calls) == 1
    assert list(finals(house).values()) == [["duplicate"]]


@pytest.mark.parametrize(("effect", "reason"), [(Effect.UNKNOWN, "restarted_since"), (Effect.DONE, "seen_no_run")])
def test_the_end_of_a_run_from_before_the_call_is_not_ours(house: House, effect: Effect, reason: str) -> None:
    """The scheduler had requeued it unseen; that run ended. Neither an answer that was lost nor a yes makes it ours."""
    _rerun(house, effect, hits=False)
    job = house.ehpc.jobs["1.scheduler"]
    job.start, job.state = int(START) - 300, State.FINISHED
    house.later(130)
    house.sweep()
    assert [row["reason"] for row in (*house.sink.rows, *house.sink.sightings)][-1] == reason


def test_what_was_queued_again_and_never_ran_has_not_ended_as_a_rerun(house: House) -> None:
    """The answer was lost, the job waits for its next run and is cancelled: the list shows the killed run's start."""
    _rerun(house, Effect.UNKNOWN)
    job = house.ehpc.jobs["1.scheduler"]
    started, job.state = int(START) - 3600, State.QUEUED
    house.later(130)
    house.sweep()
    job.start, job.state = started, State.FINISHED
    house.later(3600)
    house.sweep()
    assert (house.sink.told()[-1][1], _sightings(house)) == ("observed_restart", [("seen_no_run", "1")])


def test_a_list_that_lags_proves_nothing_of_a_call(house: House) -> None:
    """It shows a run older than the one that the attempt was reserved for: neither restarted nor not."""
    _rerun(house, Effect.UNKNOWN, hits=False)
    job = house.ehpc.jobs["1.scheduler"]
    started = job.start
    job.start = started - 7200
    house.later(130)
    house.sweep()
    assert house.sink.told() == [("unknown", "answer_lost"), ("unknown", "not_settled")]
    job.start = int(house.clock.now())
    house.later(60)
    house.sweep()
    assert house.sink.told()[-1] == ("rerun", "observed_restart")
