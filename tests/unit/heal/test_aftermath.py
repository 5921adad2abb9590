"""What became of accepted reruns: seen, or reopened; the canary of a SchedulerX group; halves; a fair sweep."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect, Target
from shared.domain.job import State
from shared.domain.snapshot import LookFailed
from tests.support.house import House, verdicts

ANSWER_LOST = LookFailed(worth_repeating=True, code="Throttling", message="slow", look_begun_at=0)


def sightings(house: House) -> list[tuple[str, str]]:
    """What the sweep saw of reruns."""
    return [(row["verdict"], row["reason"]) for row in house.sink.sightings]


def test_a_rerun_that_took_place_is_seen_once(house: House) -> None:
    """After `settle_s` the sweep sees the new run and says so once, following up the rerun."""
    house.deliver(house.hung())
    house.sweep()
    assert sightings(house) == []
    for _ in range(5):
        house.later(122)
        house.sweep()
    assert sightings(house) == [("rerun", "seen_restarted")]
    assert house.sink.sightings[0]["follow_up"] == house.sink.rows[0]["outcome_id"]
    assert house.sink.sightings[0]["failure_id"] == house.sink.rows[0]["failure_id"]
    assert len(house.ehpc.calls) == 1


def test_how_it_ended_is_seen_and_then_nobody_looks_again(house: House) -> None:
    """E-HPC tells only that a run has ended; the watch ends with it."""
    house.deliver(house.hung())
    house.later(122)
    house.sweep()
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    for _ in range(4):
        house.later(4000)
        house.sweep()
    looks = house.ehpc.looks
    assert sightings(house) == [("rerun", "seen_restarted"), ("rerun", "seen_ended")]
    house.later(4000)
    house.sweep()
    assert house.ehpc.looks == looks


def test_a_watch_ends_after_a_day(house: House) -> None:
    """A job that runs for weeks is not looked at for weeks."""
    house.deliver(house.hung())
    for _ in range(60):
        house.later(1801)
        house.sweep()
    looks = house.ehpc.looks
    house.later(10_000)
    house.sweep()
    assert house.ehpc.looks == looks
    assert house.ledger.due(house.clock.now() + 10**6, 10) == []


@pytest.mark.parametrize("state", [State.SUCCEEDED, State.FAILED])
def test_schedulerx_tells_how_a_rerun_ended(house: House, state: State) -> None:
    """`healed` is observed: the new instance succeeded, or failed again."""
    house.deliver(house.failed_instance())
    house.schedulerx.end("42", state)
    house.later(122)
    house.sweep()
    assert sightings(house) == [("rerun", f"seen_{state.value.lower()}")]


def test_an_accepted_rerun_that_did_not_take_place_is_made_again(house: House) -> None:
    """HTTP 200 and the same run after `settle_s`: told as unknown/not_restarted, then a new attempt in the budget."""
    house.chance.value = 0.0
    house.ehpc.effect = lambda _: False
    house.deliver(house.hung())
    house.later(122)
    assert verdicts(house.sweep()) == [("unknown", "not_restarted")]
    assert house.sink.rows[-1]["final"] == "false"
    house.ehpc.effect = lambda _: True
    house.later(1)
    report = house.sweep()
    assert verdicts(report) == [("rerun", "accepted")]
    assert report.results[0].outcome.attempt == "2"
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (2, 1)


def test_a_rerun_that_never_takes_place_ends_with_the_budget(house: House) -> None:
    """Three attempts, each accepted and none with effect: then attempts_used_up, and quiet."""
    house.chance.value = 0.0
    house.ehpc.effect = lambda _: False
    house.deliver(house.hung())
    for _ in range(20):
        house.later(130)
        house.sweep()
    assert len(house.ehpc.calls) == 3
    assert house.sink.told()[-1] == ("suppressed", "attempts_used_up")
    assert house.unfinished() == []


def test_a_rerun_of_a_queued_job_is_not_watched(house: House) -> None:
    """It leaves no trace to look for."""
    failure = house.hung()
    house.ehpc.jobs["1.scheduler"].state = State.QUEUED
    house.deliver(failure)
    assert house.ledger.due(house.clock.now() + 10**6, 10) == []


def test_a_watch_survives_looks_that_fail_and_the_kill_switch(house: House) -> None:
    """Neither makes an outcome of it: the sweep looks again later."""
    house.deliver(house.hung())
    house.ehpc.look_fails = ANSWER_LOST
    house.later(122)
    house.sweep()
    assert sightings(house) == []
    house.ehpc.look_fails = None
    house.later(122)
    house.sweep()
    assert sightings(house) == [("rerun", "seen_restarted")]


def test_the_canary_opens_the_groups_breaker(house: House) -> None:
    """The first rerun of a group made an instance of another day: no further rerun in that group."""
    house.deliver(house.failed_instance(job_id="41"))
    made = house.schedulerx.instances["41"]
    made[-1] = replace(made[-1], data_time="2025-12-31 10:00:00")
    house.later(122)
    house.sweep()
    assert verdicts(house.deliver(house.failed_instance(job_id="43"))) == [("suppressed", "breaker_open")]
    house.later(10**6)
    assert verdicts(house.deliver(house.failed_instance(job_id="44"))) == [("suppressed", "breaker_open")]


def test_a_canary_that_came_home_proves_the_group(house: House) -> None:
    """A later rerun that looks odd (a person's own beside it) opens nothing."""
    house.deliver(house.failed_instance(job_id="41"))
    house.schedulerx.end("41", State.SUCCEEDED)
    house.later(122)
    house.sweep()
    house.deliver(house.failed_instance(job_id="42"))
    made = house.schedulerx.instances["42"]
    made.append(replace(made[-1], instance_id=5000, data_time="2025-12-31 10:00:00"))
    house.later(122)
    house.sweep()
    assert verdicts(house.deliver(house.failed_instance(job_id="43"))) == [("rerun", "accepted")]


def test_a_call_of_several_that_stayed_unknown_is_retried_in_halves(house: House) -> None:
    """One id poisons each call that names it: halves, and singly only there."""
    poison = "3.scheduler"
    calls = house.ehpc.calls

    def poisoned() -> bool:
        return poison in calls[-1]

    def answer(_: Target) -> Effect:
        if not poisoned():
            return Effect.DONE
        return Effect.NOT_DONE_USELESS if calls[-1] == [poison] else Effect.UNKNOWN

    house.ehpc.answer, house.ehpc.effect = answer, lambda _: not poisoned()
    house.deliver(*(house.hung(number) for number in range(1, 9)))
    for _ in range(6):
        house.later(130)
        house.sweep()
    sizes = [len(call) for call in calls]
    assert sizes[0] == 8
    assert sizes[1:3] == [4, 4]
    assert [poison] in calls
    assert len(house.ehpc.kills) == 7
    assert sorted(house.sink.told()).count(("refused", "api_refused")) == 1


def test_the_sweep_takes_clusters_in_turns(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """A storm in one group delays no other: with room for few documents each scope gets its turn."""
    import shared.sweep_turns

    monkeypatch.setattr(shared.sweep_turns, "MAX_DOCUMENTS", 4)
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(*(house.hung(number) for number in range(1, 41)))
    house.later(1)
    house.schedulerx.answer = Effect.UNKNOWN
    house.deliver(house.failed_instance(job_id="41"))
    house.later(122)
    report = house.sweep()
    systems = [result.outcome.place["system"] for result in report.results]
    assert systems.count("schedulerx") == 1
    assert len(systems) == 4
