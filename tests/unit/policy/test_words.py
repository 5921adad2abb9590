"""Which texts some words may make: nearly as few as there are, however many words are new."""

from __future__ import annotations

from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.matching import wordindex
from shared.policy.matching.words import brief_of, few_words_of, may_be_in, words_of
from tests.unit.policy.indexes import found, told_by, word_index


def test_a_word_within_a_text_is_a_whole_one() -> None:
    """A longer one is another."""
    index = word_index(b"a disk error", b"no inode left")
    assert found(index, "xa disk errors") == [0]
    assert found(index, "a diskette error, no inodes left") == []


def test_each_text_is_asked_about_by_the_part_that_fewest_have() -> None:
    """Of texts that begin alike and go on alike each has a list of its own; of equals the longest part is taken."""
    texts = [f"aaa common z{one}{two}".encode() for one, two in product("abcd", repeat=2)]
    index = word_index(*texts)
    assert max(map(len, index._asked.values())) == 1
    two = word_index(b"abc defghijk")
    part = next(number for number, some in two._asked.items() if some)
    assert two.parts_in(frozenset({b"defghijk"})) == {part}


@pytest.mark.parametrize("others", [0, 1, 2, 100])
def test_words_that_were_never_seen_are_all_asked(others: int) -> None:
    """One, two or hundreds at a time: of a text in them each part is found, and what only looks like one is not."""
    index = word_index(b"disk error", b"oneword")
    more = {f"{one}{two}q".encode() for one, two in product("abcdefghij", repeat=2)}
    words = frozenset(sorted(more)[:others])
    assert told_by(index, words | {b"xdisk", b"errors"}) == [0]
    assert told_by(index, words | {b"xonewordx"}) == [1]
    assert told_by(index, words | {b"xdiskette"}) == []
    assert told_by(index, words | {b"one", b"neword"}) == []
    assert told_by(index, words | {b"oneneword"}) == found(index, "oneneword") == []


@pytest.mark.parametrize("count", [1, 65, 200])
def test_pieces_of_words_are_found_among_however_many(count: int) -> None:
    """Each by what fewest others have."""
    pieces = [f"{one}{two}{three}x" for one, two, three in product("abcdef", repeat=3)][:count]
    index = word_index(*map(str.encode, pieces))
    assert sum(map(len, index._pieces.rows.values())) == count
    for number in {0, count // 2, count - 1}:
        assert found(index, f"z{pieces[number]}z and more") == [number]


def test_what_is_kept_of_words_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of those that tell something as of the others."""
    monkeypatch.setattr(wordindex, "_MOST_KEPT", 100)
    index = word_index(b"killed")
    for first in "abcdefgh":
        for word in ("killed", "failed"):
            texts = " ".join(f"{first}{word}{one}{two}" for one, two in product("abcdefg", repeat=2))
            assert found(index, texts) == ([0] if word == "killed" else [])
            assert len(index._tells) + len(index._dull) <= 100 + wordindex._MOST_LEARNED


@pytest.mark.parametrize(("most", "few"), [(3, True), (2, False)])
def test_so_many_runs_are_counted(most: int, *, few: bool) -> None:
    """Of ASCII letters; what is beyond comes with them."""
    assert few_words_of("one two 权 one".encode(), most) == (
        frozenset({b"one", b"two", "权".encode()}) if few else None
    )


_LOG = "".join(f"step {number}: loss 0.{number:03d}\n" for number in range(100)) + "xid 79, gone 权"


def test_of_lines_that_differ_in_numbers_one_is_left() -> None:
    """A number of any length is a zero then; the words stay."""
    brief = brief_of(_LOG.encode())
    assert brief.decode() == "step 0: loss 0.0\nxid 0, gone 权"
    assert words_of(brief) == words_of(_LOG.encode())


@pytest.mark.parametrize("text", [b"", b"step 1\nstep 22", b"a 1\nb 22\na 3"])
def test_a_text_without_such_lines_is_left_as_it_is(text: bytes) -> None:
    """Nothing would be won."""
    assert brief_of(text) == text


@pytest.mark.parametrize(
    ("text", "may_be"),
    [
        ("loss", True),
        ("xid 79, g", True),
        ("9: loss 0.09", True),
        ("loos", False),
        ("pid 79", False),
    ],
)
def test_what_is_in_a_text_may_be_in_what_is_left(text: str, *, may_be: bool) -> None:
    """Also with digits in it."""
    assert may_be_in(text, brief_of(_LOG.encode()).decode("latin-1")) is may_be


@given(st.text("a1\n0 ", max_size=60), st.data())
def test_nothing_that_is_in_a_text_is_missed(text: str, data: st.DataObject) -> None:
    """Whatever is cut out of a line of it."""
    begin = data.draw(st.integers(0, len(text)))
    some = text[begin : data.draw(st.integers(begin, len(text)))].partition("\n")[0]
    assert may_be_in(some, brief_of(text.encode()).decode())
