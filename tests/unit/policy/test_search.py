"""All patterns of a policy over one text: nothing is missed, nothing errs open, and hostile text costs little."""

from __future__ import annotations

import random
from inspect import signature
from itertools import product
from typing import Any

import pytest

from shared.policy.matching import search as module
from shared.policy.matching.patterns import LIGHT, MAX_MEMORY_BYTES, compile_pattern, excess
from shared.policy.matching.prefilter import MAX_KNOWN, SHORT_BYTES
from shared.policy.matching.search import EASY_BYTES, MAX_RUNS, MAX_WORDS, MAX_WORK, RICH_BYTES, PatternSet
from shared.policy.matching.weight import weight_of
from shared.policy.matching.wordparts import parts_of
from tests.support.growth import LINEAR, growth


def _found(patterns: PatternSet, text: bytes) -> tuple[bytes, list[int]]:
    """What was searched of a text, and the patterns that are in it."""
    there = patterns.possible_in(text)
    return there.text, sorted(number for number in there.numbers if there.finds(number))


SOME = ["a+b", "foo", "(?i)BAR", r"\d{4}", "x$", "^y", r"\d[ab]", r"(?s)\d.\d", r"[o ]\s?[f\d]", r"\d[^a]"]


@pytest.mark.parametrize("length", [0, SHORT_BYTES, SHORT_BYTES + 1, 5000])
@pytest.mark.parametrize("text", ["", "aab", "foo bar 2026 x", "yx"])
def test_found_whatever_the_length(text: str, length: int) -> None:
    """Short and long messages are searched in different ways, and the same is found."""
    data = (text.rjust(length, ".") if length else text).encode()
    expected = [number for number, one in enumerate(SOME) if compile_pattern(one).search(data)]
    assert _found(PatternSet(SOME), data)[1] == expected


class _OutOfMemory:
    """RE2's set as it is when its automaton does not fit: it finds nothing and says nothing."""

    def Match(self, text: bytes) -> None:  # noqa: N802 - RE2's name
        """Nothing."""


