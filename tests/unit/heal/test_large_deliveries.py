"""A delivery of many failures that are all rerun: nothing is held for all of them at once but what is to be told."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.domain.snapshot import Observation
from shared.policy.model import Cooldown
from tests.support.house import House, verdicts
from tests.support.systems import EhpcWorld

MOST = 500
"""A chunk of a hundred reads up to three documents for each, and the shared limits; striking, as many."""


def _measured(work: Callable[[Sequence[Any]], Any], sizes: list[int]) -> Callable[[Sequence[Any]], Any]:
    """The same, and how much it was given at once."""

    def measured(given: Sequence[Any]) -> Any:
        sizes.append(len(given))
        return work(given)

    return measured


@pytest.fixture
def crowded(house: House) -> House:
    """No breaker stops them."""
    house.policy = replace(house.policy, breaker=None)
    return house


@pytest.mark.parametrize("down", [True, False])
def test_documents_are_read_and_written_by_the_hundred(
    crowded: House, monkeypatch: pytest.MonkeyPatch, *, down: bool
) -> None:
    """Also those that are struck, or put off, once the Logstore has answered."""
    sizes: list[int] = []
    for name in ("load", "save"):
        monkeypatch.setattr(crowded.ledger, name, _measured(getattr(crowded.ledger, name), sizes))
    crowded.sink.down = down
    told = verdicts(crowded.deliver(*(crowded.hung(number) for number in range(MOST + 100))))
    assert told == [("rerun", "accepted")] * (MOST + 100)
    assert max(sizes) <= MOST
    assert all(bool(record.owed) is down for record in crowded.records().values())


@pytest.mark.parametrize("trigger", list(Trigger))
def test_gates_are_kept_for_who_is_shown_them(crowded: House, trigger: Trigger) -> None:
    """By hand every gate is answered; of ten thousand failures by another door they would be most of the memory."""
    report = crowded.deliver(crowded.hung(), trigger=trigger)
    assert [bool(result.decision) for result in report.results] == [trigger is Trigger.MANUAL]


def test_a_look_that_has_grown_old_is_made_anew_once_for_all_that_is_left(
    crowded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A list is read from its beginning whoever is looked for: not once more for each hundred of a storm."""
    monkeypatch.setattr("shared.heal.walk.CHUNK", 2)

    def four_seconds() -> None:
        crowded.clock.moment += 4

    crowded.ehpc.before_call = four_seconds
    told = verdicts(crowded.deliver(*(crowded.hung(number) for number in range(24))))
    assert told == [("rerun", "accepted")] * 24
    assert crowded.ehpc.looks == 3, "12 calls of 4 s each, and a look is young for 15 s"


def test_a_delivery_answers_for_all_that_it_was_told_however_late_it_gets(
    crowded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of what is due the sweep may leave the rest to the next; nobody would come back to what is only told here."""
    monkeypatch.setattr("shared.heal.walk.CHUNK", 2)

    def half_a_minute() -> None:
        crowded.clock.moment += 30

    crowded.ehpc.before_call = half_a_minute
    reasons = Counter(verdicts(crowded.deliver(*(crowded.hung(number) for number in range(8)), time_s=60.0)))
    assert reasons == {("rerun", "accepted"): 4, ("deferred", "deadline"): 4}


@dataclass
class Slow(EhpcWorld):
    """A cluster whose list takes longer to be read than a look may be old: what is shown last is fresh."""

    a_job_s: float = 0.0

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """Job by job, in the list's own order."""
        shown = {}
        for failure in sorted(failures, key=lambda failure: failure.job_id):
            (shown[failure.job_id],) = super().observe([failure])
            self.clock.moment += self.a_job_s
        self.looks += 1 - len(failures)
        return [shown[failure.job_id] for failure in failures]


def test_a_list_that_takes_longer_than_a_look_may_be_old_is_still_worked_off(
    crowded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each look brings those to their call that it showed last: forty seconds for forty jobs, fifteen of them young."""
    monkeypatch.setattr("shared.heal.walk.CHUNK", 2)
    crowded.ehpc = Slow(crowded.clock, a_job_s=1.0)
    told = verdicts(crowded.deliver(*(crowded.hung(number) for number in range(40)), time_s=600.0))
    assert told == [("rerun", "accepted")] * 40
    assert crowded.ehpc.looks == 4, "40, 24, 8 seconds: each look leaves sixteen fewer"


def test_a_look_from_before_a_rerun_does_not_prove_that_nothing_lives(
    crowded: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three days of a job in two chunks of one look: the second shows nothing of what the first has begun."""
    monkeypatch.setattr("shared.heal.walk.CHUNK", 2)
    crowded.policy = replace(crowded.policy, cooldown=Cooldown(base_s=0, max_s=0))
    days = [crowded.failed_instance(f"2026-01-0{day} 10:00:00", day) for day in (1, 2, 3)]
    told = sorted(verdicts(crowded.deliver(*days)))
    assert told == [*[("deferred", "other_run_in_hand")] * 2, ("rerun", "accepted")]
