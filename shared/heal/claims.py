"""Claims on what one call can restart as a whole, taken in the save that takes the tokens of the shared limits."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence

from shared.documents import claim_write, decode_claim
from shared.domain.claims import Claim, Share
from shared.domain.errors import LedgerUnavailable
from shared.domain.keys import claim_key
from shared.domain.snapshot import LookFailed
from shared.heal.item import Item
from shared.ports import Stored, Write

_LOG = logging.getLogger(__name__)


class WholeClaims:
    """Of those items of a chunk that want a call: most are part of nothing, and cost no read."""

    def __init__(self, wanting: Sequence[Item], until: float) -> None:
        self._until = until
        """A call of this invocation has taken effect by then (unix seconds)."""
        self._wanting = wanting
        shares = {id(item): _share(item) for item in wanting}
        self._shares = {one: share for one, share in shares.items() if share is not None}
        self.keys = list(dict.fromkeys([self._key(item) for item in wanting if id(item) in self._shares]))
        """Their documents."""

    def barred(self, shared: Mapping[str, Stored]) -> dict[int, float | None]:
        """Until when who has to wait, by its `id`; None: a claim cannot be read, which counts as a no.

        One after the other: what the first of them claims bars the next.
        """
        waits: dict[int, float | None] = {}
        if not self.keys:
            return waits
        claims = self._read(shared)
        for item, share in self._claiming():
            key, failure_id = self._key(item), item.decided.failure_id
            claim = claims[key]
            until = None if claim is None else claim.bars(share, failure_id, item.seen.look_begun_at)
            if claim is None or until is not None:
                waits[id(item)] = until
            else:
                claims[key] = claim.taken(share, failure_id, self._until)
        return waits

    def writes(self, grants: Callable[[Sequence[Item]], bool], shared: Mapping[str, Stored], now: float) -> list[Write]:
        """The claims of those who have all their tokens, and what those who wait for a whole's rest saw of it."""
        if not self.keys:
            return []
        before = self._read(shared)
        claims = {key: claim for key, claim in before.items() if claim is not None}
        for item, share in self._claiming():
            key = self._key(item)
            claim, failure_id = claims.get(key), item.decided.failure_id
            if claim is None:
                continue
            if grants([item]):
                claims[key] = claim.taken(share, failure_id, self._until)
            else:
                claims[key] = claim.seen(share, failure_id, item.seen.look_begun_at)
        return [claim_write(key, claim, shared.get(key), now) for key, claim in claims.items() if claim != before[key]]

    def _claiming(self) -> Iterator[tuple[Item, Share]]:
        return ((item, self._shares[id(item)]) for item in self._wanting if id(item) in self._shares)

    def _key(self, item: Item) -> str:
        return claim_key(item.failure.scope, self._shares[id(item)].of)

    def _read(self, shared: Mapping[str, Stored]) -> dict[str, Claim | None]:
        return {key: _claim(key, shared.get(key)) for key in self.keys}


def _share(item: Item) -> Share | None:
    seen = item.seen
    return None if isinstance(seen, LookFailed) else seen.share(item.decided.action_api)


def _claim(key: str, stored: Stored | None) -> Claim | None:
    if stored is None:
        return Claim()
    try:
        return decode_claim(stored.document)
    except LedgerUnavailable as error:
        _LOG.error("%s is left as it is: %s", key, error)
        return None
