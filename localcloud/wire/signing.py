"""Keys of the local cloud, and what the older signatures of Alibaba Cloud have in common.

Log Service (v1), EventBridge, Function Compute 2.0 and Tablestore each sign one text with HMAC and send it in Base64;
all but Tablestore's begin with the same four lines. Their pages are named where they are checked.
"""

from __future__ import annotations

import base64
import hmac
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from localcloud.wire.http import Request

SKEW_S_MAX = 900
"""A request whose date is further away from the service's clock is refused: 15 minutes, with every service here."""


@dataclass(frozen=True, slots=True)
class Credential:
    """A key that the local services accept; with a token it is a temporary one."""

    access_key_id: str
    access_key_secret: str = field(repr=False)
    security_token: str = field(default="", repr=False)

    def has_token(self, token: str) -> bool:
        """Whether that is this key's token; a lasting key has the empty one."""
        return hmac.compare_digest(token.encode(), self.security_token.encode())

    def signature(self, text: str, digest: Literal["sha1", "sha256"]) -> str:
        """HMAC of the text, in Base64."""
        return base64.b64encode(hmac.digest(self.access_key_secret.encode(), text.encode(), digest)).decode()

    def signed(self, text: str, digest: Literal["sha1", "sha256"], signature: str) -> bool:
        """Whether that is this key's signature of the text."""
        return hmac.compare_digest(self.signature(text, digest).encode(), signature.encode())


LOCAL_CREDENTIAL = Credential("local", "local-secret")
"""The key of whoever is given no other."""


def head_lines(request: Request, signed: Iterable[str]) -> list[str]:
    """Method, Content-MD5, Content-Type and Date, then the signed headers by name: where a signed text begins."""
    headers = request.headers
    first = [request.method, *(headers.get(name, "") for name in ("content-md5", "content-type", "date"))]
    return [*first, *(f"{name}:{headers[name]}" for name in sorted(signed))]
