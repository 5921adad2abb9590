"""A robot of a WeCom group: Markdown with links (docs/facts/messages.md#wecom). Its URL is its key."""

from __future__ import annotations

import json
from dataclasses import dataclass

from shared.domain.address import Address
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft, DraftItem
from shared.robots.texts import fitted, harmless
from shared.robots.wire import Answer, Codes, Post, by_errcode

MOST_BYTES = 4096
"""Of the Markdown text."""
CODES = Codes(throttled=frozenset({"45009", "45033"}), throttled_s=60.0, busy=frozenset({"-1", "50001"}))


@dataclass(frozen=True, slots=True)
class WeCom:
    """One robot."""

    send: Post
    address: Address

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send it."""
        del now
        text = fitted(draft, lambda one: text_of(one).encode(), MOST_BYTES)
        content = text[:MOST_BYTES].decode("utf-8", "ignore")
        message = {"msgtype": "markdown", "markdown": {"content": content}}
        answer = self.send(self.address, json.dumps(message, ensure_ascii=False).encode(), {})
        return by_errcode(answer, CODES) if isinstance(answer, Answer) else answer


def text_of(draft: Draft) -> str:
    """The Markdown."""
    return "\n\n".join([f"### {harmless(draft.title)}", *map(_item, draft.items), *draft.notes])


def _item(item: DraftItem) -> str:
    facts = (
        f"> {fact.label}: {harmless(fact.text)}" if fact.label else f"> {harmless(fact.text)}" for fact in item.facts
    )
    links = "  ".join(f"[{harmless(link.label)}]({link.url})" for link in item.links)
    return "\n".join([f"**{harmless(item.title)}**", *facts, *([links] if links else [])])
