"""By what a pattern is looked for, and how: what is cheap comes first, and no answer hangs on it."""

from __future__ import annotations

from itertools import product

import pytest

from shared.policy.matching import prefilter as module
from shared.policy.matching.grams import by_grams
from shared.policy.matching.search import PatternSet
from shared.policy.matching.sought import sought_for
from tests.unit.policy.indexes import asked_first


def _choice(*texts: str) -> frozenset[bytes]:
    return frozenset(text.encode() for text in texts)


@pytest.mark.parametrize("form", ["aaa{}q", "q{}zzz"])
def test_one_of_a_kind_is_asked_by_the_signs_that_fewest_needed_texts_have(form: str) -> None:
    """Whichever these are in the alphabet."""
    texts = [form.format(f"{one}{two}") for one, two in product("bcdefghijk", repeat=2)]
    grams = by_grams([(text, number) for number, text in enumerate(texts)])
    assert max(map(len, grams.rows.values())) == 1


def test_what_words_tell_of_is_asked_for_before_what_none_does() -> None:
    """However many ask for it: one text of a choice that no word tells of is enough to have to look for it."""
    words, some = _choice("common word"), _choice("seldom", "-1")
    assert asked_first([((some, words),), *[((words,),)] * 3]) == {"common word"}


@pytest.mark.parametrize(
    ("signs", "count", "tiers"), [("x", module._MANY + 1, 2), ("x", module._MANY, 1), ("xy", 20, 1), ("x", 1, 1)]
)
def test_many_texts_that_begin_alike_are_looked_for_by_that_first(signs: str, count: int, tiers: int) -> None:
    """Mostly that is not there either."""
    texts = [f"{signs[number % len(signs)]}{number}" for number in range(count)]
    found = module._tiers(texts)
    assert (len(found), found[-1]) == (tiers, tuple(texts))
    assert found[0] == (("x",) if tiers > 1 else tuple(texts))


def test_blanks_are_looked_for_only_where_nothing_else_is_needed() -> None:
    """They are in each line: of a choice with one of them nothing is asked besides."""
    alternatives = (_choice("common word"), _choice(" ", "longer one"), _choice("50", ": "))
    sought = sought_for([(alternatives,), ((_choice("  "),),)])
    assert sorted(sought.texts.values()) == ["  ", "50", ": ", "common word"]


def test_a_short_text_is_searched_by_one_pattern_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whether it is there is known in half the time that it takes to know where."""
    patterns = PatternSet(["red [0-9]", "red [a-z]"])
    monkeypatch.setattr(patterns, "compiled", lambda number: pytest.fail(f"searched for {number}"))
    assert [patterns.is_in(number, b"red 7") for number in (0, 1)] == [True, False]
