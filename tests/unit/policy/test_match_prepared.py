"""Which rule a failure falls under: searching for all patterns at once changes no answer and little of the cost."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.domain.job import Scope
from shared.domain.mode import Mode
from shared.intake.values import MAX_MESSAGE_BYTES
from shared.policy import match as module
from shared.policy.match import first_match, make_ready
from shared.policy.matching import wording
from shared.policy.matching.patterns import compile_pattern
from shared.policy.matching.search import PatternSet
from shared.policy.model import Match
from tests.unit.policy.matching import LONG, failure_with, falls_under, name_of, policy_of

PATTERNS = ["a", "b+c", "(?i)X", "^ab", "c$", r"\d{2}", "a.*b", "", "[ab]{5}c"]
MATCHES = st.builds(
    Match,
    message=st.sampled_from([None, *[one for one in PATTERNS if one], ("a", "c$"), (r"\d{2}", "b+c", "zz")]),
    owner=st.sampled_from([None, None, "ann", "a*", ("b?b", "*n")]),
    exit_code=st.sampled_from([None, None, 1, "128-159"]),
    cluster=st.sampled_from([None, None, "ehpc-*", "other"]),
    reason=st.sampled_from([None, None, "oom"]),
)


def _naive(match: Match, told: Failure) -> bool:
    """One condition after the other, one pattern after the other."""
    data = told.message.encode("utf-8", "replace")
    patterns = match.message if isinstance(match.message, tuple) else (match.message,)
    found = match.message is None or (
        bool(data) and any(compile_pattern(pattern).search(data) is not None for pattern in patterns if pattern)
    )
    return found and falls_under(replace(match, message=None), told)


@given(
    matches=st.lists(MATCHES, max_size=12),
    message=st.text(st.sampled_from("abcX1 2\n\ud800磁"), max_size=30),
    padding=st.sampled_from(["", LONG]),
    told=st.fixed_dictionaries(
        {
            "owner": st.sampled_from(["", "ann", "bob"]),
            "exit_code": st.sampled_from(["", "1", "137"]),
            "reason": st.sampled_from(["", "oom"]),
        }
    ),
)
def test_together_as_one_by_one(matches: list[Match], message: str, padding: str, told: dict[str, Any]) -> None:
    """Searching for all patterns at once finds the rule that the first match over single patterns finds."""
    failure = failure_with(message=message + padding, **told)
    expected = next((str(place) for place, match in enumerate(matches) if _naive(match, failure)), None)
    assert name_of(first_match(policy_of(*matches), failure)) == expected


@given(st.text())
def test_any_message_can_be_matched(message: str) -> None:
    """No message crashes the matching, and the last rule catches each."""
    assert first_match(policy_of(Match(message=r"(\w+\s?)+$"), Match()), failure_with(message=message)) is not None


def test_policies_are_not_taken_for_one_another(failure: Callable[..., Failure]) -> None:
    """What is made ready for one policy is never used for another, made from it or in its place."""
    one = policy_of(Match(message="a"), Match())
    assert name_of(first_match(one, failure("a"))) == "0"
    other = replace(one, rules=one.rules[1:])
    assert name_of(first_match(other, failure("a"))) == "1"
    turned = replace(one, rules=one.rules[::-1])
    assert name_of(first_match(turned, failure("a"))) == "1"
    assert name_of(first_match(one, failure("a"))) == "0"


def test_more_values_than_are_kept() -> None:
    """What is remembered of earlier evidence is bounded, and forgetting changes no answer."""
    policy = policy_of(Match(owner="u7*"), Match())
    names = [name_of(first_match(policy, failure_with(owner=f"u{number}"))) for number in range(1500)]
    assert [number for number, name in enumerate(names) if name == "0"] == [
        number for number in range(1500) if str(number).startswith("7")
    ]


def test_no_more_values_are_remembered_than_a_bound() -> None:
    """Whoever sends ever new owners and codes fills no memory."""
    policy = policy_of(Match(owner="ann", exit_code=1), Match())
    matcher, most = make_ready(policy), 0
    for number in range(module._MOST_KNOWN + 3):
        first_match(policy, failure_with(owner=f"u{number}", exit_code=str(number)))
        kept = [len(one.known) for _, one in (*matcher._shown, *matcher._told)]
        most = max([most, *kept])
    assert (len(kept), most) == (2, module._MOST_KNOWN)


def test_a_place_that_comes_again_is_asked_about_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery is of a few clusters."""
    asked = []

    def counted(match: Match, scope: Scope) -> bool:
        asked.append(scope)
        return is_there(match, scope)

    is_there = module._is_there
    monkeypatch.setattr(module, "_is_there", counted)
    policy = policy_of(Match(cluster="ehpc-*", owner="a*"))
    for number in range(3):
        assert first_match(policy, failure_with(owner=f"a{number}")) is not None
    assert len(asked) == 1


def test_a_text_that_lacks_one_of_what_a_pattern_needs_is_not_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where no word tells of it."""
    policy = policy_of(Match(message="blue.*<<<"))
    make_ready(policy)
    monkeypatch.setattr(PatternSet, "is_in", lambda *_: pytest.fail("searched for"))
    assert first_match(policy, failure_with(message="blue")) is None


def test_answers_that_are_kept_have_a_bound() -> None:
    """Some megabytes of texts, of the largest size that each kind has."""
    kept = make_ready(policy_of(Match(message="kept")))._wording
    long = kept._first_of_long.cache_info().maxsize
    assert long
    assert (wording._MOST_SHORT * wording._SHORT_CHARS <= 2 << 20, long * MAX_MESSAGE_BYTES <= 1 << 20) == (True, True)


def test_the_last_policy_is_at_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    """A delivery has thousands of failures: nothing is looked up for each."""
    policy = policy_of(Match(message="at hand"))
    matcher = make_ready(policy)
    monkeypatch.setattr(module, "_of_policy", lambda _: pytest.fail("looked up"))
    assert make_ready(policy) is matcher


def test_a_policy_that_was_made_ready_has_nothing_left_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another one differs in its mode alone, as the functions' own does."""
    policy = policy_of(Match(message="ready or not"), Match())
    make_ready(policy)
    monkeypatch.setattr("shared.policy.match.Matcher", None)
    assert name_of(first_match(replace(policy, mode=Mode.OBSERVE), failure_with(message="ready or not"))) == "0"


def test_a_decision_does_not_cost_more_the_more_rules_there_are() -> None:
    """Eight times the rules, hardly more calls for the rule of a text that nobody saw: they are counted, not timed."""

    def calls(rules: int) -> int:
        words = [f"{one}{two}{three}fault" for one, two, three in product("abcdefgh", repeat=3)][:rules]
        policy = policy_of(*(Match(message=f"(?i){word} of (disk|node) [0-9]+") for word in words), Match())
        told = [failure_with(message=f"line {number}\n{words[number]} of disk {number}") for number in range(40)]
        for one in told[:20]:
            first_match(policy, one)
        seen: list[str] = []
        sys.setprofile(lambda _, event, __: seen.append(event))
        for one in told[20:]:
            first_match(policy, one)
        sys.setprofile(None)
        return len(seen)

    assert calls(400) < 1.5 * calls(50)
