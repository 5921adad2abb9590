"""Warnings of rules that are never reached, packs among them: given where it is certain, and only there."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.failure import Failure, Trigger
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from shared.systems import SYSTEMS
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from tests.support.depth import deep
from tests.unit.policy.warned import HEAD, warned


def test_packs_that_are_never_reached_are_warned_of() -> None:
    """An own rule that takes everything is asked before every pack; one that takes a part of it is not warned of."""
    all_rule = "{name: all, match: {region: '*'}, action: hold}"
    rest = "{name: z, match: {}, action: hold}"
    text = f"{HEAD}include: [gpu, signals]\nrules:\n- {all_rule}\n"
    (warning,) = check_policy(text).warnings
    assert (warning.path, warning.line) == ("$.include", 3)
    assert warning.problem.startswith("no rule of an included pack is ever reached: all, before it, matches all")
    assert (
        warned(f"{HEAD}include: [gpu]\nrules:\n- {{name: a, match: {{region: cn-hangzhou}}, action: hold}}\n- {rest}\n")
        == []
    )
    exit_codes = (
        f"{HEAD}include: [gpu, signals]\nrules:\n- {{name: a, match: {{message: '.'}}, action: hold}}\n- {rest}\n"
    )
    assert warned(exit_codes) == []


_ALL = len(SYSTEMS.names)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        (["{cluster: a, group: b}", "{}"], ["$.rules[0].match"]),
        (["{system: schedulerx, cluster: '*'}", "{}"], ["$.rules[0].match"]),
        (["{cluster: a}", "{namespace: n}", "{}"], []),
        (["{cluster: '*'}", "{namespace: '*', group: '*', region: '*'}", "{system: dataworks}"], []),
        (["{cluster: 'a*'}", "{namespace: '*'}"], ["$.rules"]),
        (["{owner: '*'}"], ["$.rules"]),
        (["{owner: [a, b]}", "{owner: a}", "{}"], ["$.rules[1]"]),
        (["{owner: [a, b]}", "{owner: [b, c]}", "{}"], []),
        (["{owner: a}", "{owner: a, message: x}", "{}"], ["$.rules[1]"]),
        (["{owner: a, message: x}", "{owner: a}", "{}"], []),
        (["{exit_code: 1}", "{exit_code: [1]}", "{}"], ["$.rules[1]"]),
        ([*(f"{{system: {name}, message: x}}" for name in SYSTEMS.names), "{message: x}", "{}"], [f"$.rules[{_ALL}]"]),
        (["{system: ehpc}", "{system: ehpc, cluster: x}", "{}"], ["$.rules[1]"]),
        (["{system: [ehpc, dataworks]}", "{system: [ehpc, schedulerx]}", "{}"], []),
        (["{system: [ehpc, dataworks]}", "{system: schedulerx}", "{system: [ehpc, schedulerx]}", "{}"], ["$.rules[2]"]),
        (["{system: [schedulerx, dataworks], cluster: x}", "{}"], ["$.rules[0].match"]),
    ],
)
def test_rules_that_are_never_reached(rules: list[str], expected: list[str]) -> None:
    """A warning is given where it is certain, and only there."""
    listed = "\n".join(f"- {{name: r{n}, match: {match}, action: rerun}}" for n, match in enumerate(rules))
    paths = [path for _, path in warned(f"{HEAD}rules:\n{listed}\n")]
    assert paths == expected


_VALUES = {
    "owner": ["a", "b", "[a, b]", "'*'"],
    "message": ["x", "y", "[x, y]"],
    "any_of": ["y", "[x, z]"],
    "not_message": ["z"],
    "not_near": ["z", "[y, z]"],
    "exit_code": ["1", "'1-200'", "[137, '2-9']"],
    "signal": ["9", "SIGKILL", "[15, 9]"],
    "queue": ["night1", "'night*'", "[night1, 'n?ght*']"],
    "cluster": ["c", "'*'"],
    "group": ["g", "'*'"],
    "system": ["ehpc", "schedulerx", "[ehpc, schedulerx]"],
}
_MATCHES = st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in _VALUES.items()})


@settings(max_examples=deep(40, 100))
@given(
    rules=st.lists(_MATCHES, min_size=1, max_size=5),
    owner=st.sampled_from(["", "a", "b", "z"]),
    message=st.sampled_from(["", "x", "y", "xy", "z", "x\ny", "y\nx", "z\nx", "yz\nx", "xz\ny\nx"]),
    exit_code=st.sampled_from(["", "1", "137", "9", "143"]),
    queue=st.sampled_from(["", "night1", "night2", "nght"]),
    first=st.sets(st.integers(0, 4)),
    ehpc=st.booleans(),
)
def test_warnings_are_true(
    rules: list[dict[str, str]], owner: str, message: str, exit_code: str, queue: str, first: set[int], *, ehpc: bool
) -> None:
    """No failure ever falls under a rule of which it was said that it is never reached."""
    for match in rules:
        if "message" not in match:
            match.pop("not_near", None)
    listed = "\n".join(
        f"- {{name: r{n}, match: {{{', '.join(f'{key}: {value}' for key, value in match.items())}}}, action: rerun"
        f"{', cause: first' if n in first and 'message' in match else ''}}}"
        for n, match in enumerate(rules)
    )
    text = f"{HEAD}rules:\n{listed}\n"
    scope = Cluster(region="cn-x", cluster_id="c") if ehpc else Group(region="cn-x", namespace="n", group_id="g")
    told = Failure(
        scope=scope,
        job_id="1",
        occurred_at=1.0,
        owner=owner,
        message=message,
        exit_code=exit_code,
        queue=queue,
        trigger=Trigger.LOG,
        event_id="e",
        telling_id="t",
    )
    found = first_match(load_policy(text), told)
    paths = [path.removesuffix(".match") for _, path in warned(text)]
    assert found is None or f"$.rules[{found.name[1:]}]" not in paths
    if found is None:
        assert "$.rules" in paths


def test_a_pack_is_idle_if_all_of_its_rules_are() -> None:
    """One that is reached is why it was included."""
    head = f"{HEAD}include: [storage]\nrules:\n"
    packed = next(
        rule for rule in load_policy(head + "- {name: z, match: {}, action: hold}").rules if rule.match.message
    )
    for match, idle in (({"message": packed.match.message}, False), ({"region": "*"}, True)):
        own = json.dumps({"name": "own", "match": match, "action": "hold"})
        report = check_policy(f"{head}- {own}\n")
        assert report.policy is not None, report.faults
        assert [warning.path == "$.include" for warning in report.warnings].count(True) == idle


@pytest.mark.parametrize(
    ("by", "odd"),
    [
        ("cooldown: {base_s: 600}", []),
        ("cooldown: {base_s: 60}", ["$.by[0].cooldown"]),
        ("max_lost_h: 4", []),
        ("max_lost_h: 24", ["$.by[0].max_lost_h"]),
        ("attempts: {max: 2}", []),
        ("attempts: {max: 3}", ["$.by[0].attempts"]),
    ],
)
def test_a_setting_is_of_use_if_any_rule_is_less_strict(by: str, odd: list[str]) -> None:
    """One rule here is stricter than the block, the policy is not."""
    text = f"""
version: 1
sources: [{{event: {{source: x}}}}]
max_lost_h: 24
attempts: {{max: 3}}
cooldown: {{base_s: 60}}
by: [{{clusters: a, {by}}}]
rules:
- {{name: strict, match: {{message: x}}, action: rerun, cooldown: {{base_s: 900}}, max_lost_h: 1, attempts: {{max: 1}}}}
- {{name: rest, match: {{}}, action: rerun}}
"""
    report = check_policy(text)
    assert report.policy is not None, report.faults
    assert [warning.path for warning in report.warnings] == odd


def test_each_name_is_one_rule_s() -> None:
    """Whatever else is wrong with the rules between."""
    rules = "- {name: a, match: {}}\n- {action: hold, match: {}}\n- {name: a, match: {}, action: hold}\n"
    faults = [(fault.path, fault.problem) for fault in check_policy(f"{HEAD}rules:\n{rules}").faults]
    assert ("$.rules[2].name", "another rule, in line 4, has this name") in faults
