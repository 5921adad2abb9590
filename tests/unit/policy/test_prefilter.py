"""What a pattern needs is in every text that it matches, however both are spelled: the prefilter is never wrong."""

from __future__ import annotations

from collections.abc import Collection

import pytest
import re2
from hypothesis import given
from hypothesis import strategies as st

from shared.policy import prefilter as module
from shared.policy.literals import Needs, needed
from shared.policy.packs import KnownNeeds
from shared.policy.patterns import PatternError, compile_pattern
from shared.policy.prefilter import SHORT_BYTES, Prefilter
from shared.policy.search import PatternSet
from shared.policy.wordindex import folded_of, words_of


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
        ("(?:ab.c|d.ef)x", [["ab|ef", "x"]]),
        ("(abc){0,3}", None),
        ("[a-z]+", None),
        (".*", None),
        ("^$", None),
        ("(?i)É", None),
        ("权限不够", [["权限不够"]]),
        ("abc|[0-9]", None),
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
_TEXTS = st.text(alphabet="abABkKsS\u212a\u017f_-1. é\n", max_size=12)


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
        searched, possible = together.possible_in(data)
        assert searched == data
        assert sorted(number for number in possible if together.finds(number, data)) == expected


class _OutOfMemory:
    """RE2's set as it is when its automaton does not fit."""

    def Match(self, text: bytes) -> None:  # noqa: N802 - RE2's name
        """Nothing."""


@pytest.mark.parametrize("broken", [None, _OutOfMemory()])
def test_a_set_that_fails_rules_nothing_out(broken: _OutOfMemory | None, monkeypatch: pytest.MonkeyPatch) -> None:
    """A set that cannot be made, or tells no match since it ran out of memory."""
    monkeypatch.setattr(module, "_set_of", lambda _: broken)
    monkeypatch.setattr(module, "FEW_TEXTS", 0)
    assert list(Prefilter([_one("abc"), _one("d")]).possible(b"nothing of that")) == [0, 1]


def _one(text: str) -> Needs:
    return ((frozenset({text.encode()}),),)


def _possible(asked: Prefilter, text: bytes) -> Collection[int]:
    long = asked.possible_by(words_of(folded_of(text)), text)
    assert long is not None
    if len(text) <= SHORT_BYTES:
        assert set(asked.possible(text)) <= set(long)
        return asked.possible(text)
    return long


@pytest.mark.parametrize("filler", ["", "-" * (SHORT_BYTES + 1)])
def test_each_need_of_an_alternative_has_to_be_there(filler: str) -> None:
    """All of one alternative, or all of another; short and long texts alike."""
    needs = [needed("licen[cs]e.*(denied|failed)"), needed("[a-z]+ of memory|killed"), needed(r"\(-4,[0-9]")]
    asked = Prefilter([one for one in needs if one is not None])
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


def test_a_text_that_is_cut_within_a_character_still_rules_out() -> None:
    """Chinese takes three bytes a character, and sixteen bytes are no whole number of them."""
    asked = Prefilter([_one("没有那个文件或目录"), _one("abc")])
    assert list(asked.possible(b"nothing of that")) == []
    assert list(asked.possible("cat: /in: 没有那个文件或目录".encode())) == [0]


def test_a_set_larger_than_its_memory_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """RE2 refuses to make one; that is no error of the policy."""
    monkeypatch.setattr(module, "_SET_MEMORY_BYTES", 1 << 12)
    assert module._set_of([f"text number {number}".encode() for number in range(200)]) is None
    assert isinstance(module._set_of([b"a"]), re2.Set)


def test_the_first_texts_and_the_later_ones_are_asked_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """One by one or by the set: of each text the same patterns are possible."""
    needs = list(KnownNeeds().values())
    texts = [b"", b"Connection timed out after 30 s", b"CUDA out of memory", b"No such file or directory\nKilled"]
    one_by_one = [sorted(Prefilter(needs).possible(text)) for text in texts]
    monkeypatch.setattr(module, "FEW_TEXTS", 0)
    asked = Prefilter(needs)
    assert [sorted(asked.possible(text)) for text in texts] == one_by_one
    assert any(one_by_one)


def test_no_patterns_are_asked_for_nothing() -> None:
    """A policy without patterns searches nothing."""
    assert list(Prefilter([]).possible(b"text")) == []
