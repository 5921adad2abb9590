"""A custom robot of a DingTalk group: an action card with buttons, else Markdown (docs/facts/messages.md#dingtalk)."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from urllib.parse import quote

from msgspec.structs import replace

from shared.domain.address import Address
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft, DraftItem, LinkTo
from shared.robots.texts import fitted, harmless
from shared.robots.wire import Answer, Codes, Post, by_errcode, target_with

MOST_BYTES = 18_000
"""Of a body: a message has at most 20,000 bytes."""
MOST_BUTTONS = 4
CODES = Codes(throttled=frozenset({"130101", "410100", "90018"}), throttled_s=600.0, busy=frozenset({"-1", "40035"}))
"""After too many in a minute the robot takes nothing for ten minutes."""


@dataclass(frozen=True, slots=True)
class DingTalk:
    """One robot."""

    send: Post
    address: Address
    secret: str
    """`SEC…`; empty where the robot asks for no signature."""

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send it."""
        body = fitted(draft, body_of, MOST_BYTES)
        answer = self.send(replace(self.address, target=self._target(now)), body, {})
        return by_errcode(answer, CODES) if isinstance(answer, Answer) else answer

    def _target(self, now: float) -> str:
        r"""Signed: HMAC-SHA256 of `<milliseconds>\n<secret>` under the secret, Base64, spelt for a URL."""
        if not self.secret:
            return self.address.target
        stamp = str(int(now * 1000))
        mac = hmac.digest(self.secret.encode(), f"{stamp}\n{self.secret}".encode(), "sha256")
        return target_with(self.address.target, timestamp=stamp, sign=quote(base64.b64encode(mac).decode(), safe=""))


def body_of(draft: Draft) -> bytes:
    """One item's links are buttons; those of several stand with each."""
    single = draft.items[0].links if len(draft.items) == 1 else ()
    text = "\n\n".join(
        [f"### {harmless(draft.title)}", *(_item(item, inline=not single) for item in draft.items), *draft.notes]
    )
    if not single:
        message = {"msgtype": "markdown", "markdown": {"title": draft.title, "text": text}}
    else:
        buttons = [{"title": link.label, "actionURL": link.url} for link in single[:MOST_BUTTONS]]
        card = {"title": draft.title, "text": text, "btnOrientation": "1", "btns": buttons}
        message = {"msgtype": "actionCard", "actionCard": card}
    return json.dumps(message, ensure_ascii=False).encode()


def _item(item: DraftItem, *, inline: bool) -> str:
    lines = [f"**{harmless(item.title)}**"]
    lines += [f"{fact.label}: {harmless(fact.text)}" if fact.label else harmless(fact.text) for fact in item.facts]
    lines += [" ".join(map(_link, item.links))] if inline and item.links else []
    return "  \n".join(lines)


def _link(link: LinkTo) -> str:
    return f"[{harmless(link.label)}]({link.url})"
