"""By what texts are looked for: the sign that fewest have, so that most patterns of a policy cost a text nothing."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from shared.policy.globs import glob_test
from shared.policy.matching.grams import by_grams
from shared.policy.matching.literals import Needs
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.prefilter import MAX_KNOWN, MAX_PARTS, SHORT_BYTES
from shared.policy.matching.search import MAX_LETTERS, PatternSet
from shared.policy.matching.words import words_of
from shared.policy.text.whole import MAX_PIECES, MIN_WIDTH, searched, wholes
from tests.unit.policy.indexes import asked_first, found, numbers_by, prefilter_of, told_by, word_index


def _one(text: str) -> Needs:
    return ((frozenset({text.encode()}),),)


@pytest.mark.parametrize("text", ["xyz", "zoo away", "lazy", "aaa zzz"])
def test_every_letter_is_one(text: str) -> None:
    """From the first to the last."""
    assert found(word_index(text.encode()), f"1{text}1") == [0]
    assert words_of(text.encode()) == set(text.encode().split())


def test_of_ascii_only_small_letters_are_in_words() -> None:
    """And all of them are."""
    assert words_of(bytes(range(128))) == {b"abcdefghijklmnopqrstuvwxyz"}


def test_beyond_ascii_every_sign_goes_on_in_its_run() -> None:
    """Whatever bytes it has."""
    for text in ("怀", "\u0480", "\U00010000", "\u7fff"):
        assert words_of(f"1 {text} 1".encode()) == {text.encode()}


def test_beyond_ascii_the_longest_run_is_looked_for() -> None:
    """Shorter ones are in more texts."""
    index = word_index("鼠.磁盘坏".encode(), "没有空间".encode())
    assert [found(index, text) for text in ("a 磁盘坏 b", "鼠", "没有空间了")] == [[0], [], [1]]
    assert index.wordless == frozenset()


def test_each_text_is_looked_for_by_what_no_other_has() -> None:
    """Of a hundred texts that begin alike none is asked about in a text that only begins so."""
    texts = [f"error {one}{two}q" for one, two in product("abcdefghij", repeat=2)]
    grams = by_grams([(text, number) for number, text in enumerate(texts)])
    assert (max(map(len, grams.rows.values())), grams.short, grams.signs) == (1, {}, [])
    assert grams.found_in(b"an error abq here") == {1: "error abq"}


@pytest.mark.parametrize("most", [0, 10, 99, 100])
def test_of_more_texts_than_are_asked_for_some_are_told(most: int) -> None:
    """That there are more is certain; the others are not looked for."""
    texts = [f"error {one}{two}q" for one, two in product("abcdefghij", repeat=2)]
    grams = by_grams([(text, number) for number, text in enumerate(texts)])
    told = grams.found_in(" ".join(texts).encode(), most)
    assert len(told) == min(64 * (most // 64 + 1), len(texts)), "each has a gram of its own"


def test_what_few_patterns_need_is_asked_for_first() -> None:
    """The word that all have is there in every text of theirs."""
    common, rare = (frozenset({b"failed"}), frozenset({b"aaa", b"zzz"}))
    others = [((frozenset({f"own{sign}".encode()}), common),) for sign in "abcdef"]
    assert asked_first([((common, rare),), *others]) == {"aaa", "zzz", *(f"own{sign}" for sign in "abcdef")}


def test_what_is_no_more_than_texts_costs_no_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither does a pattern one of whose other texts is not there."""
    patterns = PatternSet(["(?i)disk is full", "red.*blue fault"])

    def deny(number: int, text: bytes) -> Any:
        pytest.fail(f"pattern {number} was searched for in {text!r}")

    monkeypatch.setattr(patterns, "is_in", deny)
    there = patterns.possible_in(b"the DISK is FULL, blue fault")
    assert [number for number in there.numbers if there.finds(number)] == [0]


def test_a_wordless_text_beside_others_is_looked_for_before_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    """No word tells of it, so the text itself has to."""
    patterns = PatternSet(["blue.*<<<"])
    there = patterns.possible_in(b"blue")
    monkeypatch.setattr(patterns, "is_in", lambda number, _: pytest.fail(f"{number} was searched for"))
    assert [there.finds(number) for number in there.numbers] in ([], [False])


