"""`secondwind history`: outcomes one by one, page by page; and with `--follow` what comes.

Exit statuses: 0 shown; 2 it cannot be asked like that; 3 the Logstore could not be read. With `--json` a page is one
object, whose `next` names the page after it; with `--follow` each outcome is an object on a line of its own, older ones
first.
"""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable, Iterable, Mapping
from typing import TextIO

from msgspec import Struct

from secondwind.at_ledger import DONE, OUT_OF_REACH, CommandResult, tell, warn
from secondwind.commands.history.bounds import LIMIT, LIMIT_MAX
from secondwind.commands.history.find import HistoryPage, Search, found_in, page_of, parse_page, searched, unmatched
from secondwind.commands.history.show import lines_of, one_line
from secondwind.machine import failed
from secondwind.outcome_log import outcome_log
from secondwind.places import parse_job
from secondwind.since import seconds_back
from secondwind.terminal import shown
from secondwind.usage import UNUSABLE, UnusableError
from shared.ports import Clock
from shared.reality import SystemClock
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable, Row

SCHEMA = "secondwind-history/1"
AHEAD_S = 60.0
"""Clocks of the functions may be ahead of this machine's."""
EVERY_S = 2.0
"""How often `--follow` asks."""
OVERLAP_S = 120.0
"""So far back it asks again each time: what was written is found seconds later."""
REMEMBERED = 20_000
"""Outcomes that `--follow` knows it has shown."""


class HistoryRequest(Struct, frozen=True, kw_only=True):
    """What a person asks; empty text: not said."""

    since: str = "24h"
    job: str = ""
    filters: dict[str, str] = {}
    limit: int = LIMIT
    page: str = ""
    follow: bool = False
    region: str = ""
    as_json: bool = False
    quiet: bool = False


class Pauses(Struct, frozen=True):
    """How `--follow` lets time pass."""

    sleep: Callable[[float], None] = time.sleep
    goes_on: Callable[[], bool] = lambda: True


def run(
    wanted: HistoryRequest,
    out: TextIO,
    err: TextIO,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
    wait: Pauses | None = None,
) -> int:
    """Read and show; the exit status."""
    clock = clock or SystemClock()
    try:
        search = _search(wanted)
        log = outcome_log(environ, wanted.region)
        now = clock.now()
        if wanted.follow:
            since = now - seconds_back(wanted.since)
            return _Follower(log, search, wanted, out, err, clock).run(since, wait or Pauses())
        begin = parse_page(wanted.page) if wanted.page else None
        since, until, offset = begin or (now - seconds_back(wanted.since), now + AHEAD_S, 0)
        found = page_of(log, search, since, until, offset, wanted.limit)
        warnings = [] if begin else _warnings(log, search, wanted, found, since, until)
    except UnusableError as error:
        return failed(str(error), UNUSABLE, out, err, as_json=wanted.as_json)
    except OutcomesUnavailable as error:
        return failed(f"the Logstore: {shown(str(error))}", OUT_OF_REACH, out, err, as_json=wanted.as_json)
    body = {
        "schema": SCHEMA,
        "logstore": f"{log.project}/{log.logstore}",
        "outcomes": list(found.rows),
        "next": found.next,
    }
    warn(warnings, err)
    return tell(CommandResult(lines=lines_of(found), body=body, warnings=warnings), out, as_json=wanted.as_json)


def _warnings(
    log: OutcomeLog, search: Search, wanted: HistoryRequest, found: HistoryPage, since: float, until: float
) -> list[str]:
    """Where nothing was found, of what may be misspelt; none where that look fails: the question was answered."""
    asked = {**wanted.filters, "job": wanted.job}
    try:
        return [] if found.rows or found.next else unmatched(log, asked, search.job, since, until)
    except OutcomesUnavailable:
        return []


def _search(wanted: HistoryRequest) -> Search:
    if not 1 <= wanted.limit <= LIMIT_MAX:
        raise UnusableError(f"--limit wants 1 to {LIMIT_MAX}")
    if wanted.follow and wanted.page:
        raise UnusableError("--page is of what was, --follow of what comes: one of both")
    try:
        job = parse_job(wanted.job) if wanted.job else None
    except ValueError as error:
        raise UnusableError(f"--job {error}") from None
    return searched(job, wanted.filters)


class _Follower:
    """Shows the last page, oldest first; then what comes, until interrupted. Each outcome once."""

    def __init__(
        self, log: OutcomeLog, search: Search, wanted: HistoryRequest, out: TextIO, err: TextIO, clock: Clock
    ) -> None:
        self._log, self._search, self._wanted = log, search, wanted
        self._out, self._err, self._clock = out, err, clock
        self._known: dict[str, None] = {}
        self._problem = ""

    def run(self, since: float, wait: Pauses) -> int:
        """Until interrupted. Raises OutcomesUnavailable where not even the beginning can be read."""
        first = page_of(self._log, self._search, since, self._clock.now() + AHEAD_S, 0, self._wanted.limit)
        self._show(reversed(first.rows))
        warn(_warnings(self._log, self._search, self._wanted, first, since, self._clock.now() + AHEAD_S), self._err)
        read_to = self._clock.now()
        while wait.goes_on():
            wait.sleep(EVERY_S)
            now = self._clock.now()
            if self._read(max(since, read_to - OVERLAP_S), now + AHEAD_S):
                read_to = now
        return DONE

    def _read(self, since: float, until: float) -> bool:
        """Whether it could be read; where it could not that is said once, and it is asked again."""
        try:
            rows = found_in(self._log, self._search, since, until)
        except OutcomesUnavailable as error:
            if str(error) != self._problem:
                self._err.write(f"the Logstore: {shown(str(error))}\n")
            self._problem = str(error)
            return False
        self._problem = ""
        self._show(rows)
        return True

    def _show(self, rows: Iterable[Row]) -> None:
        for row in rows:
            if row["outcome_id"] not in self._known:
                self._known[row["outcome_id"]] = None
                self._out.write(f"{json.dumps(row) if self._wanted.as_json else one_line(row)}\n")
        for old in list(self._known)[: max(0, len(self._known) - REMEMBERED)]:
            del self._known[old]
        self._out.flush()
