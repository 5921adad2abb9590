"""The measure of growth tells linear work from work that explodes."""

from __future__ import annotations

from tests.support.growth import LINEAR, growth


def test_work_that_grows_as_the_square_is_found() -> None:
    """And linear work is not."""
    assert growth(lambda size: [1 for _ in range(size) for _ in range(size)], 800) > LINEAR
    assert growth(lambda size: sum(range(size)), 100_000) < LINEAR


def test_a_machine_that_is_busy_for_a_while_makes_no_work_grow() -> None:
    """All runs that are made at first may have been in its way."""
    busy = iter([50] * 3)

    def work(size: int) -> None:
        sum(range(size * (next(busy, 1) if size == 80_000 else 1)))

    assert growth(work, 80_000) < LINEAR
