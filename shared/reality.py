"""The one module that touches the real clock and real chance.

Instances share a ledger, so they must agree on the time: one whose clock is minutes ahead takes a call that has just
left for one that had no effect, and one whose clock is behind takes a run that has just failed for a later one. A
machine that was frozen, or whose clock is being set, may be so. What job systems answer is dated by theirs
(https://www.rfc-editor.org/rfc/rfc9110#field.date), and their clock is the one that starts of runs are told by.
"""

from __future__ import annotations

import random
import re
import time
from datetime import datetime, timezone
from functools import lru_cache
from typing import ClassVar

from shared.domain.errors import ClockOff

_PLAIN = re.compile(r"[A-Z][a-z]{2}, ([0-9]{2}) ([A-Z][a-z]{2}) ([0-9]{4}) ([0-9]{2}):([0-9]{2})", re.ASCII)
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_SECONDS = {f":{second:02} GMT": float(second) for second in range(60)}
AGREES_S = 10.0
"""Clocks that differ by no more agree. With the fifteen seconds that an answer may be on its way that is less than what
job systems' evidence allows (`SKEW_S`, `EVIDENCE_SKEW_S`): a rerun of ours is never taken for an older one."""


MOST_OFF_S = 900.0
"""Whoever is further from the gateway's time has each call refused for that alone, and decides nothing
(docs/facts/gateway-and-transport.md): a date so far off is no time."""


class MachineClock:
    """Implements `shared.ports.Clock`: the machine's own, as it is set, for a process that lives long."""

    def now(self) -> float:
        """Unix seconds."""
        return time.time()


class SystemClock:
    """Implements `shared.ports.Clock` and `shared.systems.openapi.ClockThatHears`: the machine's clock, put right.

    One is made an invocation and keeps its pace, so that all of it is decided by one time: it goes on where the
    machine's is set back meanwhile, or a call that has just left would count as one of minutes ago, and be repeated.
    What it hears puts right those that are made later in this process.

    Args:
        heeds: whether answers are listened to; else it is the machine's own clock, and later ones begin with that.
    """

    known_off_s: ClassVar[float] = 0.0
    """What is to be added to the machine's clock, as far as is known."""

    def __init__(self, *, heeds: bool = True) -> None:
        if not heeds:
            SystemClock.known_off_s = 0.0
        self._heeds = heeds
        self._off_s = SystemClock.known_off_s
        self._since_start_s = time.time() - time.monotonic()

    def now(self) -> float:
        """Unix seconds, never less than before. A machine that slept has no steady clock of that: the other counts."""
        steady = time.monotonic()
        self._since_start_s = max(self._since_start_s, time.time() - steady)
        return steady + self._since_start_s + self._off_s

    def hear(self, date: str, asked_at: float) -> None:
        """Compare with the `Date` of an answer to what was asked at that moment, by this clock.

        Raises:
            ClockOff: they do not agree, however long the answer took. A date that cannot be read, or cannot be, says
                nothing.
        """
        told = _seconds(date) if self._heeds else None
        if told is None:
            return
        now = self.now()
        off_s = min(max(0.0, told - now), told + 1 - asked_at)
        machines_s = now + off_s - time.time()
        if abs(machines_s) > MOST_OFF_S:
            return
        if abs(machines_s - SystemClock.known_off_s) > AGREES_S:
            SystemClock.known_off_s = machines_s  # also where the machine's has been set, and this one is right
        if abs(off_s) > AGREES_S:
            raise ClockOff(off_s)


def _seconds(date: str) -> float | None:
    begun, second = _minute(date[:-7]), _SECONDS.get(date[-7:])
    if begun is not None and second is not None:
        return begun + second
    from email.utils import parsedate_to_datetime  # noqa: PLC0415 - 10 ms, for what is written otherwise

    if not date.endswith(" GMT"):  # the one zone there is: `CST` alone is three
        return None
    try:
        return parsedate_to_datetime(date).timestamp()
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


@lru_cache(maxsize=4)
def _minute(text: str) -> float | None:
    """When it began: of all dates of a minute it is the same. None where it is not plainly written, or is none."""
    plain = _PLAIN.fullmatch(text)
    if plain is None or plain[2] not in _MONTHS:
        return None
    day, month, year, hour, minute = plain.groups()
    numbers = (int(year), _MONTHS.index(month) + 1, int(day), int(hour), int(minute))
    try:
        return datetime(*numbers, tzinfo=timezone.utc).timestamp()
    except (ValueError, OverflowError):
        return None


class SystemChance:
    """Implements `shared.ports.Chance`."""

    _random = random.SystemRandom()

    def fraction(self) -> float:
        """A number in [0, 1)."""
        return self._random.random()
