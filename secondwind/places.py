"""Clusters, groups and jobs as a person names them: as the ledger's keys are spelled and every list prints them."""

from __future__ import annotations

from collections.abc import Mapping

from msgspec import Struct

from shared.domain.job import Scope
from shared.domain.keys import job_key
from shared.systems import SYSTEMS
from shared.systems.spelled import job_spelled, scope_spelled


class Job(Struct, frozen=True, kw_only=True):
    """One job, named by a person."""

    scope: Scope
    job_id: str

    @property
    def key(self) -> str:
        """Its ledger key, if the id is spelled as the job system lists it."""
        return job_key(self.scope, self.job_id)

    @property
    def whole(self) -> bool:
        """Whether the id can only mean one job."""
        return SYSTEMS.named(self.scope.system).names_one_job(self.job_id)

    def means(self, job_id: str) -> bool:
        """Whether an id that was told or listed can be this job's."""
        return SYSTEMS.named(self.scope.system).may_mean(self.job_id, job_id)


def scope_wanted() -> str:
    """How a person writes a scope."""
    return f"wants {' or '.join(system.scope_form for system in SYSTEMS)}, as `breaker list` prints it"


def job_wanted() -> str:
    """How a person writes a job."""
    return f"wants {' or '.join(f'{system.scope_form}/<{system.job_label}>' for system in SYSTEMS)}"


def parse_scope(text: str) -> Scope:
    """A scope. Raises ValueError, whose text says what is wanted."""
    return scope_spelled(text, scope_wanted())


def parse_job(text: str) -> Job:
    """A job. Raises ValueError, whose text says what is wanted."""
    scope, job_id = job_spelled(text, job_wanted())
    return Job(scope=scope, job_id=job_id)


def job_of_fields(fields: Mapping[str, str]) -> Job | None:
    """The job that an outcome names; None if it names none."""
    name, job_id = fields.get("system", ""), fields.get("job_id", "")
    if name not in SYSTEMS or not job_id:
        return None
    system = SYSTEMS.named(name)
    if not all(fields.get(field) for field in ("region", *(part.field for part in system.parts))):
        return None
    return Job(scope=system.scope(fields), job_id=job_id)
