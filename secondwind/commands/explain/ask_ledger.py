"""What the ledger says of a job. If it cannot be asked that is said, and the Logstore answers."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar
from urllib.parse import unquote

from msgspec import Struct
from msgspec.structs import replace

from secondwind.places import Job
from secondwind.usage import UnusableError
from secondwind.which_ledger import LedgerTerms, ledger_of
from shared import people
from shared.documents import decode_record
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import job_key
from shared.domain.limits import SharedLimit
from shared.domain.mode import Controls
from shared.domain.record import JobRecord
from shared.people.walk import as_listed, records
from shared.ports import Ledger

T = TypeVar("T")


class FromLedger(Struct, frozen=True, kw_only=True):
    """What the ledger said."""

    records: dict[str, JobRecord] = {}
    """By key: the job's own, and those in which its failures wait for a look at it."""
    breaker: SharedLimit | None = SharedLimit()
    """None: its document is malformed, which counts as a no."""
    controls: Controls = Controls()
    name: str = ""
    problem: str = ""
    """Why it was not asked, or did not answer; empty if it did."""


def ask_ledger(terms: LedgerTerms, job: Job, further_ids: Sequence[str]) -> FromLedger:
    """Everything about the job.

    Args:
        terms: which ledger.
        job: as a person named it.
        further_ids: ids by which outcomes name it. A record that waits for nothing is in no list, so it is found by
            its id alone.
    """

    def read(ledger: Ledger, name: str) -> FromLedger:
        own = [job_key(job.scope, job_id) for job_id in dict.fromkeys([job.job_id, *further_ids])]
        found = {key: decode_record(stored.document) for key, stored in ledger.load(own).items()}
        found |= {key: record for key, _, record in records(ledger, _may_be(job))}
        mine = {key: _of_job(key, record, job) for key, record in found.items()}
        return FromLedger(
            records={key: record for key, record in mine.items() if record.cases or record.attempts},
            breaker=people.breaker_of(ledger, job.scope),
            controls=people.read_controls(ledger).at(terms.clock.now()),
            name=name,
        )

    found, problem = _asking(terms, read)
    return found or FromLedger(problem=problem)


def jobs_of_failure(terms: LedgerTerms, begins: str) -> tuple[dict[str, Job], str]:
    """Jobs by the ids of failures that begin so, as far as the ledger lists them; and why it could not be asked."""

    def read(ledger: Ledger, _name: str) -> dict[str, Job]:
        return {
            case.failure_id: Job(scope=case.failure.scope, job_id=as_listed(key, case).failure.job_id)
            for key, _, record in records(ledger, lambda _: True)
            for case in record.cases
            if case.failure_id.startswith(begins)
        }

    found, problem = _asking(terms, read)
    return found or {}, problem


def _asking(terms: LedgerTerms, read: Callable[[Ledger, str], T]) -> tuple[T | None, str]:
    try:
        with ledger_of(terms) as (ledger, name):
            return read(ledger, name), ""
    except (UnusableError, LedgerUnavailable) as error:
        return None, str(error)


def _may_be(job: Job) -> Callable[[str], bool]:
    prefix = f"{job.scope.key}/"
    return lambda key: (
        key.startswith("pending/") or (key.startswith(prefix) and job.means(unquote(key.removeprefix(prefix))))
    )


def _of_job(key: str, record: JobRecord, job: Job) -> JobRecord:
    """The record with this job's cases, each with the id that the key has; of a record without any, nothing is left."""
    listed = (as_listed(key, case) for case in record.cases)
    cases = tuple(case for case in listed if case.failure.scope.key == job.scope.key)
    mine = tuple(case for case in cases if job.means(case.failure.job_id))
    own = key.startswith(f"{job.scope.key}/")
    return replace(record, cases=mine) if own or mine else JobRecord()
