"""HMAC (https://www.rfc-editor.org/rfc/rfc2104) as every service here wants requests signed: many with one key.

What depends on the key alone is worked out once. `hmac` does that anew each time and looks the hash up by its name,
which on a machine that has just slept costs as much as building the text that is signed.
"""

from __future__ import annotations

import hashlib
from functools import lru_cache
from typing import Any

_INNER = bytes(byte ^ 0x36 for byte in range(256))
_OUTER = bytes(byte ^ 0x5C for byte in range(256))


def keyed_hash(key: bytes, text: bytes, kind: str) -> bytes:
    """As `hmac.digest`. Raises ValueError for a hash that `hashlib` does not know by that name."""
    inner, outer = _begun(key, kind)
    one, two = inner.copy(), outer.copy()
    one.update(text)
    two.update(one.digest())
    found: bytes = two.digest()
    return found


@lru_cache(maxsize=8)
def _begun(key: bytes, kind: str) -> tuple[Any, Any]:
    """Both hashes after their blocks of the key. Kept while few keys are in use: a role's lasts for hours."""
    block = hashlib.new(kind).block_size
    padded = (hashlib.new(kind, key).digest() if len(key) > block else key).ljust(block, b"\0")
    return hashlib.new(kind, padded.translate(_INNER)), hashlib.new(kind, padded.translate(_OUTER))