@pytest.mark.parametrize("size", [4, SHORT_BYTES, SHORT_BYTES + 1])
def test_what_a_short_text_holds_is_known_by_the_words_of_it(size: int) -> None:
    """A text of the largest short size is one."""
    text, patterns = "blue".rjust(size, "="), PatternSet(["blue$"])
    there = patterns.possible_in(text.encode())
    assert (there.text.decode(), [there.finds(one) for one in there.numbers]) == (text, [True])
    assert there.chances.by_words is (len(text) <= SHORT_BYTES)


def test_as_many_words_as_a_log_has_are_looked_for() -> None:
    """One more, and it has those of hundreds of patterns."""
    words = [f"{one}{two}{three}q" for one, two, three in product("abcdefgh", repeat=3)][: MAX_KNOWN + 1]
    prefilter = prefilter_of(*[_one(f"\0{word}\0") for word in words])
    all_, less = (" ".join(some).encode() for some in (words, words[:-1]))
    assert numbers_by(prefilter, all_) is None
    assert numbers_by(prefilter, less) == frozenset(range(MAX_KNOWN))


@pytest.mark.parametrize("learned", [False, True])
def test_as_many_parts_as_ten_failures_have_are_looked_for(*, learned: bool) -> None:
    """Ends and beginnings of words count as whole ones do, whether a process has seen these words or not."""
    signs = "abcdefghi"
    ends = [f"{one}{two}{three}q" for one, two, three in product(signs, repeat=3)][: MAX_PARTS + 1]
    prefilter = prefilter_of(*[_one(f"{end} ") for end in ends])
    for some, asked in ((ends, None), (ends[:-1], MAX_PARTS)):
        text = " ".join(f"x{end}" for end in some).encode() + b" "
        for _ in range(len(ends) if learned else 1):
            possible = numbers_by(prefilter, text)
        assert (None if possible is None else len(possible)) == asked
    assert bool(learned) is (len(prefilter._words._tells) > MAX_PARTS // 2)


@pytest.mark.parametrize(("most", "fewer"), [(3, True), (2, False)])
def test_a_text_that_may_hold_as_many_patterns_as_that_is_not_looked_through(most: int, *, fewer: bool) -> None:
    """They would be searched for in its ends alone."""
    chances = prefilter_of(_one("red"), _one("blue"), _one("green")).possible_by(
        frozenset({b"red", b"blue"}), b"red blue", most
    )
    assert (chances is not None) is fewer


def test_what_is_looked_for_in_a_long_text_has_a_bound() -> None:
    """Beyond it all that its words tell may be there: a search says whether."""
    words = [f"{one}{two}q x" for one, two in product("abcdefghij", repeat=2)]
    prefilter = prefilter_of(*[_one(word) for word in words])
    text = " ".join(word.replace(" x", " y") for word in words).encode()
    some = numbers_by(prefilter, text, {b"x"})
    assert some == frozenset(), "in a text of this length each is looked for"
    long = text + b" " * (1 << 20)
    many = numbers_by(prefilter, long, {b"x"})
    assert many is not None
    assert len(words) - 2 <= len(many) < len(words)
    short = prefilter_of(*[_one(f"{one}1{two}") for one, two in product("abcdefghij", repeat=2)])
    of_short = numbers_by(short, long)
    assert of_short is not None
    assert 98 <= len(of_short) < 100


@pytest.mark.parametrize(
    ("globs", "fits"), [(("*",), True), (("a*",), False), (("a*", "?b"), False), (("**", "c"), False)]
)
def test_an_empty_value_fits_only_what_asks_nothing(globs: tuple[str, ...], *, fits: bool) -> None:
    """`*` alone is asked of by `bool`: there is none where nothing is told."""
    del fits
    assert not glob_test(globs)("")


def _cut(width: int, pieces: int) -> list[str]:
    """Lines of one width, as a terminal cuts them."""
    return [f"{chr(97 + number)}" * width for number in range(pieces)]


@pytest.mark.parametrize("pieces", [1, 2, MAX_PIECES, MAX_PIECES + 1, MAX_PIECES + 2, 2 * MAX_PIECES])
def test_a_line_was_cut_into_so_many_pieces_at_the_most(pieces: int) -> None:
    """What goes on longer is another line; one piece alone is no line that was cut."""
    lines = _cut(MIN_WIDTH, pieces)
    ends = {MAX_PIECES: MAX_PIECES} if pieces > MAX_PIECES else {}
    rest = pieces - MAX_PIECES if pieces > MAX_PIECES else pieces
    expected = {end - 1: "".join(lines[end - size : end]) for end, size in ends.items()}
    if rest > 1:
        expected[pieces - 1] = "".join(lines[pieces - rest :])
    assert {place: whole[-1] for place, whole in wholes(lines).items()} == expected


@pytest.mark.parametrize(("short_by", "goes_on"), [(0, True), (3, True), (4, False)])
def test_a_line_goes_on_where_the_next_word_would_not_have_fit(short_by: int, *, goes_on: bool) -> None:
    """A blank and the word come to the width, or beyond it."""
    first, last = "a" * (MIN_WIDTH - short_by - 1) + "b", "cc the rest"
    widest = "w" * MIN_WIDTH
    whole = f"{first}{' ' if short_by else ''}{last}"
    assert (whole in searched([first, last, "x", widest]).split("\n")) is goes_on


def test_only_lines_that_are_wide_were_cut() -> None:
    """Nobody cuts short ones."""
    assert wholes(_cut(MIN_WIDTH - 1, 2)) == {}
    assert wholes([]) == {}


@pytest.mark.parametrize(("pattern", "text"), [("a{", "a{"), ("x{y", "x{y"), ("(?:É)a", "Éa"), ("[[]x", "[x")])
def test_signs_that_mean_nothing_there_are_themselves(pattern: str, text: str) -> None:
    """A brace that counts nothing, a group that sets no flag."""
    assert compile_pattern(pattern).search(text.encode())
    for padding in ("", "\n" + "=" * SHORT_BYTES):
        there = PatternSet([pattern]).possible_in((text + padding).encode())
        assert [there.finds(one) for one in there.numbers] == [True]


def test_of_hundreds_of_new_words_none_is_passed_over() -> None:
    """More than are learned at a time: what begins or ends a word is found among them all the same."""
    index = word_index(b"disk error", b"oneword", b"xyz of memory")
    many = " ".join(f"{one}{two}q" for one, two in product("abcdefghijklmnop", repeat=2))
    for text, there in (("xdisk errors", [0]), ("aonewordb", [1]), ("axyz of memoryb", [2]), ("nothing", [])):
        assert found(index, f"{many} {text}") == there
        assert (
            told_by(word_index(b"disk error", b"oneword", b"xyz of memory"), words_of(f"{many} {text}".encode()))
            == there
        )


@pytest.mark.parametrize(("more", "whole"), [(0, True), (1, False)])
def test_a_text_of_as_many_letters_as_a_log_has_is_searched_as_a_whole(more: int, *, whole: bool) -> None:
    """Of one more its ends: what is looked up is bounded by its distinct words."""
    size = MAX_LETTERS // 10
    text = " ".join(chr(97 + number) * (size + (more if not number else 0)) for number in range(10)).encode()
    assert (PatternSet(["q"]).possible_in(text).text == text) is whole


def test_what_is_beyond_the_bound_of_looks_is_searched_for() -> None:
    """That its words are there proves nothing, also of a pattern that is no more than a text."""
    words = [f"{one}{two}q" for one, two in product("abcdefgh", repeat=2)][:60]
    patterns = PatternSet([f"(?i){word} xx" for word in words])
    text = ("\n".join(f"{word} yy" for word in words) + "\nz xx").encode().ljust(30_000, b"-")
    there = patterns.possible_in(text)
    assert 0 < len(there.numbers) < len(words), "some were looked for, others were not"
    assert not [number for number in there.numbers if there.finds(number)]


def test_light_patterns_that_span_lines_are_found_together() -> None:
    """As one set, whose sign for any sign is a line's end as well."""
    patterns = PatternSet([r"(?s)\d.\d", r"(?s)\d.\w", r"\d.\d", r"\d.\w"])
    for text, hits in (("1\n2", [0, 1]), ("1\na", [1]), ("1.a", [1, 3]), ("1.2", [0, 1, 2, 3])):
        there = patterns.possible_in(text.encode())
        assert sorted(number for number in there.numbers if there.finds(number)) == hits
