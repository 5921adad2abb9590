"""Lines that have what a pattern needs are searched for it, and what is found is what a search of all finds."""

from __future__ import annotations

import pytest

from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.possible import MOST_LINES, SMALL_BYTES, Possible, sees_a_line
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.matching.search import PatternSet
from shared.policy.matching.steps import NOTHING_MORE, first_of

_FILLER = b"- -\n" * 200


def _searched(monkeypatch: pytest.MonkeyPatch, pattern: str, text: bytes) -> tuple[list[bytes], bool]:
    """The texts that a pattern was searched for in, and whether it was found."""
    patterns, searched = PatternSet([pattern]), list[bytes]()
    is_in = patterns.is_in

    def noted(number: int, text: bytes) -> bool:
        searched.append(text)
        return is_in(number, text)

    monkeypatch.setattr(patterns, "is_in", noted)
    there = patterns.possible_in(text)
    found = there.finds(0)
    assert there.finds(0) is found
    assert found is (compile_pattern(pattern).search(text) is not None)
    return searched, found


@pytest.mark.parametrize("filler", [_FILLER, b"- -\n" * SHORT_BYTES])
def test_lines_that_have_what_is_needed_are_searched_once(monkeypatch: pytest.MonkeyPatch, filler: bytes) -> None:
    """In a short text as in a long one; once one is found no other."""
    text = filler + b"red\nblue x\nRed x: blue x\nred 2: blue x\nred 3: blue x"
    searched, found = _searched(monkeypatch, "(?i)red [0-9]: blue x", text)
    assert (searched, found) == ([b"Red x: blue x", b"red 2: blue x"], True)


@pytest.mark.parametrize(("count", "whole"), [(MOST_LINES, False), (MOST_LINES + 1, True)])
def test_where_many_lines_have_it_all_is_searched(monkeypatch: pytest.MonkeyPatch, count: int, *, whole: bool) -> None:
    """Each search costs something, whatever its length."""
    text = b"\n".join(b"a red fault %d" % number for number in range(count)) + b"\n" + _FILLER
    searched, found = _searched(monkeypatch, "red fault [a-z]", text)
    assert (searched, found) == ([text] if whole else text.split(b"\n")[:count], False)


@pytest.mark.parametrize(
    ("pattern", "found"),
    [(r"\Ared", False), (r"red\z", False), ("(?-m)^red", False), ("(?-m)red$", False), ("(?s)a.red", True)],
)
def test_what_sees_more_than_a_line_is_searched_for_in_all(
    monkeypatch: pytest.MonkeyPatch, pattern: str, *, found: bool
) -> None:
    """Ends of a text are no ends of its lines."""
    text = b"a\nred\n" + _FILLER + b"b"
    assert _searched(monkeypatch, pattern, text) == ([text], found)
    assert not sees_a_line(pattern)


def test_a_text_of_another_length_in_small_letters_is_searched_as_a_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody can tell its lines by where they are in small letters."""
    text = "\u212a\u212a\nred 7\nb".encode() + _FILLER
    assert _searched(monkeypatch, "red [0-9]", text) == ([text], True)


@pytest.mark.parametrize(("size", "whole"), [(SMALL_BYTES, True), (SMALL_BYTES + 1, False)])
def test_a_small_text_is_searched_as_a_whole(monkeypatch: pytest.MonkeyPatch, size: int, *, whole: bool) -> None:
    """One of just that size is one."""
    text = b"a red fault 7\n".ljust(size, b"-")
    assert _searched(monkeypatch, "red fault [0-9]", text) == ([text if whole else b"a red fault 7"], True)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        (b"x\nblue 1\nred 1", 2),
        (b"red\nred 1\nblue 1", 4),
        (b"red 1", 0),
        (b"\nred 1", 1),
        (b"".join(b"red %c\n" % sign for sign in range(97, 97 + MOST_LINES + 1)) + b"blue 1", 6 * (MOST_LINES + 1)),
    ],
)
def test_a_place_is_that_of_the_first_line_by_any_way(text: bytes, place: int) -> None:
    """Whichever of its texts is found first."""
    there = PatternSet(["(red|blue) [0-9]"]).possible_in(text)
    assert there.finds(0)
    assert there.place_of(0) == place


def test_a_place_of_mere_words_is_that_of_the_first_line_that_has_them() -> None:
    """They need not be searched for, in whatever letters."""
    patterns = PatternSet(["(?i)red fault", "red [0-9]"])
    there = patterns.possible_in(b"blue\nRED fault\nred 7")
    assert (there.finds(0), there.finds(1)) == (True, True)
    assert (there.place_of(0), there.place_of(1)) == (5, 15)


@pytest.mark.parametrize("text", ["red 1 and green", "red 1"])
def test_no_cause_is_before_the_only_one(text: str) -> None:
    """A rule that wants the first cause is content with its own."""
    there = PatternSet(["red [0-9]", "green [0-9]"]).possible_in(f"- \n{text}".encode())
    looks = there.looks(there.numbers)
    more = NOTHING_MORE._replace(first=(there.looks((0,)), looks))
    assert first_of([("red ", (), 0, 3, more)], there) == 3


def test_a_cause_may_be_a_line_of_one_sign() -> None:
    """Right before the rule's own line: that is then not the first cause."""
    there = PatternSet(["red [0-9]", "^x$"]).possible_in(b"x\nred 1")
    more = NOTHING_MORE._replace(first=(there.looks((0,)), there.looks(there.numbers)))
    assert first_of([("red ", (), 0, 3, more)], there) is None


