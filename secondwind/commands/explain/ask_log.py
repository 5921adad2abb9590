"""What the outcome Logstore says of a job or a failure. If it cannot be asked that is said, and the ledger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from secondwind.outcome_log import outcome_log
from secondwind.places import Job
from secondwind.usage import UnusableError
from shared.domain.outcome import Outcome
from shared.sls.outcomes import OutcomesUnavailable, Row
from shared.systems import SYSTEMS


class FromLog(Struct, frozen=True, kw_only=True):
    """What the Logstore said."""

    name: str = ""
    rows: tuple[Row, ...] = ()
    problem: str = ""
    """Why it was not asked, or did not answer; empty if it did."""


def ask_log(
    environ: Mapping[str, str], region: str, queries: Sequence[Mapping[str, str]], since: float, until: float
) -> FromLog:
    """The outcomes that match any of the queries, each once, without fields that no outcome has."""
    rows: dict[str, Row] = {}
    try:
        log = outcome_log(environ, region)
        for query in queries:
            rows.update({row.get("outcome_id", ""): row for row in log.read(since, until, query)})
    except (UnusableError, OutcomesUnavailable) as error:
        return FromLog(problem=str(error))
    fields = _fields()
    known = tuple({name: value for name, value in row.items() if name in fields} for row in rows.values())
    return FromLog(name=f"{log.project}/{log.logstore}", rows=known)


def _fields() -> frozenset[str]:
    """What an outcome can have: whoever writes into the Logstore may have written more."""
    return frozenset({*SYSTEMS.places, *Outcome.__struct_fields__})


def queries_of(job: Job) -> list[dict[str, str]]:
    """What to ask about a job: by the ids under which it may have been told.

    An id that may mean several jobs is searched for among all outcomes of its scope: who reads compares.
    """
    if not job.whole:
        return [job.scope.place]
    return [{**job.scope.place, "job_id": job_id} for job_id in SYSTEMS.named(job.scope.system).told_as(job.job_id)]
