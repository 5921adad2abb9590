"""`secondwind explain`: why a job was, or was not, rerun; from the outcome Logstore and the ledger.

Exit statuses: 0 something is known; 1 neither source knows the job or failure; 2 it cannot be asked like that; 3
neither source could be asked. If one of them cannot be asked, the other answers and that is said.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

from msgspec import Struct

from secondwind.at_ledger import NOT_DONE, OUT_OF_REACH, CommandResult, tell
from secondwind.commands.explain.ask_ledger import FromLedger, ask_ledger, jobs_of_failure
from secondwind.commands.explain.ask_log import FromLog, ask_log, queries_of
from secondwind.commands.explain.body import body_of
from secondwind.commands.explain.live import LiveAnswer, announcement_of, announcement_of_row, decide_again
from secondwind.commands.explain.show import lines_of
from secondwind.commands.explain.story import FailureStory, stories
from secondwind.machine import failed
from secondwind.places import Job, job_of_fields, parse_job
from secondwind.since import seconds_back
from secondwind.terminal import shown
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import LedgerTerms
from shared.people.holds import MIN_PREFIX
from shared.ports import Clock
from shared.reality import SystemClock

FAILURE_ID_CHARS = 32
_ID = re.compile(rf"[0-9a-f]{{{MIN_PREFIX},{FAILURE_ID_CHARS}}}\Z", re.ASCII)


class ExplainRequest(Struct, frozen=True, kw_only=True):
    """What a person asks; empty text: not said."""

    job: str = ""
    failure: str = ""
    since: str = "24h"
    live: bool = False
    ledger_url: str = ""
    as_json: bool = False


class Found(Struct, frozen=True, kw_only=True):
    """What both sources said."""

    job: Job
    since: float
    log: FromLog
    ledger: FromLedger
    failures: Sequence[FailureStory]


def run(
    wanted: ExplainRequest,
    out: TextIO,
    err: TextIO,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> int:
    """Look, and say what was found; the exit status."""
    terms = LedgerTerms(
        ledger_url=wanted.ledger_url, as_json=wanted.as_json, environ=environ, clock=clock or SystemClock()
    )
    try:
        begins = _failure(wanted.failure)
        since = terms.clock.now() - seconds_back(wanted.since)
        job = _job(wanted.job) if wanted.job else _job_of(begins, since, terms)
    except UnusableError as error:
        return failed(str(error), UNUSABLE, out, err, as_json=wanted.as_json)
    except _UnknownError as error:
        return failed(str(error), error.status, out, err, as_json=wanted.as_json)
    found = _find(job, begins, since, terms)
    if found.log.problem and found.ledger.problem:
        said = f"Logstore: {shown(found.log.problem)}\nledger: {shown(found.ledger.problem)}"
        return failed(said, OUT_OF_REACH, out, err, as_json=wanted.as_json)
    live = _live(found, terms) if wanted.live and found.failures else None
    body = body_of(found.job, found.since, found.log, found.ledger, found.failures, live)
    known = NOT_DONE if not found.failures else 0
    return tell(
        CommandResult(status=known, lines=lines_of(body, terms.clock.now()), body=body), out, as_json=wanted.as_json
    )


class _UnknownError(Exception):
    """No job is known for that failure; the text says why."""

    def __init__(self, text: str, status: int) -> None:
        self.status = status
        super().__init__(text)


def _find(job: Job, begins: str, since: float, terms: LedgerTerms) -> Found:
    log = ask_log(terms.environ, job.scope.region, queries_of(job), since, terms.clock.now() + 60)
    place = job.scope.place.items()
    rows = [row for row in log.rows if place <= row.items() and job.means(row.get("job_id", ""))]
    ledger = ask_ledger(terms, job, sorted({row["job_id"] for row in rows}))
    told = stories(rows, list(ledger.records.values()))
    mine = [story for story in told if story.failure_id.startswith(begins)]
    return Found(job=job, since=since, log=log, ledger=ledger, failures=mine)


def _live(found: Found, terms: LedgerTerms) -> LiveAnswer:
    """The failure told last, decided again."""
    story = found.failures[-1]
    if story.case is not None:
        told: dict[str, Any] = announcement_of(story.case.failure)
    else:
        told = announcement_of_row(story.steps[0].row)
    return decide_again(told, found.job.scope.region, terms)


def _job_of(begins: str, since: float, terms: LedgerTerms) -> Job:
    """The job of the one failure whose id begins so. Raises _UnknownError."""
    listed, ledger_problem = jobs_of_failure(terms, begins)
    whole = len(begins) == FAILURE_ID_CHARS
    query = {"failure_id": begins} if whole else {}
    log = FromLog() if listed and whole else ask_log(terms.environ, "", [query], since, terms.clock.now() + 60)
    found = dict(listed)
    for row in log.rows:
        failure_id, job = row.get("failure_id", ""), job_of_fields(row)
        if failure_id.startswith(begins) and job is not None:
            found.setdefault(failure_id, job)
    if len(found) > 1:
        raise _UnknownError(f"{begins} is the beginning of {len(found)} ids: {', '.join(sorted(found)[:20])}", NOT_DONE)
    if not found:
        status = OUT_OF_REACH if log.problem and ledger_problem else NOT_DONE
        problems = [
            f"; the {name} could not be asked: {shown(said)}"
            for name, said in (("Logstore", log.problem), ("ledger", ledger_problem))
            if said
        ]
        raise _UnknownError(f"no failure with id {begins} is known{''.join(problems)}; try --job", status)
    return next(iter(found.values()))


def _job(text: str) -> Job:
    try:
        return parse_job(text)
    except ValueError as error:
        raise UnusableError(f"--job {error}") from None


def _failure(text: str) -> str:
    begins = text.strip().lower()
    if begins and not _ID.match(begins):
        raise UnusableError(f"--failure wants {MIN_PREFIX} to {FAILURE_ID_CHARS} hexadecimal digits")
    return begins
