"""The law that a rerun which took effect is called one: it has teeth, also where the effect came late."""

from __future__ import annotations

from types import SimpleNamespace
from typing import Any

import pytest

from tests.proof.laws.outcomes import _effects_are_told
from tests.unit.decide.facts import make_failure

JOB = ("ehpc-hz-1", "1.scheduler")


def world(hit_run: int) -> Any:
    """A call that was made for run 1; the failures of runs 1 and 2 were told."""
    return SimpleNamespace(
        calls=[SimpleNamespace(job=JOB, hit_run=hit_run, effective=True, look=SimpleNamespace(run=1))],
        tellings=[
            SimpleNamespace(failure=make_failure(event_id=f"run {run}"), job=JOB, run=run, counts=True)
            for run in (1, 2)
        ],
        cluster={},
        together=[],
    )


def breaches(hit_run: int, *reasons: tuple[str, str]) -> list[str]:
    """What the law says if the two failures were told so."""
    told = {
        f"run {run}": [{"verdict": verdict, "reason": reason}] for run, (verdict, reason) in enumerate(reasons, start=1)
    }
    return list(_effects_are_told(world(hit_run), told))


@pytest.mark.parametrize("hit_run", [1, 2])
def test_a_rerun_that_is_told_of_nobody_breaks_it(hit_run: int) -> None:
    """Whichever run it hit."""
    assert breaches(hit_run, ("refused", "api_refused"), ("duplicate", "restarted_since"))


def test_an_effect_that_came_late_is_told_of_the_run_that_was_meant() -> None:
    """The scheduler had begun the job anew meanwhile: of that run it is right to say that it was restarted since."""
    assert not breaches(2, ("rerun", "observed_restart"), ("duplicate", "restarted_since"))


def test_a_rerun_of_the_run_that_was_meant_is_told_of_no_other() -> None:
    """What is told of a later run explains nothing."""
    assert breaches(1, ("refused", "api_refused"), ("rerun", "accepted"))
