"""Patterns over hostile text: what RE2 cannot use is told, what costs too much is refused, and nothing errs open."""

from __future__ import annotations

import random
import time
from typing import Any

import pytest

from shared.policy import patterns as module
from shared.policy.patterns import (
    MAX_PATTERNS,
    MAX_PROGRAM,
    MAX_WEIGHT,
    SHORT_BYTES,
    PatternError,
    PatternSet,
    compile_pattern,
    excess,
)
from shared.policy.weight import weight_of


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"(a)\1", "a{1001}", "\ud800", ".{900}", "[ab]{11}", "(?:a?){50}"])
def test_unusable_pattern_is_told(pattern: str, capfd: pytest.CaptureFixture[str]) -> None:
    """A pattern that RE2 cannot use, or only at great cost, raises and leaves nothing on stderr."""
    with pytest.raises(PatternError):
        compile_pattern(pattern)
    assert capfd.readouterr().err == ""


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
        ("((((.{10}){10}){10}){10}){10}", 100_000),
        (".{1000}{1000}{1000}", 1_000_000),
    ],
)
def test_weight(pattern: str, weight: int) -> None:
    """Counted classes, choices and options weigh; text and what is starred does not."""
    assert weight_of(pattern) == weight


def test_heaviest_is_bounded() -> None:
    """At the bound a pattern passes, above it not."""
    compile_pattern(f"[ab]{{{MAX_WEIGHT}}}")
    with pytest.raises(PatternError, match="counts too far"):
        compile_pattern(f"[ab]{{{MAX_WEIGHT + 1}}}")


@pytest.mark.parametrize(
    ("many", "words"),
    [
        ([f"p{number}" for number in range(MAX_PATTERNS + 1)], "257 patterns, at most 256"),
        (["[ab]{10}", "[ac]{4}"], "counted classes"),
        (["x" * 400 + str(number) for number in range(5)], "too long together"),
    ],
)
def test_patterns_of_a_policy_are_bounded_together(many: list[str], words: str) -> None:
    """Each may pass, and all of them may not; without the last they do, and repeats count once."""
    assert words in (excess(many) or "")
    assert excess(many[:-1] * 2) is None


SOME = ["a+b", "foo", "(?i)BAR", r"\d{4}", "x$", "^y"]


@pytest.mark.parametrize("length", [0, SHORT_BYTES, SHORT_BYTES + 1, 5000])
@pytest.mark.parametrize("text", ["", "aab", "foo bar 2026 x", "yx"])
def test_found_whatever_the_length(text: str, length: int) -> None:
    """Short and long messages are searched in different ways, and the same is found."""
    data = (text.rjust(length, ".") if length else text).encode()
    expected = [number for number, one in enumerate(SOME) if compile_pattern(one).search(data)]
    assert sorted(PatternSet(SOME).found_in(data)) == expected


class _OutOfMemory:
    """RE2's set as it is when its automaton does not fit: it finds nothing and says nothing."""

    def Match(self, text: bytes) -> None:  # noqa: N802 - RE2's name
        """Nothing."""


@pytest.mark.parametrize("broken", ["finds nothing", "cannot be made"])
def test_a_set_that_fails_does_not_err_open(monkeypatch: pytest.MonkeyPatch, broken: str) -> None:
    """A set that has run out of memory tells no match; then its patterns are searched for one by one."""
    answer: Any = _OutOfMemory() if broken == "finds nothing" else None
    monkeypatch.setattr(module, "_set_of", lambda *_: answer)
    assert sorted(PatternSet(SOME).found_in(b"foo bar 2026")) == [1, 2, 3]
    assert sorted(PatternSet(SOME).found_in(b"foo bar 2026".rjust(5000))) == [1, 2, 3]


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
    """What the check lets pass is searched for in 32 KB within a few milliseconds of one core, warm or not.

    The bound here leaves room for a machine that is busy; `benchmarks/decide.py` measures.
    """
    some = _POLICIES[policy]
    assert excess(some) is None
    data = _MESSAGES[message].encode()
    together = PatternSet(some)
    begun = time.process_time()
    together.found_in(data)
    assert time.process_time() - begun < 0.05
