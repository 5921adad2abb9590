"""Which texts some words may make: nearly as few as there are, however many words are new."""

from __future__ import annotations

from itertools import product

import pytest

from shared.policy import wordindex
from shared.policy.wordindex import WordIndex, blurs_words, few_words_of, folded_of, words_of


def _found(index: WordIndex, text: str) -> list[int]:
    return index.found_in(index.telling(words_of(folded_of(text.encode()))))


@pytest.mark.parametrize(
    ("text", "blurs"),
    [("", False), ("skill", False), ("é", False), ("权限", False), ("\u212a", True), ("a\u017fb", True)],
)
def test_two_letters_blur_where_words_end(text: str, *, blurs: bool) -> None:
    """Any other sign beyond ASCII is no ASCII letter for anybody."""
    assert blurs_words(text.encode()) is blurs


def test_a_word_within_a_text_is_a_whole_one() -> None:
    """A longer one is another."""
    index = WordIndex({b"a disk error": 0, b"no inode left": 1})
    assert _found(index, "xa disk errors") == [0]
    assert _found(index, "a diskette error, no inodes left") == []


def test_each_text_is_asked_about_by_the_part_that_fewest_have() -> None:
    """Of texts that begin alike and go on alike each has a list of its own; of equals the longest part is taken."""
    texts = [f"aaa common z{one}{two}".encode() for one, two in product("abcd", repeat=2)]
    index = WordIndex({text: number for number, text in enumerate(texts)})
    assert max(map(len, index._asked)) == 1
    two = WordIndex({b"abc defghijk": 0})
    part = next(number for number, some in enumerate(two._asked) if some)
    assert two._told_by((b"defghijk",)) == {part}


@pytest.mark.parametrize("others", [0, 1, 2, 100])
def test_words_that_were_never_seen_are_all_asked(others: int) -> None:
    """One, two or hundreds at a time: of a text in them each part is found, and what only looks like one is not."""
    index = WordIndex({b"disk error": 0, b"oneword": 1})
    more = {f"{one}{two}q".encode() for one, two in product("abcdefghij", repeat=2)}
    words = frozenset(sorted(more)[:others])
    assert index.found_in(words | {b"xdisk", b"errors"}) == [0]
    assert index.found_in(words | {b"xonewordx"}) == [1]
    assert index.found_in(words | {b"xdiskette"}) == []
    assert index.found_in(words | {b"one", b"neword"}) == []
    assert index.found_in(words | {b"oneneword"}) == _found(index, "oneneword") == []


@pytest.mark.parametrize("count", [1, 63, 64, 65, 200])
def test_pieces_of_words_are_found_among_however_many(count: int) -> None:
    """A few are looked for one by one, more by their beginnings."""
    pieces = [f"{one}{two}{three}x" for one, two, three in product("abcdef", repeat=3)][:count]
    index = WordIndex({piece.encode(): number for number, piece in enumerate(pieces)})
    assert set(map(len, index._pieces)) == {wordindex._GRAM}
    for number in {0, count // 2, count - 1}:
        assert _found(index, f"z{pieces[number]}z and more") == [number]


def test_what_is_kept_of_words_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that tell something as of the others."""
    monkeypatch.setattr(wordindex, "_MOST_KEPT", 100)
    index = WordIndex({b"killed": 0})
    for first in "abcdefgh":
        for word in ("killed", "failed"):
            texts = " ".join(f"{first}{word}{one}{two}" for one, two in product("abcdefg", repeat=2))
            assert _found(index, texts) == ([0] if word == "killed" else [])
            assert len(index._tells) + len(index._dull) <= 100 + wordindex._MOST_LEARNED


@pytest.mark.parametrize(("most", "few"), [(3, True), (2, False)])
def test_so_many_runs_are_counted(most: int, *, few: bool) -> None:
    """Of ASCII letters; what is beyond comes with them."""
    assert few_words_of("one two 权 one".encode(), most) == (
        frozenset({b"one", b"two", "权".encode()}) if few else None
    )
