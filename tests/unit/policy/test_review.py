"""What no single field of a policy shows: faults between parts, and warnings that are always true."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.domain.failure import Failure, FailureClass, Trigger
from shared.domain.mode import Mode
from shared.policy.conditions import EventPlace, LogPlace, Source
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from shared.policy.model import Attempts, Match, Rate, Thrash
from shared.systems import SYSTEMS
from shared.systems.ehpc.scope import Cluster
from shared.systems.schedulerx.scope import Group
from tests.support.depth import deep

HEAD = "version: 1\nsources: [{event: {source: x}}]\n"


def warned(text: str) -> list[tuple[int | None, str]]:
    """Line and path of each warning."""
    report = check_policy(text)
    assert report.policy is not None, report.faults
    return [(warning.line, warning.path) for warning in report.warnings]


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


def test_a_policy_without_sources_is_warned_of() -> None:
    """Whoever can write a log may have any job killed and rerun: that is allowed, and said."""
    rest = "rules: [{name: a, match: {}, action: rerun}]"
    assert warned(f"version: 1\n{rest}") == [(1, "$.sources")]
    assert warned(f"version: 1\nmode: off\nsources: []\n{rest}") == [(3, "$.sources")]
    assert warned(HEAD + rest) == []


@pytest.mark.parametrize(
    ("glob", "odd"),
    [
        ("!x", True),
        ("~x", True),
        (" x", True),
        ("x ", True),
        (".*x", True),
        ("x.*", False),
        ("x|y", True),
        ("^x", True),
        ("x$", True),
        ("x y", False),
        ("x (first) [1]", False),
        ("x*", False),
        ("1.5-x?", False),
    ],
)
def test_a_glob_that_was_meant_otherwise(glob: str, *, odd: bool) -> None:
    """Negations, blanks that slipped in and regular expressions; names of jobs may be strange all the same."""
    rules = f"rules:\n- {{name: a, match: {{job_name: '{glob}'}}, action: ignore}}\n"
    assert ((4, "$.rules[0].match.job_name") in warned(HEAD + rules + "- {name: b, match: {}, action: rerun}\n")) is odd


@pytest.mark.parametrize(
    ("source", "path"),
    [
        ("event: {source: '!x'}", "event.source"),
        ("event: {bus: 'a|b'}", "event.bus"),
        ("event: {account: ' 123'}", "event.account"),
        ("log: {project: '~p', logstore: a}", "log.project"),
        ("log: {project: p, logstore: a, topic: ^t}", "log.topic"),
    ],
)
def test_so_are_the_globs_of_who_speaks(source: str, path: str) -> None:
    """Nobody is believed then, and the policy looks as if somebody were."""
    rules = "rules:\n- {name: b, match: {}, action: rerun}\n"
    assert (2, f"$.sources[0].{path}") in warned(f"version: 1\nsources: [{{{source}}}]\n{rules}")


def test_negations_that_negate_nothing_are_warned_of() -> None:
    """A switch for every queue but one is a switch for a queue that is not there."""
    by = (
        "by:\n- {queues: '!night', mode: 'off'}\n- {clusters: [a, '!b'], mode: 'off'}\n- {owners: svc-*, mode: 'off'}\n"
    )
    rest = "rules:\n- {name: a, match: {job_name: '!x'}, action: rerun}\n- {name: b, match: {}, action: rerun}\n"
    assert warned(HEAD + by + rest) == [
        (4, "$.by[0].queues"),
        (5, "$.by[1].clusters"),
        (8, "$.rules[0].match.job_name"),
    ]


@pytest.mark.parametrize(
    ("bounds", "odd"),
    [
        ("owners: ann, groups: a.*", True),
        ("owners: '*', namespaces: ns", True),
        ("owners: ann, systems: [schedulerx]", True),
        ("owners: ann, groups: a.*, clusters: c", False),
        ("owners: ann, systems: [ehpc, schedulerx]", False),
        ("owners: ann", False),
        ("groups: a.*", False),
    ],
)
def test_owners_of_jobs_without_owners_are_warned_of(bounds: str, *, odd: bool) -> None:
    """SchedulerX names no owner, so such a source speaks for no job; nothing is said where another system's may fit."""
    rest = f"rules: [{{name: a, match: {{}}, action: rerun}}]\nsources:\n- {{event: {{bus: b}}, {bounds}}}\n"
    assert warned("version: 1\n" + rest) == ([(4, "$.sources[0].owners")] if odd else [])


@pytest.mark.parametrize("part", ["by: [{SYSTEMS, mode: 'off'}]", "windows: [{SYSTEMS, name: w, action: hold, TIMES}]"])
@pytest.mark.parametrize(
    ("systems", "fits"),
    [
        ("systems: schedulerx, clusters: c", False),
        ("systems: [schedulerx, dataworks], clusters: c", False),
        ("systems: [ehpc, schedulerx], clusters: c", True),
        ("clusters: c, groups: g", True),
        ("systems: schedulerx, owners: ann", True),
    ],
)
def test_blocks_and_windows_that_fit_nothing_are_warned_of(part: str, systems: str, *, fits: bool) -> None:
    """A switch for jobs that nobody can have stops nothing, and looks as if it did; so does a source."""
    times = "cron: '0 2 * * *', lasts_s: 600"
    rest = "rules: [{name: all, match: {}, action: rerun}]\n"
    written = part.replace("SYSTEMS", systems).replace("TIMES", times)
    name = part.partition(":")[0]
    assert warned(f"{HEAD}{written}\n{rest}") == ([] if fits else [(3, f"$.{name}[0]")])
    if not fits:
        assert warned(f"version: 1\nsources: [{{event: {{source: x}}, {systems}}}]\n{rest}") == [(2, "$.sources[0]")]


