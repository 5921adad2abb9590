"""The key with which calls are signed. It has no face that shows a secret."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from msgspec import Struct

_HIDDEN = "***"
_ESCAPE = "%(?:25)*"
"""How an encoded byte begins, where it was encoded once or more often."""
_ENCODES = frozenset("%\\&+")
"""A text without any of these spells each sign as it is."""


class Credentials(Struct, frozen=True, kw_only=True):
    """An access key, or a role's short-lived key with its token. Read afresh at each invocation."""

    access_key_id: str
    access_key_secret: str
    security_token: str = ""
    """Empty for an access key of a user."""

    def __repr__(self) -> str:
        kind = "role" if self.security_token else "user"
        return f"Credentials(<{kind}'s key, hidden>)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Nothing, where msgspec would show rich every field."""
        return []

    def hide_in(self, text: str) -> str:
        """The text without these credentials, plain or percent-encoded in any way: services quote what they got.

        Nor as JSON or HTML write signs that are no letters and digits.
        """
        encoded = not _ENCODES.isdisjoint(text)
        for secret in (self.access_key_secret, self.security_token, self.access_key_id):
            if 0 < len(secret) <= len(text):  # no spelling is shorter, and an expression of a token takes long to make
                text = _in_any_spelling(secret).sub(_HIDDEN, text) if encoded else text.replace(secret, _HIDDEN)
        return text


@lru_cache(maxsize=8)
def _in_any_spelling(secret: str) -> re.Pattern[str]:
    r"""A character stands as it is, or as `%2B`, `%2b`, `%252B`, `\u002b`: encoders differ. In linear time."""
    return re.compile("".join(f"(?:{'|'.join(_spellings(sign))})" for sign in secret))


def _spellings(sign: str) -> Iterator[str]:
    yield re.escape(sign)
    yield "".join(f"{_ESCAPE}(?i:{byte:02x})" for byte in sign.encode("utf-8", "replace"))
    yield rf"\\{{1,4}}(?:u(?i:{ord(sign):04x})|{re.escape(sign)})"
    if not sign.isalnum():
        yield rf"&#(?:0{{0,3}}{ord(sign)}|[xX]0{{0,3}}(?i:{ord(sign):x}));"
    if sign == " ":
        yield r"\+"
