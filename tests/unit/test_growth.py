"""The measure of growth tells linear work from work that explodes."""

from __future__ import annotations

from tests.support.growth import LINEAR, growth


def test_work_that_grows_as_the_square_is_found() -> None:
    """And linear work is not."""
    assert growth(lambda size: [1 for _ in range(size) for _ in range(size)], 800) > LINEAR
    assert growth(lambda size: sum(range(size)), 100_000) < LINEAR
