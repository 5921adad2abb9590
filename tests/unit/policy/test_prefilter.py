"""What a pattern needs is in every text that it matches, however both are spelled: the prefilter is never wrong."""

from __future__ import annotations

from collections.abc import Collection

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.matching import prefilter as module
from shared.policy.matching import wordindex
from shared.policy.matching.literals import Needs, needed
from shared.policy.matching.patterns import PatternError, compile_pattern
from shared.policy.matching.prefilter import SHORT_BYTES, Prefilter
from shared.policy.matching.search import PatternSet
from shared.policy.matching.words import folded_of, words_of
from shared.policy.packs import KnownNeeds
from tests.unit.policy.indexes import found, numbers_by, prefilter_of, told_by, word_index

_MANY = [f"x{number:02}" for number in range(33)]


@pytest.mark.parametrize(
    ("pattern", "needs"),
    [
        ("CUDA (error|fault): [0-9]+", [["cuda error: |cuda fault: "]]),
        ("(?i)Stale (NFS )?file handle", [["stale nfs file handle|stale file handle"]]),
        (r"\bXid \([^)]+\): (48|62)\b", [["\0xid (", "): 48\0|): 62\0"]]),
        ("licen[cs]e", [["license|licence"]]),
        ("licen[cs]e.*(denied|failed)", [["license|licence", "denied|failed"]]),
        ("a(bc)*d+e{2}", [["a", "d", "e"]]),
        ("ab|cd?", [["ab"], ["cd|c"]]),
        ("x+?yz", [["yz", "x"]]),
        (r"\Qa.b\E[0-9]", [["a.b"]]),
        (r"a\.b\(c", [["a.b(c"]]),
        ("(?:abc){2,}", [["abc"]]),
        ("(?:abc){1,2}", [["abc"]]),
        ("(?:ab.c|d.ef)x", [["ab|ef", "x"]]),
        ("(abc){0,3}", None),
        ("[a-z]+", None),
        (".*", None),
        ("^$", None),
        ("(?i)É", [["é|É"]]),
        ("Éa", [["Éa"]]),
        ("权限不够", [["权限不够"]]),
        ("abc|[0-9]", None),
        (f"a(?:{'|'.join(_MANY[:32])})", [["|".join(f"a{one}" for one in _MANY[:32])]]),
        (f"a(?:{'|'.join(_MANY)})", [["a"]]),
        ("a" * 80, [["a" * 48]]),
        ("权" * 40, [["权" * 16, "权" * 8]]),
        (r"\x61b", [["b"]]),
        (r"abc\Bde", [["abcde"]]),
        ("abc\0de", [["abc", "de"]]),
        ("one.*two.*three.*four.*fives", [["three", "fives", "four"]]),
    ],
)
def test_needed(pattern: str, needs: list[list[str]] | None) -> None:
    """What each alternative holds, the surest first, three at most; nothing where one alternative has none."""
    told = {tuple(frozenset(one.encode() for one in texts.split("|")) for texts in each) for each in needs or []}
    found = needed(pattern)
    assert (found is None) is (needs is None)
    assert {tuple(each) for each in found or ()} == told


_ATOMS = st.sampled_from(
    [
        "a",
        "b",
        "K",
        "s",
        "ab",
        "ba c",
        "_",
        "-",
        "1",
        "é",
        r"\.",
        r"\b",
        "[ab]",
        "[^a]",
        r"\w",
        r"\d",
        ".",
        "^",
        "$",
        r"\B",
    ]
)
_PATTERNS = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.lists(inner, min_size=1, max_size=4).map("".join),
        st.lists(inner, min_size=2, max_size=3).map(lambda some: f"({'|'.join(some)})"),
        st.tuples(inner, st.sampled_from(["*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{0,1}"])).map(
            lambda both: f"(?:{both[0]}){both[1]}"
        ),
    ),
    max_leaves=8,
)
_TEXTS = st.text(alphabet="abABkKsS_-1. é\n", max_size=12)


