"""Blocks of settings: what they inherit, that they only tighten, and what a policy may not say of them."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.inherit import fewest, rule_for, tightest, with_limits_at
from shared.policy.load import check_policy, load_policy
from shared.policy.model import Attempts, Block, Breaker, Cooldown, Policy, Rate, ScopedRule
from shared.policy.reach import Reach
from shared.systems.ehpc.scope import Cluster
from tests.support.systems import CLUSTER, GROUP
from tests.unit.decide.facts import make_facts, make_failure, make_look

TEXT = """
version: 1
attempts: {max: 3, window_s: 86400}
cooldown: {base_s: 60, factor: 2, max_s: 3600}
breaker: {max_jobs: 100, window_s: 600}
classes: {infrastructure: {max: 5}}
max_lost_h: 24
by:
  - name: hangzhou
    clusters: ehpc-hz-*
    breaker: {max_jobs: 20}
    rate: {max_jobs: 5, window_s: 60}
  - name: night
    queues: [night, weekend]
    attempts: {max: 2}
    cooldown: {base_s: 600}
    max_lost_h: 2
    hold_expires_s: 3600
  - owners: ann
    attempts: {max: 1, window_s: 172800}
    mode: observe
rules:
  - {name: node, match: {message: node}, action: rerun, class: infrastructure, attempts: {max: 4}, max_lost_h: 1}
  - {name: other, match: {message: other}, action: rerun, class: infrastructure}
  - {name: once, match: {message: once}, action: rerun, attempts: {max: 1, window_s: 3600}, cooldown: {base_s: 900}}
  - {name: all, match: {}, action: rerun}
"""
POLICY = load_policy(TEXT)


def _rule(message: str = "", **seen: Any) -> Any:
    return rule_for(POLICY, make_failure(message=message), make_look(**seen))


def test_what_a_block_leaves_out_is_the_policys() -> None:
    """Attempts, cooldown and breaker of a block inherit their numbers."""
    hangzhou, night, ann = POLICY.by
    assert night.attempts == Attempts(max=2, window_s=86_400.0)
    assert night.cooldown == Cooldown(base_s=600.0, factor=2.0, max_s=3600.0)
    assert hangzhou.breaker == Breaker(max_jobs=20, window_s=600.0)
    assert (ann.breaker, ann.cooldown, ann.hold_expires_s) == (None, None, None)


def test_settings_of_a_block_hold_for_its_jobs_alone() -> None:
    """A job of no block has the rule as it is written."""
    assert _rule() is POLICY.rules[3]
    night = _rule(queue="night")
    assert isinstance(night, ScopedRule)
    assert (night.name, night.under) == ("all", "night")
    assert (night.attempts, night.cooldown) == (Attempts(max=2), Cooldown(base_s=600.0, factor=2.0, max_s=3600.0))
    assert (night.max_lost_h, night.hold_expires_s, night.mode) == (2.0, 3600.0, None)


def test_the_stricter_holds() -> None:
    """Of the rule's own setting, its class's budget and each block the strictest number."""
    assert _rule("node", queue="night").attempts == Attempts(max=2)
    assert _rule("node", queue="night").max_lost_h == 1.0
    assert _rule("other", queue="weekend").attempts == Attempts(max=2)
    once = _rule("once", queue="night")
    assert once.attempts == Attempts(max=1, window_s=86_400.0)
    assert once.cooldown == Cooldown(base_s=900.0, factor=2.0, max_s=3600.0)
    both = _rule("other", queue="night", owner="ann@scheduler")
    assert both.under == "night, block 3"
    assert both.attempts == Attempts(max=1, window_s=172_800.0)
    assert both.mode is Mode.OBSERVE


def test_what_a_block_does_not_set_stays_the_rules() -> None:
    """Its class's budget, its own mode where that is stricter, and no bound where there is none."""
    under = Block(owners="ann", cooldown=Cooldown(base_s=1.0), mode=Mode.OBSERVE)
    rules = tuple(replace(rule, mode=Mode.OFF, max_lost_h=None) for rule in POLICY.rules)
    policy = replace(POLICY, by=(under,), rules=rules, max_lost_h=None)
    found = [rule_for(policy, make_failure(message=text), make_look(owner="ann")) for text in ("node", "other", "")]
    assert [rule and rule.attempts for rule in found] == [Attempts(max=4), Attempts(max=5), Attempts(max=3)]
    assert [rule and (rule.mode, rule.max_lost_h) for rule in found] == [(Mode.OFF, None)] * 3
    assert [rule and rule.hold_expires_s for rule in found] == [POLICY.hold_expires_s] * 3


