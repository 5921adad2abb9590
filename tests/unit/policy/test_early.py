"""What a package has ready about its patterns changes how long a search takes, never what is searched or found."""

from __future__ import annotations

import pytest

from shared.policy.matching import search
from shared.policy.matching.patterns import PatternError
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.matching.search import RICH_BYTES, PatternSet
from shared.policy.packs import KnownNeeds

PATTERNS = ["red fault", "(?i)blue (sea|sky)", "green.*grass", r"\bab\b", r"red \d+"]
WORDS = "\n".join(f"w{chr(97 + n % 26)}{chr(97 + n // 26 % 26)}{chr(97 + n // 676)}" for n in range(2500))
TEXTS = ["", "ab", "a red fault", "Blue sky over green or grey grass", "red 17", "blue", "cab", "x\n" * 9]


def _made_ready(monkeypatch: pytest.MonkeyPatch, patterns: list[str]) -> PatternSet:
    ready = PatternSet(patterns).ready()
    assert ready is not None
    monkeypatch.setattr(search, "READY", {ready[0]: ready[1]})
    made = PatternSet(patterns)
    assert made._early is not None
    return made


@pytest.mark.parametrize("padding", ["", "\n" + "=" * SHORT_BYTES, "\n" + WORDS, "\n" + WORDS * 3])
def test_made_ready_or_not_the_same_is_searched_and_found(monkeypatch: pytest.MonkeyPatch, padding: str) -> None:
    """Short texts and long ones, also those that are searched at their ends alone."""
    whole, early = PatternSet(PATTERNS), _made_ready(monkeypatch, PATTERNS)
    for text in TEXTS * 2:
        data = (text + padding).encode()
        one, other = whole.possible_in(data), early.possible_in(data)
        assert one.text == other.text
        assert len(one.text) <= max(len(text) + 1, RICH_BYTES) + SHORT_BYTES
        found = [sorted(number for number in some.numbers if some.finds(number)) for some in (one, other)]
        assert found[0] == found[1], text


def test_what_is_ready_is_only_for_these_patterns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Others are checked as if nothing were: one that cannot be used is told."""
    _made_ready(monkeypatch, PATTERNS)
    with pytest.raises(PatternError):
        PatternSet([*PATTERNS, "("])
    assert PatternSet(PATTERNS[1:])._early is None


def test_what_was_checked_before_is_not_checked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """With the package, or where it is known what a pattern needs; all others are."""
    checked: list[str] = []
    monkeypatch.setattr(search, "compile_pattern", checked.append)
    known = {PATTERNS[1]: ((frozenset({b"blue sky"}),),)}
    PatternSet(PATTERNS, known)
    assert checked == [PATTERNS[0], *PATTERNS[2:]]
    checked.clear()
    monkeypatch.undo()
    made = _made_ready(monkeypatch, PATTERNS)
    monkeypatch.setattr(search, "compile_pattern", checked.append)
    PatternSet(PATTERNS)
    assert (checked, made.is_in(0, b"a red fault")) == ([], True)


def test_what_is_known_of_a_pattern_is_believed_and_the_others_needs_are_worked_out() -> None:
    """A need that was noted beforehand decides where the pattern is searched for, whatever it says."""
    some = PatternSet(PATTERNS, {PATTERNS[0]: ((frozenset({b"elsewhere"}),),)})
    assert some.possible_in(b"a red fault, red 17").numbers == {3, 4}, "no word tells of the two letters of one"
    assert some.possible_in(b"elsewhere").numbers == {0, 3}
    assert some.ready() is not None, "no pattern is left that needs no text"


def test_what_the_library_knows_of_is_there_and_nothing_else() -> None:
    """As in any mapping."""
    known = KnownNeeds()
    shipped = next(iter(known))
    assert (shipped in known, "of nobody's" in known, len(known) > 1) == (True, False, True)
    assert known[shipped] == known.get(shipped) != ()
