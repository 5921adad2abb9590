"""How texts are looked through is worked out seldom, and what is kept of it has a bound: no answer hangs on it."""

from __future__ import annotations

from typing import Any

import pytest

from shared.policy.matching import wording as module
from shared.policy.matching.asks import Asked
from shared.policy.matching.noise import Noise
from shared.policy.matching.wording import Wording
from shared.policy.model import CauseLine, Match, Tells


def _asked(*matches: Match, cause: CauseLine = CauseLine.ANY) -> list[Asked]:
    return [(match, Tells.CAUSE, cause) for match in matches]


@pytest.mark.parametrize("word", ["message", "any_of", "all_of"])
def test_the_same_words_in_another_order_are_another_text(word: str) -> None:
    """What is no more than a text needs no search, where the text is there."""
    wording = Wording(_asked(Match(**{word: "(?i)no such file|no space left"}), Match()), ())
    texts = ["a: no such file", "b: file such no", "c: no such file", "d: file such no", "e: such file no"]
    assert [wording.first(3, text) for text in texts] == [0, 1, 0, 1, 1]


@pytest.mark.parametrize("word", ["message", "any_of", "all_of"])
def test_what_no_word_tells_of_is_looked_for_as_well(word: str) -> None:
    """A pattern that needs signs beside words is found with both, and not with the words alone."""
    wording = Wording(_asked(Match(**{word: r"read error.*\(-4[,;].*disk"}), Match()), ())
    texts = ["read error (-4,1) disk", "read error (-5,1) disk", "read error (-4;1) disk", "read error -4, disk"]
    assert [wording.first(3, text) for text in texts] == [0, 1, 0, 1]


@pytest.mark.parametrize("steps", [1, 2, 3])
def test_the_plan_for_some_words_is_made_twice_at_most(monkeypatch: pytest.MonkeyPatch, steps: int) -> None:
    """For the first text, and for the second, of which it is kept; one that is too long, each time."""
    monkeypatch.setattr(module, "_LONGEST_PLAN", 2)
    rules = [Match(message=f"red fault [0-9]{number}") for number in range(steps)]
    wording = Wording(_asked(*rules), ())
    made: list[int] = []
    plan = Wording._plan

    def counted(self: Wording, there: Any, fits: int) -> Any:
        made.append(fits)
        return plan(self, there, fits)

    monkeypatch.setattr(Wording, "_plan", counted)
    assert [wording.first(7, f"{'x' * number} red fault") for number in range(5)] == [None] * 5
    assert len(made) == (2 if steps <= 2 else 5)


def test_so_many_plans_are_kept_of_some_words(monkeypatch: pytest.MonkeyPatch) -> None:
    """One for each set of rules that fit otherwise; then they are made anew."""
    kept: list[dict[Any, Any]] = []
    looks = Wording._looks

    def seen(self: Wording, lines: Any, signs: int) -> Any:
        for there in looks(self, lines, signs):
            kept.append(there.chances.plans)
            yield there

    monkeypatch.setattr(Wording, "_looks", seen)
    rules = [Match(message=f"red fault [0-9]{number}") for number in range(2, 7)]
    wording = Wording(_asked(*rules), ())
    sizes = []
    for fits in range(1, 32):
        assert wording.first(fits, f"red fault {fits:b}, so many") is None
        sizes.append(len(kept[-1]))
    assert max(sizes) == module._MOST_PLANS


