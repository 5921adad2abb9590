"""What a Tablestore request is signed with, and what its answer must show.

Signed are the operation's path and all headers `x-ots-*`, by HMAC-SHA1 of the secret; so is an answer, which also has
a sum of its body and a date of about now
(https://github.com/aliyun/aliyun-tablestore-python-sdk, `auth.py` and `protocol.py`: version 2 of its signature).
An answer that shows any of that wrongly is none, and neither is a success that lacks some.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from binascii import b2a_base64
from datetime import datetime
from enum import Enum
from functools import lru_cache

from shared.domain.credentials import Credentials
from shared.network.http_answer import HttpAnswer

API_VERSION = "2015-12-31"
MOST_OFF_S = 900
"""By so much an answer's date may be off."""
_DATE = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}):([0-5][0-9])\.[0-9]{3,6}Z", re.ASCII)
_SUM, _MOMENT, _SIGNED = "x-ots-contentmd5", "x-ots-date", "authorization"
_NAMES = frozenset({_SUM, _MOMENT, "x-ots-requestid", "x-ots-contenttype", _SIGNED})
"""What an answer that says success has."""


_MD5 = hashlib.md5(usedforsecurity=False)
"""Of nothing yet: to ask for one anew takes as long as the sum itself."""


class Doubt(str, Enum):
    """Why an answer is none."""

    INCOMPLETE = "AnswerIncomplete"
    SUM = "AnswerSumDiffers"
    DATE = "AnswerDateOff"
    SIGNATURE = "AnswerNotSigned"
    UNREADABLE = "AnswerUnreadable"


def headers_of(operation: str, body: bytes, instance: str, credentials: Credentials) -> dict[str, str]:
    """A request's headers, signed."""
    told = {
        "x-ots-accesskeyid": credentials.access_key_id,
        "x-ots-apiversion": API_VERSION,
        _SUM: _md5(body),
        _MOMENT: _now(int(time.time())),
        "x-ots-instancename": instance,
    }
    if credentials.security_token:
        told["x-ots-ststoken"] = credentials.security_token
    lines = "\n".join([f"{name}:{value.strip()}" for name, value in told.items()])  # in their order already
    told["x-ots-signature"] = _signature(credentials.access_key_secret, f"/{operation}\nPOST\n\n{lines}\n")
    return told


def doubt_about(operation: str, answer: HttpAnswer, credentials: Credentials, *, done: bool) -> Doubt | None:
    """What is wrong with an answer; None: nothing. `done`: it says success, and has to show all."""
    headers = answer.headers
    if done and not headers.keys() >= _NAMES:
        return Doubt.INCOMPLETE
    if _SUM in headers and headers[_SUM] != _md5(answer.body):
        return Doubt.SUM
    if _MOMENT in headers and not _near(headers[_MOMENT]):
        return Doubt.DATE
    if _SIGNED in headers:
        lines = sorted([f"{name}:{value.strip()}" for name, value in headers.items() if name.startswith("x-ots-")])
        signature = _signature(credentials.access_key_secret, "\n".join([*lines, f"/{operation}"]))
        wanted = f"OTS {credentials.access_key_id}:{signature}"
        if not hmac.compare_digest(headers[_SIGNED].encode(), wanted.encode()):
            return Doubt.SIGNATURE
    return None


def _signature(secret: str, text: str) -> str:
    keyed = _keyed(secret).copy()
    keyed.update(text.encode())
    return _base64(keyed.digest())


@lru_cache(maxsize=8)
def _keyed(secret: str) -> hmac.HMAC:
    """What depends on the secret alone: on a machine that has just slept it takes longer than all the rest."""
    return hmac.new(secret.encode(), digestmod="sha1")


def _md5(body: bytes) -> str:
    begun = _MD5.copy()
    begun.update(body)
    return _base64(begun.digest())


def _base64(data: bytes) -> str:
    return b2a_base64(data, newline=False).decode("ascii")


@lru_cache(maxsize=1)
def _now(second: int) -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%S.000Z", time.gmtime(second))


def _near(date: str) -> bool:
    found = _DATE.fullmatch(date)
    if found is None:
        return False
    begun = _minute(found[1])
    return begun is not None and abs(begun + int(found[2]) - time.time()) <= MOST_OFF_S


@lru_cache(maxsize=4)
def _minute(text: str) -> float | None:
    """When it began, in unix seconds; None if there is no such minute."""
    try:
        return datetime.fromisoformat(f"{text}:00+00:00").timestamp()
    except ValueError:
        return None
