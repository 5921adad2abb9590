"""Reading while somebody waits: the newest first, within a time and a number, and it is said that some are left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from shared.sls.newest import MOST_PAGES, NewestOutcomes
from shared.sls.outcomes import PAGE
from tests.support.clock import START, Clock


@dataclass(frozen=True)
class Log:
    """A Logstore whose every page takes its time."""

    clock: Clock
    outcomes: int
    takes_s: float
    page_s: float = math.inf

    def pages(self, since: float, until: float, **how: Any) -> Iterator[list[dict[str, str]]]:
        """Pages of a hundred."""
        assert (how, self.page_s) == ({"newest_first": True}, 10.0), "nor may a page take longer than that"
        del since, until
        for begin in range(0, self.outcomes + 1, PAGE):
            self.clock.moment += self.takes_s
            yield [{"outcome_id": str(number)} for number in range(begin, min(begin + PAGE, self.outcomes))]


@pytest.mark.parametrize(
    ("outcomes", "takes_s", "read", "cut"),
    [
        (250, 0.1, 250, False),
        (1000, 1.0, 900, True),
        (PAGE * MOST_PAGES + 5, 0.0, PAGE * MOST_PAGES, True),
        (0, 99.0, 0, False),
        (50, 99.0, 50, False),
    ],
)
def test_it_ends_in_time_and_says_what_is_left_out(outcomes: int, takes_s: float, read: int, *, cut: bool) -> None:
    """Eight seconds or twenty thousand outcomes; a page that is not full is the last."""
    clock = Clock()
    pages = NewestOutcomes(Log(clock, outcomes, takes_s), START - 60, START, clock, 8.0)  # type: ignore[arg-type]  # as far as it is used
    assert sum(map(len, pages)) == read
    assert (pages.read, pages.cut) == (read, cut)
