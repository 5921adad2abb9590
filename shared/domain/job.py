"""Jobs and what groups them: which system, which cluster or group, which job."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from urllib.parse import quote

from msgspec import Struct

REGION_PATTERN = r"^[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}\Z"
"""What a region id looks like: `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1`. It becomes part of a
host name that credentials are sent to, so nothing else may pass. Bounded, so matching is."""


class System(str, Enum):
    """A job system that Second Wind can act on."""

    EHPC = "ehpc"
    SCHEDULERX = "schedulerx"


class State(str, Enum):
    """A job's live state as a word of the contract."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    """E-HPC only: the job has ended, well or badly; the API does not tell which."""
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    KILLED = "KILLED"
    PAUSED = "PAUSED"
    REJECTED = "REJECTED"
    PARTIAL_FAILED = "PARTIAL_FAILED"
    SKIPPED = "SKIPPED"
    REMOVED = "REMOVED"
    UNKNOWN = "UNKNOWN"
    NOT_FOUND = "NOT_FOUND"


LIVE_STATES = frozenset({State.QUEUED, State.RUNNING})


class Cluster(Struct, frozen=True, kw_only=True, tag="ehpc"):
    """An E-HPC cluster: what a RerunJobs call names, and what a breaker guards."""

    region: str
    cluster_id: str

    @property
    def system(self) -> System:
        """Always E-HPC."""
        return System.EHPC

    @property
    def key(self) -> str:
        """Ledger key prefix of the cluster, `ehpc/<region>/<cluster>`; parts are percent-encoded."""
        return f"{self.system.value}/{_encoded(self.region, self.cluster_id)}"


class Group(Struct, frozen=True, kw_only=True, tag="schedulerx"):
    """A SchedulerX application group in its namespace."""

    region: str
    namespace: str
    group_id: str
    namespace_source: str = ""
    """Only special third parties need it; empty means that the parameter is not sent."""

    @property
    def system(self) -> System:
        """Always SchedulerX."""
        return System.SCHEDULERX

    @property
    def key(self) -> str:
        """Ledger key prefix of the group, `schedulerx/<region>/<namespace>/<group>`, percent-encoded."""
        return f"{self.system.value}/{_encoded(self.region, self.namespace, self.group_id)}"


Scope = Cluster | Group
"""What jobs share a breaker and, on E-HPC, a call."""


@lru_cache(maxsize=4096)
def job_key(scope: Scope, job_id: str) -> str:
    """Ledger key of one job, by its id as the job system lists it; kept, for every step of a delivery asks for it."""
    return f"{scope.key}/{quote(job_id, safe='')}"


@lru_cache(maxsize=256)
def _encoded(*parts: str) -> str:
    """Parts of a key."""
    return "/".join(quote(part, safe="") for part in parts)
