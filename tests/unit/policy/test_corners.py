"""Odd policies: each fault is found where it is, and hides no other."""

from __future__ import annotations

from typing import Any

import pytest

from shared.domain.nodes import NodeLimit
from shared.policy.bounds import BadNodes
from shared.policy.conditions import Match
from shared.policy.evidence import codes_test, evidence_of, range_of, signals_test
from shared.policy.itself import Itself
from shared.policy.load import check_policy
from shared.policy.match import _Condition, first_match
from shared.policy.model import Action, Attempts, Policy, Rule
from shared.policy.plain import flattened
from shared.policy.reach import Reach
from tests.unit.decide.facts import make_failure, make_look

RERUN = "version: 1\nrules: [{name: a, match: {}, action: rerun}]\n"


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("version: 1\nrules: [{name: a, match: {system: ehpd}, action: rerun}]\n", "did you mean ehpc?"),
        ("version: 1\nrules: [{name: a, match: {system: zzzz}, action: rerun}]\n", "wants one of ehpc, schedulerx"),
        ("version: 1\nmode: &m auto\nrules: [{name: *m, match: {}, action: rerun}]\n", "anchors and aliases"),
        (RERUN + "mode: &m auto\n? *m\n: b\n", "anchors and aliases"),
        (RERUN + "? [a]\n: {b: c}\n", "a key must be text"),
        ("version: 1\nrules: [{name: [x], match: {}, action: rerun}]\n", "name"),
        ("version: 1\nrules: [{match: {exit_code: x-y}, name: a, action: rerun}]\n", "exit_code"),
    ],
)
def test_the_fault_is_named(text: str, fault: str) -> None:
    """And the file that lacks it is good."""
    assert not check_policy(RERUN).faults
    assert any(fault in str(one) for one in check_policy(text).faults), check_policy(text).faults


def test_a_match_that_says_nothing_is_empty() -> None:
    """It matches every failure."""
    assert (Match().empty, Match(message="x").empty) == (True, False)


@pytest.mark.parametrize(
    ("told", "found"), [(137, (137, 137)), ("1-3", (1, 3)), ("7", (7, 7)), ("3-1", None), ("x", None)]
)
def test_exit_codes_are_a_range(told: int | str, found: tuple[int, int] | None) -> None:
    """Both ends included; what names none is none."""
    assert range_of(told) == found


def test_a_large_value_is_known_by_being_the_same_object() -> None:
    """However equal another is."""
    one, other = Policy(version=1), Policy(version=1)
    assert one == other
    kept = {Itself(one): "one", Itself(other): "other"}
    assert (kept[Itself(one)], kept[Itself(other)]) == ("one", "other")
    assert [Itself(one) == key for key in (Itself(one), Itself(other), one)] == [True, False, False]


@pytest.mark.parametrize(
    ("reach", "asks"),
    [({}, False), ({"clusters": "c", "regions": "r"}, False)]
    + [({name: "a*"}, True) for name in ("owners", "queues", "job_names")],
)
def test_what_asks_of_a_job_asks_for_more_than_a_place(reach: dict[str, Any], *, asks: bool) -> None:
    """An owner, a queue, a name: any of them."""
    assert Reach(**reach).asks_of_job is asks


@pytest.mark.parametrize(("code", "named"), [(1, True), (2, False), (4, False), (5, True), (7, True), (8, False)])
def test_an_exit_code_is_named_by_any_of_several(code: int, *, named: bool) -> None:
    """Both ends of a range included."""
    assert codes_test([1, "5-7"])(code) is named


def test_what_a_condition_says_of_a_value_is_kept() -> None:
    """Owners and queues come again and again."""
    asked: list[str] = []

    def is_ann(value: str) -> bool:
        asked.append(value)
        return value == "ann"

    condition = _Condition(0b001, ((0b010, is_ann), (0b100, is_ann)), {})
    assert [condition.allows(value) for value in ("ann", "ann", "bob", "ann", "bob", "")] == [7, 7, 1, 7, 1, 1]
    assert asked == ["ann", "ann", "bob", "bob"]


def test_a_policys_bound_of_nodes_is_the_one_that_counts() -> None:
    """Each of its numbers."""
    bound = BadNodes(jobs=7, owners=5, window_s=900.0, clear_after_s=7200.0).bound
    assert bound == NodeLimit(jobs=7, owners=5, window_s=900.0, clear_after_s=7200.0)


def test_a_signal_that_nobody_knows_is_none() -> None:
    """Least of all the first."""
    assert [signals_test(["SIGNONE", "SIGKILL", 15])(number) for number in (1, 9, 15)] == [False, True, True]


@pytest.mark.parametrize(("name", "other"), [("SIGIOT", "SIGABRT"), ("SIGPOLL", "SIGIO")])
def test_a_signal_with_two_names_is_one(name: str, other: str) -> None:
    """Old names stand for what has a new one."""
    assert [number for number in range(1, 65) if signals_test([name])(number) and signals_test([other])(number)]


def test_what_the_live_job_does_not_say_is_taken_as_told() -> None:
    """Each by itself."""
    told = make_failure(owner="ann@scheduler", queue="night", job_name="a", node="n1", exit_code="1", reason="r")
    assert evidence_of(told, None) == evidence_of(told, make_look()) == ("ann", "night", "a", ("n1",), "1", "r")
    seen = make_look(owner="bob", queue="day", name="b")
    assert evidence_of(told, seen)[:3] == ("bob", "day", "b")
    assert evidence_of(make_failure(), None) == ("", "", "", (), "", "")


def test_a_place_of_every_system_at_once_is_nowhere() -> None:
    """No scope has all of these parts."""
    match = Match(cluster="*", namespace="*", group="*", app="*", project="*")
    policy = Policy(version=1, rules=(Rule(name="a", match=match, action=Action.RERUN),))
    assert first_match(policy, make_failure()) is None


def test_what_is_the_default_is_left_out_where_values_are_flattened() -> None:
    """Also if it was written, or reckoned; what is equal to it and of another type is not."""
    of_default = Attempts(max=Attempts().max, window_s=float(str(Attempts().window_s)))
    assert [len(flattened(one)[1]) for one in (Match(), of_default, Attempts(max=7))] == [1, 1, 3]
    assert len(flattened(Attempts(window_s=int(Attempts().window_s)))[1]) == 3
