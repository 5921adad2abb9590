"""What people have set by hand: read before anything is decided, and anew while a walk goes on for long.

Most deliveries are one chunk, of one failure: there it is read in the same round trip as the records. Where something
is set that is stricter than the policy, the walk is begun anew under it.

Where a ledger can be asked early, it is asked before the look and answers while that is under way: `prefetch` says
what that means.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.documents import decode_controls
from shared.domain.keys import CONTROLS_KEY
from shared.policy.controls import tightened
from shared.policy.model import Policy
from shared.ports import Clock, Coming, Due, EarlyLoad, Ledger, Stored, WholeSave, Write, whole_save_of

CONTROLS_S = 5.0
"""What people have set by hand is not older when a chunk begins: a look is made for some hundreds at once."""


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


class ControlsWatch:
    """Lays over a policy what people have set by hand, as it was some seconds ago at most.

    Whoever pulls the kill switch in a storm sees that it is set, and means the jobs that are next.
    """

    def __init__(self, ledger: Ledger, clock: Clock) -> None:
        """Reads it. Raises LedgerUnavailable, as does everything here: out of reach, or malformed."""
        self._ledger, self._clock = ledger, clock
        self._read()

    def laid_over(self, policy: Policy) -> Policy:
        """The policy as it is to be decided under now; the same object if nothing makes it stricter."""
        if self._clock.now() - self._read_at >= CONTROLS_S:
            self._read()
        return under(policy, self._stored, self._clock.now())

    def _read(self) -> None:
        self._stored = self._ledger.load([CONTROLS_KEY]).get(CONTROLS_KEY)
        self._read_at = self._clock.now()


class RuledLedger:
    """Implements `shared.ports.Ledger` over another one: what is loaded first brings the controls along."""

    def __init__(self, ledger: Ledger, policy: Policy, clock: Clock) -> None:
        self._ledger, self._policy, self._clock = ledger, policy, clock
        self.asked = False
        """Whether the controls were read: they are not where nothing was loaded."""
        self.asked_early_at: float | None = None
        """When what was loaded first was asked for, if that was before somebody wanted it (unix seconds)."""
        self._prefetched: frozenset[str] = frozenset()
        self._coming: Coming | None = None

    def prefetch(self, early: EarlyLoad, keys: Sequence[str]) -> None:
        """Ask for the controls and for what is likely to be loaded first, unless something was.

        Args:
            early: how the other ledger is asked.
            keys: of the one cluster or group that the walk looks into, none twice.
        """
        if not self.asked:
            self._prefetched = frozenset(keys)
            self.asked_early_at = self._clock.now()
            self._coming = early([CONTROLS_KEY, *keys])

    def let_go(self) -> None:
        """Nothing more is loaded through it."""
        coming, self._coming = self._coming, None
        if coming is not None:
            coming.drop()

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """As the other one. Raises StricterByHand, the first time."""
        if self.asked:
            return self._ledger.load(keys)
        found = self._first(keys)
        policy = under(self._policy, found.get(CONTROLS_KEY), self._clock.now())
        if policy is not self._policy:
            raise StricterByHand(policy)
        self.asked = True
        return found

    def _first(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        coming = self._still_new()
        if coming is None:
            return self._ledger.load([CONTROLS_KEY, *keys])
        found = coming.documents()
        if self._prefetched.issuperset(keys):
            return found
        self.asked_early_at = None  # all of them anew: what stands in two documents is read of one moment
        controls = {CONTROLS_KEY: found[CONTROLS_KEY]} if CONTROLS_KEY in found else {}
        return {**controls, **self._ledger.load(keys)}

    def _still_new(self) -> Coming | None:
        """What was asked for early, if it was, and the look has not taken longer than the controls may be old."""
        asked_at = self.asked_early_at
        if asked_at is not None and self._clock.now() - asked_at >= CONTROLS_S:
            self.let_go()
            self.asked_early_at = None
        coming, self._coming = self._coming, None
        return coming

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
