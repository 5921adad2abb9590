"""The digest of the night: once a day and channel, in a few lines. Pure but for whoever counts the night."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from msgspec.structs import replace

from shared.domain.messages import ID_CHARS, Box, Thing, What
from shared.domain.outcome import stable_id
from shared.notify.draft import Draft, Fact
from shared.notify.events import routed
from shared.policy.notify import Channel, Notify, digest_day


class Digests(Protocol):
    """Who counts the night. Never raises."""

    def lines(self, now: float) -> Sequence[Fact]:
        """The night up to now in a few lines; what cannot be counted is said."""
        ...


def with_digest(box: Box, channel: Channel, notify: Notify, now: float) -> Box:
    """The box with the day's digest among what is to tell, if it is due and has not been."""
    day = digest_day(notify, now)
    if not day or day == box.digest:
        return box
    name = stable_id("digest", day)[:ID_CHARS]
    thing = Thing(id=name, what=What.DIGEST, at=now, due_at=now, message=day)
    if channel.name not in dict(routed(thing, notify)):
        return box
    return replace(box, digest=day, things=(*box.things, thing))


def filled(draft: Draft, digests: Digests | None, now: float) -> Draft:
    """The draft with the night's lines where it tells the digest."""
    if digests is None or all(item.thing.what is not What.DIGEST for item in draft.items):
        return draft
    lines = tuple(digests.lines(now))
    items = tuple(replace(item, facts=lines) if item.thing.what is What.DIGEST else item for item in draft.items)
    return replace(draft, items=items)
