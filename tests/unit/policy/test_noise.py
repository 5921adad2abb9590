"""Noise is taken out of all lines at once: as if each had been asked by itself, and in few questions."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import product
from types import MappingProxyType

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.policy.match import earliest_cause, first_match
from shared.policy.matching.literals import Needs, needed
from shared.policy.matching.noise import Noise
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.possible import Possible
from shared.policy.matching.search import PatternSet
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.text.normal import shown
from shared.policy.text.whole import searched
from tests.unit.decide.facts import make_failure
from tests.unit.policy.by_definition import rules_of, wording_of

_PATTERNS = ("ab", "^b", "c$", r"a\d", "a1", "[ab] ?c", r"\bc\b", "(?i)B", r"x*\d\d$", "a[0-9]b", "a[1-3]")


def _left_of(patterns: list[str], lines: list[str], known: Mapping[str, Needs] = MappingProxyType({})) -> list[str]:
    some = PatternSet(patterns, known)
    there = some.possible_in(searched(lines).encode())
    return Noise(some, lines, there.chances).left_of(there.numbers)


@given(
    st.lists(st.sampled_from(_PATTERNS), min_size=1, max_size=3),
    st.lists(st.text("abcB 123", min_size=1, max_size=6).map(str.strip).filter(bool), max_size=6),
)
def test_each_line_is_judged_by_itself(patterns: list[str], lines: list[str]) -> None:
    """A line is left if no pattern is found in it; that others are like it but for their digits changes nothing."""
    compiled = [compile_pattern(pattern) for pattern in patterns]
    left = [line for line in lines if not any(one.search(shown(line).encode()) for one in compiled)]
    assert _left_of(patterns, lines) == left


def test_two_digits_and_a_hyphen_are_no_range() -> None:
    """Outside of a class `0-9` is a text like any other, and tells one digit from another."""
    assert _left_of(["part 0-9"], ["part 0-9", "part 0-8"]) == ["part 0-8"]
    assert _left_of(["part [0-9]"], ["part 0-9", "part 0-8", "part"]) == ["part"]


def test_what_the_watcher_says_goes_with_what_it_quotes() -> None:
    """The line that both stand in is one."""
    lines = ["no output for 60 s; output: NCCL INFO x", "no output for 60 s; output: y", "NCCL INFO", "z"]
    assert _left_of(["NCCL INFO"], lines) == [lines[1], "z"]
    assert _left_of(["no output"], lines) == ["NCCL INFO", "z"]


def test_what_a_pattern_needs_may_end_its_line() -> None:
    """Its last sign counts."""
    assert _left_of(["foo.*bar$"], ["foo bar", "x"]) == ["x"]


def test_a_pattern_that_needs_no_text_is_searched_for_everywhere() -> None:
    """Of `..` nothing is known beforehand."""
    assert needed("..") is None
    assert _left_of([".."], ["a", "ab"]) == ["a"]


def test_lines_that_differ_in_digits_alone_are_one_question(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log has hundreds of them; where a pattern names a digit, each is asked."""
    asked: list[bytes] = []

    def counted(noise: Noise, number: int, text: str, line: bytes, folded: str) -> bool:
        asked.append(line)
        return is_in(noise, number, text, line, folded)

    is_in = Noise._is_in
    monkeypatch.setattr(Noise, "_is_in", counted)
    lines = [f"step {number} NCCL INFO" for number in range(100, 500)]
    assert _left_of([r"\bNCCL (INFO|TRACE)\b"], lines) == []
    assert len(asked) == 1
    assert _left_of([r"^step 1\d+ NCCL"], lines) == lines[100:]
    assert len(asked) == 1 + 100