NOISE = "ignore_lines: ['(?i)warning|just a note', 'Skipped x.y', '(?i)a[bc]']\n"


@pytest.mark.parametrize(
    ("match", "odd"),
    [
        ("message: a warning", ["message"]),
        ("message: '(?i)WARNING: (low|high)'", ["message"]),
        ("message: [a warning, an error]", ["message"]),
        ("message: 'a warning|just a note 7'", ["message"]),
        ("message: 'a warning|an error'", []),
        ("message: 'warn'", []),
        ("message: '(warning)?'", []),
        ("message: 'Skipped x.y'", ["message"]),
        ("message: 'skipped x.y'", []),
        ("message: 'ab'", []),
        ("message: a, all_of: b, any_of: [x, y], not_message: a warning", ["not_message"]),
        ("any_of: [x, a warning], all_of: a warning", ["any_of", "all_of"]),
    ],
)
def test_patterns_that_only_noise_has_are_warned_of(match: str, odd: list[str]) -> None:
    """What `ignore_lines` leaves out no rule sees: said where it is certain, of each pattern by itself."""
    rules = f"rules:\n- {{name: a, match: {{{match}}}, action: rerun}}\n- {{name: z, match: {{}}, action: hold}}"
    assert sorted(warned(f"{HEAD}{NOISE}{rules}")) == [(5, f"$.rules[0].match.{field}") for field in sorted(odd)]


def test_whose_noise_it_is_is_told() -> None:
    """The policy's own, or that of a pack that it includes."""
    rest = "{name: z, match: {}, action: hold}"
    texts = {
        "ignore_lines (": f"ignore_lines: [x.y]\nrules: [{{name: a, match: {{message: x.y}}, action: hold}}, {rest}]",
        "an included pack's ignore_lines (": (
            "include: [collectives]\nrules:\n"
            f"- {{name: a, match: {{message: '\\bNCCL (INFO|TRACE)\\b'}}, action: hold}}\n- {rest}"
        ),
    }
    for whose, text in texts.items():
        (warning,) = check_policy(HEAD + text).warnings
        assert f"hits nothing: {whose}" in warning.problem


def test_packs_that_are_never_reached_are_warned_of() -> None:
    """An own rule that takes everything is asked before every pack; one that takes a part of it is not warned of."""
    all_rule = "{name: all, match: {region: '*'}, action: hold}"
    rest = "{name: z, match: {}, action: hold}"
    text = f"{HEAD}include: [gpu, signals]\nrules:\n- {all_rule}\n"
    (warning,) = check_policy(text).warnings
    assert (warning.path, warning.line) == ("$.include", 3)
    assert warning.problem.startswith("no rule of an included pack is ever reached: all, before it, matches all")
    assert warned(f"{HEAD}include: [gpu]\nrules:\n- {{name: a, match: {{region: x}}, action: hold}}\n- {rest}\n") == []
    exit_codes = (
        f"{HEAD}include: [gpu, signals]\nrules:\n- {{name: a, match: {{message: '.'}}, action: hold}}\n- {rest}\n"
    )
    assert warned(exit_codes) == []


def test_settings_of_bad_nodes_that_change_nothing_are_warned_of() -> None:
    """A wait that nobody waits; owners that so few jobs cannot have."""
    rest = "rules: [{name: all, match: {}, action: rerun}]\n"
    assert warned(HEAD + "bad_nodes: {action: hold, max_wait_s: 60, jobs: 3, owners: 3}\n" + rest) == []
    assert warned(HEAD + "bad_nodes: {max_wait_s: 60, jobs: 2, owners: 3}\n" + rest) == [
        (3, "$.bad_nodes.max_wait_s"),
        (3, "$.bad_nodes.owners"),
    ]


def test_a_budget_that_no_rule_draws_from_is_warned_of() -> None:
    """A class's budget is used only if a rule names the class; rules without one are of class unknown."""
    text = (
        f"{HEAD}classes:\n  user: {{max: 1}}\n  unknown: {{max: 1}}\nrules: [{{name: a, match: {{}}, action: rerun}}]"
    )
    assert warned(text) == [(4, "$.classes.user")]


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
    "cluster": ["c", "'*'"],
    "group": ["g", "'*'"],
    "system": ["ehpc", "schedulerx", "[ehpc, schedulerx]"],
}
_MATCHES = st.fixed_dictionaries({}, optional={name: st.sampled_from(some) for name, some in _VALUES.items()})


@settings(max_examples=deep(40, 100))
@given(
    rules=st.lists(_MATCHES, min_size=1, max_size=5),
    owner=st.sampled_from(["", "a", "b", "z"]),
    message=st.sampled_from(["", "x", "y", "xy", "z"]),
    ehpc=st.booleans(),
)
def test_warnings_are_true(rules: list[dict[str, str]], owner: str, message: str, *, ehpc: bool) -> None:
    """No failure ever falls under a rule of which it was said that it is never reached."""
    listed = "\n".join(
        f"- {{name: r{n}, match: {{{', '.join(f'{key}: {value}' for key, value in match.items())}}}, action: rerun}}"
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
        trigger=Trigger.LOG,
        event_id="e",
        telling_id="t",
    )
    found = first_match(load_policy(text), told)
    paths = [path.removesuffix(".match") for _, path in warned(text)]
    assert found is None or f"$.rules[{found.name[1:]}]" not in paths
    if found is None:
        assert "$.rules" in paths