def test_a_text_that_no_rule_asks_about_is_not_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first rule that asks nothing is right for it; one that only refuses has to be asked."""
    wording = Wording(_asked(Match(message="a"), Match(), Match(not_message="b"), Match(all_of="c")), ())
    monkeypatch.setattr(Wording, "_looks", lambda *_: pytest.fail("looked at"))
    assert (wording.first(0b0010, "b"), wording.first(0, "b"), wording.first(0b1111, "")) == (1, None, 1)
    for fits in (0b0001, 0b0011, 0b0100, 0b0110, 0b1000):
        with pytest.raises(pytest.fail.Exception, match="looked at"):
            wording.first(fits, "b")


def test_a_text_without_noise_is_not_taken_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    """Line by line it is only asked where something of it is noise, whatever else is in it."""
    wording = Wording(_asked(Match(message="red fault")), ("INFO", r"\d{3}"))
    taken: list[Any] = []

    def noise(patterns: Any, lines: Any, chances: Any) -> Noise:
        taken.append(lines)
        return Noise(patterns, lines, chances)

    monkeypatch.setattr(module, "Noise", noise)
    assert [wording.first(1, text) for text in ("red fault", "x\nred fault", "none", "red 12 fault")] == [
        0,
        0,
        None,
        None,
    ]
    assert taken == []
    assert [wording.first(1, text) for text in ("INFO red fault", "INFO\nred fault", "red fault 123")] == [
        None,
        0,
        None,
    ]
    assert len(taken) == 3


@pytest.mark.parametrize(
    ("text", "first"),
    [
        ("grey\nred\nblue", 0),
        ("blue red\ngrey", 0),
        ("red blue\ngrey", 0),
        ("blue\nred", 1),
        ("red", 0),
        ("red\nblue", 0),
        ("x\nred\nblue", 0),
        ("grey\nblue\nred", 1),
    ],
)
def test_the_first_line_is_the_one_on_which_any_cause_is(text: str, first: int) -> None:
    """The rule's own pattern may stand before or behind the other on it."""
    asked: list[Asked] = [
        (Match(message="red"), Tells.CAUSE, CauseLine.FIRST),
        (Match(message="blue"), Tells.CAUSE, CauseLine.ANY),
    ]
    wording = Wording(asked, ())
    assert wording.first(3, text) == first
    lines = [line for line in text.split("\n") if "red" in line or "blue" in line]
    assert wording.earliest_cause(text) == lines[0]


def test_a_pattern_of_a_lines_end_is_on_that_line() -> None:
    """And one of the next line's beginning is not."""
    for pattern, first in (("$", 0), ("(?s)$\\s^grey", 0), ("(?s)^grey", 1)):
        asked: list[Asked] = [
            (Match(message=pattern), Tells.CAUSE, CauseLine.FIRST),
            (Match(message="red"), Tells.CAUSE, CauseLine.ANY),
        ]
        assert Wording(asked, ()).first(3, "red\ngrey") == first, pattern


def test_so_many_answers_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    """More of short texts than of long ones; and of what all texts of a shape have in common."""
    wording = Wording(_asked(Match(message="a")), ())
    assert wording._first_of_long.cache_parameters()["maxsize"] == module._MOST_LONG
    wording.first(1, "x" * module._SHORT_CHARS)
    wording.first(1, "x" * (module._SHORT_CHARS + 1))
    assert (len(wording._answers), len(wording._once), wording._first_of_long.cache_info().currsize) == (1, 1, 1)
    monkeypatch.setattr(module, "_MOST_SHORT", 3)
    for number in range(1, 5):
        wording.first(1, "y" * number)
        assert (len(wording._answers), len(wording._once)) == (number % 3 + 1, number % 3 + 1)


def test_shapes_that_come_again_are_kept_among_many_that_do_not(monkeypatch: pytest.MonkeyPatch) -> None:
    """However many texts nobody sees twice; and no more of them than so many."""
    wording = Wording(_asked(Match(message="a")), ())
    wording._once.clear()
    wording._shapes.clear()
    monkeypatch.setattr(module, "_MOST_SHORT", 3)
    for kind, shapes in enumerate((1, 2, 3, 1)):
        for digit in range(2):
            wording.first(1, f"{'z' * (kind + 1)} {digit}")
        assert len(wording._shapes) == shapes
        for number in range(7):
            wording.first(1, "y" * (7 * kind + number + 1))
        assert len(wording._shapes) == shapes


def test_a_text_of_a_known_kind_is_not_made_normal_for_what_is_not_in_it(monkeypatch: pytest.MonkeyPatch) -> None:
    """What has to be asked of each is looked for in it as it is, and asked where it is there."""
    wording, made = Wording(_asked(Match(message="(?i)xid [0-9]*79|79 lost"), Match(message="gone")), ()), list[str]()
    again = Wording._again

    def counted(self: Wording, message: str, known: Any) -> Any:
        made.append(message)
        return again(self, message, known)

    monkeypatch.setattr(Wording, "_again", counted)
    texts = [f"1: it is gone {number} lost" for number in (12, 13, 14, 79, 15)]
    assert [wording.first(3, text) for text in texts] == [1, 1, 1, 0, 1]
    assert made == [texts[3]]
