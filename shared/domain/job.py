"""Jobs and what groups them: a scope, and the state that a look shows."""

from __future__ import annotations

from enum import Enum
from functools import lru_cache
from typing import ClassVar
from urllib.parse import quote

REGION_PATTERN = r"^[a-z]{2,8}(-[a-z0-9]{1,16}){1,4}\Z"
"""What a region id looks like: `cn-hangzhou`, `ap-southeast-1`, `cn-shanghai-finance-1`. It becomes part of a
host name that credentials are sent to, so nothing else may pass. Bounded, so matching is."""


class State(str, Enum):
    """A job's live state as a word of the trade."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    FINISHED = "FINISHED"
    """It has ended, well or badly; the job system does not tell which."""
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


class Scope:
    """What jobs of one system share a breaker, a rate and mostly a call: a cluster, a group.

    Each job system has a Struct of its own that is one, tagged with the system's name: `region` and the parts that its
    ledger key is made of.
    """

    __slots__ = ()

    parts: ClassVar[tuple[str, ...]]
    """Fields that tell scopes of one region apart, in the order of the ledger key."""
    system: ClassVar[str]
    """Name of the job system."""
    region: str

    @property
    def place(self) -> dict[str, str]:
        """The scope as outcomes name it: `system`, `region` and each part."""
        return {"system": self.system, "region": self.region, **{part: getattr(self, part) for part in self.parts}}

    @property
    def key(self) -> str:
        """Prefix of its ledger keys, `<system>/<region>/<part>…`, percent-encoded."""
        return _key(self)


@lru_cache(maxsize=1024)
def _key(scope: Scope) -> str:
    parts = (scope.region, *(getattr(scope, part) for part in scope.parts))
    return "/".join((scope.system, *(quote(part, safe="") for part in parts)))
