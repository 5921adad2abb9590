"""What a bus of EventBridge answers to a letter: whether it was done, and words without the key that signed it."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from shared.domain.address import Address
from shared.domain.call import Effect
from shared.domain.credentials import Credentials
from shared.domain.endpoint import parse_endpoint
from shared.notify.boxes import LetterEnding
from shared.notify.draft import Draft
from shared.robots.eventbridge import EventBridge
from shared.robots.wire import Answer

KEY = Credentials(access_key_id="LTAIx7", access_key_secret="s3+cret/=", security_token="t0k+en/=")
DRAFT = Draft(id="d", title="t", notes=(), items=(), more={}, at=1_000.0)


def ending(status: int, body: Any) -> LetterEnding:
    """What becomes of a letter that is answered so."""
    answer = Answer(status, json.dumps(body).encode())
    address = Address(endpoint=parse_endpoint("https://1.eventbridge.cn-hangzhou.aliyuncs.com"), target="/")
    bus = EventBridge(lambda *_: answer, address, bus="b", channel="c", credentials=KEY)
    return bus.post(DRAFT, 1_000.0)


@pytest.mark.parametrize("secret", [KEY.access_key_id, KEY.access_key_secret, KEY.security_token])
@pytest.mark.parametrize("spelled", [str, quote, lambda text: quote(quote(text, safe=""), safe="")])
def test_no_word_of_a_refusal_shows_the_key(secret: str, spelled: Any) -> None:
    """Neither the code nor the text, of the batch or of its one event, however the service has encoded them."""
    word = spelled(secret)
    whole = ending(403, {"code": f"Bad.{word}", "message": f"no: {word}"})
    entry = {"ErrorCode": f"Bad.{word}", "ErrorMessage": f"no: {word}"}
    single = ending(200, {"FailedEntryCount": 1, "EntryList": [entry]})
    for told in (whole, single):
        assert (told.code, told.message, told.effect) == ("Bad.***", "no: ***", Effect.NOT_DONE_USELESS)
