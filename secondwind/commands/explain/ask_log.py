"""What the outcome Logstore says of a job or a failure. If it cannot be asked that is said, and the ledger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct

from secondwind.places import Job
from secondwind.usage import UnusableError
from shared.domain.errors import SettingsError
from shared.domain.outcome import Outcome
from shared.settings import read_credentials, read_settings
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable, Row
from shared.systems import SYSTEMS

DEFAULT_REGION = "cn-hangzhou"
_NAMED = ("SECONDWIND_SLS_ENDPOINT", "SECONDWIND_OUTCOME_PROJECT", "SECONDWIND_OUTCOME_LOGSTORE")


class FromLog(Struct, frozen=True, kw_only=True):
    """What the Logstore said."""

    name: str = ""
    rows: tuple[Row, ...] = ()
    problem: str = ""
    """Why it was not asked, or did not answer; empty if it did."""


def outcome_log(environ: Mapping[str, str], region: str) -> OutcomeLog:
    """The outcome Logstore that the environment names. Raises UnusableError."""
    own = {name: environ[name] for name in _NAMED if environ.get(name)}
    try:
        # The ledger of these settings is never opened: what else the environment lacks does not matter here.
        settings = read_settings({**own, "SECONDWIND_LEDGER_URL": "sqlite:///unused"}, region or DEFAULT_REGION)
        keys = read_credentials(None, environ)
    except SettingsError as error:
        raise UnusableError(str(error)) from None
    return OutcomeLog(
        endpoint=settings.sls.url,
        project=settings.outcome_project,
        logstore=settings.outcome_logstore,
        access_key_id=keys.access_key_id,
        access_key_secret=keys.access_key_secret,
        security_token=keys.security_token,
    )


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
