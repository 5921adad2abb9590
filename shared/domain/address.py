"""The address of a chat's robot or a webhook: a URL that is itself a secret, for whoever has it can write there."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from msgspec import Struct

from shared.domain.endpoint import Endpoint, parse_endpoint

MAX_CHARS = 2048
WANTED = "wants a URL such as https://oapi.dingtalk.com/robot/send?access_token=…, without user or fragment"


class Address(Struct, frozen=True, kw_only=True):
    """Where to post. Shows its host and nothing else."""

    endpoint: Endpoint
    target: str
    """Path and query, as they go into the request's first line."""

    def __repr__(self) -> str:
        return f"Address({self.endpoint.url}/…)"

    __str__ = __repr__

    def __rich_repr__(self) -> list[tuple[str, Any]]:
        """Nothing, where msgspec would show rich every field."""
        return []


def parse_address(text: str) -> Address:
    """A URL. Raises ValueError, whose text does not repeat the value."""
    if not text:
        raise ValueError("is required")
    if len(text) > MAX_CHARS or not text.isascii() or not text.isprintable() or " " in text or "\\" in text:
        raise ValueError(WANTED)
    try:
        parts = urlsplit(text)
        endpoint = parse_endpoint(f"{parts.scheme}://{parts.netloc}")
    except ValueError:
        raise ValueError(WANTED) from None
    if parts.scheme.lower() not in {"http", "https"} or parts.fragment:
        raise ValueError(WANTED)
    return Address(endpoint=endpoint, target=(parts.path or "/") + (f"?{parts.query}" if parts.query else ""))
