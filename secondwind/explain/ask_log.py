"""What the outcome Logstore says of a job or a failure. If it cannot be asked that is said, and the ledger answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, structs

from secondwind.by_hand.places import Job
from secondwind.outcomes import OutcomeLog, OutcomesUnavailable, Row
from secondwind.usage import UnusableError
from shared.domain.errors import SettingsError
from shared.domain.job import Cluster, Scope, System
from shared.domain.outcome import Outcome
from shared.settings import read_credentials, read_settings

DEFAULT_REGION = "cn-hangzhou"
_NAMED = ("SECONDWIND_SLS_ENDPOINT", "SECONDWIND_OUTCOME_PROJECT", "SECONDWIND_OUTCOME_LOGSTORE")
_FIELDS = frozenset(field.name for field in structs.fields(Outcome))


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
    known = tuple({name: value for name, value in row.items() if name in _FIELDS} for row in rows.values())
    return FromLog(name=f"{log.project}/{log.logstore}", rows=known)


def queries_of(job: Job) -> list[dict[str, str]]:
    """What to ask about a job: by the id as given, and as it may have been told, without its server part.

    An E-HPC number without its server part is searched for among all outcomes of its cluster: who reads compares.
    """
    scope = scope_fields(job.scope)
    if job.scope.system is System.SCHEDULERX:
        return [{**scope, "job_id": job.job_id}]
    if not job.whole:
        return [scope]
    return [{**scope, "job_id": job_id} for job_id in (job.job_id, job.job_id.partition(".")[0])]


def scope_fields(scope: Scope) -> dict[str, str]:
    """A cluster or group as an outcome names it."""
    place = {"system": scope.system.value, "region": scope.region}
    if isinstance(scope, Cluster):
        return {**place, "cluster_id": scope.cluster_id}
    return {**place, "namespace": scope.namespace, "group_id": scope.group_id}
