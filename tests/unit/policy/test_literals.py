"""What a pattern needs, at its bounds: so many texts, so long, and what a sign or a flag makes of them."""

from __future__ import annotations

import pytest

from shared.policy.literals import MAX_CHOICES, MAX_TEXT_BYTES, is_plain, needed
from shared.policy.search import PatternSet

_EIGHT = "(?:a|b|c|d|e|f|g|h)"
_LONG = "z" * (MAX_TEXT_BYTES - 8)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (f"{_EIGHT}(?:1|2|3|4)", 32),
        (f"{_EIGHT}(?:1|2|3|4|5)", 5),
        (f"{_EIGHT}{_EIGHT}{_EIGHT}", 8),
        ("(?:" + "|".join(f"{one}{two}" for one in "abcd" for two in "01234567") + ")", 32),
        ("(?:" + "|".join(f"{one}{two}" for one in "abc" for two in "0123456789AB") + ")", None),
        ("[abcd]x", 4),
        ("[abcde]x", 1),
        ("[éa]x", 1),
        ("[ab1]x", 1),
        (f"(?:a|bbbb){_LONG}123456", 1),
        (f"(?:a|b){_LONG}1234567", 2),
        (f"(?:a|b){_LONG}12345678", 1),
    ],
)
def test_what_is_told_apart_has_a_bound(pattern: str, texts: int | None) -> None:
    """So many texts of so many bytes; of what goes beyond, its parts are needed one by one."""
    found = needed(pattern)
    assert (found and len(found[0][0])) == texts
    for alternative in found or ():
        assert all(len(some) <= MAX_CHOICES and max(map(len, some)) <= MAX_TEXT_BYTES for some in alternative)


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("rétine", "rétine"),
        ("(?:ré)tine", "rétine"),
        ("(?s)rétine", "rétine"),
        ("(?i)rétin", "tin"),
        ("(?is)rétin", "tin"),
        ("(?i)权tin", "权tin"),
        (r"\x{e9}tin", "tin"),
        (r"\pLtin", "tin"),
        (r"\351tin", "tin"),
        (r"\.tin", ".tin"),
        (r"\dtin", "tin"),
        ("{tin", "{tin"),
        ("x{2}?tin", "tin"),
        ("x??tin", "tin|xtin"),
        ("x?tin", "tin|xtin"),
        ("[ÉÈ]tin", "tin"),
    ],
)
def test_flags_and_signs_are_understood(pattern: str, needs: str) -> None:
    """Only ASCII is folded, and only with the flag; what is not spelled out is anything."""
    found = needed(pattern)
    assert found is not None
    assert found[0][0] == frozenset(text.encode() for text in needs.split("|"))


@pytest.mark.parametrize("text", ["État", "ÉTAT", "était", "ƛtat"])
@pytest.mark.parametrize("pattern", ["[ÉÈ]tat", "(?i)État", "(?i)[éè]tat", "État|é"])
def test_beyond_ascii_nothing_is_missed(pattern: str, text: str) -> None:
    """Found alone as it is among others that need another text."""
    found = [PatternSet(some).possible_in(text.encode()) for some in ([pattern, ".tat"], [".tat", pattern])]
    alone = PatternSet([pattern]).compiled(0).search(text.encode()) is not None
    assert [0 in found[0].numbers and found[0].finds(0), 1 in found[1].numbers and found[1].finds(1)] == [alone] * 2


@pytest.mark.parametrize(("letters", "plain"), [(MAX_TEXT_BYTES, True), (MAX_TEXT_BYTES + 1, False)])
def test_a_text_that_is_not_looked_for_as_a_whole_is_searched_for(letters: int, *, plain: bool) -> None:
    """What is needed of it is a part."""
    assert is_plain("(?i)" + "a" * letters) is plain
