"""A hash with a key is the one of the standard library, however long the key is."""

from __future__ import annotations

import hmac

import pytest

from shared.keyed_hash import keyed_hash


@pytest.mark.parametrize("kind", ["sha1", "sha256", "md5", "sha512"])
@pytest.mark.parametrize("size", [0, 1, 20, 63, 64, 65, 127, 128, 129, 1000])
def test_it_is_the_standard_librarys(kind: str, size: int) -> None:
    """At the size of a block, which is another for some hashes, and beyond it; the first time and again."""
    key = bytes(number * 7 % 256 for number in range(size))
    for text in (b"", b"text", b"t" * 1000):
        assert keyed_hash(key, text, kind) == keyed_hash(key, text, kind) == hmac.digest(key, text, kind)


def test_keys_are_told_apart() -> None:
    """Of two keys and two hashes each has its own."""
    found = {keyed_hash(key, b"text", kind) for key in (b"one", b"two") for kind in ("sha1", "sha256")}
    assert len(found) == 4


def test_a_hash_that_nobody_knows_is_refused() -> None:
    """As `hmac` does."""
    with pytest.raises(ValueError, match="unsupported"):
        keyed_hash(b"key", b"text", "sha0")
