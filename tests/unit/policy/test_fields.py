"""Each field of a policy means what is written, and classes need evidence."""

from __future__ import annotations

import pytest

from shared.domain.failure import FailureClass
from shared.domain.mode import Mode
from shared.policy.conditions import MAX_LISTED, EventPlace, LogPlace, Source, listed_meta
from shared.policy.load import check_policy, load_policy
from shared.policy.model import Attempts, Match, Rate, Thrash
from tests.unit.policy.warned import HEAD, warned

FULL = """version: 1
max_lost_h: 24
rate: {max_jobs: 10, window_s: 60}
thrash: {max_failures: 5, window_s: 3600}
attempts: {max: 4, window_s: 7200}
classes:
  infrastructure: {max: 2}
  user: {max: 1, window_s: 60}
sources:
  - {log: {project: jobs, logstore: 'fail*', topic: slurm}, clusters: ehpc-*, owners: [ann, 'b*'], systems: [ehpc]}
  - {event: {source: acs.x}, namespaces: [ns], groups: [a.b]}
rules:
  - name: node
    match:
      message: [Xid, 'NVRM: .* fell off']
      signal: [SIGKILL, 9]
      exit_code: [1, 128-159]
      node: [gpu1]
      reason: [node_lost, oom]
      region: cn-*
      cluster: c
    action: rerun
    class: infrastructure
    mode: observe
    max_lost_h: 0.5
    why: nodes die
  - {name: user, match: {owner: root}, action: ignore, class: user}
  - {name: rest, match: {}, action: rerun}
"""


def test_everything_that_can_be_said_is_understood() -> None:
    """Each field means what is written; a list of one text is that text; budgets take the rest from `attempts`."""
    policy = load_policy(FULL)
    assert (policy.max_lost_h, policy.rate, policy.thrash) == (
        24.0,
        Rate(max_jobs=10, window_s=60.0),
        Thrash(max_failures=5, window_s=3600.0),
    )
    assert policy.classes == {
        FailureClass.INFRASTRUCTURE: Attempts(max=2, window_s=7200.0),
        FailureClass.USER: Attempts(max=1, window_s=60.0),
    }
    first = policy.rules[0]
    assert first.match == Match(
        message=("Xid", "NVRM: .* fell off"),
        signal=("SIGKILL", 9),
        exit_code=(1, "128-159"),
        node="gpu1",
        reason=("node_lost", "oom"),
        region="cn-*",
        cluster="c",
    )
    assert (first.failure_class, first.mode, first.max_lost_h, first.why) == (
        FailureClass.INFRASTRUCTURE,
        Mode.OBSERVE,
        0.5,
        "nodes die",
    )
    assert policy.sources[0].owners == ("ann", "b*")
    assert policy.sources[0].log == LogPlace(project="jobs", logstore="fail*", topic="slurm")
    assert policy.sources[1] == Source(event=EventPlace(source="acs.x"), namespaces="ns", groups="a.b")
    assert warned(FULL) == []


def test_one_text_and_a_list_of_one_are_one_policy() -> None:
    """Spelling alone makes no other version."""
    listed = FULL.replace("owner: root", "owner: [root]").replace("clusters: ehpc-*", "clusters: ['ehpc-*']")
    turned = FULL.replace("infrastructure: {max: 2}", "x").replace(
        "user: {max: 1, window_s: 60}", "infrastructure: {max: 2}"
    )
    turned = turned.replace("  x\n", "  user: {max: 1, window_s: 60}\n")
    assert load_policy(listed).policy_version == load_policy(FULL).policy_version
    assert load_policy(turned).policy_version == load_policy(FULL).policy_version
    assert load_policy(FULL.replace("owner: root", "owner: other")).policy_version != load_policy(FULL).policy_version


@pytest.mark.parametrize(
    ("match", "faulty"),
    [
        ("{}", True),
        ("{owner: root, node: gpu1, queue: q}", True),
        ("{exit_code: 1}", False),
        ("{signal: 9}", False),
        ("{message: x}", False),
        ("{reason: x}", False),
    ],
)
@pytest.mark.parametrize("action", ["rerun", "ignore", "hold", "observe"])
def test_infrastructure_wants_evidence(match: str, action: str, *, faulty: bool) -> None:
    """Ambiguous evidence is never infrastructure: where a job ran and whose it is says nothing of why it failed."""
    text = f"{HEAD}rules:\n- name: a\n  match: {match}\n  action: {action}\n  class: infrastructure\n"
    faults = [(fault.line, fault.path) for fault in check_policy(text).faults]
    assert faults == ([(7, "$.rules[0].class")] if faulty else [])


def test_a_list_has_one_entry_and_no_more_than_a_bound() -> None:
    """Of whatever."""
    meta = listed_meta("things")
    assert (meta.min_length, meta.max_length) == (1, MAX_LISTED)
    assert str(MAX_LISTED) in (meta.description or "")
