"""Which rule a failure falls under."""

from __future__ import annotations

import sys
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope, State
from shared.domain.mode import Mode
from shared.policy.match import first_match, make_ready
from shared.policy.model import Action, Match, Policy, Rule
from shared.policy.patterns import compile_pattern
from shared.policy.prefilter import SHORT_BYTES
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-1")
GROUP = Group(region="cn-beijing", namespace="ns-1", group_id="demo.group")
LONG = "x" * SHORT_BYTES
"""As a beginning it makes a message one that is not searched for all patterns at once."""


def _policy(*matches: Match) -> Policy:
    rules = (Rule(name=str(index), match=match, action=Action.RERUN) for index, match in enumerate(matches))
    return Policy(version=1, rules=tuple(rules))


def _name(rule: Rule | None) -> str | None:
    return rule.name if rule else None


def _told(scope: Scope = CLUSTER, **told: Any) -> Failure:
    return Failure(scope=scope, job_id="1", occurred_at=1.0, trigger=Trigger.LOG, event_id="e", telling_id="t", **told)


def _fits(match: Match, failure: Failure, seen: Any = None) -> bool:
    return first_match(_policy(match), failure, seen) is not None


@pytest.mark.parametrize("before", ["", LONG])
@pytest.mark.parametrize(
    ("pattern", "message", "matches"),
    [
        ("Error", "an Error here", True),
        ("error", "an Error here", False),
        ("(?i)error", "an Error here", True),
        ("^Error", "an Error here", False),
        ("a.b", "a\nb", False),
        ("磁盘", "磁盘已满", True),
        ("a.b", "a\ud800b", True),
        (("nothing", "Error"), "an Error here", True),
        (("nothing", "else"), "an Error here", False),
    ],
)
def test_pattern_is_searched(
    failure: Callable[..., Failure], pattern: Any, message: str, before: str, *, matches: bool
) -> None:
    """A pattern is found anywhere, any of a list is enough, case counts, and text that is no UTF-8 is no obstacle."""
    assert (first_match(_policy(Match(message=pattern)), failure(before + message)) is not None) is matches


def test_first_match_wins(failure: Callable[..., Failure]) -> None:
    """Rules are asked in order, every condition of a rule must hold, an empty match matches all."""
    policy = _policy(Match(system="schedulerx", message="disk"), Match(message="disk"), Match())
    assert _name(first_match(policy, failure("disk full", "schedulerx"))) == "0"
    assert _name(first_match(policy, failure("disk full", "ehpc"))) == "1"
    assert _name(first_match(policy, failure("other", "schedulerx"))) == "2"


def test_no_rule_matches(failure: Callable[..., Failure]) -> None:
    """Without a matching rule there is none, with or without rules."""
    assert first_match(_policy(), failure("x")) is None
    assert first_match(_policy(Match(system="schedulerx"), Match(message="y")), failure("x")) is None


@pytest.mark.parametrize(
    ("match", "ehpc", "schedulerx"),
    [
        (Match(region="cn-*"), True, True),
        (Match(region="cn-hang????"), True, False),
        (Match(region=("us-*", "cn-beijing")), False, True),
        (Match(cluster="ehpc-hz-1"), True, False),
        (Match(cluster="ehpc-hz"), False, False),
        (Match(namespace="ns-*"), False, True),
        (Match(group="*.group"), False, True),
        (Match(group="*.group", namespace="ns-2"), False, False),
        (Match(system="ehpc", group="*"), False, False),
        (Match(system=("ehpc", "schedulerx3")), True, False),
        (Match(system=("schedulerx", "dataworks"), group="*"), False, True),
        (Match(cluster="*", namespace="*"), False, False),
    ],
)
def test_places(match: Match, *, ehpc: bool, schedulerx: bool) -> None:
    """Conditions on the place are globs; one on a part that the system does not have never holds."""
    assert _fits(match, _told()) is ehpc
    assert _fits(match, _told(GROUP)) is schedulerx


@pytest.mark.parametrize(
    "match",
    [
        Match(owner="*"),
        Match(queue="*"),
        Match(job_name="*"),
        Match(node="*"),
        Match(exit_code="-2147483648-4294967295"),
        Match(signal=tuple(range(1, 65))),
        Match(message="(?s).*"),
        Match(reason=("", "x")),
    ],
)
def test_what_is_not_told_never_matches(match: Match) -> None:
    """A condition on something that nobody tells does not hold, however wide it is."""
    assert not _fits(match, _told())
    assert not _fits(match, _told(GROUP))


SEEN = EhpcSnapshot(
    job_id="1",
    state=State.RUNNING,
    look_begun_at=1.0,
    owner="ann@scheduler",
    queue="gpu",
    name="cfd",
    nodes=("compute1", "compute2"),
)


@pytest.mark.parametrize(
    ("match", "by_sight", "by_word"),
    [
        (Match(owner="ann"), True, False),
        (Match(owner="bob"), False, True),
        (Match(queue="gpu"), True, False),
        (Match(job_name="cf?"), True, False),
        (Match(job_name="other"), False, True),
        (Match(node="compute2"), True, False),
        (Match(node="compute9"), False, True),
        (Match(node=("x", "compute1")), True, False),
    ],
)
def test_the_live_job_counts_more_than_words(match: Match, *, by_sight: bool, by_word: bool) -> None:
    """What the live job says of itself is matched; what was told only where it says nothing."""
    told = _told(owner="bob@login", queue="short", job_name="other", node="compute9")
    assert _fits(match, told, SEEN) is by_sight
    assert _fits(match, told) is by_word
    silent = EhpcSnapshot(job_id="1", state=State.RUNNING, look_begun_at=1.0)
    assert _fits(match, told, silent) is by_word


