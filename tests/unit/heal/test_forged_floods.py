"""Whatever strangers tell of a job, before the true telling and after it: that one is decided on the list, once."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Speaker
from shared.policy.model import Action, Attempts, Cooldown, Match, Rule
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import finals, quiet, set_policy

FORGER = Speaker(project="jobs", logstore="anybody", topic="x")
TRUE = Speaker(project="jobs", logstore="nodes")
XID = "NVRM: Xid 79"


@pytest.fixture(autouse=True)
def _policy(house: House) -> None:
    set_policy(
        house,
        attempts=Attempts(max=20),
        cooldown=Cooldown(base_s=0, max_s=0),
        rules=(
            Rule(name="disk", match=Match(message="No space left"), action=Action.HOLD),
            Rule(name="xid", match=Match(message=XID), action=Action.RERUN),
            *house.policy.rules,
        ),
    )


def _forge(house: House, first: float, count: int, speaker: Speaker = FORGER, **more: Any) -> None:
    """So many tellings of starts one second apart, each in words of its own and with a topic of its own."""
    for number in range(count):
        started_at = first + number
        told = {"message": f"No space left {number}", "event_id": f"forged-{started_at:.0f}", **more}
        told["speaker"] = replace(speaker, topic=f"{number}") if speaker.topic else speaker
        house.deliver(house.failure(1, started_at=started_at, **told))


def _ends_of(house: House, event_id: str) -> list[tuple[str, str]]:
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    return [(row["verdict"], row["reason"]) for row in rows if row["event_id"] == event_id and row["final"] == "true"]


@pytest.mark.parametrize("after", [0, 40])
@pytest.mark.parametrize("before", [16, 120])
def test_the_true_telling_of_a_run_that_is_not_listed_yet(house: House, before: int, after: int) -> None:
    """The list lags, so the true start is as unclear as the forged ones; it is healed when the list shows it."""
    house.hung()
    true_start = house.clock.now() - 3
    _forge(house, house.clock.now() + 20, 256)
    _forge(house, house.clock.now() - 115, before)
    true = house.failure(1, started_at=true_start, message=XID, event_id="true", speaker=TRUE)
    house.deliver(true)
    _forge(house, house.clock.now() - 115, after)
    house.ehpc.jobs["1.scheduler"].start = int(true_start)
    house.later(31)
    house.sweep()
    assert house.ehpc.kills == [f"1.scheduler@{int(true_start)}"]
    assert house.sink.told().count(("rerun", "accepted")) == 1
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert all(len(words) >= 1 for words in finals(house).values())


def test_also_where_everybody_is_the_same_speaker(house: House) -> None:
    """What is told last is taken in; what makes room for it is told so."""
    house.hung()
    true_start = house.clock.now() - 3
    _forge(house, house.clock.now() - 115, 100, Speaker())
    house.deliver(house.failure(1, started_at=true_start, message=XID, event_id="true"))
    assert _ends_of(house, f"forged-{house.clock.now() - 115:.0f}") == [("suppressed", "too_many_open")]
    house.ehpc.jobs["1.scheduler"].start = int(true_start)
    house.later(31)
    house.sweep()
    assert house.ehpc.kills == [f"1.scheduler@{int(true_start)}"]


def test_large_forgeries_leave_room_for_it(house: House) -> None:
    """A record that is full of large tellings of unclear runs gives up some of those."""
    house.hung()
    true_start = house.clock.now() - 3
    for number in range(16):
        started_at = house.clock.now() - 100 + number
        gross = {f"k{place}": "\x01" * 1024 for place in range(32)}
        house.deliver(house.failure(1, started_at=started_at, event_id=f"forged-{number}", extra=gross, speaker=FORGER))
    large = XID + " " + "x" * 30_000
    house.deliver(house.failure(1, started_at=true_start, message=large, event_id="true", speaker=TRUE))
    house.ehpc.jobs["1.scheduler"].start = int(true_start)
    house.later(31)
    house.sweep()
    assert house.ehpc.kills == [f"1.scheduler@{int(true_start)}"]


@pytest.mark.parametrize("clock_s", [0, -20])
def test_no_start_told_beforehand_kills_what_our_own_rerun_began(house: House, clock_s: int) -> None:
    """Someone tells each coming second as a start, by the scheduler's clock; the next run begins in one of them."""
    house.hung()
    _forge(house, house.clock.now() + 1 + clock_s, 16, message=XID)
    true = house.failure(1, started_at=float(START) - 3600, message=XID, event_id="true")
    assert verdicts(house.deliver(true)) == [("rerun", "accepted")]
    house.ehpc.jobs["1.scheduler"].start += clock_s
    for _ in range(30):
        house.later(61)
        house.sweep()
    quiet(house)
    assert house.ehpc.kills == [f"1.scheduler@{int(START) - 3600}"]


@pytest.mark.parametrize("listed", [True, False])
def test_a_start_ahead_of_our_clock_counts_where_the_first_look_shows_it(house: House, *, listed: bool) -> None:
    """The scheduler's clock goes 20 s ahead, and the next run fails at once as well; else it may be a guess."""
    house.deliver(house.hung(started_at=float(START) - 3600, event_id="first", message=XID))
    house.later(3)
    start = int(house.clock.now()) + 18
    if listed:
        house.ehpc.jobs["1.scheduler"].start = start
    house.deliver(house.failure(1, started_at=float(start), event_id="second", message=XID))
    house.ehpc.jobs["1.scheduler"].start = start
    house.later(61)
    house.sweep()
    assert len(house.ehpc.kills) == 1 + listed
    assert _ends_of(house, "second") == [("rerun", "accepted") if listed else ("suppressed", "untrusted_source")]