@pytest.mark.parametrize("broken", ["finds nothing", "cannot be made"])
def test_a_set_that_fails_does_not_err_open(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """A set that has run out of memory tells no match; then its patterns are searched for one by one."""
    answer: Any = _OutOfMemory() if broken == "finds nothing" else None
    monkeypatch.setattr(module, "_set_of", lambda *_: answer)
    for data in (b"foo baz 2026", b"foo baz 2026".rjust(5000)):
        expected = [number for number, one in enumerate(SOME) if compile_pattern(one).search(data)]
        assert _found(PatternSet(SOME), data)[1] == expected
        assert {8, 9} <= set(expected)  # what needs no text is searched for in sets


@pytest.mark.parametrize("length", [0, 5000])
def test_a_pattern_whose_set_of_one_fails_is_searched_for(monkeypatch: pytest.MonkeyPatch, length: int) -> None:
    """Of a short text a set of the one pattern is asked; where that tells nothing, RE2's own search is."""
    monkeypatch.setattr(module, "alone", lambda _: _OutOfMemory())
    there = PatternSet(["foo [0-9]", "foo [a-z]"]).possible_in(b"foo 7".rjust(length))
    assert [there.finds(number) for number in range(2)] == [True, False]


def test_words_decide_about_a_long_text_as_the_set_does_about_a_short_one() -> None:
    """What surrounds a text makes no difference: parts of words, signs, other scripts, what `(?i)` folds."""
    patterns = ["brokenpipe", r"\bXid \(", r"\(-4,", "权限不够", "(?i)kiss", "[cs]ens", "one two three"]
    together = PatternSet(patterns)
    for text in [
        "xbrokenpipes",
        "Xid (",
        "aXid (",
        "x(-4,1",
        "说权限不够了",
        "KIss",
        "sense",
        "one two three",
    ]:
        hits = [_found(together, padded.encode())[1] for padded in (text, text + "\n" + "-" * 4000)]
        assert hits[0] == hits[1]
        assert hits[0] or text == "aXid (", text


def test_a_text_that_costs_too_much_is_searched_at_its_ends() -> None:
    """Hundreds of patterns in one long text: the first and the last lines count, and what was searched is told."""
    patterns = [f"cause number {number}x" for number in range(400)]
    middle = "\n".join(f"cause number {number}x" for number in range(1, 399))
    text = "\n".join(["cause number 0x", middle, "filler " * 1500, "cause number 399x"]).encode()
    searched, found = _found(PatternSet(patterns), text)
    assert {0, 399} <= set(found)
    assert len(searched) <= SHORT_BYTES + 1
    assert searched.startswith(b"cause number 0x\n")
    assert searched.endswith(b"\ncause number 399x")


def test_a_long_text_of_some_dozens_of_patterns_is_cut_as_far_as_need_be() -> None:
    """What it may hold is known from the whole; as many bytes are searched as the work allows."""
    patterns = [f"cause{chr(97 + number // 26)}{chr(97 + number % 26)}" for number in range(60)]
    lines = [f"{pattern} and what goes on with it" for pattern in patterns]
    text = "\n".join(lines * 16).encode()
    searched, found = _found(PatternSet(patterns), text)
    assert len(text) > 30_000
    assert SHORT_BYTES < len(searched) <= MAX_WORK // 60 + 1
    assert found == list(range(60))


def _words(count: int) -> bytes:
    return "\n".join(
        f"w{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)} x" for n in range(count)
    ).encode()


def test_a_text_of_more_words_than_a_log_has_is_searched_at_its_ends() -> None:
    """Thousands of distinct words, a word of thousands of letters, or the words of hundreds of patterns."""
    few, many = _words(MAX_WORDS - 1), _words(2 * MAX_WORDS)
    middle = many.splitlines()[MAX_WORDS].decode()[:4]
    assert _found(PatternSet(["waaa", middle]), few)[0] == few
    searched, found = _found(PatternSet(["waaa", middle]), many)
    assert found == [0]
    assert len(searched) <= RICH_BYTES + 1
    assert len(_found(PatternSet(["a"]), _words(MAX_WORDS))[0]) <= RICH_BYTES + 1
    assert len(_found(PatternSet(["a"]), b"x" * 32_768)[0]) <= RICH_BYTES + 1
    assert len(_found(PatternSet(["a"]), b"a " * MAX_RUNS)[0]) == 2 * MAX_RUNS
    assert len(_found(PatternSet(["a"]), b"a " * (MAX_RUNS + 1))[0]) <= RICH_BYTES + 1
    known = [line.decode() for line in _words(3 * MAX_KNOWN).splitlines()]
    searched, found = _found(
        PatternSet([rf"\b{line[:4]}\b" for line in known]), b"\n".join([*map(str.encode, known)] * 4)
    )
    assert len(searched) <= SHORT_BYTES + 1
    assert {0, len(known) - 1} <= set(found)


def test_a_text_of_thirty_lines_may_be_richer() -> None:
    """A longer one may not, nor what is shown of one."""
    known = [line[:4] for line in _words(MAX_KNOWN * 3 // 2).splitlines()]
    patterns = PatternSet([rf"\b{one.decode()}\b" for one in known])
    text = b"\n".join(known * 4).ljust(EASY_BYTES, b".")
    assert len(text) == EASY_BYTES
    assert patterns.possible_in(text).text == text
    assert len(patterns.possible_in(text + b".").text) <= SHORT_BYTES + 1
    assert patterns.possible_in_all(text, EASY_BYTES) is not None
    assert patterns.possible_in_all(text, EASY_BYTES + 1) is None


def test_a_set_too_large_for_its_memory_is_told() -> None:
    """RE2 refuses to make a set larger than its memory; that is no error of the policy."""
    compiled = [compile_pattern("x" * 400 + str(number)) for number in range(20)]
    assert module._set_of(compiled, 1 << 12) is None


_CHANCE = random.Random(7)
_MESSAGES = {
    "one letter": "a" * 32_768,
    "two letters": "".join(_CHANCE.choices("ab", k=32_768)),
    "begun": "".join(f"foo{_CHANCE.randrange(100)} " for _ in range(5500))[:32_768],
    "digits": "".join(_CHANCE.choices("0123456789.:- ", k=32_768)),
}
_POLICIES = {
    "nested": [f"(a+)+{number}$" for number in range(100)],
    "words": [rf"(\w+\s?)+{number}$" for number in range(100)],
    "begun": [f"foo{number}.*bar{number}" for number in range(100)],
    "counted": [f"a[ab]{{3}}c{number}" for number in range(100)],
    "heaviest": ["[ab]*a[ab]{10}c"],
    "many heavy": [f"[ab]*a[ab]{{4}}c{number}" for number in range(64)],
    "counted text": [f"a{{60}}{number}" for number in range(100)],
    "addresses": [rf"\d{{1,3}}\.\d{{1,3}}:{number}" for number in range(16)],
}


@pytest.mark.parametrize("message", _MESSAGES)
@pytest.mark.parametrize("policy", _POLICIES)
def test_hostile_text_is_bounded(policy: str, message: str) -> None:
    """What the check lets pass is searched for in linear time; how fast that is measures `benchmarks/decide.py`."""
    some = _POLICIES[policy]
    assert excess(some) is None
    data, together = _MESSAGES[message].encode(), PatternSet(some)
    assert growth(lambda size: _found(together, data[:size]), len(data)) < LINEAR


@pytest.mark.parametrize(
    ("text", "wordless"), [(b"ab", True), (b"abc", False), (b"a bcd e", False), (b"!?", True), (b" ab ", True)]
)
def test_a_text_without_three_letters_in_a_row_is_wordless(text: bytes, *, wordless: bool) -> None:
    """It can only be looked for as it is."""
    assert (not parts_of(text)) is wordless


def test_where_a_pattern_begins_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each rule that wants the first cause asks where all the others are."""
    patterns = PatternSet(["red [0-9]", "(?s)blue [0-9]"])
    there = patterns.possible_in(b"red\na red 7, a blue 7")
    places = [there.place_of(number) for number in (0, 1)]
    monkeypatch.setattr(patterns, "compiled", lambda number: pytest.fail(f"looked for {number} again"))
    monkeypatch.setattr(patterns, "is_in", lambda number, _: pytest.fail(f"looked for {number} again"))
    assert [there.place_of(number) for number in (0, 1)] == places == [4, 15], "of a line, and where it spans lines"


def test_patterns_together_find_what_each_finds() -> None:
    """The set alone says which: nobody is asked one by one where it answers."""

    class Deaf:
        def __init__(self, inner: Any) -> None:
            self.pattern, self.options = inner.pattern, inner.options

        def search(self, text: bytes) -> None:
            """Nobody asks."""
            pytest.fail(f"asked of {text!r}")

    together = module._Together([3, 7], [Deaf(compile_pattern(one)) for one in ["", "", "", "ab", "", "", "", "cd"]])
    assert (sorted(together.found_in(b"xcd")), sorted(together.found_in(b"abcd"))) == ([7], [3, 7])
    assert list(together.found_in(b"x")) == []


@pytest.mark.parametrize(
    ("text", "size", "ends"),
    [
        (b"one\ntwo\nthree\nfour\nfive", 14, b"one\n\nfive"),
        (b"one\ntwo\nthree\nfour\nfive", 16, b"one\ntwo\n\nfive"),
        (b"one\ntwo\nthree\nfour\n", 10, b"one\n\n"),
        (b"abcdefghij", 4, b"ab\nij"),
        (b"\nbcdefgh\nj", 6, b"\n\nj"),
    ],
)
def test_the_ends_of_a_text_are_whole_lines(text: bytes, size: int, ends: bytes) -> None:
    """A line that is cut is left out, unless there is no other."""
    assert module._ends_of(text, size) == ends


_CLASSES = ["".join(three) for three in product((r"\d", r"\w", r"\S", "[0-4]"), repeat=3)]


def test_light_patterns_that_need_no_text_are_searched_for_four_at_a_time() -> None:
    """Apart where they span lines; each heavier one alone. Together they may use as much memory as one by one."""
    light, heavy = _CLASSES[:5], [r"\w{4}", r"\d{4}"]
    spanning = [f"(?s){one}" for one in light[:2]]
    assert [weight_of(one) for one in (*light, *spanning)] == [LIGHT] * 7
    groups = PatternSet([*light, "text", *spanning, *heavy])._index._groups
    assert sorted(group._members for group in groups) == [(0, 1, 2, 3), (4,), (6, 7), (8,), (9,)]
    assert signature(module._set_of).parameters["max_mem"].default == 4 * MAX_MEMORY_BYTES
    assert module._Together([0], [compile_pattern(r"\d")])._set is None


@pytest.mark.parametrize(("needing", "free"), [(100, 0), (100, 28), (127, 0), (240, 15), (240, 16), (240, 40), (0, 20)])
def test_how_much_is_searched_goes_by_the_patterns_that_may_be_there(needing: int, free: int) -> None:
    """Those that need a text that is there, and those that need none; never less than of a short text."""
    words = [f"cause{chr(97 + n // 26)}{chr(97 + n % 26)}" for n in range(needing)]
    patterns = PatternSet([*words, *_CLASSES[:free], "another", "a third"])
    once = MAX_WORK // (needing + free)
    for size in (once, once + 1, 2 * once, 2 * once + 1, 32_768):
        if size > SHORT_BYTES:
            most = module._times(size) * MAX_WORK // (needing + free) if once > SHORT_BYTES else once
            text = ("\n".join(words) + "\n").encode() + b"= =\n" * 8192
            text, whole = text[:size], size <= most > SHORT_BYTES
            assert _found(patterns, text)[0] == (text if whole else module._ends_of(text, max(most, SHORT_BYTES)))