def test_nodes_of_a_queued_job_are_those_told() -> None:
    """Of a job that does not run the list may name the nodes of no run."""
    queued = replace(SEEN, state=State.QUEUED)
    assert _fits(Match(node="compute9"), _told(node="compute9"), queued)
    assert not _fits(Match(node="compute1"), _told(node="compute9"), queued)


def test_schedulerx_says_owner_and_name_itself() -> None:
    """The job's own name counts, and what it does not say is as told."""
    seen = SchedulerxSnapshot(job_id="1", state=State.FAILED, look_begun_at=1.0, name="nightly")
    told = _told(GROUP, job_name="weekly", owner="bob")
    assert _fits(Match(job_name="nightly", owner="bob"), told, seen)
    assert not _fits(Match(job_name="weekly"), told, seen)


@pytest.mark.parametrize(
    ("told", "codes", "signals"),
    [
        ("1", (1,), ()),
        ("137", (137, "128-159"), ("SIGKILL", 9)),
        ("265", (265,), ("SIGKILL", 9)),
        ("0:9", (137,), ("SIGKILL",)),
        ("1:9", (1,), ("SIGKILL",)),
        ("1:0", (1,), ()),
        ("0:0", (0,), ()),
        ("-3", (-3, "-24--1"), ()),
        ("128", (128,), ()),
        ("255", (255,), ()),
        ("256", (256,), ()),
        ("192", (192,), (64,)),
        ("193", (193,), ()),
        (" 2 ", (2,), ()),
        ("0:200", (328,), ()),
        ("oops", (), ()),
        ("1e3", (), ()),
        ("1:x", (), ()),
    ],
)
def test_exit_codes_and_signals(told: str, codes: tuple[Any, ...], signals: tuple[Any, ...]) -> None:
    """Shell, Slurm and PBS spell an end differently; each spelling tells the same code and signal."""
    for code in codes:
        assert _fits(Match(exit_code=code), _told(exit_code=told))
    for signal in signals:
        assert _fits(Match(signal=("SIGHUP", signal)), _told(exit_code=told))
    assert _fits(Match(signal=tuple(range(1, 65))), _told(exit_code=told)) is bool(signals)
    assert _fits(Match(exit_code="-2147483648-4294967295"), _told(exit_code=told)) is bool(codes)
    assert not _fits(Match(exit_code=(77, "1000-2000")), _told(exit_code=told))


def test_both_code_and_signal_must_hold() -> None:
    """Two conditions on one field are two conditions."""
    assert _fits(Match(exit_code=137, signal=9), _told(exit_code="137"))
    assert not _fits(Match(exit_code=137, signal=15), _told(exit_code="137"))
    assert not _fits(Match(exit_code=1, signal=9), _told(exit_code="137"))


def test_reason_is_compared_whole() -> None:
    """A reason is a word, not a pattern."""
    assert _fits(Match(reason=("node_lost", "oom")), _told(reason="oom"))
    assert not _fits(Match(reason="oom"), _told(reason="oom-killer"))
    assert not _fits(Match(reason="*"), _told(reason="oom"))


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
    return found and _fits(replace(match, message=None), told)


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
    failure = _told(message=message + padding, **told)
    expected = next((str(place) for place, match in enumerate(matches) if _naive(match, failure)), None)
    assert _name(first_match(_policy(*matches), failure)) == expected


@given(st.text())
def test_any_message_can_be_matched(message: str) -> None:
    """No message crashes the matching, and the last rule catches each."""
    assert first_match(_policy(Match(message=r"(\w+\s?)+$"), Match()), _told(message=message)) is not None


def test_policies_are_not_taken_for_one_another(failure: Callable[..., Failure]) -> None:
    """What is made ready for one policy is never used for another, made from it or in its place."""
    one = _policy(Match(message="a"), Match())
    assert _name(first_match(one, failure("a"))) == "0"
    other = replace(one, rules=one.rules[1:])
    assert _name(first_match(other, failure("a"))) == "1"
    turned = replace(one, rules=one.rules[::-1])
    assert _name(first_match(turned, failure("a"))) == "1"
    assert _name(first_match(one, failure("a"))) == "0"


def test_more_values_than_are_kept() -> None:
    """What is remembered of earlier evidence is bounded, and forgetting changes no answer."""
    policy = _policy(Match(owner="u7*"), Match())
    names = [_name(first_match(policy, _told(owner=f"u{number}"))) for number in range(1500)]
    assert [number for number, name in enumerate(names) if name == "0"] == [
        number for number in range(1500) if str(number).startswith("7")
    ]


def test_a_policy_that_was_made_ready_has_nothing_left_to_compile(monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where another one differs in its mode alone, as the functions' own does."""
    policy = _policy(Match(message="ready or not"), Match())
    make_ready(policy)
    monkeypatch.setattr("shared.policy.match.Matcher", None)
    assert _name(first_match(replace(policy, mode=Mode.OBSERVE), _told(message="ready or not"))) == "0"


def test_a_decision_does_not_cost_more_the_more_rules_there_are() -> None:
    """Eight times the rules, hardly more calls for the rule of a text that nobody saw: they are counted, not timed."""

    def calls(rules: int) -> int:
        words = [f"{one}{two}{three}fault" for one, two, three in product("abcdefgh", repeat=3)][:rules]
        policy = _policy(*(Match(message=f"(?i){word} of (disk|node) [0-9]+") for word in words), Match())
        told = [_told(message=f"line {number}\n{words[number]} of disk {number}") for number in range(40)]
        for one in told[:20]:
            first_match(policy, one)
        seen: list[str] = []
        sys.setprofile(lambda _, event, __: seen.append(event))
        for one in told[20:]:
            first_match(policy, one)
        sys.setprofile(None)
        return len(seen)

    assert calls(400) < 1.5 * calls(50)
