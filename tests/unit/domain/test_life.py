"""Lives: one spelling each, equal if it is the same."""

from __future__ import annotations

import pytest

from shared.domain.call import Target
from shared.domain.life import Life
from tests.support.systems import CLUSTER


@pytest.mark.parametrize(
    "life",
    [
        Life.run(500),
        Life.queued(),
        Life.instance("2026-01-01 10:00:00", 7),
        Life.attempt(7, 2),
        Life.attempt(7, 12, ""),
        Life.attempt(7, 0, "1767550200"),
        Life("other"),
        Life("try:7/a"),
    ],
)
def test_a_life_comes_back_from_its_spelling(life: Life) -> None:
    """With all that it says; text that nobody knows is a life of its own."""
    read = Life.read(life.text)
    assert (read, str(read), repr(read)) == (life, life.text, f"Life({life.text!r})")
    told = [(one.began, one.data_time, one.instance_id, one.number) for one in (read, life)]
    assert told[0] == told[1]
    assert len({read, life}) == 1


@pytest.mark.parametrize(
    ("later", "earlier", "by"),
    [
        (Life.attempt(7, 12), Life.attempt(7, 2), 10),
        (Life.attempt(7, 1, ""), Life.attempt(7, 3, "1767550200"), -2),
        (Life.attempt(7, 2), Life.attempt(7, 2, ""), 0),
        (Life.attempt(7, 2), Life.run(1), 0),
        (Life.queued(), Life.attempt(7, 2), 0),
        (Life.attempt(7, 2), None, 0),
    ],
)
def test_attempts_are_counted(later: Life, earlier: Life | None, by: int) -> None:
    """As numbers; of what is no attempt nothing is later."""
    assert later.attempts_since(earlier) == by
    assert Life.read(str(later)).attempts_since(earlier and Life.read(str(earlier))) == by


def test_lives_differ_by_what_begins_them() -> None:
    """Two waits cannot be told apart."""
    assert Life.run(500) != Life.run(501)
    assert Life.attempt(7, 1) not in {Life.attempt(7, 2), Life.attempt(8, 1), Life.attempt(7, 1, "")}
    assert Life.run(500) != "run:500"
    assert (Life.queued().observable, Life.run(1).observable) == (False, True)


def test_a_job_that_is_to_be_rerun_has_the_data_time_of_its_life() -> None:
    """Where jobs have instances."""
    day = "2026-01-01 10:00:00"
    lives = (Life.instance(day, 7), Life.run(500), None)
    assert [Target(scope=CLUSTER, job_id="42", life=life).data_time for life in lives] == [day, None, None]