def test_whose_mode_it_is_is_told() -> None:
    """A block's mode is told with its name; `off` is a kill switch that nobody passes."""
    seen = make_look(owner="ann")
    observed = decide(make_facts(policy=POLICY, observation=seen))
    assert (observed.verdict, observed.reason) == (Verdict.WOULD_RERUN, Reason.OBSERVE_RULE)
    assert "rule all under block 3 only observes" in observed.message
    off = replace(POLICY, by=(replace(POLICY.by[2], mode=Mode.OFF),))
    stopped = decide(make_facts(policy=off, observation=seen, ask=replace(make_facts().ask, force=True)))
    assert (stopped.verdict, stopped.reason) == (Verdict.SUPPRESSED, Reason.KILL_SWITCH)
    assert "rule all under block 1" in stopped.message


def test_a_class_keeps_its_own_pool_under_a_block() -> None:
    """A tighter budget is still paid from the class's attempts."""
    facts = make_facts(policy=POLICY, failure=make_failure(message="other"), observation=make_look(queue="night"))
    assert facts.budget.of_class is FailureClass.INFRASTRUCTURE
    assert facts.budget.limit.max == 2
    assert facts.hold_expires_s == 3600.0


def test_breaker_and_rate_are_of_places() -> None:
    """A block of clusters tightens both for its clusters; elsewhere the policy is the same object."""
    there = with_limits_at(POLICY, CLUSTER)
    assert (there.breaker, there.rate) == (Breaker(max_jobs=20, window_s=600.0), Rate(max_jobs=5, window_s=60.0))
    assert with_limits_at(POLICY, Cluster(region="cn-hangzhou", cluster_id="ehpc-sh-1")) is POLICY
    assert with_limits_at(POLICY, GROUP) is POLICY
    for setting in ("breaker", "rate"):
        alone = replace(POLICY, by=(replace(POLICY.by[0], **{setting: None}),))
        assert with_limits_at(alone, CLUSTER) is not alone
    wider = replace(POLICY, breaker=Breaker(max_jobs=10, window_s=900.0), rate=Rate(max_jobs=50, window_s=900.0))
    assert with_limits_at(wider, CLUSTER).breaker == Breaker(max_jobs=10, window_s=900.0)
    assert with_limits_at(wider, CLUSTER).rate == Rate(max_jobs=5, window_s=900.0)


def _check(block: str, more: str = "") -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    report = check_policy(f"version: 1\n{more}by:\n- {block}\nrules: [{{name: all, match: {{}}, action: rerun}}]\n")
    faults = [(fault.path, fault.problem) for fault in report.faults]
    return faults, [(one.path, one.problem) for one in report.warnings if one.path.startswith("$.by")]


@pytest.mark.parametrize(
    ("block", "path", "problem"),
    [
        ("{mode: observe}", "$.by[0]", "is for every job"),
        ("{owners: ann, breaker: {max_jobs: 1}}", "$.by[0].breaker", "is counted for a whole cluster"),
        ("{queues: q, rate: {max_jobs: 1, window_s: 60}}", "$.by[0].rate", "is counted for a whole cluster"),
        ("{clusters: a, cooldown: {base_s: 7200}}", "$.by[0].cooldown", "max_s"),
        ("{clusters: a, thrash: {}}", "$.by[0].thrash", "is not known"),
        ("{cluster: a, mode: off}", "$.by[0].cluster", "did you mean clusters?"),
    ],
)
def test_a_block_that_cannot_be_used_is_told(block: str, path: str, problem: str) -> None:
    """One fault each."""
    ((found, said),) = _check(block)[0]
    assert (found, problem in said) == (path, True), said


@pytest.mark.parametrize(
    ("settings", "odd"),
    [
        ("mode: auto", ["mode"]),
        ("mode: off", []),
        ("attempts: {max: 3}", ["attempts"]),
        ("attempts: {max: 2}", []),
        ("attempts: {max: 9, window_s: 90000}", []),
        ("cooldown: {base_s: 60}", ["cooldown"]),
        ("cooldown: {base_s: 30, factor: 3}", []),
        ("breaker: {max_jobs: 200}", ["breaker"]),
        ("breaker: {max_jobs: 200, window_s: 900}", []),
        ("rate: {max_jobs: 1, window_s: 60}", []),
        ("max_lost_h: 24", []),
        ("hold_expires_s: 86400", ["hold_expires_s"]),
        ("hold_expires_s: 600", []),
    ],
)
def test_a_setting_that_changes_nothing_is_odd(settings: str, odd: list[str]) -> None:
    """A block only tightens: what is no stricter than anything there is has no effect."""
    faults, warnings = _check(f"{{clusters: a, {settings}}}")
    assert faults == []
    assert [path for path, _ in warnings] == [f"$.by[0].{name}" for name in odd]
    assert _check("{clusters: a}")[1] == [("$.by[0]", "sets nothing")]


