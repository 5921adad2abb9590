"""A policy file that was read when the package was made: what a cold start need not read again.

`make bundle` judges the policy anyway, and puts what it understood beside the file, with a digest of the very text.
Whoever changes the text is read from the text.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import msgspec
from msgspec import Struct

from shared.policy.include import with_packs
from shared.policy.model import Policy
from shared.policy.packs import library

ENDING = ".ready"
"""Behind the policy file's name."""


class _Ready(Struct, frozen=True):
    digest: str
    """SHA-256 of the text, hexadecimal."""
    written: Policy
    """As the file has it, without the rules of its packs."""


def encoded(text: bytes, written: Policy) -> bytes:
    """What stands beside the file of that text; `written` is what it says, before its packs are taken in."""
    return msgspec.msgpack.encode(_Ready(hashlib.sha256(text).hexdigest(), written))


def read_ready(path: Path, text: bytes) -> Policy | None:
    """The policy of the file with that text, with the rules of its packs; None if it has to be read from the text."""
    try:
        ready = msgspec.msgpack.decode(path.with_name(path.name + ENDING).read_bytes(), type=_Ready)
    except (OSError, msgspec.MsgspecError):
        return None
    if ready.digest != hashlib.sha256(text).hexdigest():
        return None
    return with_packs(ready.written, library())
