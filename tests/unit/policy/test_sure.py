"""What is seen at once of a text that is all that a pattern asks for is what a search finds."""

from __future__ import annotations

import pytest

from shared.policy.matching import sure as module
from shared.policy.matching.possible import SMALL_BYTES
from shared.policy.matching.search import PatternSet
from shared.policy.matching.sure import ANYWHERE, is_sure, sure_of

_PATTERNS = (r"(?i)\bdisk\b", r"(?i)disk\b", r"(?i)\bdisk", "(?i)disk", r"(?i)\bdisk\b|disk [0-9]", "磁盘|\\b7\\b")
_TEXTS = ("disk", "a Disk.", "disks", "adisk", "disk_", "-disk-", "disks, adisk, disk", "disk 7", "17 盘", "磁盘", "7")
_LONG = "\n" + "- \n" * SMALL_BYTES


@pytest.mark.parametrize("filler", ["", _LONG])
@pytest.mark.parametrize("pattern", _PATTERNS)
def test_what_is_seen_at_once_is_what_is_found(pattern: str, filler: str) -> None:
    """With word edges or without, in a text or in a line of one."""
    for text in _TEXTS:
        data = (text + filler).encode()
        patterns = PatternSet([pattern])
        there = patterns.possible_in(data)
        found = 0 in there.numbers and there.finds(0)
        assert found is (patterns.compiled(0).search(data) is not None), text


@pytest.mark.parametrize("text", ["the DISK is full", "- \n" * SMALL_BYTES + "the DISK is full"])
def test_what_is_seen_at_once_is_not_searched_for(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    """Nothing is compiled for it."""
    patterns = PatternSet([r"(?i)\bdisk\b|[0-9] disks"])
    monkeypatch.setattr(patterns, "is_in", lambda *_: pytest.fail("searched for"))
    assert patterns.possible_in(text.encode()).finds(0)


def test_the_least_that_is_asked_of_a_text_counts() -> None:
    """One without edges is there wherever it is."""
    assert sure_of(["\0oom\0", "oom", "\0xid"]) == {"oom": ANYWHERE, "xid": (True, False)}
    assert sure_of([]) == {}


@pytest.mark.parametrize(("before", "seen"), [(module._MOST - 1, True), (module._MOST, False)])
def test_so_many_places_are_looked_at(before: int, *, seen: bool) -> None:
    """Where a text comes again and again within words it takes less to search for the pattern."""
    assert is_sure("oom", {"oom": (True, True)}, "room " * before + "oom") is seen
    assert not is_sure("xid", {"oom": ANYWHERE}, "xid")
