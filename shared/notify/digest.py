"""The digest of the night: once a day and channel, at its time. Its lines are part of what the box keeps."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from shared.domain.messages import ID_CHARS, Box, Thing, What
from shared.domain.outcome import stable_id
from shared.notify.draft import Fact
from shared.notify.events import routed
from shared.policy.notify import MessageChannel, Notify, digest_day


class Digests(Protocol):
    """Who counts the night."""

    def lines(self, now: float) -> Sequence[Fact] | None:
        """The night up to now in a few lines; None: it cannot be counted now. Never raises."""
        ...


def wants_digest(box: Box, channel: MessageChannel, notify: Notify, now: float) -> bool:
    """Whether the day's digest is due and has not been among what this channel is told."""
    day = digest_day(notify, now)
    return bool(day) and day != box.digest and channel.name in dict(routed(_digest(day, now, ()), notify))


def with_digest(box: Box, notify: Notify, now: float, lines: Sequence[Fact]) -> Box:
    """The box with the day's digest among what is to tell."""
    day = digest_day(notify, now)
    return replace(box, digest=day, things=(*box.things, _digest(day, now, lines)))


def _digest(day: str, now: float, lines: Sequence[Fact]) -> Thing:
    said = tuple((line.label, line.text) for line in lines)
    return Thing(id=stable_id("digest", day)[:ID_CHARS], what=What.DIGEST, at=now, due_at=now, lines=said)
