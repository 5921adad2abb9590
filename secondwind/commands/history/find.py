"""What `history` looks for: as much as the service can search for is asked of it, everything is compared here."""

from __future__ import annotations

import difflib
import re
from collections import deque
from collections.abc import Iterator, Mapping
from itertools import islice

from msgspec import Struct

from secondwind.places import Job
from secondwind.unmatched import OF, Unmatched, actor_of
from secondwind.usage import UnusableError
from shared.domain.outcome import SCHEMA, Outcome
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.people.holds import MIN_PREFIX
from shared.report.courses import moment_of, scope_of
from shared.sls.outcomes import MINUTE_S, PAGE, OutcomeLog, Row, is_within
from shared.systems import SYSTEMS

SCANNED_MAX = 20_000
"""Outcomes that one page looks through; where so many do not fill it, it ends there and names the next."""
_EXACT = ("owner", "rule", "verdict", "reason")
_ID = re.compile(rf"[0-9a-f]{{{MIN_PREFIX},32}}\Z", re.ASCII)
_WHOLE_ID = 32
_TOKEN = re.compile(r"([0-9]{1,11})-([0-9]{1,11})-([0-9]{1,6})\Z", re.ASCII)


class Search(Struct, frozen=True, kw_only=True):
    """Which outcomes."""

    fields: dict[str, str]
    """Equal, and searched for by the service."""
    job: Job | None = None
    scope: str = ""
    failure: str = ""
    """Begins so."""
    actor: str = ""
    """The name, or with as whom the machine knows it, which stands behind."""

    def means(self, row: Row) -> bool:
        """Whether an outcome is one of them."""
        if row.get("schema") != SCHEMA or not row.get("outcome_id") or not self.fields.items() <= row.items():
            return False
        if self.job is not None and not of_job(self.job, row):
            return False
        in_scope = not self.scope or scope_of(row) == self.scope or self.scope in _parts(row)
        acted = not self.actor or self.actor in {row.get("actor", ""), actor_of(row)}
        return in_scope and acted and row.get("failure_id", "").startswith(self.failure)


def of_job(job: Job, row: Row) -> bool:
    """Whether an outcome tells of that job."""
    return job.scope.place.items() <= row.items() and job.means(row.get("job_id", ""))


class HistoryPage(Struct, frozen=True, kw_only=True):
    """Outcomes, and where to go on."""

    rows: tuple[Row, ...]
    next: str = ""
    """The token of the page after this one; empty: there is none."""


def searched(job: Job | None, filters: Mapping[str, str]) -> Search:
    """The search of a person's options. Raises UnusableError."""
    failure = filters.get("failure", "").strip().lower()
    if failure and not _ID.match(failure):
        raise UnusableError(f"--failure wants {MIN_PREFIX} to {_WHOLE_ID} hexadecimal digits")
    verdict = filters.get("verdict", "")
    if verdict and verdict not in {one.value for one in Verdict}:
        raise UnusableError(f"--verdict wants one of {', '.join(one.value for one in Verdict)}")
    if reason := filters.get("reason", ""):
        _known(reason)
    fields = {name: filters[name] for name in _EXACT if filters.get(name)}
    if len(failure) == _WHOLE_ID:
        fields["failure_id"] = failure
    if job is not None:
        fields |= job.scope.place
    return Search(
        fields=fields, job=job, scope=filters.get("cluster", ""), failure=failure, actor=filters.get("actor", "")
    )


def _known(reason: str) -> None:
    """Raises UnusableError: a misspelt reason would find nothing, as if nothing had happened."""
    codes = [one.value for one in Reason]
    if reason in codes:
        return
    close = difflib.get_close_matches(reason[:64].lower(), codes, 1)
    hint = f"did you mean {close[0]}?" if close else "docs/reference.md lists them"
    raise UnusableError(f"--reason: there is no reason {reason!r:.80}; {hint}")


def parse_page(token: str) -> tuple[float, float, int]:
    """Begin, end and offset of a page. Raises UnusableError."""
    found = _TOKEN.match(token.strip())
    if found is None or int(found[1]) > int(found[2]):
        raise UnusableError("--page wants the token that a page has named")
    return float(found[1]), float(found[2]), int(found[3])


def page_of(log: OutcomeLog, search: Search, since: float, until: float, offset: int, limit: int) -> HistoryPage:
    """The latest outcomes, the latest first, each once; at most `limit`. Raises OutcomesUnavailable.

    A page's end is a minute and how many logs of it have been looked at: what is written meanwhile belongs to later
    minutes, so that it neither hides an outcome nor shows one twice. More than a minute's order the service does not
    promise.
    """
    rows: dict[str, Row] = {}
    place, seen = _Place(until, offset), 0
    for logs in log.pages(since, until, search.fields, offset=offset, newest_first=True):
        for row in logs:
            if len(rows) == limit:
                return HistoryPage(rows=_latest_first(rows), next=place.token(since))
            place.passed(row)
            if search.means(row) and is_within(row, since, until):
                rows.setdefault(row["outcome_id"], known(row))
        seen += len(logs)
        if seen >= SCANNED_MAX and len(logs) == PAGE:
            return HistoryPage(rows=_latest_first(rows), next=place.token(since))
    return HistoryPage(rows=_latest_first(rows))


def unmatched(log: OutcomeLog, wanted: Mapping[str, str], job: Job | None, since: float, until: float) -> list[str]:
    """Of filters by which nothing was found, warnings of those that no outcome fits. Raises OutcomesUnavailable."""
    named = wanted.get("job", "")

    def jobs(row: Row) -> list[str]:
        return [named if job and of_job(job, row) else f"{scope_of(row)}/{row.get('job_id', '')}"]

    looking = Unmatched(wanted, {**OF, "job": jobs})
    pages = log.pages(since, until, newest_first=True)
    for logs in islice(pages, SCANNED_MAX // PAGE):
        deque(looking.passing(logs), maxlen=0)
    return looking.warnings()


class _Place:
    """How far the logs have been looked at, from the latest on."""

    def __init__(self, until: float, offset: int) -> None:
        self._until, self._offset = int(until), offset

    def passed(self, row: Row) -> None:
        """One more, the next in the service's order."""
        written = row.get("__time__", "")
        end = (int(written) // MINUTE_S + 1) * MINUTE_S if written.isdecimal() else self._until
        if end < self._until:
            self._until, self._offset = end, 0
        self._offset += 1

    def token(self, since: float) -> str:
        return f"{int(since)}-{self._until}-{self._offset}"


def found_in(log: OutcomeLog, search: Search, since: float, until: float) -> list[Row]:
    """All of a short time, older ones first. Raises OutcomesUnavailable."""
    rows = [
        known(row)
        for logs in log.pages(since, until, search.fields)
        for row in logs
        if search.means(row) and is_within(row, since, until)
    ]
    return sorted(rows, key=lambda row: moment_of(row.get("at", "")) or 0.0)


def known(row: Row) -> Row:
    """Only what an outcome can have: whoever writes into the Logstore may have written more."""
    fields = {*SYSTEMS.places, *Outcome.__struct_fields__}
    return {name: value for name, value in row.items() if name in fields}


def _latest_first(rows: Mapping[str, Row]) -> tuple[Row, ...]:
    """The service keeps the order only to the minute."""
    return tuple(sorted(rows.values(), key=lambda row: moment_of(row.get("at", "")) or 0.0, reverse=True))


def _parts(row: Row) -> Iterator[str]:
    return (row[name] for name in SYSTEMS.places[2:] if name in row)