def test_a_long_line_is_searched_to_its_first_match() -> None:
    """And found there as anywhere."""
    text = b"red 1".ljust(2 * SHORT_BYTES, b"-") + b"\n-"
    assert PatternSet(["red [0-9]"]).possible_in(text).finds(0)


_CAUSES = ("red [0-9]", "(?s)blue.[0-9]", "green [0-9]", "green [a-z]")
_LINES = (b"green x", b"blue", b"1 red x", b"red 2", b"green 3")


@pytest.mark.parametrize("besides", [set(), {3}, {1, 3}, {0, 1, 3}, {0, 1, 2, 3}])
@pytest.mark.parametrize("filler", [b"", _FILLER])
def test_a_cause_is_before_a_line_where_a_search_of_all_finds_it(filler: bytes, besides: set[int]) -> None:
    """Whichever line is asked for, whatever is left out."""
    text = b"\n".join(_LINES) + b"\n" + filler
    places = {number: compile_pattern(one).search(text) for number, one in enumerate(_CAUSES)}
    found = [one.start() for number, one in places.items() if one is not None and number not in besides]
    for lines in range(len(_LINES) + 1):
        place = sum(len(line) + 1 for line in _LINES[:lines])
        there = PatternSet(_CAUSES).possible_in(text)
        assert there.has_before(place, there.looks(there.numbers), besides) is any(one < place for one in found)


def test_causes_that_can_only_be_behind_a_line_are_not_searched_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nor any other once one is found; and what is known of them is worked out once for a text."""
    patterns, searched = PatternSet(["red [0-9]", "blue [0-9]", "green [0-9]"]), set[int]()
    is_in = patterns.is_in

    def noted(number: int, text: bytes) -> bool:
        searched.add(number)
        return is_in(number, text)

    monkeypatch.setattr(patterns, "is_in", noted)
    there = patterns.possible_in(b"blue 1\nred 2\n- -\ngreen 3")
    looks = there.looks(there.numbers)
    assert not there.has_before(0, looks, set())
    assert there.has_before(14, looks, set())
    assert there.has_before(7, (), set())
    assert not there.has_before(0, (), set())
    assert searched == {1}
    assert there.has_before(14, (), {1})
    assert not there.has_before(14, looks, {0, 1})
    assert searched == {0, 1}


def test_what_was_found_one_way_need_not_be_searched_another() -> None:
    """Nor what was not found in all of the text."""
    patterns = PatternSet(["(?s)(red|blue).[0-9]"])
    there = patterns.possible_in(b"red\n blue\n" + _FILLER)
    looks = there.looks((0,))
    assert len(looks) == 2
    assert not there.finds_any(looks)
    assert isinstance(there, Possible)
    assert there._known == {0: False}


def test_a_line_that_lacks_what_else_is_needed_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Though the text has that elsewhere: a short one, and a long one."""
    text = b"red fault\nblue sea: 50\nred 1: 50\nred: blue"
    for filler in (_FILLER, b"- -\n" * SHORT_BYTES):
        searched, found = _searched(monkeypatch, "red [0-9]: (50|60)$|red fault .*blue", filler + text)
        assert (searched, found) == ([b"red 1: 50"], True)


def test_near_a_line_is_only_searched_for_what_may_be_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """A pattern that spans lines is asked as before."""
    patterns = PatternSet(["red [0-9]", "green .*[0-9]", "(?i)blue", r"(?s)red.*\z"])
    text = b"red 1\ngreen 1\na blue sea, green 2" + b"\n" + _FILLER
    there, searched, is_in = patterns.possible_in(text), list[tuple[int, bytes]](), patterns.is_in
    looks = there.looks((1, 2))

    def noted(number: int, text: bytes) -> bool:
        searched.append((number, text))
        return is_in(number, text)

    monkeypatch.setattr(patterns, "is_in", noted)
    near = [there.has_near(looks, place) for place in (0, 2, 6, 9, 14, len(text) - 1)]
    assert near == [False, False, True, True, True, False]
    assert searched == [(1, b"green 1")] * 2 + [(1, b"a blue sea, green 2")]
    assert [there.has_near(there.looks((3,)), place) for place in (0, 6)] == [True, False]
    assert PatternSet(["red 1"]).possible_in(b"red 1").has_near(there.looks((0,)), 0)


def test_what_may_not_be_near_is_searched_for_near_alone() -> None:
    """A log full of what rules refuse elsewhere leaves the searches to what is looked for."""
    there = PatternSet(["red [0-9]", "green [0-9]"]).possible_in(b"green 1\n" + _FILLER + b"red 1")
    there.left = 1
    near = there.looks((0,)), there.looks((1,))
    assert first_of([("red ", (), 0, 3, NOTHING_MORE._replace(near=near))], there) == 3


@pytest.mark.parametrize(("text", "place"), [(b"- \ngreen red 1", 3), (b"green red 1\n- ", None)])
def test_what_may_not_be_near_is_what_the_whole_text_has(text: bytes, place: int | None) -> None:
    """What has to begin the text is not in a line by itself for that."""
    there = PatternSet(["red [0-9]", r"\Agreen"]).possible_in(text)
    near = there.looks((0,)), there.looks((1,))
    assert first_of([("red ", (), 0, 3, NOTHING_MORE._replace(near=near))], there) == place
