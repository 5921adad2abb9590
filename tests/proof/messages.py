"""The world of messages: a held failure, its channel, and a fault at any of the steps between them.

Every I/O of ledger, Logstore and robot is a numbered step; a plan says what goes wrong at which. The platform does its
part: a delivery that fails comes again, and the timer fires each minute.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from pathlib import Path

from shared.documents import decode_box
from shared.domain.errors import DeliveryError, LedgerUnavailable, SinkUnavailable
from shared.domain.keys import box_key
from shared.domain.messages import Box
from shared.notify import Draft, LetterEnding
from shared.policy.model import Action, Match, Rule
from shared.ports import Due, Stored, Write
from tests.proof.seam import Crash
from tests.support.memory_ledger import MemoryLedger, Store, touch
from tests.support.messages import LOST, REFUSED, TAKEN, THROTTLED, TellingHouse
from tests.unit.heal.tricks import set_policy

MOST_MINUTES = 90
BOX = box_key("ops")


class Trouble(Enum):
    """What goes wrong at a step."""

    CRASH_BEFORE = "the process dies before the effect"
    CRASH_AFTER = "the process dies after the effect"
    ERROR_BEFORE = "an error, and nothing happened"
    ERROR_AFTER = "an error, and everything happened"
    CONFLICT = "somebody else has just written the same documents"
    ARRIVES_UNSEEN = "the message is shown, its answer is lost"
    NEVER_ARRIVES = "neither message nor answer arrive"
    THROTTLED = "the robot takes none for a while"
    REFUSED = "the robot refuses"


_IO = (Trouble.CRASH_BEFORE, Trouble.CRASH_AFTER, Trouble.ERROR_BEFORE, Trouble.ERROR_AFTER)
KINDS: Mapping[str, tuple[Trouble, ...]] = {
    "load": (Trouble.CRASH_BEFORE, Trouble.ERROR_BEFORE),
    "due": (Trouble.CRASH_BEFORE, Trouble.ERROR_BEFORE),
    "save": (*_IO, Trouble.CONFLICT),
    "put": _IO,
    "post": (
        Trouble.CRASH_BEFORE,
        Trouble.CRASH_AFTER,
        Trouble.ARRIVES_UNSEEN,
        Trouble.NEVER_ARRIVES,
        Trouble.THROTTLED,
        Trouble.REFUSED,
    ),
}
DOUBTS = frozenset({Trouble.ARRIVES_UNSEEN, Trouble.NEVER_ARRIVES})
"""After these, at a post, nobody knows whether it arrived."""


class Steps:
    """Counts, and says what goes wrong now."""

    def __init__(self, plan: Mapping[int, Trouble]) -> None:
        self.names: list[str] = []
        self.doubted = 0
        """Posts after which nobody knew."""
        self._plan = plan

    def next(self, name: str) -> Trouble | None:
        """The trouble of the next step; one that its kind cannot have is none."""
        trouble = self._plan.get(len(self.names))
        self.names.append(name)
        trouble = trouble if trouble in KINDS[name] else None
        if trouble is Trouble.CRASH_BEFORE:
            raise Crash
        return trouble

    def after(self, trouble: Trouble | None, error: Exception) -> None:
        """What follows the effect."""
        if trouble is Trouble.CRASH_AFTER:
            raise Crash
        if trouble in {Trouble.ERROR_BEFORE, Trouble.ERROR_AFTER}:
            raise error


class SteppedLedger:
    """The ledger, a step a call."""

    def __init__(self, inner: MemoryLedger, steps: Steps) -> None:
        self._inner, self._steps = inner, steps

    def load(self, keys: Sequence[str]) -> Mapping[str, Stored]:
        """A step."""
        self._steps.after(self._steps.next("load"), LedgerUnavailable("load"))
        return self._inner.load(keys)

    def due(self, before: float, limit: int, after: Due | None = None) -> list[Due]:
        """A step."""
        self._steps.after(self._steps.next("due"), LedgerUnavailable("due"))
        return self._inner.due(before, limit, after)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """A step."""
        trouble = self._steps.next("save")
        if trouble is Trouble.CONFLICT:
            for write in writes:
                if self._inner.load([write.key]):
                    touch(self._inner, write.key)
        conflicts = frozenset[str]()
        if trouble is not Trouble.ERROR_BEFORE:
            conflicts = self._inner.save(writes)
        self._steps.after(trouble, LedgerUnavailable("save"))
        return conflicts

    def close(self) -> None:
        """Nothing to give back."""


class MessageWorld(TellingHouse):
    """One history of one held failure."""

    def __init__(self, path: Path, plan: Mapping[int, Trouble]) -> None:
        super().__init__(path)
        self.ledger.close()
        self.steps, self.store = Steps(plan), Store()
        self.ledger = SteppedLedger(MemoryLedger(self.clock, self.store), self.steps)  # type: ignore[assignment]  # another ledger
        hold = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)
        set_policy(self, rules=(hold, *self.policy.rules), breaker=None)
        self.shown: list[Draft] = []
        self._step_the_rest()

    def _step_the_rest(self) -> None:
        steps, took, robot, shown = self.steps, self.sink.put, self.robot(), self.shown

        def put(records: Sequence[Mapping[str, str]]) -> None:
            trouble = steps.next("put")
            if trouble is not Trouble.ERROR_BEFORE:
                took(records)
            steps.after(trouble, SinkUnavailable("put"))

        def post(draft: Draft, now: float) -> LetterEnding:
            del now
            trouble = steps.next("post")
            if trouble in {None, Trouble.CRASH_AFTER, Trouble.ARRIVES_UNSEEN}:
                shown.append(draft)
            steps.after(trouble, AssertionError())
            steps.doubted += trouble in DOUBTS
            endings = {Trouble.THROTTLED: THROTTLED, Trouble.REFUSED: REFUSED, None: TAKEN}
            return endings.get(trouble, LOST)

        self.sink.put = put  # type: ignore[method-assign]  # a step of its own
        robot.post = post  # type: ignore[method-assign]  # as above

    def invocation(self, work: object) -> bool:
        """One run of a function, with the end that each has; whether it went through."""
        try:
            try:
                work()  # type: ignore[operator]  # a delivery, or the sweep
            finally:
                self.leave()
        except (DeliveryError, Crash):
            return False
        finally:
            stored = self.store.load([BOX]).get(BOX)
            box = Box() if stored is None else decode_box(stored.document)
            self.steps.doubted += box.letter is not None and box.letter.owner != ""  # it died with a letter in hand
        return True

    def run(self) -> None:
        """Until nothing more follows: a delivery until it goes through, then the timer."""
        failure = self.hung(1, message="weigh")
        for _ in range(5):
            if self.invocation(lambda: self.deliver(failure)):
                break
            self.clock.moment += 15.0
        for _ in range(MOST_MINUTES):
            self.clock.moment += 60.0
            self.invocation(self.sweep)

    def broken(self) -> list[str]:
        """Laws that do not hold."""
        things = [item.thing.id for draft in self.shown for item in draft.items if item.thing.what.value == "held"]
        given_up = any(row["reason"] == "message_given_up" for row in self.sink.rows)
        wrong: list[str] = []
        if not things and not given_up:
            wrong.append("a message is lost")
        if len(things) > 1 + self.steps.doubted:
            wrong.append("a message came twice though no answer was lost")
        again = [draft for draft in self.shown[1:] if draft.id == self.shown[0].id]
        if len(things) > 1 and not all(any("come before" in note for note in draft.notes) for draft in again):
            wrong.append("a message came again and did not say so")
        if len({draft.id for draft in self.shown}) != len(set(things)):
            wrong.append("what came again was another letter")
        if not any(row["verdict"] == "held" for row in self.sink.rows):
            wrong.append("an outcome is lost")
        return wrong
