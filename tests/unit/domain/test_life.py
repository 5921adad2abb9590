"""Lives: one spelling each, equal if it is the same."""

from __future__ import annotations

import pytest

from shared.domain.life import Life


@pytest.mark.parametrize(
    "life",
    [Life.run(500), Life.queued(), Life.instance("2026-01-01 10:00:00", 7), Life.attempt(7, "a/b"), Life("other")],
)
def test_a_life_comes_back_from_its_spelling(life: Life) -> None:
    """With all that it says; text that nobody knows is a life of its own."""
    read = Life.read(life.text)
    assert (read, str(read), repr(read)) == (life, life.text, f"Life({life.text!r})")
    assert (read.began, read.data_time, read.instance_id) == (life.began, life.data_time, life.instance_id)
    assert len({read, life}) == 1


def test_lives_differ_by_what_begins_them() -> None:
    """Two waits cannot be told apart."""
    assert Life.run(500) != Life.run(501)
    assert Life.attempt(7, "a") != Life.attempt(7, "b")
    assert Life.run(500) != "run:500"
    assert (Life.queued().observable, Life.run(1).observable) == (False, True)
