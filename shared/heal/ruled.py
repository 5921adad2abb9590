"""What people have set by hand, read in the same round trip as the records of a delivery that is one chunk.

Most deliveries are: one failure. Whether anything is set is known before anything is decided either way. Where it is,
and is stricter than the policy, the walk is begun anew under it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.documents import decode_controls
from shared.domain.keys import CONTROLS_KEY
from shared.policy.controls import tightened
from shared.policy.model import Policy
from shared.ports import Clock, Due, Ledger, Stored, WholeSave, Write, whole_save_of


class StricterByHand(Exception):  # noqa: N818 - says what was read
    """What was read makes the policy stricter: nothing may be decided under the one that the walk began with."""

    def __init__(self, policy: Policy) -> None:
        self.policy = policy


def under(policy: Policy, stored: Stored | None, now: float) -> Policy:
    """The policy as people have tightened it; the same object if they have not.

    Raises:
        LedgerUnavailable: malformed: nothing may run if the kill switch cannot be read.
    """
    return policy if stored is None else tightened(policy, decode_controls(stored.document).at(now))


class RuledLedger:
    """Implements `shared.ports.Ledger` over another one: what is loaded first brings the controls along."""

    def __init__(self, ledger: Ledger, policy: Policy, clock: Clock) -> None:
        self._ledger, self._policy, self._clock = ledger, policy, clock
        self.asked = False
        """Whether the controls were read: they are not where nothing was loaded."""

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the other one. Raises StricterByHand, the first time."""
        if self.asked:
            return self._ledger.load(keys)
        found = self._ledger.load([CONTROLS_KEY, *keys])
        policy = under(self._policy, found.get(CONTROLS_KEY), self._clock.now())
        if policy is not self._policy:
            raise StricterByHand(policy)
        self.asked = True
        return found

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the other one."""
        return self._ledger.save(writes)

    @property
    def save_whole(self) -> WholeSave | None:
        """As the other one's."""
        return whole_save_of(self._ledger)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """As the other one."""
        return self._ledger.due(before, limit, after)
