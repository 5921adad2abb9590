"""Outcomes about a channel itself: that it takes nothing, and what was given up for it. Pure."""

from __future__ import annotations

from msgspec.structs import replace

from shared.domain.decision import Ask
from shared.domain.messages import Box
from shared.domain.outcome import Outcome, rfc3339, stable_id
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict

TOLD_AFTER = 3
"""So many letters in a row have to fail before it is told, if the problem may pass by itself."""
MAX_OWED = 20


def refusing(box: Box, channel: str, said: str, ask: Ask, *, surely: bool) -> Box:
    """The box owing the outcome that the channel takes nothing: once as long as it lasts.

    Args:
        box: after a letter that was not taken.
        channel: its name.
        said: what the channel answered, for people; no secret.
        ask: the invocation that wanted to tell, now.
        surely: repeating would not help.
    """
    if box.told or not (surely or box.failures >= TOLD_AFTER):
        return box
    message = f"the channel {channel} takes no message: {box.problem}{f': {said}' if said else ''}"
    outcome = _about(channel, Reason.CHANNEL_REFUSES, box.problem_at, message, ask, box.problem)
    return _owing(replace(box, told=True), outcome)


def given_up(box: Box, channel: str, what: str, why: str, ask: Ask) -> Box:
    """The box owing the outcome that something is not told there any more. `what`, `why`: for people."""
    message = f"the channel {channel} was not told, or nobody knows whether it was: {what}: {why}"
    return _owing(box, _about(channel, Reason.MESSAGE_GIVEN_UP, ask.now, message, ask, box.problem))


def _owing(box: Box, outcome: Outcome) -> Box:
    return replace(box, owed=(*box.owed, outcome.fields())[-MAX_OWED:])


def _about(channel: str, reason: Reason, since: float, message: str, ask: Ask, code: str) -> Outcome:
    failure_id = stable_id("channel", channel, reason.value, since)
    return Outcome(
        outcome_id=stable_id("outcome", failure_id, message),
        failure_id=failure_id,
        final="true",
        at=rfc3339(ask.now),
        verdict=Verdict.REFUSED.value,
        reason=reason.value,
        message=message[:1024],
        trigger=ask.trigger.value,
        api_code=code,
        request_id=ask.request_id,
    )