def test_conditions_of_blocks_are_those_of_sources() -> None:
    """So that a person writes the same words: in the plural, of places first."""
    assert Reach.__struct_fields__[0] == "systems"
    assert {"clusters", "namespaces", "groups", "owners"} <= set(Reach.__struct_fields__)
    assert set(Reach.__struct_fields__) < set(Block.__struct_fields__)
    assert isinstance(POLICY, Policy)


@pytest.mark.parametrize(
    ("text", "odd"),
    [
        ("breaker: {max_jobs: 20, per_owner: 19}", []),
        ("breaker: {max_jobs: 20, per_owner: 20}", ["$.breaker.per_owner"]),
        ("rate: {max_jobs: 20, window_s: 60, per_owner: 30}", ["$.rate.per_owner"]),
        ("breaker: {per_owner: 20}\nby: [{clusters: c, breaker: {max_jobs: 10}}]", []),
        ("by: [{clusters: c, breaker: {max_jobs: 10, per_owner: 10}}]", ["$.by[0].breaker.per_owner"]),
    ],
)
def test_a_share_that_is_no_less_than_the_whole_is_odd(text: str, odd: list[str]) -> None:
    """It changes nothing; one that a block inherits is not its fault."""
    head = "version: 1\nsources: [{event: {source: x}}]\n"
    report = check_policy(f"{head}{text}\nrules: [{{name: all, match: {{}}, action: rerun}}]\n")
    assert report.policy is not None, report.faults
    assert [warning.path for warning in report.warnings] == odd


def test_a_share_is_inherited_and_only_tightened() -> None:
    """As the other numbers of a breaker; and of a place's blocks the smallest share holds."""
    policy = load_policy(
        "version: 1\nbreaker: {max_jobs: 50, per_owner: 10}\nrate: {max_jobs: 9, window_s: 60}\n"
        "by: [{clusters: ehpc-hz-1, breaker: {max_jobs: 40}, rate: {max_jobs: 99, window_s: 60, per_owner: 3}},"
        " {clusters: ehpc-*, breaker: {per_owner: 25}}]\nrules: []\n"
    )
    there = with_limits_at(policy, make_failure().scope)
    assert there.breaker == Breaker(max_jobs=40, window_s=600.0, per_owner=10)
    assert there.rate == Rate(max_jobs=9, window_s=60.0, per_owner=3)


def test_a_block_without_a_budget_leaves_the_budget_as_it_is() -> None:
    """Fewest attempts in the longest window, of those that say something."""
    one = Attempts(max=3, window_s=60.0)
    assert tightest(one, None) is one
    assert tightest(one, Attempts(max=5, window_s=90.0)) == Attempts(max=3, window_s=90.0)


@pytest.mark.parametrize(
    ("one", "other", "least"), [(None, None, None), (5, None, 5), (None, 5, 5), (5, 3, 3), (3, 5, 3)]
)
def test_a_block_never_widens_a_share(one: int | None, other: int | None, least: int | None) -> None:
    """Of two the smaller holds, and one that is not given takes none away."""
    both = fewest(Breaker(per_owner=one), Breaker(per_owner=other))
    assert both is not None
    assert both.per_owner == least
    rates = fewest(Rate(max_jobs=9, window_s=60, per_owner=one), Rate(max_jobs=9, window_s=60, per_owner=other))
    assert rates is not None
    assert rates.per_owner == least


@pytest.mark.parametrize(("whole", "window_s"), [("{window_s: 900}", 900.0), ("null", 600.0)])
def test_a_block_s_breaker_has_the_numbers_of_the_policy_s(whole: str, window_s: float) -> None:
    """Where the policy has none it has those that hold where nothing is said."""
    policy = load_policy(f"version: 1\nbreaker: {whole}\nby: [{{clusters: c, breaker: {{max_jobs: 2}}}}]")
    assert policy.by[0].breaker == Breaker(max_jobs=2, window_s=window_s)


def test_where_no_rule_matches_no_block_makes_one() -> None:
    """Blocks tighten what rules say."""
    policy = load_policy("version: 1\nby: [{systems: ehpc, max_lost_h: 1}]")
    assert rule_for(policy, make_failure(), make_look()) is None
