"""What a person does in a night without faults comes about, once."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.proof.histories import run
from tests.proof.scenarios import SCENARIOS
from tests.proof.world import World


def _night(name: str) -> World:
    return run(next(one for one in SCENARIOS if one.name == name))


def _effective(world: World) -> Counter[str]:
    return Counter(call.job[1] for call in world.calls if call.effective)


@pytest.mark.parametrize(("name", "jobs"), [("backlog_resumed", 3), ("held_and_approved", 1), ("rate_shared", 4)])
def test_what_waited_for_a_person_or_a_rate_is_healed_exactly_once(name: str, jobs: int) -> None:
    """Every job of the night has one rerun that took effect: also the suppressed, the held and those over the rate."""
    assert _effective(_night(name)) == {f"{number}.scheduler": 1 for number in range(1, jobs + 1)}


def test_under_the_kill_switch_nothing_is_rerun_and_after_it_what_is_told_anew() -> None:
    """What failed under mode off stays suppressed; what failed after it was lifted is rerun."""
    done = _effective(_night("switched_off_between"))
    assert "2.scheduler" not in done
    assert done["3.scheduler"] == 1


def test_what_could_not_be_read_is_healed_after_the_repair_and_its_neighbour_at_once() -> None:
    """The neighbour of a malformed document is rerun while it is malformed, the other after a person repaired it."""
    calls = {call.job[1]: call.at for call in _night("malformed_beside_good").calls}
    assert calls["2.scheduler"] < _repaired() < calls["1.scheduler"]


def _repaired() -> float:
    saved = _night("malformed_beside_good").saved
    return max(one.at for one in saved if one.who.label == "outside")
