"""Which rule a failure falls under: its text, what its place is, what is not told."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure
from shared.domain.job import State
from shared.policy.match import first_match
from shared.policy.model import Match
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.scope import Group
from shared.systems.schedulerx.snapshot import SchedulerxSnapshot
from tests.unit.policy.matching import LONG, failure_with, falls_under, name_of, policy_of

GROUP = Group(region="cn-beijing", namespace="ns-1", group_id="demo.group")


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
    assert (first_match(policy_of(Match(message=pattern)), failure(before + message)) is not None) is matches


def test_first_match_wins(failure: Callable[..., Failure]) -> None:
    """Rules are asked in order, every condition of a rule must hold, an empty match matches all."""
    policy = policy_of(Match(system="schedulerx", message="disk"), Match(message="disk"), Match())
    assert name_of(first_match(policy, failure("disk full", "schedulerx"))) == "0"
    assert name_of(first_match(policy, failure("disk full", "ehpc"))) == "1"
    assert name_of(first_match(policy, failure("other", "schedulerx"))) == "2"


def test_no_rule_matches(failure: Callable[..., Failure]) -> None:
    """Without a matching rule there is none, with or without rules."""
    assert first_match(policy_of(), failure("x")) is None
    assert first_match(policy_of(Match(system="schedulerx"), Match(message="y")), failure("x")) is None


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
    assert falls_under(match, failure_with()) is ehpc
    assert falls_under(match, failure_with(GROUP)) is schedulerx


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
    assert not falls_under(match, failure_with())
    assert not falls_under(match, failure_with(GROUP))


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
    told = failure_with(owner="bob@login", queue="short", job_name="other", node="compute9")
    assert falls_under(match, told, SEEN) is by_sight
    assert falls_under(match, told) is by_word
    silent = EhpcSnapshot(job_id="1", state=State.RUNNING, look_begun_at=1.0)
    assert falls_under(match, told, silent) is by_word


def test_nodes_of_a_queued_job_are_those_told() -> None:
    """Of a job that does not run the list may name the nodes of no run."""
    queued = replace(SEEN, state=State.QUEUED)
    assert falls_under(Match(node="compute9"), failure_with(node="compute9"), queued)
    assert not falls_under(Match(node="compute1"), failure_with(node="compute9"), queued)


def test_schedulerx_says_owner_and_name_itself() -> None:
    """The job's own name counts, and what it does not say is as told."""
    seen = SchedulerxSnapshot(job_id="1", state=State.FAILED, look_begun_at=1.0, name="nightly")
    told = failure_with(GROUP, job_name="weekly", owner="bob")
    assert falls_under(Match(job_name="nightly", owner="bob"), told, seen)
    assert not falls_under(Match(job_name="weekly"), told, seen)


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
        assert falls_under(Match(exit_code=code), failure_with(exit_code=told))
    for signal in signals:
        assert falls_under(Match(signal=("SIGHUP", signal)), failure_with(exit_code=told))
    assert falls_under(Match(signal=tuple(range(1, 65))), failure_with(exit_code=told)) is bool(signals)
    assert falls_under(Match(exit_code="-2147483648-4294967295"), failure_with(exit_code=told)) is bool(codes)
    assert not falls_under(Match(exit_code=(77, "1000-2000")), failure_with(exit_code=told))


def test_both_code_and_signal_must_hold() -> None:
    """Two conditions on one field are two conditions."""
    assert falls_under(Match(exit_code=137, signal=9), failure_with(exit_code="137"))
    assert not falls_under(Match(exit_code=137, signal=15), failure_with(exit_code="137"))
    assert not falls_under(Match(exit_code=1, signal=9), failure_with(exit_code="137"))


def test_reason_is_compared_whole() -> None:
    """A reason is a word, not a pattern."""
    assert falls_under(Match(reason=("node_lost", "oom")), failure_with(reason="oom"))
    assert not falls_under(Match(reason="oom"), failure_with(reason="oom-killer"))
    assert not falls_under(Match(reason="*"), failure_with(reason="oom"))
