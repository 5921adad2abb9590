"""Who has a call to make, whether the shared limits admit it, and the decision to wait where they do not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from msgspec import Struct, field
from msgspec.structs import replace

from shared.domain.decision import Decision
from shared.domain.limits import SharedLimit
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.heal.item import Item

CONTENDED_WAIT_S = 5.0


class Wait(Struct, frozen=True):
    """Why something waits."""

    reason: Reason
    until: float | None
    """Unix seconds; None: a pause that grows each time."""


_CONTENDED = Wait(Reason.CONTENDED, None)


_LATER = {
    Reason.PACE: "the operation's pace is used up for this minute",
    Reason.RATE: "the rate of this cluster or group is used up",
    Reason.OWNER_SHARE: "the job's owner has had their share of what this cluster or group allows",
    Reason.WHOLE_IN_HAND: "what the job is a part of is being rerun for another failure in it",
    Reason.CONTENDED: "other invocations write the same ledger documents",
    Reason.OUTPUT_UNREAD: "what the job has printed is still to be read: others were asked first",
    Reason.RECORD_UNREADABLE: "a ledger document of this cluster's or group's limits cannot be read, or is too large",
}


def wants_call(decision: Decision, *, tied: bool) -> bool:
    """Whether a call is to be made; with tied hands, whether one would be. Each uses up a token of the limits."""
    reasons = {Reason.DRY_RUN, Reason.OBSERVE_MODE} if tied else {Reason.ACCEPTED}
    # A rerun being watched says `accepted` once more, and was stopped by its gate.
    return decision.reason in reasons and not decision.stopped


def deferred(decision: Decision, wait: Wait, pause_until: float) -> Decision:
    """The decision to wait instead; `pause_until` where the wait does not say until when."""
    return replace(
        decision,
        verdict=Verdict.DEFERRED,
        reason=wait.reason,
        message=_LATER[wait.reason],
        due_at=pause_until if wait.until is None else wait.until,
    )


class Admission(Struct, frozen=True):
    """What the shared limits said to a chunk: who has all tokens, and why the others wait."""

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

    def admit(self, item: Item, decision: Decision, pause_until: float, *, tied: bool) -> Decision:
        """The decision as it stands, or to wait where a call is wanted and a token is not there."""
        if self.granted is None or id(item) in self.granted or not wants_call(decision, tied=tied):
            return decision
        return deferred(decision, self.waits.get(id(item), self.else_wait), pause_until)

    def breaker_for(self, item: Item) -> SharedLimit:
        """The breaker as this item meets it."""
        return self.opened if item.key in self.broken else self.breaker

    def grants(self, items: Sequence[Item]) -> bool:
        """Whether all of these have their tokens."""
        return self.granted is None or all(id(item) in self.granted for item in items)


def all_wait(breaker: SharedLimit, wait: Wait) -> Admission:
    """Nobody is reserved without tokens."""
    return Admission(breaker, breaker, granted=frozenset(), else_wait=wait)
