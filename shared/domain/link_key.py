"""The secret that signs what Second Wind hands to people: links, forms. It has no face that shows it."""

from __future__ import annotations

import hashlib
import hmac
from typing import Any

from msgspec import Struct

MIN_SECRET_CHARS = 32
MAX_SECRET_CHARS = 256
MAX_SECRETS = 4


class LinkKey(Struct, frozen=True):
    """One secret or several: the first signs, each is believed, so that a secret can be changed without a gap."""

    secrets: tuple[bytes, ...]
    """At least one."""

    def sign(self, purpose: str, content: bytes) -> bytes:
        """32 bytes: HMAC-SHA256 of the content. What was signed for one purpose is worth nothing for another."""
        return _mac(self.secrets[0], purpose, content)

    def signed(self, purpose: str, content: bytes, mac: bytes) -> bool:
        """Whether one of the secrets signed that content for that purpose."""
        return any(hmac.compare_digest(_mac(secret, purpose, content), mac) for secret in self.secrets)

    def __repr__(self) -> str:
        return f"LinkKey(<{len(self.secrets)} secrets, hidden>)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Nothing, where msgspec would show rich every field."""
        return []


def parse_link_key(text: str) -> LinkKey:
    """One to four secrets with commas between, the newest first. Raises ValueError, whose text does not repeat them."""
    secrets = [part.strip() for part in text.split(",")]
    fits = all(MIN_SECRET_CHARS <= len(one) <= MAX_SECRET_CHARS and one.isascii() for one in secrets)
    if not fits or len(secrets) > MAX_SECRETS:
        raise ValueError(
            f"wants {MIN_SECRET_CHARS} to {MAX_SECRET_CHARS} ASCII characters that nobody can guess; of up to "
            f"{MAX_SECRETS} with commas between, the first signs and each is believed"
        )
    return LinkKey(tuple(one.encode() for one in secrets))


def _mac(secret: bytes, purpose: str, content: bytes) -> bytes:
    return hmac.new(secret, f"secondwind {purpose}\0".encode() + content, hashlib.sha256).digest()
