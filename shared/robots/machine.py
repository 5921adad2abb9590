"""A message for machines (`secondwind-message/1`): every text as it is, for JSON needs no other escape."""

from __future__ import annotations

from typing import Any

from shared.domain.messages import Thing
from shared.domain.outcome import rfc3339
from shared.notify.draft import Draft, DraftItem
from shared.reading.text import cut

MOST_BYTES = 1024
"""Of one text."""
SCHEMA = "secondwind-message/1"
_TEXTS = ("failure_id", "job_id", "job_name", "owner", "queue", "rule", "reason", "message", "evidence")


def document_of(draft: Draft, channel: str) -> dict[str, Any]:
    """The message. `things[].id` is the same whenever the same thing is told: drop what you have had."""
    return {
        "schema": SCHEMA,
        "id": draft.id,
        "channel": channel,
        "at": rfc3339(draft.at),
        "title": draft.title,
        "notes": list(draft.notes),
        "things": [_thing(item) for item in draft.items],
        "more": dict(draft.more),
    }


def _thing(item: DraftItem) -> dict[str, Any]:
    thing: Thing = item.thing
    texts = {name: cut(value, MOST_BYTES) for name in _TEXTS if (value := getattr(thing, name))}
    about = {
        "id": thing.id,
        "what": thing.what.value,
        "at": rfc3339(thing.at),
        "place": {name: cut(value, MOST_BYTES) for name, value in thing.place.items()},
        **texts,
    }
    links = [{"label": link.label, "url": link.url} for link in item.links]
    facts = [{"label": fact.label, "text": fact.text} for fact in item.facts] if thing.what.value == "digest" else []
    return (
        about
        | ({"persons": list(thing.persons)} if thing.persons else {})
        | ({"links": links} if links else {})
        | ({"lines": facts} if facts else {})
    )
