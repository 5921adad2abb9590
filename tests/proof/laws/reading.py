"""Ledger documents as the laws read them; the same bytes are decoded once."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from shared.documents import decode_limit, decode_nodes, decode_record
from shared.domain.limits import SharedLimit
from shared.domain.nodes import KnownNodes
from shared.domain.record import Case, JobRecord
from tests.proof.ground import GARBAGE
from tests.proof.truth import Call
from tests.support.clock import START

Breaches = Iterator[str]
SHARED = ("breaker/", "pace/", "rate/", "control/", "nodes/", "discover/", "claim/", "link/")
"""Documents that are no job records."""


@lru_cache(maxsize=4096)
def record_of(document: bytes) -> JobRecord:
    """A job record; what something else wrote in its place says nothing."""
    return JobRecord() if document == GARBAGE else decode_record(document)


@lru_cache(maxsize=1024)
def limit_of(document: bytes) -> SharedLimit:
    """A shared limit."""
    return decode_limit(document)


def owing_of(key: str, document: bytes) -> JobRecord | SharedLimit | KnownNodes:
    """A document that may owe outcomes."""
    if key.startswith("nodes/"):
        return decode_nodes(document)
    return limit_of(document) if key.startswith(SHARED) else record_of(document)


def cases_at(call: Call) -> tuple[Case, ...]:
    """What the job's document held when the call arrived."""
    return record_of(call.document).cases if call.document else ()


def name_of(call: Call) -> str:
    """A call, for people."""
    return f"the call of {call.who.label} for {call.job[1]} at +{call.at - START:.1f} s"
