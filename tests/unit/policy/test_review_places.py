"""Regions that nobody has heard of, and speakers whom the platform cannot name: said of no job, or believing nobody."""

from __future__ import annotations

import pytest

from shared.domain.regions import unheard_of
from shared.policy.load import check_policy
from tests.unit.policy.warned import HEAD, warned

LAST = "rules: [{name: a, match: {}, action: rerun}]\n"


@pytest.mark.parametrize(
    ("region", "meant"),
    [
        ("cn-hanghzou", "cn-hangzhou"),
        ("cn-hangzhou-b", "cn-hangzhou"),
        ("CN-Beijing", "cn-beijing"),
        ("ap-southeast-99", "ap-southeast-"),
        ("us-west", "us-west-1"),
    ],
)
def test_a_region_that_was_meant_otherwise(region: str, meant: str) -> None:
    """It is named; and a region may always be newer than the list."""
    assert f"did you mean {meant}" in unheard_of(region)
    assert "a new one is right" in unheard_of(region)


def test_a_region_that_is_like_no_other() -> None:
    """Nothing is guessed then; of one that is known nothing is said."""
    assert unheard_of("xx-nowhere-at-all") == "is no region that is known here; a new one is right all the same"
    assert unheard_of("x" * 100_000).startswith("is no region that is known here;")
    assert unheard_of("cn-wulanchabu") == unheard_of("me-central-1") == ""


@pytest.mark.parametrize(
    ("written", "path"),
    [
        ("regions: [cn-beijing, {}]", "$.regions[1]"),
        ("by: [{{regions: [cn-beijing, {}], mode: off}}]", "$.by[0].regions"),
        ("by: [{{regions: {}, mode: off}}]", "$.by[0].regions"),
        ("windows: [{{name: w, action: hold, cron: '0 1 * * *', lasts_s: 60, regions: {}}}]", "$.windows[0].regions"),
        ("people: [{{who: [ann], may: [approve], regions: {}}}]", "$.people[0].regions"),
        ("prices: {{by: [{{regions: {}, per_hour: 1}}]}}", "$.prices.by[0].regions"),
        ("discover: {{dataworks: [{{project_id: 1, region: {}}}]}}", "$.discover.dataworks[0].region"),
    ],
)
def test_wherever_a_policy_names_a_region(written: str, path: str) -> None:
    """A switch for a region that is not there stops nothing, and looks as if it did: it is warned of, never refused."""
    assert (3, path) in warned(f"{HEAD}{written.format('cn-hanghzou')}\n{LAST}")
    assert not [place for _, place in warned(f"{HEAD}{written.format('cn-hangzhou')}\n{LAST}") if "egion" in place]


def test_a_rule_may_name_regions_by_a_glob() -> None:
    """What is a glob is meant for more than one; its own line is told."""
    rules = (
        "rules:\n- {{name: a, match: {{region: '{}'}}, action: ignore}}\n- {{name: b, match: {{}}, action: rerun}}\n"
    )
    assert warned(HEAD + rules.format("cn-beijng")) == [(4, "$.rules[0].match.region")]
    assert warned(HEAD + rules.format("cn-*")) == warned(HEAD + rules.format("cn-beijin?")) == []


def test_an_entry_that_names_no_region_is_at_home() -> None:
    """Nothing is said of it."""
    assert warned(f"{HEAD}discover: {{dataworks: [{{project_id: 1}}]}}\n{LAST}") == []


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("event: {account: 'acs:ram::123'}", "event.account"),
        ("event: {account: me@example.com}", "event.account"),
        ("event: {bus: 'acs:eventbridge:cn-hangzhou:1:eventbus/x'}", "event.bus"),
        ("log: {project: My_Project, logstore: told}", "log.project"),
        ("log: {project: logs.cn-hangzhou.log.aliyuncs.com, logstore: told}", "log.project"),
        ("log: {project: logs, logstore: Told}", "log.logstore"),
    ],
)
def test_a_speaker_whom_the_platform_cannot_name_is_warned_of(source: str, path: str) -> None:
    """Nobody is believed then: every telling would be suppressed."""
    text = f"version: 1\nsources: [{{{source}}}]\n{LAST}"
    assert (2, f"$.sources[0].{path}") in warned(text)
    assert any("believes nobody" in one.problem for one in check_policy(text).warnings)


@pytest.mark.parametrize(
    "source",
    [
        "event: {account: '1234567890123456', bus: reports.v2, source: 'acs.jobs, all'}",
        "event: {account: '12345*', bus: '*_a?'}",
        "log: {project: my-project-?, logstore: told_by-*, topic: 'My Topic'}",
    ],
)
def test_one_whom_it_can_name_is_not(source: str) -> None:
    """Sources and topics are a writer's own words: of these anything may be right."""
    assert warned(f"version: 1\nsources: [{{{source}}}]\n{LAST}") == []


def test_a_workspace_of_a_rule_is_no_project_of_logs() -> None:
    """Fields of the same name elsewhere have rules of their own."""
    rules = "rules:\n- {name: a, match: {project: 'A_B'}, action: ignore}\n- {name: b, match: {}, action: rerun}\n"
    assert warned(HEAD + rules) == []
