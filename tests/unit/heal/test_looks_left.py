"""What is looked at once only, or not at all, and what the ledger is asked before anybody looks."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure
from shared.domain.keys import breaker_key
from shared.domain.snapshot import LookFailed, Observation
from shared.heal import looks
from shared.policy.conditions import LogPlace, Source
from tests.support.house import House, verdicts
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import BAD_LOOK

HERE = [replace(CLUSTER, cluster_id=f"ehpc-hz-{number}") for number in range(1, 4)]


def slow_saves(house: House, seconds: float) -> None:
    """Each save takes so long: looks grow old meanwhile."""
    house.ledger.after_save = lambda: house.later(seconds)


def test_a_look_that_failed_is_not_repeated_however_long_the_rest_takes(house: House) -> None:
    """Two hundred wait for the sweep, written down in two rounds; who is looked at anew was seen before."""
    house.ehpc.look_fails = BAD_LOOK
    slow_saves(house, house.policy.timing.observation_max_age_s)
    told = verdicts(house.deliver(*(house.hung(number) for number in range(1, 201)), time_s=6_000))
    assert (set(told), len(told), house.ehpc.looks) == ({("deferred", "look_failed")}, 200, 1)


def test_where_no_look_is_left_none_is_made_later(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However long it takes to write that down: it would be asked of the first one's cluster, of jobs of another."""
    monkeypatch.setattr(looks, "MOST_SCOPES", 1)
    slow_saves(house, house.policy.timing.observation_max_age_s)
    failures = [house.hung(number, scope=HERE[number % 3]) for number in range(300)]
    told = verdicts(house.deliver(*failures, time_s=6_000))
    assert told.count(("deferred", "looks_used_up")) == 200
    seen = [record.cases[0] for key, record in house.records().items() if key.startswith("pending/")]
    assert len(seen) == 200


def test_an_answer_about_another_number_of_jobs_is_none(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whose it is nobody knows: it is an error of the job system's part, and nothing is decided on it."""
    observe = house.ehpc.observe

    def one_more(failures: Sequence[Failure]) -> list[Observation]:
        return [LookFailed(worth_repeating=True, code="", message="", look_begun_at=0.0), *observe(failures)]

    monkeypatch.setattr(house.ehpc, "observe", one_more)
    with pytest.raises(ValueError, match="zip"):
        house.deliver(house.hung(1), house.hung(2))
    assert (house.ehpc.calls, house.database()) == ([], [])


@pytest.mark.parametrize(("most", "asked"), [(3, False), (2, True)])
def test_only_where_not_all_can_be_had_it_is_asked_who_is_known(
    house: House, monkeypatch: pytest.MonkeyPatch, most: int, *, asked: bool
) -> None:
    """It costs a round trip to the ledger."""
    monkeypatch.setattr(looks, "MOST_SCOPES", most)
    house.deliver(*(house.hung(number, scope=scope) for number, scope in enumerate(HERE)))
    breakers = sorted(map(breaker_key, HERE))
    assert any(sorted(keys) == breakers for keys in house.ledger.loads) is asked


def test_who_may_not_speak_any_more_ends_where_the_failure_waits(house: House) -> None:
    """It was taken in while they might: its document says so, and no further sweep takes it up."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    assert verdicts(house.deliver(house.hung())) == [("deferred", "throttled")]
    elsewhere = Source(log=LogPlace(project="p", logstore="l"), clusters="ehpc-*")
    house.policy = replace(house.policy, sources=(elsewhere,))
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "untrusted_source")]
    assert house.unfinished() == []
