"""Messages under faults: at each step between owing and striking, alone and in pairs, none is lost and none doubled.

`MESSAGES_PAIRS=all` runs every pair; a share of them is run each time.
"""

from __future__ import annotations

import os
from itertools import combinations
from pathlib import Path

import pytest

from tests.proof.messages import KINDS, MessageWorld, Trouble
from tests.support.depth import deep

SHARE = deep(293, 97)
"""Of the pairs, so many as one in these."""


def first_steps(path: Path, count: int = 400) -> list[str]:
    """The steps of the history without faults, as far as anything is still told in it."""
    world = MessageWorld(path, {})
    world.run()
    assert world.broken() == []
    names = world.steps.names[:count]
    return names[: max(place for place, name in enumerate(names) if name in {"put", "post", "save"}) + 6]


def judged(path: Path, plan: dict[int, Trouble]) -> None:
    """One history."""
    world = MessageWorld(path, plan)
    world.run()
    assert world.broken() == [], {place: trouble.name for place, trouble in plan.items()}


def test_a_fault_at_any_step_loses_and_doubles_no_message(tmp_path: Path) -> None:
    """Crash, error and conflict before and after each load, save and put; each end of each letter."""
    names = first_steps(tmp_path)
    assert {"load", "save", "put", "post", "due"} <= set(names)
    for place, name in enumerate(names):
        for trouble in KINDS[name]:
            judged(tmp_path, {place: trouble})


def test_two_faults_at_any_steps_lose_and_double_no_message(tmp_path: Path) -> None:
    """The same in pairs: what follows the first meets a second."""
    names = first_steps(tmp_path)
    kinds = list(Trouble)
    places = range(len(names) + 10)
    plans = [(one, first, two, second) for one, two in combinations(places, 2) for first in kinds for second in kinds]
    step = 1 if os.environ.get("MESSAGES_PAIRS") == "all" else SHARE
    for one, first, two, second in plans[::step]:
        if one < len(names) and first not in KINDS[names[one]]:
            continue
        judged(tmp_path, {one: first, two: second})


@pytest.mark.parametrize("trouble", [Trouble.ARRIVES_UNSEEN, Trouble.CRASH_AFTER])
def test_no_letter_comes_a_fourth_time(tmp_path: Path, trouble: Trouble) -> None:
    """Whatever becomes of the answers."""
    world = MessageWorld(tmp_path, dict.fromkeys(range(4000), trouble) if trouble is Trouble.ARRIVES_UNSEEN else {})
    world.run()
    assert len(world.shown) <= 3
