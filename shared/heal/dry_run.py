"""Tied hands, in a dry run or in mode `observe`, and the ledger of a delivery that has them.

It reads what is there and keeps to itself what would be written, so that every later decision of the delivery sees what
the earlier ones would have left: one path for both, and nothing in the ledger changes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.mode import Mode
from shared.policy.model import Policy
from shared.ports import Due, Ledger, Stored, Write


def hands_tied(ask: Ask, policy: Policy) -> bool:
    """A dry run, or mode `observe` for what was just told; the sweep closes open cases in mode `observe`."""
    return ask.dry_run or (policy.mode is Mode.OBSERVE and ask.trigger is not Trigger.SWEEP)


class DryRunLedger:
    """Implements `shared.ports.Ledger` over another one that it never writes to. Lives for one delivery."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: dict[str, Stored] = {}

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """The documents as this delivery would have left them."""
        there = self._ledger.load([key for key in keys if key not in self._kept])
        return {**there, **{key: self._kept[key] for key in keys if key in self._kept}}

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """Keep them here; nobody else writes, so nothing conflicts."""
        self._kept.update({write.key: Stored(write.document, (write.expected or 0) + 1) for write in writes})
        return frozenset()

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """What is due in the ledger."""
        return self._ledger.due(before, limit, after)