def test_what_a_text_of_noisy_lines_may_hold_is_asked_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is left of it without the noise holds no more, however many lines it has."""
    looks: list[bytes] = []

    def counted(patterns: PatternSet, text: bytes, whole: int = 0) -> Possible | None:
        looks.append(text)
        return possible_in(patterns, text, whole)

    possible_in = PatternSet.possible_in_all
    monkeypatch.setattr(PatternSet, "possible_in_all", counted)
    text = "\n".join(f"node1 [{number}] NCCL INFO cannot open {chr(97 + number % 26)}" for number in range(300))
    policy = Policy(
        version=1,
        ignore_lines=(r"\bNCCL (INFO|TRACE)\b",),
        rules=(
            Rule(name="open", match=Match(message="cannot open"), action=Action.RERUN),
            Rule(name="gone", match=Match(message="bus error"), action=Action.RERUN),
        ),
    )
    found = first_match(policy, make_failure(message=f"{text}\nBus error\nbus error 7"))
    assert found is not None
    assert found.name == "gone"
    assert len(looks) == 1


@pytest.mark.parametrize(("noise", "place"), [("noise ", None), ("nois ", 0)])
def test_noise_at_the_ends_of_a_text_of_too_much_is_none_of_it(noise: str, place: int | None) -> None:
    """A text that may hold too many patterns is searched at its ends, without what is noise in them."""
    words = [f"{one}{two}q" for one, two in product("abcdefghijklmnopqr", repeat=2)]
    wording = wording_of(rules_of("cannot open", *words), ["noise"])
    text = "\n".join([f"{noise}cannot open", "=" * 1200, " ".join(words), "-" * 1200])
    assert wording._patterns.possible_in_all(text.encode()) is None
    assert wording.first(1, text) == place


_MANY_WORDS = [f"w{''.join(some)}" for some in product("abcdefghij", repeat=4)]
_RICH = [" ".join(_MANY_WORDS[start : start + 60]) for start in range(0, 3000, 60)]
"""A text of thousands of words, of which the ends are looked at."""


@pytest.mark.parametrize(("said", "place"), [("quiet: cannot open", None), ("quite: cannot open", 0)])
@pytest.mark.parametrize("before", [1, 2, 3])
def test_noise_that_comes_into_sight_where_other_noise_is_gone_is_none_of_it(
    said: str, place: int | None, before: int
) -> None:
    """The ends are others without the first noise, and again without the next."""
    noises = ["sounds", "murmur", "rattle"][:before]
    wording = wording_of(rules_of("cannot open"), [*noises, "quiet"])
    lines = [f"{number} {'=' * 40} some {noise}" for noise in noises for number in range(100)]
    text = "\n".join([*lines, said, *_RICH])
    assert said not in wording._patterns.possible_in(text.encode()).folded
    assert wording.first(1, text) == place


def test_what_is_faint_is_heard_whatever_noise_comes_into_sight() -> None:
    """It was seen before that was."""
    lines = ["faint: cannot open", *(f"{number} {'=' * 40} some noise" for number in range(100)), "quiet", *_RICH]
    policy = Policy(
        version=1,
        ignore_lines=("noise", "quiet"),
        faint_lines=("^faint",),
        rules=(_rule("open", Match(message="cannot open")), _rule("rest", Match())),
    )
    found = first_match(policy, make_failure(message="\n".join(lines)))
    assert found is not None
    assert found.name == "open"


@pytest.mark.parametrize(("noise", "place"), [("noise", 1), ("noise" * 20, 0), ("noise" * 20, 1)])
@pytest.mark.parametrize("more", [0, 400])
def test_a_line_that_noise_kept_in_pieces_is_whole_without_it(noise: str, place: int, more: int) -> None:
    """Noise amid its pieces, or longer than they are: the words that only the whole line has are looked for then."""
    pieces = [f"{'=' * 33} cannot o", "pen it"]
    pieces.insert(place, noise)
    text = "\n".join([*(f"step {number}" for number in range(more)), *pieces])
    assert wording_of(rules_of("cannot open it"), ["noise"]).first(1, text) == 0


@pytest.mark.parametrize("more", [0, 80])
@pytest.mark.parametrize("end", ["\n", r"\n", r"\s"])
def test_lines_that_noise_kept_apart_stand_together_without_it(end: str, more: int) -> None:
    """However the line's end is written between them, and however many words a text has that patterns ask for."""
    words = [f"{one}{two}q" for one, two in product("abcdefghij", repeat=2)]
    wording = wording_of(rules_of(f"(?s)cannot{end}open", *words), ["noise"])
    assert wording.first(1, "\n".join([" ".join(words[:more]), "cannot", "noise", "open"])) == 0


def test_noise_is_what_any_alternative_of_it_hits() -> None:
    """Line by line; what is known of its needs is believed."""
    lines = ["INFO: a", "b", "DEBUG: 7", "DEBUG: x", "info: a"]
    assert _left_of([r"INFO: |DEBUG: \d"], lines) == ["b", "DEBUG: x", "info: a"]
    assert _left_of(["(?i)info|debug: [0-9]"], lines) == ["b", "DEBUG: x"]
    assert _left_of(["INFO"], lines, {"INFO": ((frozenset({b"elsewhere"}),),)}) == lines


def test_where_nothing_is_noise_all_is_left() -> None:
    """Also where it may be by what a pattern needs."""
    assert _left_of(["noise [a-z]"], ["noise 1", "b"]) == ["noise 1", "b"]


def _rule(name: str, match: Match) -> Rule:
    return Rule(name=name, match=match, action=Action.RERUN)


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("faint alpha", "a"),
        ("faint alpha\nsome step", "a"),
        ("faint alpha\nINFO beta", "a"),
        ("faint alpha\nbeta", "b"),
        ("beta\nfaint alpha", "b"),
        ("faint gamma\nnothing", "rest"),
        ("faint alpha INFO\nnothing", "rest"),
        ("faint refused\nalpha", "a"),
        ("", "rest"),
    ],
)
@pytest.mark.parametrize("again", [1, 2, 3])
@pytest.mark.parametrize("padding", ["", "\n" + "=" * 5000])
def test_what_is_faint_is_heard_where_nothing_else_speaks(text: str, rule: str, again: int, padding: str) -> None:
    """A rule with an empty match says nothing of the text; a second and a third text of the same words as the first."""
    rules = (
        _rule("a", Match(message="alpha", not_message="refused")),
        _rule("b", Match(message="beta")),
        _rule("rest", Match()),
    )
    policy = Policy(version=1, ignore_lines=("INFO",), faint_lines=("^faint",), rules=rules)
    found = [first_match(policy, make_failure(message=text + padding)) for _ in range(again)]
    assert [one and one.name for one in found] == [rule] * again


def test_the_earliest_cause_is_a_faint_line_only_where_no_other_is_one() -> None:
    """The same goes for what is quoted."""
    policy = Policy(
        version=1,
        faint_lines=("^faint",),
        rules=(_rule("a", Match(message="alpha")), _rule("b", Match(message="beta"))),
    )
    found = [earliest_cause(policy, text) for text in ("faint alpha\nx\nbeta 1", "x\nfaint alpha", "faint\nx")]
    assert found == ["beta 1", "faint alpha", ""]
