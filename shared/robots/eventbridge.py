"""A custom bus of EventBridge: PutEvents (docs/facts/eventbridge.md#putevents), signed with the function's own key."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from dataclasses import dataclass
from email.utils import formatdate

from msgspec.structs import replace

from shared.domain.address import Address
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.outcome import rfc3339
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft
from shared.robots.machine import document_of
from shared.robots.texts import MANY, fitted
from shared.robots.wire import Answer, Post, by_status, shown

PATH = "/openapi/putEvents"
SOURCE = "secondwind"
TYPE = "secondwind:Message"
MOST_BYTES = 60 * 1024
"""Of one event: 64 KB (https://www.alibabacloud.com/help/en/eventbridge/product-overview/limits)."""
_CONTENT_TYPE = "application/cloudevents-batch+json; charset=utf-8"


@dataclass(frozen=True, slots=True)
class EventBridge:
    """One bus."""

    send: Post
    address: Address
    """Of the account's EventBridge; its path does not matter."""
    bus: str
    channel: str
    credentials: Credentials

    def post(self, draft: Draft, now: float) -> LetterEnding:
        """Send it. The same letter has the same event id however often it is sent."""
        body = fitted(draft, self._body, MOST_BYTES, MANY)
        answer = self.send(replace(self.address, target=PATH), body, self._headers(body, now))
        return _ending(answer, self.credentials) if isinstance(answer, Answer) else answer

    def _body(self, draft: Draft) -> bytes:
        event = {
            "id": draft.id,
            "source": SOURCE,
            "specversion": "1.0",
            "type": TYPE,
            "datacontenttype": "application/json",
            "subject": f"channel/{self.channel}",
            "time": rfc3339(draft.at),
            "aliyuneventbusname": self.bus,
            "data": document_of(draft, self.channel),
        }
        return json.dumps([event]).encode()

    def _headers(self, body: bytes, now: float) -> dict[str, str]:
        date = formatdate(now, usegmt=True)
        md5 = base64.b64encode(hashlib.md5(body, usedforsecurity=False).digest()).decode()
        acs = {"x-acs-signature-method": "HMAC-SHA1", "x-acs-signature-version": "1.0"}
        if self.credentials.security_token:
            acs["x-acs-security-token"] = self.credentials.security_token
        lines = ["POST", md5, _CONTENT_TYPE, date, *(f"{name}:{acs[name]}" for name in sorted(acs)), PATH]
        mac = hmac.digest(self.credentials.access_key_secret.encode(), "\n".join(lines).encode(), "sha1")
        signature = f"acs:{self.credentials.access_key_id}:{base64.b64encode(mac).decode()}"
        head = {"Content-Type": _CONTENT_TYPE, "Content-MD5": md5, "Date": date}
        return {**head, **acs, "Authorization": signature}


def _ending(answer: Answer, credentials: Credentials) -> LetterEnding:
    said = answer.json()
    if answer.status != 200:  # noqa: PLR2004 - what the service answers to a batch, whatever is in it
        told = by_status(answer, credentials.hide_in(str(said.get("message", ""))))
        return replace(told, code=shown(credentials.hide_in(str(said.get("code") or told.code)))[:64])
    if said.get("FailedEntryCount") in {0, "0"}:
        return LetterEnding(effect=Effect.DONE)
    entries = said.get("EntryList")
    first = entries[0] if isinstance(entries, list) and entries and isinstance(entries[0], dict) else None
    if first is None or "ErrorCode" not in first:
        return LetterEnding(effect=Effect.UNKNOWN, code="no_entry")
    code, text = (shown(credentials.hide_in(str(first.get(name, "")))) for name in ("ErrorCode", "ErrorMessage"))
    return LetterEnding(effect=Effect.NOT_DONE_USELESS, code=code[:64], message=text)
