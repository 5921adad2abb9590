"""What the console and the links in messages need to be told."""

from __future__ import annotations

from msgspec import Struct

from shared.domain.endpoint import Endpoint
from shared.domain.link_key import LinkKey
from shared.reading.jwt import PublicKey

MAX_AUDIENCE_CHARS = 256


class ConsoleSettings(Struct, frozen=True, kw_only=True):
    """Each absent where it is not set."""

    link_key: LinkKey | None = None
    """Signs links and forms. Without it messages have no buttons, and the deployed console no forms."""
    url: Endpoint | None = None
    """Where people reach the deployed console: what links begin with."""
    issuer_keys: tuple[PublicKey, ...] = ()
    """Public keys of the identity provider. None: nobody signs in at the deployed console."""
    audience: str = ""
    """For whom its tokens must be issued."""
    issuer: str = ""
    """Who must have issued them; empty: whoever signs with those keys."""


def parse_audience(text: str) -> str:
    """The audience. Raises ValueError."""
    if len(text) > MAX_AUDIENCE_CHARS or not text.isprintable():
        raise ValueError(f"wants 1 to {MAX_AUDIENCE_CHARS} printable characters")
    return text