@given(st.lists(_PATTERNS, min_size=1, max_size=4), st.sampled_from(["", "(?i)", "(?s)"]), _TEXTS)
def test_whatever_matches_is_possible(patterns: list[str], flag: str, text: str) -> None:
    """No pattern that is found in a text is ruled out, short or long, and all are found that one by one are."""
    usable = []
    for pattern in patterns:
        try:
            compile_pattern(flag + pattern)
        except PatternError:
            continue
        usable.append(flag + pattern)
    for data in (text.encode(), text.encode() + b"\n" + b"=" * SHORT_BYTES):
        expected = [number for number, one in enumerate(usable) if compile_pattern(one).search(data)]
        together = PatternSet(usable)
        there = together.possible_in(data)
        assert there.text == data
        assert sorted(number for number in there.numbers if there.finds(number)) == expected


def _one(text: str) -> Needs:
    return ((frozenset({text.encode()}),),)


def _possible(asked: Prefilter, text: bytes) -> Collection[int]:
    long = numbers_by(asked, text)
    assert long is not None
    if len(text) <= SHORT_BYTES:
        assert set(long) <= asked.possible(folded_of(text)).numbers
    return long


@pytest.mark.parametrize(
    ("text", "found"),
    [("error a", False), ("error :2", False), ("error :4 (5", True), ("errors of :3", True), ("kind :3", False)],
)
def test_what_many_texts_begin_with_is_looked_for_first(text: str, *, found: bool) -> None:
    """Of numbers that no word tells of, each behind the same sign; and of none of them where the sign is not there."""
    together = PatternSet(["error.*:(1|3|4|5)"])
    there = together.possible_in(text.encode())
    assert (0 in there.numbers and there.finds(0)) is found


@pytest.mark.parametrize("filler", ["", "-" * (SHORT_BYTES + 1)])
def test_each_need_of_an_alternative_has_to_be_there(filler: str) -> None:
    """All of one alternative, or all of another; short and long texts alike."""
    needs = [needed("licen[cs]e.*(denied|failed)"), needed("[a-z]+ of memory|killed"), needed(r"\(-4,[0-9]")]
    asked = prefilter_of(*[one for one in needs if one is not None])
    expected = {
        "licence": [],
        "denied": [],
        "failed, no license": [0],
        "out of memory": [1],
        "killed": [1],
        "(-4,1": [2],
        "license (-4,5 failed": [0, 2],
    }
    assert {text: sorted(_possible(asked, f"{filler} {text} {filler}".encode())) for text in expected} == expected


def test_chinese_is_looked_for_by_its_runs() -> None:
    """Chinese takes three bytes a character and has no blanks: what is part of a run is found in it."""
    asked = prefilter_of(_one("没有那个文件或目录"), _one("abc"))
    assert sorted(_possible(asked, b"nothing of that")) == []
    assert sorted(_possible(asked, "cat: /in: 没有那个文件或目录吗".encode())) == [0]


