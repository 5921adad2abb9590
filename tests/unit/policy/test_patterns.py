"""Patterns over hostile text: what RE2 cannot use is told, what costs too much is refused, and nothing errs open."""

from __future__ import annotations

import pytest

from shared.policy.matching import patterns as module
from shared.policy.matching.patterns import (
    MAX_PATTERNS,
    MAX_PROGRAM,
    MAX_SQUARES,
    MAX_WEIGHT,
    PatternError,
    compile_pattern,
    excess,
)
from shared.policy.matching.prefilter import SHORT_BYTES
from shared.policy.matching.search import PatternSet
from shared.policy.matching.weight import weight_of


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"(a)\1", "a{1001}", "\ud800", ".{900}", "[ab]{11}", "(?:a?){50}"])
def test_unusable_pattern_is_told(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A pattern that RE2 cannot use, or only at great cost, raises and leaves nothing on stderr."""
    with pytest.raises(PatternError):
        compile_pattern(pattern)
    assert capfd.readouterr().err == ""


@pytest.mark.parametrize("pattern", ["(", "(?m)("])
def test_a_fault_shows_the_pattern_as_it_was_written(pattern: str) -> None:
    """What we put before it is not its author's, and what he put there himself is."""
    with pytest.raises(PatternError) as told:
        compile_pattern(pattern)
    assert str(told.value).endswith(pattern)


def test_largest_program_is_bounded() -> None:
    """The bound on a pattern's size lets through what it says and no more."""
    assert compile_pattern("x" * (MAX_PROGRAM // 2)).programsize <= MAX_PROGRAM
    with pytest.raises(PatternError, match="too large"):
        compile_pattern("x" * (MAX_PROGRAM + 1))


@pytest.mark.parametrize(
    ("pattern", "weight"),
    [
        ("plain text", 0),
        ("(a+)+$", 0),
        (r"(\w+\s?)+$", 0),
        (".*x.*", 0),
        ("[ab]*[cd]+", 0),
        ("(?i)stale (NFS )?file handle|Input/output error", 1),
        ("(known|unknown)", 1),
        ("[ab]{10}", 10),
        ("(a|b){9}", 9),
        ("([ab]{3}){3}", 9),
        ("(?P<x>[ab]{2}){3}", 6),
        (r"\d{1,3}", 3),
        (r"\d{4}-\d{2}-\d{2}", 8),
        (r"\pL\p{Greek}\x{61}", 2),
        ("x{5}", 0),
        ("x{3,5}", 2),
        ("x{15}", 0),
        ("x{63}", 3),
        ("x{64}", 4),
        ("[ab]{3,}", 4),
        ("(?:a?){50}", 50),
        ("a?b?c?", 3),
        ("[]a]{3}", 3),
        ("[^]a]{3}", 3),
        ("[[:alpha:]]{2}", 2),
        (r"[\]]{2}", 2),
        (r"\Q[ab]{9}(\E.{2}", 2),
        (r"\[ab\]{9}", 0),
        ("(?i:[ab]{2})", 2),
        ("a{", 0),
        ("(?:a|[bc]d)+", 2),
        ("(?:a|b)+", 0),
        ("(?:[ab](?i)[cd]){3}", 6),
        ("(?i)[ab]|[cd]", 2),
        ("[ab]|[cd]{3}", 4),
        ("(?:a?)*", 0),
        ("((((.{10}){10}){10}){10}){10}", 100_000),
        (".{1000}{1000}{1000}", 1_000_000),
    ],
)
def test_weight(pattern: str, weight: int) -> None:
    """Counted classes, choices and options weigh; text and what is starred does not."""
    assert weight_of(pattern) == weight


def test_a_program_may_be_as_large_as_the_bound() -> None:
    """And no larger."""
    sizes = {compile_pattern("x" * count).programsize: count for count in range(MAX_PROGRAM // 2, MAX_PROGRAM - 9)}
    shorter = max(sizes)
    largest = sizes[shorter] + MAX_PROGRAM - shorter
    assert compile_pattern("x" * largest).programsize == MAX_PROGRAM
    with pytest.raises(PatternError, match="too large"):
        compile_pattern("x" * (largest + 1))


def test_heaviest_is_bounded() -> None:
    """At the bound a pattern passes, above it not."""
    compile_pattern(f"[ab]{{{MAX_WEIGHT}}}")
    with pytest.raises(PatternError, match="counts too far"):
        compile_pattern(f"[ab]{{{MAX_WEIGHT + 1}}}")


_LONG = "x" * 400
_LONG_SIZE = compile_pattern(_LONG + "10").programsize


@pytest.mark.parametrize(
    ("many", "words"),
    [
        ([f"p{number}" for number in range(MAX_PATTERNS + 1)], "4097 patterns, at most 4096"),
        (["[ab]{10}", "[ac]{10}", "[ad]{10}", "[ae]{10}", "[af]{4}"], "counted classes"),
        ([_LONG + str(number) for number in range(10, 11 + MAX_SQUARES // _LONG_SIZE**2)], "too long together"),
    ],
)
def test_patterns_of_a_policy_are_bounded_together(many: list[str], words: str) -> None:
    """Each may pass, and all of them may not; without the last they do, and repeats count once."""
    assert words in (excess(many) or "")
    assert excess(many[:-1] * 2) is None


@pytest.mark.parametrize(
    ("pattern", "text", "found"),
    [
        ("one.*two", "one two", True),
        ("one.*two", "one\ntwo", False),
        ("one[^x]+two", "one\ntwo", False),
        (r"one\s+two", "one\ntwo", False),
        ("(?s)one.*two", "one\ntwo", True),
        ("(?is)ONE.*two", "one\ntwo", True),
        (r"(?s)one\ntwo", "one\ntwo", True),
        ("^two$", "one\ntwo\nthree", True),
        ("^wo$", "one\ntwo\nthree", False),
        (r"\Atwo", "one\ntwo", False),
        ("a|^two$|b", "one\ntwo", True),
    ],
)
def test_a_pattern_is_searched_for_in_one_line(pattern: str, text: str, *, found: bool) -> None:
    """It spans lines only if it begins with the flag `s`; `^` and `$` are the ends of lines."""
    assert (compile_pattern(pattern).search(text.encode()) is not None) is found


@pytest.mark.parametrize("pattern", [r"one\ntwo", "one\ntwo", r"one\x0atwo", "(?i)one\\ntwo", "(?s:one\\ntwo)"])
def test_a_pattern_that_could_never_match_is_told(pattern: str) -> None:
    """A line's end in a pattern that is searched for in one line."""
    with pytest.raises(PatternError, match="begin it with"):
        compile_pattern(pattern)
    assert compile_pattern(r"[^\n]x[\n ]")


def test_what_patterns_cost_together_has_a_bound(monkeypatch: pytest.MonkeyPatch) -> None:
    """To the step."""
    some = ["one", "another", "(?i)third"]
    steps = sum(compile_pattern(one).programsize ** 2 for one in some)
    for most, told in ((steps, None), (steps - 1, "patterns that are too long together")):
        monkeypatch.setattr(module, "MAX_SQUARES", most)
        assert excess([*some, *some]) == told


@pytest.mark.parametrize(("short_of_it", "told"), [(0, None), (1, "patterns that are too long together")])
def test_as_many_patterns_count_as_one_text_is_searched_for(
    monkeypatch: pytest.MonkeyPatch, short_of_it: int, told: str | None
) -> None:
    """The largest of them, whichever come first; more of the same size cost no text more."""
    some = [f"one{number}" for number in range(100, 150)]
    size = compile_pattern(some[0]).programsize
    assert {compile_pattern(one).programsize for one in some} == {size}
    monkeypatch.setattr(module, "MOST_AT_ONCE", 3)
    larger = "another one that is longer"
    monkeypatch.setattr(module, "MAX_SQUARES", compile_pattern(larger).programsize ** 2 + 2 * size**2 - short_of_it)
    for many in ([larger, *some], [*some, larger]):
        assert excess(many) == told


def test_no_more_patterns_are_kept_compiled_than_a_bound() -> None:
    """However many a policy has, one that was forgotten is found as before."""
    patterns = PatternSet([f"cause {number}" for number in range(module._MOST_COMPILED + 50)])
    for number in (*range(module._MOST_COMPILED + 50), 0):
        assert patterns.is_in(number, f"a cause {number}".encode())
        assert patterns.is_in(number, f"a cause {number}".encode().ljust(SHORT_BYTES + 1))
    assert module.compiled.cache_info().currsize <= module._MOST_COMPILED
    assert module.alone.cache_info().currsize <= module._MOST_COMPILED


def test_light_patterns_are_not_weighed_together() -> None:
    """They are searched for in small sets: hundreds of them cost what each does."""
    some = [rf"\d.\d-{number}" for number in range(600)]
    assert {weight_of(one) for one in some} == {module.LIGHT}
    assert 600 * 2**module.LIGHT > module.MAX_WEIGHTS
    assert excess(some) is None
