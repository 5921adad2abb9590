"""Strangers' words made harmless for each format. A chat documents no escape, so a sign with a meaning gets a twin.

A twin looks the same to a reader and means nothing to a chat. Letters, digits and what names are made of
(`-`, `_`, `.`, `/`, `:`) stay as they are, so that an id can still be copied.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from shared.notify.draft import Draft

MAX_SHOWN = 300
"""Characters of one text."""
FEW, MANY = 10, 100
"""Items that a person reads, and a machine."""
_HIDDEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Unicode categories of what moves, turns or hides text."""
_WWW = re.compile(r"(?i)\b(www)\.")
"""What chats make a link of without a scheme."""
_TWINS = str.maketrans(
    {
        "\\": "\uff3c",
        "`": "\uff40",
        "*": "\uff0a",
        "[": "\uff3b",
        "]": "\uff3d",
        "<": "\uff1c",
        ">": "\uff1e",
        "#": "\uff03",
        "|": "\uff5c",
        "~": "\uff5e",
        "@": "\uff20",
        "&": "\uff06",
        "!": "\uff01",
    }
)


def flat(text: str) -> str:
    """On one line, bounded, without what moves, turns or hides text."""
    signs = (" " if unicodedata.category(sign) in _HIDDEN else sign for sign in text[: 4 * MAX_SHOWN])
    whole = " ".join("".join(signs).split())
    return whole if len(whole) <= MAX_SHOWN else whole[: MAX_SHOWN - 1] + "…"


def harmless(text: str) -> str:
    """Flat, and nothing in it has a meaning to a chat: no markup, no mention, no address that is a link by itself."""
    twins = flat(text).translate(_TWINS).replace("://", ":\uff0f\uff0f")
    return _WWW.sub(lambda found: f"{found[1]}\uff0e", twins)


def fitted(draft: Draft, made: Callable[[Draft], bytes], most: int, items: int = FEW) -> bytes:
    """The body with as many items as it has room for."""
    low, high, found = 1, min(len(draft.items), items), b""
    while low <= high:
        count = (low + high + 1) // 2
        body = made(draft.shortened(count))
        if len(body) <= most:
            low, found = count + 1, body
        else:
            high = count - 1
    if found:
        return found
    brief = draft.brief()
    body = made(brief.shortened(1)) if brief.items else b""
    return body if 0 < len(body) <= most else made(draft.shortened(0))
