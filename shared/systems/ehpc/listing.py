"""One pass over the pages of an E-HPC cluster's jobs, for what is sought.

Of a storm the pages are asked for side by side: the list holds fifty jobs a page, and what the first page showed would
be too old to act on by the time the last of some hundred has come. Where jobs leave meanwhile, no more are missed than
one after the other, as one that is on neither of two pages must have moved between the two requests either way.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import msgspec

from shared.domain.snapshot import LookFailed
from shared.ports import Clock
from shared.systems.ehpc.ids import name_parts
from shared.systems.ehpc.sought import Sought
from shared.systems.ehpc.wire import PAGE_SIZE, Page, read_page
from shared.systems.openapi import Caller, CallFailed
from shared.systems.openapi.results import look_failed, malformed, too_long

MOST_LEAPS = 8
"""How many pages of a pass may be pages by number: enough for 12,800 jobs."""
MAX_DIGITS = 18
PAGES_AT_ONCE = 8
"""10,000 jobs in 2.5 s at 0.1 s a page, and no more connections than are kept (`shared.network.kept_http`)."""


class JobList:
    """One pass over a list's pages for what is sought."""

    def __init__(
        self,
        api: Caller,
        clock: Clock,
        cluster_id: str,
        filters: Mapping[str, str],
        sought: Sought,
        most_pages: int,
    ) -> None:
        self._api, self._clock, self._cluster_id, self._filters = api, clock, cluster_id, filters
        self.sought = sought
        """What is looked for, and what of it was seen."""
        self._begun_at = clock.now()
        self._left = most_pages
        self._at_once = PAGES_AT_ONCE
        self._pages: dict[int, Page] = {}

    def read(self, among: str) -> LookFailed | None:
        """From the first page on, until they end or nothing more is needed; what stopped it before."""
        number = 0
        while not self.sought.complete():
            numbers = range(number + 1, number + 1 + self._ahead(number))
            for number, page in zip(numbers, self._read(numbers), strict=True):
                if page is None:
                    return too_long(f"the job is not among the {(number - 1) * PAGE_SIZE} {among}", self._begun_at)
                if isinstance(page, LookFailed):
                    return page
                if page.last:
                    return None
        return None

    def glance(self) -> tuple[LookFailed | None, bool]:
        """Read the first page alone; whether it is all."""
        (page,) = self._read([1])
        return (page, False) if isinstance(page, LookFailed) else (None, page is not None and page.last)

    def leap(self) -> LookFailed | None:
        """Look where the numbers of what is sought should stand, newest first, if the list is too long to be read.

        What moved since then (Slurm gives a requeued job a new time of submission) is not found so; nothing follows.
        """
        (first,) = self._read([1])
        if first is None or isinstance(first, LookFailed):
            return first
        leaps = MOST_LEAPS if first.pages - 1 > self._left else 0
        for job_id in self.sought.missing():
            low, high, wanted = 2, first.pages, _number(job_id)
            while leaps and wanted is not None and low <= high and not self.sought.found(job_id):
                leaps -= 1
                middle = (low + high) // 2
                (page,) = self._read([middle])
                if page is None or isinstance(page, LookFailed):
                    return page
                numbers = sorted(number for listed, _ in page.jobs if (number := _number(listed)) is not None)
                if not numbers:
                    break
                low, high = (low, middle - 1) if wanted > numbers[len(numbers) // 2] else (middle + 1, high)
        return None

    def _ahead(self, number: int) -> int:
        """How many pages after that one are asked for at once: none that may turn out to be needless, as far as known.

        Only the first page tells how many there are.
        """
        known = self._pages[1].pages - number if number else 1
        few = self.sought.few()
        return max(1, min(self._at_once, known, self._left, self._at_once if few is None else few))

    def _read(self, numbers: Sequence[int]) -> list[Page | LookFailed | None]:
        """These pages, each read once; None for what may not be read any more.

        What failed beside others is asked for once more by itself, as it may have been too many at once; then no two
        are any more.
        """
        fresh = [number for number in numbers if number not in self._pages][: self._left]
        self._left -= len(fresh)
        failed = self._take(fresh, self._ask(fresh))
        if len(fresh) > 1:
            for number in list(failed):
                self._at_once = 1
                if not failed[number].worth_repeating or self._take([number], [self._page(number)]):
                    break
                del failed[number]
        return [failed.get(number) or self._pages.get(number) for number in numbers]

    def _take(self, numbers: Sequence[int], pages: Sequence[tuple[Page | LookFailed, float]]) -> dict[int, LookFailed]:
        """Take in what these pages show; those that failed."""
        failed: dict[int, LookFailed] = {}
        for number, (page, asked_at) in zip(numbers, pages, strict=True):
            if isinstance(page, LookFailed):
                failed[number] = page
            else:
                self.sought.take(page.jobs, asked_at)
                self._pages[number] = page
        return failed

    def _ask(self, numbers: Sequence[int]) -> list[tuple[Page | LookFailed, float]]:
        """Each page and when it was asked for. A page that is alone is asked for in this thread."""
        if len(numbers) < 2:  # noqa: PLR2004 - nobody beside it
            return [self._page(number) for number in numbers]
        from concurrent.futures import ThreadPoolExecutor  # noqa: PLC0415 - few looks need it

        with ThreadPoolExecutor(len(numbers), thread_name_prefix="page") as pool:
            return list(pool.map(self._page, numbers))

    def _page(self, number: int) -> tuple[Page | LookFailed, float]:
        asked_at = self._clock.now()
        try:
            page = read_page(self._api, self._cluster_id, number, self._filters)
        except msgspec.ValidationError as error:
            return malformed(error, self._begun_at), asked_at
        return look_failed(page, self._begun_at) if isinstance(page, CallFailed) else page, asked_at


def _number(job_id: str) -> int | None:
    number = name_parts(job_id)[0]
    return int(number) if number and len(number) <= MAX_DIGITS else None
