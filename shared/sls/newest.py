"""The newest outcomes of a time, read for as long as somebody can wait for them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace

from shared.ports import Clock
from shared.sls.outcomes import PAGE, OutcomeLog, Row, is_within

MOST_PAGES = 200
"""Twenty thousand outcomes."""
LAST_PAGE_S = 10.0
"""The last one may take so long after the time in which it had to be asked for."""


class NewestOutcomes:
    """Pages of outcomes written in `[since, until)`, the newest first; iterated once. Repeats are among them."""

    def __init__(self, log: OutcomeLog, since: float, until: float, clock: Clock, most_s: float) -> None:
        """Nothing is read yet. `most_s`: no further page is asked for later."""
        self._log = replace(log, page_s=LAST_PAGE_S)
        self._since, self._until, self._clock, self._most_s = since, until, clock, most_s
        self.read = 0
        """How many there were."""
        self.cut = False
        """Whether older ones were left out."""

    def __iter__(self) -> Iterator[list[Row]]:
        """Raises OutcomesUnavailable."""
        began = self._clock.now()
        with closing(self._log.pages(self._since, self._until, newest_first=True)) as pages:  # type: ignore[type-var]  # a generator
            for number, page in enumerate(pages):
                self.read += len(page)
                yield [row for row in page if is_within(row, self._since, self._until)]
                if len(page) == PAGE and (number + 1 >= MOST_PAGES or self._clock.now() - began > self._most_s):
                    self.cut = True
                    return
