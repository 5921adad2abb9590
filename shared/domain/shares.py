"""What each owner has had of a limit that many jobs share, so that nobody's flood uses it up for all. Pure.

Kept beside the limit's own buckets, in minutes: `<owner>/<job>` in a breaker, which counts distinct jobs, and
`<owner>/<number>` in a rate, which counts calls. It only says no where the limit itself might say yes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct, field

from shared.domain.limits import MAX_DIGITS, SharedLimit
from shared.domain.outcome import stable_id

BUCKET_S = 60
MAX_TOKENS = 16_000
"""In one document: half a megabyte, for which the narrowest ledger has room beside 100,000 jobs of a breaker. Of more
the oldest are forgotten."""


def owner_token(owner: str) -> str:
    """How a document names an owner."""
    return stable_id("owner", owner)[:12]


class Shares(Struct, kw_only=True):
    """The shares of one limit while a chunk takes its tokens."""

    limit: SharedLimit
    most: int
    """Jobs, or calls, that one owner may have in the window."""
    window_s: float
    now: float
    distinct: bool
    """Jobs are counted, each once; else calls."""
    _had: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Read what the window may still hold."""
        for start, owner, what in _entries(self.limit, self.now - self.window_s - BUCKET_S):
            self._had.setdefault(owner, []).append((start, what))

    def take(self, owner: str, job_key: str, *, forced: bool) -> bool:
        """Count a job, or a call, of that owner if there is room, or if a person forces it. Whether it was counted.

        A job that the window has counted already has its room.
        """
        had = self._had.setdefault(owner_token(owner), [])
        job = stable_id(job_key)[:12]
        counted = self.distinct and any(what == job for _, what in had)
        if not forced and not counted and self._used(had) >= self.most:
            return False
        had.append((self._bucket, job if self.distinct else "1"))
        return True

    def free_at(self, owner: str) -> float:
        """The first moment at which that owner has room if nothing more is counted; later than now."""
        had = sorted(self._had.get(owner_token(owner), []))
        for place, (start, _) in enumerate(had):
            if self._used(had[place + 1 :]) < self.most:
                return max(self.now + 1, start + self.window_s + BUCKET_S)
        return self.now + 1

    def after(self, granted: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
        """The document's `owners` with these (owner, job key) counted, and what is older than the window forgotten."""
        kept: dict[str, dict[str, None]] = {}
        calls: dict[str, int] = {}
        bucket = str(self._bucket)
        kept_s = self.limit.kept_s(self.window_s, self.now)
        for start, owner, what in _entries(self.limit, self.now - kept_s - BUCKET_S):
            if not self.distinct and str(start) == bucket:
                calls[owner] = calls.get(owner, 0) + _number(what)
            else:
                kept.setdefault(str(start), {})[f"{owner}/{what}"] = None
        for owner, job_key in granted:
            token = owner_token(owner)
            if self.distinct:
                kept.setdefault(bucket, {})[f"{token}/{stable_id(job_key)[:12]}"] = None
            else:
                calls[token] = calls.get(token, 0) + 1
        if calls:
            kept[bucket] = {f"{owner}/{number}": None for owner, number in calls.items()}
        return self._within_room(kept)

    def _within_room(self, kept: Mapping[str, Iterable[str]]) -> dict[str, tuple[str, ...]]:
        """The newest of them for which there is room; of a job its last one, which counts longest."""
        seen: set[str] = set()
        room, found = MAX_TOKENS, dict[str, tuple[str, ...]]()
        for start in sorted(kept, key=int, reverse=True):
            mine = [token for token in kept[start] if token not in seen][:room]
            seen.update(mine if self.distinct else ())
            room -= len(mine)
            found[start] = tuple(mine)
        return {start: found[start] for start in kept if found[start]}

    @property
    def _bucket(self) -> int:
        return int(self.now // BUCKET_S * BUCKET_S)

    def _used(self, had: Iterable[tuple[int, str]]) -> int:
        if self.distinct:
            return len({what for _, what in had})
        return sum(_number(what) for _, what in had)


def _entries(limit: SharedLimit, since: float) -> Iterator[tuple[int, str, str]]:
    for start, tokens in limit.owners.items():
        if int(start) > since:
            for token in tokens:
                owner, _, what = token.partition("/")
                yield int(start), owner, what


def _number(what: str) -> int:
    return int(what) if what.isdecimal() and len(what) < MAX_DIGITS else 1