@pytest.mark.parametrize("most", [0, 64])
def test_what_is_one_of_a_kind_is_asked_as_all_others(monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    """By the texts that are there, or by its words: what is there is told, and hardly more."""
    monkeypatch.setattr(module, "_MOST_WORDS", most)
    needs = list(KnownNeeds().values())
    asked = prefilter_of(*needs)
    untold = _untold(asked)
    for text in (
        "Connection timed out after 30 s",
        "CUDA out of memory",
        "No such file or directory\nKilled",
        "killed x: (4",
    ):
        folded = folded_of(text.encode())
        there = {
            number
            for number, some in enumerate(needs)
            if any(all(any(_as_shown(one) in folded for one in texts) for texts in each) for each in some)
        }
        possible = asked.possible(folded)
        assert there <= possible.numbers
        assert len(possible.numbers - there - (untold if most else set())) <= 8
        assert possible.by_words is (most > 0)


def test_few_patterns_are_told_by_no_word() -> None:
    """Each is looked for in every text, and counts among those that it may hold."""
    untold = _untold(prefilter_of(*KnownNeeds().values()))
    assert 0 < len(untold) <= 48


def _untold(asked: Prefilter) -> set[int]:
    """Numbers of the patterns that may be in any text, as far as its words tell."""
    return {number for text in asked._wordless for number, *_ in asked._sought.asking[text]}


def test_one_of_a_kind_holds_nothing_whose_other_text_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether words tell of that one or not."""
    monkeypatch.setattr(module, "_MOST_WORDS", 0)
    asked = prefilter_of(*filter(None, map(needed, ("red.*blue", "blue.*<<<"))))
    expected = {"red": set(), "blue": set(), "<<<": set(), "red blue": {0}, "blue <<<": {1}}
    assert {text: set(asked.possible(text.encode()).numbers) for text in expected} == expected


def _as_shown(needed_text: bytes) -> bytes:
    return needed_text.replace(b"\0", b"")


@pytest.mark.parametrize(
    ("needed_text", "there", "not_there"),
    [
        ("error in step", "an error in steps", "errors in a stepwise way"),
        ("time limit", "CPUTIME LIMITED", "limits of timed things"),
        ("\0xid\0", "xid 79", "maxid"),
        ("oom-kill", "oom-killer", "skilled oom"),
    ],
)
def test_what_touches_an_end_may_go_on_there(needed_text: str, there: str, not_there: str) -> None:
    """Words within a needed text are whole; its first one may be the end of a word, its last one the beginning."""
    index = word_index(needed_text.encode())
    assert (found(index, there), found(index, not_there)) == ([0], [])


def test_words_are_learned_and_forgotten_within_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever sends ever new words, long ones and many at once, fills no memory; answers stay the same."""
    monkeypatch.setattr(wordindex, "_MOST_KEPT", 100)
    index = word_index(b"out of memory", b"killed")
    for number in range(40):
        word = "".join(chr(97 + int(digit)) for digit in str(number)) + "x"
        many = " ".join(f"{word}{'y' * place}" for place in range(1, 100))
        words = words_of(f"{many} {'z' * 5000} killed{word}".encode())
        assert told_by(index, index.telling(words)) == [1]
        assert len(index._tells) + len(index._dull) <= 100 + wordindex._MOST_LEARNED
    assert max(map(len, index._dull)) < 5000


def test_as_many_parts_as_are_asked_for_are_not_yet_too_many() -> None:
    """Of words that are known, of new ones that are whole, and of what stands within others."""
    index = word_index(b"\0aaaq\0", b"bbbq", b"\0cccq\0")
    assert len(index.parts_in(frozenset({b"aaaq", b"xbbbqx"}), 1)) == 2
    assert index.telling({b"aaaq"}) == {b"aaaq"}
    assert len(index.parts_in(frozenset({b"aaaq", b"cccq"}), 1)) == 2


def test_answers_are_kept_by_the_words_that_tell_something(monkeypatch: pytest.MonkeyPatch) -> None:
    """Texts that differ in numbers and names alone are asked about once, and no more answers are kept than a bound."""
    monkeypatch.setattr(module, "_MOST_KEPT", 3)
    asked = prefilter_of(_one("out of memory"), *(_one(f"fault{chr(97 + n)} of") for n in range(8)))
    first = asked.possible(b"job 4711 of ann: out of memory at 0x7fae")
    assert asked.possible(b"job 4712 of bob: out of memory at 0x12cd") is first
    for number in range(8):
        assert asked.possible(f"fault{chr(97 + number)} of disks".encode()).numbers == {number + 1}
        assert len(asked._kept) <= 3


def test_no_patterns_are_asked_for_nothing() -> None:
    """A policy without patterns searches nothing."""
    assert list(prefilter_of().possible(b"text").numbers) == []


def test_what_tells_too_much_is_not_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """A text of many telling words is one of a kind: it is answered anew each time, and the same."""
    monkeypatch.setattr(module, "_MOST_WORDS", 1)
    asked = prefilter_of(_one("red fault"), _one("blue error"))
    told = [set(asked.possible(b"red fault, blue error").numbers) for _ in range(2)]
    assert told == [{0, 1}, {0, 1}]
    assert not asked._kept


@given(st.lists(st.text("abcd", min_size=3, max_size=5), min_size=1, max_size=4), st.text("abcd ", max_size=40))
def test_pieces_of_words_are_found_however_few_are_looked_for(wanted: list[str], text: str) -> None:
    """By two grams of each."""
    needs = list(dict.fromkeys(map(str.encode, wanted)))
    told = told_by(word_index(*needs), words_of(text.encode()))
    assert {number for number, one in enumerate(needs) if one in text.encode()} <= set(told)


def test_what_is_in_most_long_texts_is_not_looked_for() -> None:
    """Two signs are: that costs more than it rules out. Three are looked for."""
    asked = prefilter_of(_one("7x"), _one("7x:"))
    long = b"-" * (SHORT_BYTES + 1)
    assert set(_possible(asked, long)) == {0}
    assert set(_possible(asked, long + b"7x:")) == {0, 1}
