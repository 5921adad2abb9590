"""Every small pattern in every small text, every small rule against its definition: chance leaves nothing out here."""

from __future__ import annotations

import random
from collections.abc import Iterator
from itertools import product

import pytest

from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.matching.search import PatternSet

_CHANCE = random.Random(9)
_SHAPES = (
    "{0}",
    "{0}{1}",
    "{0}.*{1}",
    "{0}|{1}",
    "({0}|{1}){2}",
    "{0}({1})?{2}",
    "{0}(?:{1})*{2}",
    "{0}(?:{1})+{2}",
    "{0}(?:{1}){{2}}",
    "{0}(?:{1}){{0,1}}{2}",
    "{0}[cs]{1}",
    r"\b{0}\b",
    "^{0}{1}$",
    r"{0}\B{1}",
    r"{0}(?:{1}|\d){2}",
    r"\Q{0}.\E{1}",
    "({0}|{1}).*({2}|{0})",
    "{0}+?{1}",
    "[^{0}]{1}",
    r"{0}\.{1}",
)
_WORDS = ("abc", "cab", "Kas", "ab c", "c", "-1", "磁盘坏", "abcs")
_PARTS = (*_WORDS, "ABC", "KAS", "x", " ", "\n", ".", "1", "é")


def _patterns() -> Iterator[str]:
    """Some of each shape, with and without a flag: the same each time."""
    for shape in _SHAPES:
        for words in _CHANCE.sample(list(product(_WORDS, repeat=3)), 6):
            yield _CHANCE.choice(["", "", "(?i)"]) + shape.format(*words)


_PATTERNS = tuple(dict.fromkeys(_patterns()))
_TEXTS = tuple("".join(_CHANCE.choices(_PARTS, k=_CHANCE.randrange(7))) for _ in range(100))


@pytest.mark.parametrize("padding", [0, SHORT_BYTES])
@pytest.mark.parametrize("together", [1, 3, 60])
def test_a_pattern_is_found_where_re2_finds_it(together: int, padding: int) -> None:
    """Alone or with others, in a short text or a long one: what is cheap to rule out was not there."""
    for begin in range(0, len(_PATTERNS), together):
        some = _PATTERNS[begin : begin + together]
        asked, alone = PatternSet(some), [compile_pattern(one) for one in some]
        for text in _TEXTS[begin % 5 :: 5] if together == 1 else _TEXTS[begin % 2 :: 2]:
            data = (text + "\n" + "=" * padding).encode() if padding else text.encode()
            there = asked.possible_in(data)
            found = [number for number in range(len(some)) if number in there.numbers and there.finds(number)]
            assert found == [number for number, one in enumerate(alone) if one.search(data)], (some, text)
