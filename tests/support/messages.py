"""A house that tells people: channels whose robots answer as a test says, and keep what they were sent."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from msgspec import structs

from shared.domain.call import Effect
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Trigger
from shared.domain.messages import What
from shared.domain.record import Case
from shared.heal import Healer
from shared.notify import Draft, LetterEnding, LinkTo, Messenger, TellingSink
from shared.notify.draft import Fact
from shared.policy.notify import ChannelKind, MessageChannel, Notify
from tests.support.clock import Clock
from tests.support.house import House

TAKEN = LetterEnding(effect=Effect.DONE)
LOST = LetterEnding(effect=Effect.UNKNOWN, code="TimeoutError")
THROTTLED = LetterEnding(effect=Effect.NOT_DONE_LATER, code="130101", wait_s=600.0)
REFUSED = LetterEnding(effect=Effect.NOT_DONE_USELESS, code="310000", message="sign not match")
OPS = MessageChannel(name="ops", kind=ChannelKind.DINGTALK, url="SECONDWIND_NOTIFY_OPS_URL")


@dataclass
class FakeRobot:
    """Takes what it is sent, or answers what it was told to."""

    clock: Clock
    endings: list[LetterEnding] = field(default_factory=list)
    """Of the next letters; then it takes all."""
    arrives: bool = True
    """Whether a letter whose answer is lost arrives."""
    drafts: list[Draft] = field(default_factory=list)
    """What the group reads."""
    asked: int = 0
    takes_s: float = 0.0
    refuses: Callable[[Draft], bool] = lambda _: False
    """Whether it refuses a letter for what it says."""

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """One letter."""
        del now
        self.asked += 1
        self.clock.moment += self.takes_s
        ending = self.endings.pop(0) if self.endings else REFUSED if self.refuses(draft) else TAKEN
        if ending.effect is Effect.DONE or (ending.effect is Effect.UNKNOWN and self.arrives):
            self.drafts.append(draft)
        return ending

    @property
    def things(self) -> list[str]:
        """Ids of what was told, in order, repeats as well."""
        return [item.thing.id for draft in self.drafts for item in draft.items]


class Buttons:
    """Links that say what they were made of."""

    def page(self, what: What) -> Sequence[LinkTo]:
        """None."""
        del what
        return ()

    def links(self, key: str, case: Case, channel: str, persons: Sequence[str], now: float) -> Sequence[LinkTo]:
        """One link."""
        del now
        whom = persons[0] if persons else f"channel:{channel}"
        return (LinkTo("Approve", f"https://console.example/link?t={case.failure_id}-{whom}-{len(key)}"),)


class CountedNight:
    """A night in one line."""

    def lines(self, now: float) -> Sequence[Fact] | None:
        """Always the same."""
        del now
        return (Fact("failures", "3: 2 healed"),)


@dataclass
class TellingHouse(House):
    """The small world with messages at the end of each invocation."""

    notify: Notify = field(default_factory=lambda: Notify(channels=(OPS,)))
    robots: dict[str, FakeRobot] = field(default_factory=dict)
    telling: TellingSink | None = None

    def robot(self, name: str = "ops") -> FakeRobot:
        """The far end of a channel."""
        return self.robots.setdefault(name, FakeRobot(self.clock))

    def healer(self, time_s: float = 60.0) -> Healer:
        """As the house's, telling people."""
        self.telling = TellingSink(self.sink, self.ledger, self.notify, self.clock)
        return structs.replace(super().healer(time_s), sink=self.telling)

    def leave(self, time_s: float = 60.0) -> int:
        """The end of an invocation."""
        return Messenger(
            ledger=self.ledger,
            sink=self.sink,
            notify=self.notify,
            robots=lambda channel: self.robot(channel.name),
            clock=self.clock,
            chance=self.chance,
            request_id="r-1",
            hard_deadline=self.clock.now() + time_s,
            links=Buttons(),
            digests=self.night,
        ).send(Trigger.SWEEP)

    @property
    def night(self) -> CountedNight:
        """Who counts it."""
        return CountedNight()

    def minute(self) -> None:
        """The timer, a minute later."""
        self.clock.moment += 60.0
        try:
            self.sweep()
        except LedgerUnavailable:
            return
        self.leave()
