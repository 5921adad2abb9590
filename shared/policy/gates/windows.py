"""The gate of the windows: is it a time in which something else than a rerun is wanted?"""

from __future__ import annotations

from collections.abc import Sequence

from shared.domain.gate import GateAnswer, Stop
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.facts import Facts
from shared.policy.windows import STRICTEST, Window, WindowAction

LONGEST_WAIT_S = 86_400.0
"""What waits is looked at again after so long: nothing stays open for longer."""
MOST_OPENINGS = 16
"""Of a window that opens anew before it closes, what one yes outlives: each is looked for in the calendar."""
_OUTSIDE = GateAnswer("none is open", "no window open for this job")


def outside_windows(facts: Facts) -> GateAnswer | None:
    """Is no window of the policy open for this job, or has a person said yes? Asked if the policy has windows.

    A person is asked about every window that holds at that moment, and answers for these alone: for none that only
    waits, nor for one that opens, or is written, after that, be it the same again the next night.
    """
    if not facts.policy.windows:
        return None
    now = facts.ask.now
    opened = [
        (STRICTEST.index(window.action), -closes, window)
        for window in facts.policy.windows
        if (closes := window.closes_at(now)) is not None and window.has_job(facts.failure, facts.seen)
    ]
    if not opened:
        return _OUTSIDE
    passed = [one for one in opened if _said_yes_to(one[2], -one[1], facts)]
    opened = [one for one in opened if one not in passed]
    if not opened:
        names = ", ".join(window.name for *_, window in passed)
        return GateAnswer(f"{names}: hold, approved by a person", _OUTSIDE.wanted)
    holding = [window.name for *_, window in opened if window.action is WindowAction.HOLD]
    _, closes, window = min(opened, key=lambda one: one[:2])
    return GateAnswer(f"{window.name}: {window.action.value}", _OUTSIDE.wanted, _stop(window, -closes, holding, facts))


def _said_yes_to(window: Window, closes: float, facts: Facts) -> bool:
    """Whether a person let it pass: it was open when they said yes to it, and has not closed since."""
    case = facts.case
    if case is None or window.action is not WindowAction.HOLD or not facts.approved(Reason.MAINTENANCE):
        return False
    # Where it was not kept which windows they were asked about, each that was open at their yes was one.
    passed_at = case.passed.get(window.name) if case.passed else case.opened_at
    until = None if passed_at is None else window.closes_at(passed_at)
    for _ in range(MOST_OPENINGS):
        if until is None or until >= closes:
            break
        until = window.closes_at(until)  # it opened anew before it closed, or as it did: that is one opening
    return until is not None and until >= closes


def _stop(window: Window, closes: float, holding: Sequence[str], facts: Facts) -> Stop:
    now = facts.ask.now
    if window.action is WindowAction.IGNORE:
        message = f"in the window {window.name} failures are left alone"
        return Stop(Verdict.SUPPRESSED, Reason.MAINTENANCE, message)
    if window.action is WindowAction.HOLD:
        message = f"in the window {' and '.join(holding)} a person is asked"
        return Stop(Verdict.HELD, Reason.MAINTENANCE, message, now + facts.hold_expires_s, windows=tuple(holding))
    message = f"the window {window.name} is open for {closes - now:.0f} s more"
    return Stop(Verdict.DEFERRED, Reason.MAINTENANCE, message, min(closes, now + LONGEST_WAIT_S))
