"""Finding documents by walking what is due to the end: the ledger has no other index."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator

from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.errors import ActRefused, LedgerUnavailable
from shared.domain.keys import job_of, kind_of
from shared.domain.record import LISTED_AT, Case, JobRecord
from shared.ports import Due, Ledger, Stored

TRIES = 3
"""How often a change is made anew after somebody else has changed the same document."""
BATCH = 100
"""Documents that are loaded, and changed, at once."""
PAGE = 1000
"""Due keys a request."""
_LOG = logging.getLogger(__name__)


class Contended(ActRefused):
    """Others changed the same document three times in a row: nothing was changed, and it is worth repeating."""

    def __init__(self, key: str) -> None:
        super().__init__(f"others keep changing {key}; nothing was changed: repeat it")


class BegunAnew(ActRefused):
    """What the person was shown is over, and there is another one by now: nothing was changed."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what} has begun anew since it was shown: nothing was done")


def listed(ledger: Ledger) -> Iterator[str]:
    """Every key with a due time, each once. A hint, as the port says: load and check.

    Raises:
        LedgerUnavailable: as every use of the ledger.
    """
    after: Due | None = None
    seen: set[str] = set()
    while True:
        page = ledger.due(LISTED_AT, PAGE, after)
        for due in page:
            if due.key not in seen:
                seen.add(due.key)
                yield due.key
        if not page:
            return
        after = page[-1]


def records(ledger: Ledger, wanted: Callable[[str], bool]) -> Iterator[tuple[str, Stored, JobRecord]]:
    """The listed records whose key is wanted, as they are now. One that is malformed is left alone and said.

    Raises:
        LedgerUnavailable: the ledger is out of reach.
    """
    # All names first: what is changed meanwhile moves to another place in the order.
    keys = [key for key in listed(ledger) if kind_of(key).has_cases and wanted(key)]
    for some in batches(keys):
        for key, stored in ledger.load(some).items():
            record = _readable(key, stored)
            if record is not None:
                yield key, stored, record


def _readable(key: str, stored: Stored) -> JobRecord | None:
    try:
        return decode_record(stored.document)
    except LedgerUnavailable as error:
        _LOG.warning("%s is left as it is: %s", key, error)
        return None


def batches(keys: Iterable[str]) -> Iterator[list[str]]:
    """The keys in batches that are loaded at once."""
    everything = list(keys)
    for start in range(0, len(everything), BATCH):
        yield everything[start : start + BATCH]


def as_listed(key: str, case: Case) -> Case:
    """The case with the job's id as the job system lists it, which the key has; it may have been told otherwise."""
    job_id = job_of(key, case.failure.scope)
    return case if job_id is None else replace(case, failure=replace(case.failure, job_id=job_id))
