"""What the shared limits said to a chunk: who has all tokens, and why the others wait."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from msgspec import Struct
from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.limits import SharedLimit
from shared.domain.reasons import Reason, Verdict

CONTENDED_WAIT_S = 5.0
_LATER = {
    Reason.PACE: "the operation's pace is used up for this minute",
    Reason.RATE: "the rate of this cluster or group is used up",
    Reason.CONTENDED: "other invocations write the same ledger documents",
    Reason.RECORD_UNREADABLE: "a ledger document of this cluster's or group's limits cannot be read",
}


class Wait(Struct, frozen=True):
    """Why something waits."""

    reason: Reason
    until: float | None
    """Unix seconds; None: a pause that grows each time."""


_CONTENDED = Wait(Reason.CONTENDED, None)


@dataclass(frozen=True, slots=True)
class Admission:
    """What the shared limits said."""

    breaker: SharedLimit
    """As it was before this chunk took its tokens."""
    opened: SharedLimit
    """As it is after; open if this chunk, or another, opened it."""
    broken: frozenset[str] = frozenset()
    """Keys of jobs that the breaker did not admit."""
    granted: frozenset[int] | None = None
    """`id` of the items that have all their tokens; None before anybody asked. Without them nothing is reserved."""
    waits: Mapping[int, Wait] = field(default_factory=dict)
    """Why an item without its tokens waits, by its `id`."""
    else_wait: Wait = _CONTENDED
    """Why one waits that asks only now, since another that it stood behind waits itself."""

    def wait_of(self, item: object) -> Wait | None:
        """Why this item waits; None if it has its tokens."""
        if self.granted is None or id(item) in self.granted:
            return None
        return self.waits.get(id(item), self.else_wait)


def all_wait(breaker: SharedLimit, wait: Wait) -> Admission:
    """Nobody is reserved without tokens."""
    return Admission(breaker, breaker, granted=frozenset(), else_wait=wait)


def deferred(decision: Decision, wait: Wait, pause_until: float) -> Decision:
    """The decision to wait instead; `pause_until` where the wait does not say until when."""
    return replace(
        decision,
        verdict=Verdict.DEFERRED,
        reason=wait.reason,
        message=_LATER[wait.reason],
        due_at=pause_until if wait.until is None else wait.until,
    )
