"""A custom robot of a Feishu or Lark group: an interactive card (docs/facts/messages.md#feishu)."""

from __future__ import annotations

import base64
import hmac
import json
from dataclasses import dataclass
from typing import Any

from shared.domain.address import Address
from shared.domain.call import Effect
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft, DraftItem
from shared.robots.texts import fitted, harmless
from shared.robots.wire import Answer, Post, by_status, shown

MOST_BYTES = 19_000
"""Of a body: 20 KB."""
THROTTLED = frozenset({"11232", "99991400"})
"""Too often, or at a full or half hour, when all robots write."""
THROTTLED_S = 60.0
_BUSY = frozenset({"19005", "2200"})


@dataclass(frozen=True, slots=True)
class Feishu:
    """One robot."""

    send: Post
    address: Address
    secret: str
    """Empty where the robot asks for no signature."""

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send it."""
        answer = self.send(self.address, fitted(draft, lambda one: self._body(one, now), MOST_BYTES), {})
        return _ending(answer) if isinstance(answer, Answer) else answer

    def _body(self, draft: Draft, now: float) -> bytes:
        r"""Signed in the body: HMAC-SHA256 of nothing under the key `<seconds>\n<secret>`, Base64."""
        message: dict[str, Any] = {"msg_type": "interactive", "card": card_of(draft)}
        if self.secret:
            stamp = str(int(now))
            mac = hmac.digest(f"{stamp}\n{self.secret}".encode(), b"", "sha256")
            message |= {"timestamp": stamp, "sign": base64.b64encode(mac).decode()}
        return json.dumps(message, ensure_ascii=False).encode()


def card_of(draft: Draft) -> dict[str, Any]:
    """Every text is `plain_text`: nothing in it is markup."""
    elements: list[dict[str, Any]] = []
    for item in draft.items:
        elements += _item(item)
    elements += [{"tag": "note", "elements": [_text(note)]} for note in draft.notes]
    header = {"title": _text(draft.title), "template": "orange"}
    return {"config": {"wide_screen_mode": True}, "header": header, "elements": elements}


def _item(item: DraftItem) -> list[dict[str, Any]]:
    facts = (f"{fact.label}: {harmless(fact.text)}" if fact.label else harmless(fact.text) for fact in item.facts)
    shown_ = [{"tag": "div", "text": _text("\n".join([harmless(item.title), *facts]))}]
    buttons = [{"tag": "button", "text": _text(link.label), "url": link.url, "type": "default"} for link in item.links]
    return [*shown_, {"tag": "action", "actions": buttons}] if buttons else shown_


def _text(content: str) -> dict[str, str]:
    return {"tag": "plain_text", "content": content}


def _ending(answer: Answer) -> LetterEnding:
    said = answer.json()
    code = str(said.get("code", said.get("StatusCode", "")))[:32]
    if code == "":
        return by_status(answer) if answer.status != 200 else LetterEnding(effect=Effect.UNKNOWN, code="no_code")  # noqa: PLR2004
    if code == "0":
        return LetterEnding(effect=Effect.DONE)
    text = shown(said.get("msg", ""))
    if code in THROTTLED:
        return LetterEnding(effect=Effect.NOT_DONE_LATER, code=code, message=text, wait_s=THROTTLED_S)
    effect = Effect.NOT_DONE_LATER if code in _BUSY else Effect.NOT_DONE_USELESS
    return LetterEnding(effect=effect, code=code, message=text)
