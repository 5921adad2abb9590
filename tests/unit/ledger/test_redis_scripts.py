"""What a Tair cluster's proxy asks of a script, read off the scripts themselves."""

from __future__ import annotations

import re

import pytest

from shared.ledger._redis_scripts import DOCUMENT_PREFIX, DUE, DUE_KEY, EXPIRES_KEY, FORGET, LOAD, NOTHING_KEY, SAVE


@pytest.mark.parametrize("script", [LOAD, SAVE, DUE, FORGET])
def test_every_key_is_named_through_keys(script: str) -> None:
    """The first argument of every command is `KEYS[...]`, never a name or a Lua variable."""
    calls = re.findall(r"redis\.p?call\('[A-Z]+', *([^,)]+)", script)
    assert calls
    assert script.count("redis.") == len(calls)
    assert all(re.fullmatch(r"KEYS\[[i1-9]\]", key) for key in calls)


@pytest.mark.parametrize(
    "key", [DUE_KEY, EXPIRES_KEY, NOTHING_KEY, DOCUMENT_PREFIX + "ehpc/{x}", DOCUMENT_PREFIX + "}{"]
)
def test_every_key_has_the_same_hash_tag(key: str) -> None:
    """What a cluster hashes, the text in the first braces, is ours whatever the document's key holds."""
    assert re.search(r"\{(.*?)\}", key).group(1) == "secondwind"  # type: ignore[union-attr]  # no match is a failure too
