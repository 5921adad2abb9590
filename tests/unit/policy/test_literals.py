"""What a pattern needs, at its bounds: so many texts, so long, and what a sign or a flag makes of them."""

from __future__ import annotations

import pytest

from shared.policy.matching.literals import MAX_CHOICES, MAX_TEXT_BYTES, enough, needed
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.search import PatternSet

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
        (r"(?i)\Qré\Etin", "tin"),
        ("(?i)\u0442.", "\u0442|\u0422|\u1c84|\u1c85"),
        ("(?i)\u0442 in", " in"),
        ("(?i)\u017f", "s"),
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
    """Only with the flag, and beyond ASCII each letter by itself; what is not spelled out is anything."""
    found = needed(pattern)
    assert found is not None
    assert found[0][0] == frozenset(text.encode() for text in needs.split("|"))


@pytest.mark.parametrize(
    "text", ["État", "ÉTAT", "était", "ƛtat", "\u043d\u0435 \u0442", "\u041d\u0415\u0422", "\u043d\u0435\u1c85"]
)
@pytest.mark.parametrize("pattern", ["[ÉÈ]tat", "(?i)État", "(?i)[éè]tat", "État|é", "(?i)\u043d\u0435\u0442"])
def test_beyond_ascii_nothing_is_missed(pattern: str, text: str) -> None:
    """Found alone as it is among others that need another text."""
    found = [PatternSet(some).possible_in(text.encode()) for some in ([pattern, ".tat"], [".tat", pattern])]
    alone = PatternSet([pattern]).compiled(0).search(text.encode()) is not None
    assert [0 in found[0].numbers and found[0].finds(0), 1 in found[1].numbers and found[1].finds(1)] == [alone] * 2


@pytest.mark.parametrize(("letters", "texts"), [(MAX_TEXT_BYTES, 1), (MAX_TEXT_BYTES + 1, 0)])
def test_a_text_that_is_not_looked_for_as_a_whole_is_searched_for(letters: int, texts: int) -> None:
    """What is needed of it is a part."""
    assert len(enough("(?i)" + "a" * letters)) == texts


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("(?i)no such file", ["no such file"]),
        ("(?i)disk quota exceeded|没有空间", ["disk quota exceeded", "没有空间"]),
        ("(?i)can't open: /dev/nvidia0", ["can't open: /dev/nvidia0"]),
        ("Killed", []),
        ("a(?i)b", []),
        ("(?i)a(?-i)b", []),
        ("(?i)a(?-i:b)", []),
        ("(?i)", []),
        ("(?i)a|", ["a"]),
        ("(?i)out.of", []),
        ("(?i)ab{2}", []),
        ("(?i)abc+", []),
        ("(?i)[cs]", ["c", "s"]),
        (r"(?i)\bxid", ["\0xid"]),
        (r"(?i)\bxid\b|\bd_\b", ["\0xid\0", "\0d_\0"]),
        (r"(?i)\b-x|x\b \by|é", []),
        (r"(?i)\bé|\b没|\bx", []),
        (r"(?i)\b没|\bx|没", ["\0x", "没"]),
        (r"(?i)\ba|^b|c", ["c"]),
        (r"没有空间|\S|7\.5|\b404", ["没有空间", "7.5", "\x00404"]),
        ("没有空间|x", []),
        (r"没有\Qx\E", []),
        (r"没有\Q空间\E", []),
        (r"(?i)ok\b", ["ok\0"]),
        ("没有[ab]", []),
        ("(?s)没有", []),
        ("", []),
        (r"(?i)a\Bb", []),
        (r"(?i)ab\b|bb", ["ab\0", "bb"]),
        ("(?i)(a|b)c", ["ac", "bc"]),
        ("(?i)(?:a|b)?b|[^a]b", ["ab", "bb", "b"]),
        ("(?i)^a", []),
        ("(?i)É", []),
        ("(?i)disk full|é", []),
        ("(?i)a\x07b", ["a\x07b"]),
        ("(?i)" + "a" * 49, []),
        ("(?is)ab", []),
    ],
)
def test_what_a_text_is_enough_for_is_found_without_a_search(pattern: str, texts: list[str]) -> None:
    """Only if case is nothing to it, and of what is looked for whole; and then it is found where RE2 finds it."""
    assert enough(pattern) == {text.encode() for text in texts}
    for text in (
        "NO SUCH FILE",
        "没有空间",
        "x" * 60 + "CAN'T open: /dev/nvidia0",
        "killed",
        "Killed",
        "abb",
        "ab b",
        "xABX",
        "NVRM: Xid 79",
        "2xid xids xid_",
        "d_ 1404, 404",
        "no\u212a b",
        "x没 没x 7.5",
        "a\x07b",
        "a" * 60,
    ):
        there = PatternSet([pattern]).possible_in(text.encode())
        found = 0 in there.numbers and there.finds(0)
        assert found is (compile_pattern(pattern).search(text.encode()) is not None)
