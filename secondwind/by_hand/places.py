"""Clusters, groups and jobs as a person names them: as the ledger's keys are spelled and every list prints them."""

from __future__ import annotations

import re
from urllib.parse import unquote

from msgspec import Struct

from shared.domain.job import REGION_PATTERN, Cluster, Group, Scope, System, job_key

MAX_PART_CHARS = 256
SCOPE_WANTED = "wants ehpc/<region>/<cluster> or schedulerx/<region>/<namespace>/<group>, as `breaker list` prints it"
JOB_WANTED = "wants ehpc/<region>/<cluster>/<job id> or schedulerx/<region>/<namespace>/<group>/<job>"
_SCOPE_PARTS = {System.EHPC.value: 3, System.SCHEDULERX.value: 4}


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
        """Whether the id names one job: an E-HPC number without its server part may mean several."""
        return self.scope.system is System.SCHEDULERX or "." in self.job_id

    def means(self, job_id: str) -> bool:
        """Whether an id that was told or listed can be this job's: equal, or equal up to a server part left out."""
        if job_id == self.job_id:
            return True
        if self.scope.system is System.SCHEDULERX:
            return False
        number, _, server = job_id.partition(".")
        own_number, _, own_server = self.job_id.partition(".")
        return number == own_number and not (server and own_server)


def parse_scope(text: str) -> Scope:
    """A cluster or group. Raises ValueError, whose text says what is wanted."""
    return _scope(_parts(text, 0, SCOPE_WANTED), SCOPE_WANTED)


def parse_job(text: str) -> Job:
    """A job. Raises ValueError, whose text says what is wanted."""
    *scope, job_id = _parts(text, 1, JOB_WANTED)
    return Job(scope=_scope(scope, JOB_WANTED), job_id=job_id)


def _parts(text: str, more: int, wanted: str) -> list[str]:
    system = text.partition("/")[0]
    parts = [unquote(part) for part in text.split("/")]
    if len(parts) != _SCOPE_PARTS.get(system, -1) + more:
        raise ValueError(wanted)
    if any(not part or len(part) > MAX_PART_CHARS or not part.isprintable() for part in parts):
        raise ValueError(wanted)
    return parts


def _scope(parts: list[str], wanted: str) -> Scope:
    system, region, *rest = parts
    if not re.match(REGION_PATTERN, region):
        raise ValueError(wanted)
    if system == System.EHPC.value:
        return Cluster(region=region, cluster_id=rest[0])
    return Group(region=region, namespace=rest[0], group_id=rest[1])
