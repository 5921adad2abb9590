"""Which rule a failure falls under."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.failure import Failure, Trigger
from shared.domain.job import Cluster, System
from shared.policy.match import MAX_PROGRAM, PatternError, compile_pattern, first_match
from shared.policy.model import Action, Match, Policy, Rule


def _policy(*matches: Match) -> Policy:
    rules = (Rule(name=str(index), match=match, action=Action.RERUN) for index, match in enumerate(matches))
    return Policy(version=1, rules=tuple(rules))


def _name(rule: Rule | None) -> str | None:
    return rule.name if rule else None


@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("Error", "an Error here", True),
        ("error", "an Error here", False),
        ("(?i)error", "an Error here", True),
        ("^Error", "an Error here", False),
        ("a.b", "a\nb", False),
        ("磁盘", "磁盘已满", True),
        ("x", "", False),
        ("a.b", "a\ud800b", True),
    ],
)
def test_pattern_is_searched(failure: Callable[..., Failure], pattern: str, message: str, *, matches: bool) -> None:
    """A pattern is found anywhere, case counts, and text that is no UTF-8 is no obstacle."""
    assert (first_match(_policy(Match(message=pattern)), failure(message)) is not None) is matches


def test_first_match_wins(failure: Callable[..., Failure]) -> None:
    """Rules are asked in order, every condition of a rule must hold, an empty match matches all."""
    policy = _policy(Match(system=System.SCHEDULERX, message="disk"), Match(message="disk"), Match())
    assert _name(first_match(policy, failure("disk full", System.SCHEDULERX))) == "0"
    assert _name(first_match(policy, failure("disk full", System.EHPC))) == "1"
    assert _name(first_match(policy, failure("other", System.SCHEDULERX))) == "2"


def test_no_rule_matches(failure: Callable[..., Failure]) -> None:
    """Without a matching rule there is none, with or without rules."""
    assert first_match(_policy(), failure("x")) is None
    assert first_match(_policy(Match(system=System.SCHEDULERX), Match(message="y")), failure("x")) is None


@pytest.mark.parametrize("pattern", ["(", "(?=x)", r"(a)\1", "a{1001}", "\ud800", ".{900}"])
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


@given(st.text())
def test_any_message_can_be_matched(message: str) -> None:
    """No message crashes the matching, and the last rule catches each."""
    told = Failure(
        scope=Cluster(region="r-1", cluster_id="c"),
        job_id="1",
        occurred_at=0.0,
        message=message,
        trigger=Trigger.LOG,
        event_id="e",
        telling_id="t",
    )
    assert first_match(_policy(Match(message=r"(\w+\s?)+$"), Match()), told) is not None
