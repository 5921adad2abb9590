"""Rules, sources and blocks name applications of SchedulerX 3 and workspaces of DataWorks as they name clusters."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Trigger
from shared.domain.job import Scope
from shared.policy.conditions import Match
from shared.policy.load import load_policy
from shared.policy.match import first_match
from shared.policy.model import Policy
from shared.policy.reach import Reach
from shared.systems.dataworks.scope import Project
from shared.systems.schedulerx3.scope import App

APP = App(region="cn-hangzhou", cluster_id="xxljob-1", app_name="settle")
PROJECT = Project(region="cn-hangzhou", project_id="12345")


@pytest.mark.parametrize(
    ("singular", "app", "project"),
    [
        ({"app": "settle"}, True, False),
        ({"app": "set*", "cluster": "xxljob-?"}, True, False),
        ({"app": "settle", "cluster": "other"}, False, False),
        ({"project": "12345"}, False, True),
        ({"project": ("1", "2")}, False, False),
        ({"cluster": "*"}, True, False),
    ],
)
def test_whose_job_it_is(singular: dict[str, Any], *, app: bool, project: bool) -> None:
    """The same in the match of a rule and, in the plural, in what a block or a source is for."""
    plural = Reach(**{f"{label}s": globs for label, globs in singular.items()})
    for scope, meant in ((APP, app), (PROJECT, project)):
        assert plural.has_place(scope) is meant
        assert (rule_of(Match(**singular), scope) is not None) is meant


def test_the_file_says_it_so() -> None:
    """A workspace's id is quoted: a glob is a text."""
    text = (
        "version: 1\nrules: [{name: a, match: {project: '12345'}, action: hold}, {name: b, match: {}, action: rerun}]\n"
    )
    policy = load_policy(text)
    assert [rule.match.project for rule in policy.rules] == ["12345", None]


def test_regions_are_named_for_events_and_for_discover() -> None:
    """An entry of `discover` without one is about the function's own."""
    text = """
version: 1
regions: [cn-beijing]
discover:
  ehpc: [{clusters: ['a'], nodes: {}, region: cn-shenzhen}, {clusters: ['b'], nodes: {}}]
  dataworks: [{project_id: 1, region: cn-chengdu}]
rules: [{name: a, match: {}, action: rerun}]
"""
    assert sorted(load_policy(text).named_regions) == ["cn-beijing", "cn-chengdu", "cn-shenzhen"]


def rule_of(match: Match, scope: Scope) -> object:
    """The rule that a failure of some job there finds."""
    failure = Failure(
        scope=scope, job_id="1", job_instance_id=1, occurred_at=0.0, trigger=Trigger.EVENT, event_id="e", telling_id="t"
    )
    policy: Policy = load_policy("version: 1\nrules: [{name: a, match: {owner: ann}, action: rerun}]\n")
    return first_match(replace(policy, rules=(replace(policy.rules[0], match=match),)), failure, None)
