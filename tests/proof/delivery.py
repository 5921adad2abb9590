"""What the platform delivers."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import cached_property

import msgspec

from shared.domain.failure import Failure, Trigger, Unreadable


@dataclass(frozen=True, eq=False)
class Delivery:
    """One delivery as the platform keeps it until it is taken."""

    failures: tuple[Failure, ...]
    door: Trigger = Trigger.EVENT
    unreadable: tuple[Unreadable, ...] = ()
    dry_run: bool = False
    force: bool = False

    @cached_property
    def shape(self) -> Hashable:
        """All of it."""
        told = msgspec.json.encode((self.failures, [(one.event_id, one.raw) for one in self.unreadable]))
        return (told, self.door, self.dry_run, self.force)
