"""Keys of ledger documents: every spelling stands here, and nowhere else."""

from __future__ import annotations

import re
from enum import Enum
from functools import lru_cache
from urllib.parse import quote, unquote

from shared.domain.job import Scope

_UNQUOTED = re.compile(r"[A-Za-z0-9_.~-]+")
"""What `quote` leaves as it is; most ids are such."""
CONTROLS_KEY = "control/modes"
"""The one document of modes that people have set; it never expires."""
ROUNDS_KEY = "rounds/sweep"
"""Where sweeps go on that cannot take up all that is due."""


class Kind(str, Enum):
    """What a document is, as its key tells."""

    BREAKER = "breaker"
    PACE = "pace"
    RATE = "rate"
    CONTROL = "control"
    OWED = "owed"
    """Outcomes without a job of their own."""
    RANGE = "range"
    """How far a range of logs has been handled."""
    DISCOVER = "discover"
    """What a discovery remembers of a scope."""
    BOX = "box"
    """What a channel is to tell people, and has told."""
    NODES = "nodes"
    """What is remembered of the nodes of a scope."""
    LINK = "link"
    """That a signed link has been used."""
    CLAIM = "claim"
    """Who restarts something as a whole of which several jobs are parts."""
    ROUNDS = "rounds"
    """Where sweeps go on."""
    PENDING = "pending"
    """A failure whose job could not be looked at yet."""
    JOB = "job"
    """Everything about one job, under the id that its system lists."""

    @property
    def shared_limit(self) -> bool:
        """Whether many jobs share it: a `SharedLimit`."""
        return self in _LIMITS

    @property
    def is_record(self) -> bool:
        """Whether it is a `JobRecord`."""
        return not self.shared_limit and self not in _NO_RECORDS

    @property
    def has_cases(self) -> bool:
        """Whether failures are kept in it."""
        return self is Kind.JOB or self is Kind.PENDING


_LIMITS = frozenset({Kind.BREAKER, Kind.PACE, Kind.RATE})
_NO_RECORDS = frozenset(
    {Kind.CONTROL, Kind.RANGE, Kind.DISCOVER, Kind.LINK, Kind.NODES, Kind.BOX, Kind.CLAIM, Kind.ROUNDS}
)
_BY_PREFIX = {kind.value: kind for kind in Kind if kind is not Kind.JOB}
_PENDING = f"{Kind.PENDING.value}/"


def kind_of(key: str) -> Kind:
    """What the document under this key is. Each key of a job begins with its system's name."""
    return _BY_PREFIX.get(key.partition("/")[0], Kind.JOB)


@lru_cache(maxsize=4096)
def job_key(scope: Scope, job_id: str) -> str:
    """One job, by its id as the job system lists it; kept, for every step of a delivery asks for it."""
    return f"{scope.key}/{job_id if _UNQUOTED.fullmatch(job_id) else quote(job_id, safe='')}"


def job_of(key: str, scope: Scope) -> str | None:
    """The job's id that a key of this scope names; None if it is the key of something else."""
    prefix = f"{scope.key}/"
    return unquote(key.removeprefix(prefix)) if key.startswith(prefix) else None


def group_of(key: str) -> str:
    """What keys share a turn of the sweep: jobs of one scope and what waits for them, documents of another kind."""
    return key.removeprefix(_PENDING).rpartition("/")[0]


def pending_key(scope: Scope, telling_id: str) -> str:
    """A failure that waits in a document of its own."""
    return f"{_PENDING}{scope.key}/{telling_id}"


def owed_key(delivery_id: str) -> str:
    """Outcomes of one delivery that belong to no job."""
    return f"{Kind.OWED.value}/{delivery_id}"


def range_key(project: str, logstore: str, shard: int, begin_cursor: str) -> str:
    """A range of logs, by where it begins: another delivery of it may end later."""
    return f"{Kind.RANGE.value}/{project}/{logstore}/{shard}/{quote(begin_cursor, safe='')}"


@lru_cache(maxsize=1024)
def breaker_key(scope: Scope) -> str:
    """The breaker of a cluster or group."""
    return breaker_of(scope.key)


def breaker_of(scope: str) -> str:
    """The breaker's key, by the scope's own."""
    return f"{Kind.BREAKER.value}/{scope}"


def scope_of_breaker(key: str) -> str:
    """The scope's own key in the key of its breaker."""
    return key.removeprefix(f"{Kind.BREAKER.value}/")


@lru_cache(maxsize=1024)
def pace_key(scope: Scope, operation: str) -> str:
    """An operation's pace in a region: the documented limit is per account and operation."""
    return pace_key_of(scope.system, scope.region, operation)


def pace_key_of(system: str, region: str, operation: str) -> str:
    """The same, by name."""
    return f"{Kind.PACE.value}/{system}/{region}/{operation}"


def watch_key(scope: Scope) -> str:
    """What a discovery remembers of a scope."""
    return f"{Kind.DISCOVER.value}/{scope.key}"


def listing_key(system: str, region: str, number: int) -> str:
    """How it went to find out what an entry of a policy's `discover` means, by its place among all."""
    return f"{Kind.DISCOVER.value}/{system}/{region}//{number}"


def machines_key(system: str, region: str) -> str:
    """The machines of a job system's watched scopes in a region, and what events said of them."""
    return f"{Kind.DISCOVER.value}/{system}/{region}//machines"


@lru_cache(maxsize=1024)
def nodes_key(scope: Scope) -> str:
    """What is remembered of the nodes of a cluster or group."""
    return f"{Kind.NODES.value}/{scope.key}"


def scope_of_nodes(key: str) -> str:
    """The scope's own key in that key."""
    return key.removeprefix(f"{Kind.NODES.value}/")


@lru_cache(maxsize=1024)
def rate_key(scope: Scope) -> str:
    """The rate of a cluster or group: how many jobs a window may act on before the rest wait."""
    return f"{Kind.RATE.value}/{scope.key}"


def claim_key(scope: Scope, whole: str) -> str:
    """The claim on something of which jobs of a scope are parts."""
    return f"{Kind.CLAIM.value}/{scope.key}/{quote(whole, safe='')}"


def box_key(channel: str) -> str:
    """What a channel is to tell people, and has told."""
    return f"{Kind.BOX.value}/{channel}"


def link_key(nonce: str) -> str:
    """That a signed link has been used."""
    return f"{Kind.LINK.value}/{nonce}"
