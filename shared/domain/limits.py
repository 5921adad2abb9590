"""Limits that many jobs share: a scope's breaker and rate, an API's pace, as documents of their own in time buckets.

A breaker tells about itself once: what opens or closes it owes the outcome in the same compare-and-set.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.act import MAX_WHO_CHARS, MAX_WHY_CHARS, UNSIGNED, Signed
from shared.domain.failure import Trigger
from shared.domain.job import Scope
from shared.domain.keys import breaker_key
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, OWED_RETRY_S
from shared.domain.verdicts import Verdict

BREAKER_BUCKET_S = 60
COUNT_BUCKET_S = 10
PACE_WINDOW_S = 60.0
KEPT_FOR_S = 86_400.0
"""So long after a policy had a window tokens are kept for it: who tries another one takes it back soon."""
MAX_TOKENS = 100_000
"""Jobs in a breaker's document: no policy allows more, so that none is given back where the oldest are forgotten."""
MAX_DIGITS = 20
"""A number in a document with more digits is none of ours."""


class SharedLimit(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema", tag="secondwind-limit/1"):
    """One document: who took a token when, and whether the breaker is open."""

    buckets: dict[str, tuple[str, ...]] = {}
    """Start of the bucket in unix seconds → tokens taken in it: names of jobs in a breaker, else counts."""
    owners: dict[str, tuple[str, ...]] = {}
    """The same for each owner, where the policy gives each a share (`shared/domain/shares.py`)."""
    opened_at: float | None = None
    """Breaker only: since when it is open. It never closes itself."""
    why: str = ""
    opened_by: str = ""
    """Breaker only: the person who opened it by hand; empty if the window or the canary did."""
    owed: tuple[dict[str, str], ...] = ()
    """Outcomes about the breaker itself (opened, closed) that are not yet known to be in the Logstore."""
    owed_at: float = 0.0
    proven: bool = False
    """Breaker where reruns can stray: a first rerun was seen to have made exactly what was meant."""
    longest_s: float = 0.0
    """The longest window that a policy had of late when tokens were taken, in seconds."""
    longest_at: float = 0.0
    """The minute in which some were last taken under that window (unix seconds)."""

    def asked(self, window_s: float, now: float) -> SharedLimit:
        """This document once tokens are taken for a window of that length."""
        if window_s < self.kept_s(window_s, now):
            return self
        return replace(self, longest_s=window_s, longest_at=now // BREAKER_BUCKET_S * BREAKER_BUCKET_S)

    def kept_s(self, window_s: float, now: float) -> float:
        """How long a token is kept under a policy with that window: a longer one may come back."""
        return max(window_s, self.longest_s) if now < self.longest_at + KEPT_FOR_S else window_s

    @property
    def listed_at(self) -> float:
        """When the sweep should look at a breaker that owes; else never, and walking `due` lists it."""
        return self.owed_at + OWED_RETRY_S if self.owed else LISTED_AT

    def paid(self, outcome_ids: Iterable[str]) -> SharedLimit:
        """This document without those owed outcomes."""
        gone = frozenset(outcome_ids)
        return replace(self, owed=tuple(one for one in self.owed if one.get("outcome_id") not in gone))

    def put_off(self, now: float) -> SharedLimit:
        """This document with its owed outcomes due a while later."""
        return replace(self, owed_at=now) if self.owed else self


def opened(
    limit: SharedLimit,
    scope: Scope,
    why: str,
    now: float,
    by: str = "",
    signed: Signed = UNSIGNED,
    via: Trigger | None = None,
) -> SharedLimit:
    """The breaker open, owing the one outcome that says so; one that is open already stays as it is.

    Args:
        limit: the breaker's document.
        scope: its cluster or group.
        why: for people, at most 256 characters are kept.
        now: unix seconds.
        by: the person who opens it by hand; empty if the window or the canary does.
        signed: as whom the machine knows that person, and from where they act.
        via: the door of the delivery amid which it opens, where nobody opens it by hand.
    """
    if limit.opened_at is not None:
        return limit
    why, by = why[:MAX_WHY_CHARS], by[:MAX_WHO_CHARS]
    whom = f" by {by}" if by else ""
    message = (
        f"the breaker of {scope.key} has been opened{whom}: {why}. Nothing is rerun there until a person closes it: "
        f"secondwind breaker close {scope.key} --backlog drop|resume"
    )
    about = replace(limit, opened_at=now, why=why, opened_by=by)
    # Of what a person did no delivery is about to tell: due at once.
    notice = replace(
        _notice(scope, Reason.BREAKER_OPENED, now, now, message), why=why, trigger=via.value if via else ""
    )
    if by:
        notice = replace(notice, actor=signed.actor(by), way=_way(signed), trigger=signed.via.value)
    return _owing(about, notice, now - OWED_RETRY_S if by else now)


def closed_by_hand(limit: SharedLimit, scope: Scope, now: float, by: str, signed: Signed = UNSIGNED) -> SharedLimit:
    """The breaker closed and its window empty, owing the one outcome that says so; a closed one stays as it is."""
    if limit.opened_at is None:
        return limit
    message = f"the breaker of {scope.key} has been closed by {by[:MAX_WHO_CHARS]}"
    notice = replace(
        _notice(scope, Reason.BREAKER_CLOSED, limit.opened_at, now, message),
        actor=signed.actor(by),
        way=_way(signed),
        why=signed.reason,
        trigger=signed.via.value,
    )
    about = replace(limit, buckets={}, owners={}, opened_at=None, why="", opened_by="")
    return _owing(about, notice, now - OWED_RETRY_S)


def _way(signed: Signed) -> str:
    return signed.way.value if signed.way else ""


def _owing(limit: SharedLimit, notice: Outcome, since: float) -> SharedLimit:
    return replace(
        limit, owed=(*limit.owed, notice.fields()), owed_at=min(limit.owed_at, since) if limit.owed else since
    )


def _notice(scope: Scope, reason: Reason, opened_at: float, now: float, message: str) -> Outcome:
    """An outcome about the breaker itself; its opening and its closing have one failure id."""
    failure_id = stable_id("breaker", breaker_key(scope), opened_at)
    opening = stable_id("outcome", failure_id, Reason.BREAKER_OPENED.value)
    return Outcome(
        outcome_id=stable_id("outcome", failure_id, reason.value),
        failure_id=failure_id,
        final="true",
        follow_up="" if reason is Reason.BREAKER_OPENED else opening,
        at=rfc3339(now),
        verdict=Verdict.SUPPRESSED.value,
        reason=reason.value,
        message=message,
        place=scope.place,
    )


def take_breaker_tokens(
    limit: SharedLimit,
    job_keys: Sequence[str],
    *,
    scope: Scope,
    max_jobs: int,
    window_s: float,
    now: float,
    forced: frozenset[str],
    via: Trigger | None = None,
) -> tuple[SharedLimit, frozenset[str]]:
    """Admit jobs in the order given until the window's distinct jobs are used up; the next one opens the breaker.

    Returns:
        The new document, and the keys admitted. A job already counted in the window is admitted whatever the
        room, and counts from now on; a forced one is admitted always and counted.
    """
    buckets = _recent(limit.buckets, now - limit.kept_s(window_s, now) - BREAKER_BUCKET_S)
    within = _recent(buckets, now - window_s - BREAKER_BUCKET_S)
    counted = {token for tokens in within.values() for token in tokens}
    this_bucket = buckets.get(_bucket(BREAKER_BUCKET_S, now), ())
    admitted, taken = set[str](), dict[str, None]()
    for key in dict.fromkeys(job_keys):
        token = stable_id(key)[:12]
        room = token in counted or len(counted) < max_jobs
        if key not in forced and not room:
            limit = opened(limit, scope, f"more than {max_jobs} jobs in {window_s:g} s", now, via=via)
        if key not in forced and limit.opened_at is not None:
            continue
        admitted.add(key)
        counted.add(token)
        if token not in this_bucket:
            # Also of a job that counts already: it is acted on again, so it must count from now on, and only so.
            taken[token] = None
    earlier = {start: tuple(one for one in tokens if one not in taken) for start, tokens in buckets.items()}
    buckets = _put({start: tokens for start, tokens in earlier.items() if tokens}, BREAKER_BUCKET_S, now, list(taken))
    return replace(limit, buckets=_newest(buckets)), frozenset(admitted)


def room(limit: SharedLimit, most: int, window_s: float, now: float) -> int:
    """How many tokens of a pace or rate the last `window_s` seconds leave, of `most`."""
    return max(0, most - sum(_counts(limit, window_s, now).values()))


def room_at(limit: SharedLimit, most: int, window_s: float, now: float) -> float:
    """The first moment at which there is room for a token if nobody takes one before."""
    counts = _counts(limit, window_s, now)
    used = sum(counts.values())
    for start in sorted(counts):
        if used >= most:
            used -= counts[start]
            now = max(now, start + window_s + COUNT_BUCKET_S)
    return now


def take_tokens(limit: SharedLimit, count: int, window_s: float, now: float) -> SharedLimit:
    """The document of a pace or rate with that many tokens taken, whatever the room; older ones are forgotten."""
    counts = _counts(limit, limit.kept_s(window_s, now), now)
    start = int(_bucket(COUNT_BUCKET_S, now))
    if count:
        counts[start] = counts.get(start, 0) + count
    return replace(limit, buckets={str(begin): (str(taken),) for begin, taken in counts.items()})


def left_later(limit: SharedLimit, left: Sequence[float], window_s: float, taken_at: float) -> SharedLimit:
    """The document of a pace or rate in which tokens taken then count from when their calls left, one each."""
    counts = _counts(limit, limit.kept_s(window_s, taken_at), taken_at)
    for moment in left:
        for start, more in ((int(_bucket(COUNT_BUCKET_S, taken_at)), -1), (int(_bucket(COUNT_BUCKET_S, moment)), 1)):
            counts[start] = max(0, counts.get(start, 0) + more)
    return replace(limit, buckets={str(start): (str(taken),) for start, taken in counts.items() if taken})


def _counts(limit: SharedLimit, window_s: float, now: float) -> dict[int, int]:
    """Tokens by start of their bucket, as far as the window may still hold one of them."""
    recent = _recent(limit.buckets, now - window_s - COUNT_BUCKET_S)
    return {int(start): sum(_count(token) for token in tokens) for start, tokens in recent.items()}


def _count(token: str) -> int:
    return int(token) if token.isdecimal() and len(token) < MAX_DIGITS else 1


def _recent(buckets: dict[str, tuple[str, ...]], since: float) -> dict[str, tuple[str, ...]]:
    return {start: tokens for start, tokens in buckets.items() if int(start) > since}


def _newest(buckets: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    """As many of the newest tokens as there is room for."""
    surplus = sum(map(len, buckets.values())) - MAX_TOKENS
    kept: dict[str, tuple[str, ...]] = {}
    for start in sorted(buckets, key=int):
        kept[start] = buckets[start][max(0, surplus) :]
        surplus -= len(buckets[start])
    return {start: tokens for start, tokens in kept.items() if tokens}


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
