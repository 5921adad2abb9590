"""A robot of a group, what it took, and how each kind of chat refuses."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any

KEPT = 200
MINUTE_S = 60.0


class RobotKind(str, Enum):
    """Whose robot it is."""

    DINGTALK = "dingtalk"
    FEISHU = "feishu"
    WECOM = "wecom"
    WEBHOOK = "webhook"


@dataclass(frozen=True, slots=True)
class Received:
    """A message that a robot took."""

    at: float
    body: Mapping[str, Any]
    id: str = ""
    """A webhook's own."""


class RefusedError(Exception):
    """A robot's no: its code and text, in the kind's own answer."""

    def __init__(self, code: int, text: str, status: int = 200) -> None:
        super().__init__(text)
        self.code, self.text, self.status = code, text, status


@dataclass(slots=True)
class Robot:
    """One robot. Its token is in its address."""

    kind: RobotKind
    token: str
    secret: str = field(default="", repr=False)
    """Empty: it asks for no signature."""
    keywords: tuple[str, ...] = ()
    """One of them must be in each message; empty: it asks for none."""
    a_minute: int = 20
    """Messages that it takes in a minute."""
    quiet_s: float = 0.0
    """After too many it takes none for so long."""
    messages: deque[Received] = field(default_factory=lambda: deque(maxlen=KEPT))
    taken: int = 0
    refused: int = 0
    broken: list[str] = field(default_factory=list)
    """What goes wrong with the next calls: `drop` (taken, no answer), `lose` (neither), `busy`."""
    _moments: deque[float] = field(default_factory=deque)
    _quiet_until: float = 0.0

    def admits(self, now: float) -> bool:
        """Whether the minute leaves room; a message counts from here on."""
        while self._moments and self._moments[0] <= now - MINUTE_S:
            self._moments.popleft()
        if now < self._quiet_until:
            return False
        if len(self._moments) >= self.a_minute:
            self._quiet_until = now + self.quiet_s
            return False
        self._moments.append(now)
        return True

    def forget_moments(self) -> None:
        """As if a minute had passed."""
        self._moments.clear()
        self._quiet_until = 0.0

    def take(self, now: float, body: Mapping[str, Any], name: str = "") -> None:
        """Show it to the group. A webhook that comes again under its id is dropped, as receivers shall."""
        self.taken += 1
        if not name or all(one.id != name for one in self.messages):
            self.messages.append(Received(now, body, name))
