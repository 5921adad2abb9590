"""What a look through a SchedulerX group asks about the settings of jobs, and for how long it remembers them."""

from __future__ import annotations

import pytest

from shared.systems.schedulerx import seek
from tests.support.openapi import Play
from tests.unit.systems.schedulerx_seeker import DAY_S, Service, instance, refused, told


@pytest.fixture
def service(fake_api: Play) -> Service:
    """A group without instances."""
    return Service(fake_api)


def test_a_job_whose_settings_are_refused_is_told_all_the_same(service: Service) -> None:
    """The corridor's own look says what is wrong with it."""
    service.instances = [instance(7)]
    service.fails["GetJobInfo"] = refused("404")
    assert told(service.turn()) == [7]


@pytest.mark.parametrize(("interval", "waits_s"), [(30, 90.0), (None, 60.0), (-5, 60.0), (90_000, 86_460.0)])
def test_what_schedulerx_repeats_is_left_to_it_for_its_pause_and_a_minute(
    service: Service, interval: int | None, waits_s: float
) -> None:
    """Since it was first seen failed; one that waits too long to be fresh is told no more."""
    service.instances = [instance(7, ended_ago_s=None)]
    service.configs = {"42": {"MaxAttempt": 1, "AttemptInterval": interval}}
    assert told(service.turn()) == []
    assert told(service.turn(after_s=waits_s - 0.5)) == []
    assert told(service.turn(after_s=0.5)) == [7]
    assert told(service.turn()) == []
    assert service.memory.get("waiting") is None


def test_what_was_repeated_is_told_no_more(service: Service) -> None:
    """The next instance of the day took its place, and waits by itself."""
    service.instances = [instance(7, DataTime="one")]
    service.configs = {"42": {"MaxAttempt": 2, "AttemptInterval": 30}}
    assert told(service.turn()) == []
    service.instances.append(instance(8, DataTime="one"))
    assert told(service.turn(after_s=60.0)) == []
    assert told(service.turn(after_s=89.0)) == []
    assert told(service.turn(after_s=1.0)) == [8]


def test_settings_of_a_job_are_asked_for_once_a_day(service: Service) -> None:
    """Of too many those that were asked for last are kept."""
    service.instances = [instance(7)]
    service.turn()
    assert service.asked == ["GetJobInstanceList 1", "GetJobInfo 42"]
    for after_s, asks in [(DAY_S - 1, []), (1.0, ["GetJobInfo 42"])]:
        number = int(service.now)
        service.instances = [instance(number, ended_ago_s=None)]
        assert told(service.turn(after_s=after_s)) == [number]
        assert service.asked[1:] == asks


def test_the_settings_asked_for_last_are_kept(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    """A document has no room for all."""
    monkeypatch.setattr(seek, "MAX_CONFIGS", 2)
    service.memory = {
        "repeats": {"9": {"times": 0, "every_s": 0.0, "at": 2.0}, "8": {"times": 0, "every_s": 0.0, "at": 1.0}}
    }
    service.instances = [instance(7)]
    assert set(service.turn().memory["repeats"]) == {"9", "42"}


def test_what_no_look_has_shown_for_two_days_is_forgotten(service: Service) -> None:
    """Shown and waiting alike, when a look has ended; one under way forgets nothing."""
    service.instances = [instance(7)]
    service.turn()
    shown_at = service.now
    service.memory["waiting"] = {"6": shown_at}
    service.instances = [instance(number, job=number) for number in range(20, 10, -1)]
    service.turn(after_s=2 * DAY_S - 1)
    assert service.memory["seen"]["7"] == shown_at
    assert "6" in service.memory["waiting"]
    service.turn(1, after_s=1.0)
    assert "7" in service.memory["seen"]
    service.turn(after_s=0.0)
    assert "7" not in service.memory["seen"]
    assert service.memory.get("waiting") is None
