"""Limits that many jobs share: a scope's breaker and an API's pace, as documents of their own in time buckets."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from msgspec import Struct
from msgspec.structs import replace

from shared.domain.call import Api
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import Scope
from shared.domain.outcome import stable_id

BREAKER_BUCKET_S = 60
PACE_BUCKET_S = 10
PACE_PER_MINUTE = 80
"""SchedulerX answers 100 calls a minute, user and operation, and others share it (job-systems.md 5.5,
https://help.aliyun.com/zh/mse/support/openapi-issues)."""


class SharedLimit(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """One document: who took a token when, and whether the breaker is open."""

    schema: str = "secondwind-limit/1"
    buckets: dict[str, tuple[str, ...]] = {}
    """Start of the bucket in unix seconds → tokens taken in it."""
    opened_at: float | None = None
    """Breaker only: since when it is open. It never closes itself."""
    why: str = ""
    opened_by: str = ""
    """Breaker only: the person who opened it by hand; empty if the window or the canary did."""
    owed: tuple[dict[str, str], ...] = ()
    """Outcomes about the breaker itself (opened, closed) that are not yet known to be in the Logstore."""
    owed_at: float = 0.0
    proven: bool = False
    """Breaker of a SchedulerX group: a first rerun was seen to have made exactly the instance that was meant."""


_DECODER = msgspec.json.Decoder(SharedLimit)


def encode_limit(limit: SharedLimit) -> bytes:
    """The document as the ledger keeps it."""
    return msgspec.json.encode(limit)


def decode_limit(document: bytes) -> SharedLimit:
    """A stored limit.

    Raises:
        LedgerUnavailable: the document is not one of ours; it must not count as an unused limit.
    """
    try:
        return _DECODER.decode(document)
    except msgspec.DecodeError as error:
        raise LedgerUnavailable(f"a ledger document is malformed: {error}") from error


def breaker_key(scope: Scope) -> str:
    """Ledger key of a cluster's or group's breaker."""
    return f"breaker/{scope.key}"


def pace_key(scope: Scope, api: Api) -> str:
    """Ledger key of an operation's pace in a region: the documented limit is per account and operation."""
    return f"pace/{scope.system.value}/{scope.region}/{api.value}"


def rate_key(scope: Scope) -> str:
    """Ledger key of the rate of a cluster or group: how many jobs a window may act on before the rest wait."""
    return f"rate/{scope.key}"


def take_breaker_tokens(
    limit: SharedLimit,
    job_keys: Sequence[str],
    *,
    max_jobs: int,
    window_s: float,
    now: float,
    forced: frozenset[str],
) -> tuple[SharedLimit, frozenset[str]]:
    """Admit jobs in the order given until the window's distinct jobs are used up; the next one opens the breaker.

    Returns:
        The new document, and the keys admitted. A job already counted in the window is admitted whatever the
        room, and counts from now on; a forced one is admitted always and counted.
    """
    buckets = _recent(limit.buckets, now - window_s - BREAKER_BUCKET_S)
    counted = {token for tokens in buckets.values() for token in tokens}
    this_bucket = buckets.get(_bucket(BREAKER_BUCKET_S, now), ())
    opened_at, why, admitted, taken = limit.opened_at, limit.why, set[str](), list[str]()
    for key in dict.fromkeys(job_keys):
        token = stable_id(key)[:12]
        room = token in counted or len(counted) < max_jobs
        if key not in forced and opened_at is None and not room:
            opened_at, why = now, f"more than {max_jobs} jobs in {window_s:g} s"
        if key not in forced and (opened_at is not None or not room):
            continue
        admitted.add(key)
        counted.add(token)
        if token not in this_bucket:
            # Also of a job that counts already: it is acted on again, so it must count from now on.
            taken.append(token)
    return (
        replace(limit, buckets=_put(buckets, BREAKER_BUCKET_S, now, taken), opened_at=opened_at, why=why),
        frozenset(admitted),
    )


def take_pace_tokens(limit: SharedLimit, wanted: int, *, now: float) -> tuple[SharedLimit, int]:
    """Take as many of the wanted calls as the last minute leaves room for; the new document and how many."""
    buckets = _recent(limit.buckets, now - 60 - PACE_BUCKET_S)
    used = sum(len(tokens) for tokens in buckets.values())
    granted = max(0, min(wanted, PACE_PER_MINUTE - used))
    return replace(limit, buckets=_put(buckets, PACE_BUCKET_S, now, ["1"] * granted)), granted


def _recent(buckets: dict[str, tuple[str, ...]], since: float) -> dict[str, tuple[str, ...]]:
    return {start: tokens for start, tokens in buckets.items() if int(start) > since}


def _bucket(size_s: int, now: float) -> str:
    """Start of the bucket that this moment falls into."""
    return str(int(now // size_s * size_s))


def _put(
    buckets: dict[str, tuple[str, ...]], size_s: int, now: float, tokens: Sequence[str]
) -> dict[str, tuple[str, ...]]:
    if not tokens:
        return buckets
    start = _bucket(size_s, now)
    return {**buckets, start: (*buckets.get(start, ()), *tokens)}
