"""Any address that takes JSON, signed as Standard Webhooks says (docs/facts/messages.md#webhooks)."""

from __future__ import annotations

import base64
import binascii
import hmac
import json
from dataclasses import dataclass

from shared.domain.address import Address
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft
from shared.robots.machine import document_of
from shared.robots.texts import MANY, fitted
from shared.robots.wire import Answer, Post, by_status

MOST_BYTES = 128 * 1024
PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class Webhook:
    """One receiver."""

    send: Post
    address: Address
    secret: str
    """`whsec_` and Base64, or any text that is long enough."""
    channel: str

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send it. The same letter has the same `webhook-id` however often it is sent: a receiver drops repeats."""
        body = fitted(draft, lambda one: json.dumps(document_of(one, self.channel)).encode(), MOST_BYTES, MANY)
        answer = self.send(self.address, body, self._headers(draft.id, int(now), body))
        return by_status(answer) if isinstance(answer, Answer) else answer

    def _headers(self, name: str, stamp: int, body: bytes) -> dict[str, str]:
        mac = hmac.digest(key_of(self.secret), f"{name}.{stamp}.".encode() + body, "sha256")
        signature = f"v1,{base64.b64encode(mac).decode()}"
        return {"webhook-id": name, "webhook-timestamp": str(stamp), "webhook-signature": signature}


def key_of(secret: str) -> bytes:
    """The bytes that sign."""
    if secret.startswith(PREFIX):
        try:
            return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
        except (binascii.Error, ValueError):
            return secret.encode()
    return secret.encode()
