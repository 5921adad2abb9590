"""Policy text → every fault with its path and line, bounded and in words that help."""

from __future__ import annotations

import pytest

from shared.domain.errors import PolicyError
from shared.domain.mode import Mode
from shared.policy.load import MAX_FAULTS, MAX_TEXT_BYTES, check_policy, load_policy, usable_policy
from shared.policy.model import MAX_RULES
from shared.policy.reader import MAX_SHOWN_CHARS, excerpt
from tests.unit.policy.texts import faults_of, one_rule


def _problem(text: str) -> str:
    (fault,) = check_policy(text).faults
    return fault.problem


def test_every_fault_is_told_with_its_line() -> None:
    """One look finds all faults: unknown and repeated keys, types, bounds, patterns, names."""
    text = """version: 2
mode: offf
rulez: 1
regions: [cn-hangzhou, evil.example/x]
timing: {settle_s: -1}
timing: {}
attempts: {max: true}
rules:
  - name: a
    match: {message: '('}
    action: restart
  - name: a
    action: rerun
    cooldown: [1]
"""
    assert faults_of(text) == [
        (1, "$.version"),
        (2, "$.mode"),
        (3, "$.rulez"),
        (4, "$.regions[1]"),
        (5, "$.timing.settle_s"),
        (6, "$.timing"),
        (7, "$.attempts.max"),
        (10, "$.rules[0].match.message"),
        (11, "$.rules[0].action"),
        (12, "$.rules[1].match"),
        (12, "$.rules[1].name"),
        (14, "$.rules[1].cooldown"),
    ]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("version: 1\natempts: {}", "did you mean attempts?"),
        ("version: 1\nxyzzy: {}", "known are version, mode"),
        ("version: 1\nmode: of", "did you mean off?"),
        ("version: 3", "wants 1, the only version understood, got 3"),
        ("version: '1'", "got text"),
        ("version: 1\nattempts: {max: 21}", "a whole number from 1 to 20, got 21"),
        ("version: 1\nattempts: {max: 2.5}", "a whole number from 1 to 20, got 2.5"),
        ("version: 1\ntiming: {settle_s: .nan}", "got text"),
        ("version: 1\ntiming: {settle_s: 1e999}", "got 1e999"),
        ("version: 1\ntiming: ", "wants a mapping, got nothing"),
        ("version: 1\nrules: [{name: 7, match: {}, action: rerun}]", "got 7 (unquoted)"),
        ("version: 1\nrules: [{name: a, match: {}, action: rerun, beside_live: yes}]", "wants true or false"),
        ("version: 1\nrules: [{name: a, match: {message: '(?=x)'}, action: rerun}]", "invalid perl operator"),
        ("version: 1\nrules: [{name: a, match: {message: ''}, action: rerun}]", "1 to 1024 characters"),
        (one_rule("message: [x, '(']"), "RE2 cannot use it"),
        (one_rule("message: '[ab]{11}'"), "counts too far"),
        (one_rule("message: []"), "one or a list of 1 to 64 RE2 patterns"),
        (one_rule("owner: {a: b}"), "one or a list of 1 to 64 globs or null, got a mapping"),
        (one_rule("owner: 1001"), "got 1001 (unquoted)"),
        (one_rule("queue: [a, '']"), "a glob"),
        (one_rule("exit_code: 1.5"), "an exit code"),
        (one_rule("exit_code: 159-128"), "wants the lower exit code first"),
        (one_rule("exit_code: [1, 99999999999]"), "an exit code"),
        (one_rule("signal: SIGNONE"), "knows no signal SIGNONE"),
        (one_rule("signal: 65"), "its number from 1 to 64"),
        (one_rule("region: " + "x" * 257), "1 to 256"),
        (one_rule("", "class: infrastucture"), "did you mean infrastructure?"),
        (one_rule("owner: root", "class: infrastructure"), "ambiguous evidence is never infrastructure"),
        (one_rule("", "max_lost_h: -1"), "a number of hours from 0"),
        (one_rule("", "mode: slow"), "one of auto, observe, off"),
        (one_rule("", f"why: {'x' * 257}"), "at most 256 characters"),
        ("version: 1\nthrash: 3", "wants a mapping or null"),
        ("version: 1\nclasses: {infrastucture: {max: 1}}", "did you mean infrastructure?"),
        ("version: 1\nclasses: {user: {max: 0}}", "from 1 to 20, got 0"),
        ("version: 1\nsources: [{systems: [ehpc]}]", "exactly one of log and event"),
        ("version: 1\nsources: [{event: {source: a}, log: {project: a, logstore: b}}]", "exactly one of log and event"),
        (one_rule("owner: '!svc'"), "negates nothing"),
        (one_rule("owner: [ann, '^svc']"), "negates nothing"),
        (one_rule("owner: 'ann, bob'"), "several owners are a list"),
        (one_rule("owner: 'ann|bob'"), "several owners are a list"),
        (one_rule("owner: ann bob"), "several owners are a list"),
        (one_rule("owner: ' ann'"), "fits nobody"),
        (one_rule("owner: '.*-svc'"), "fits nobody"),
        (one_rule("owner: ann@scheduler"), "without their server"),
        ("version: 1\nby: [{owners: '!svc', mode: 'off'}]", "negates nothing"),
        ("version: 1\nwindows: [{name: w, owners: '[a-z]*', action: hold, cron: '* * * * *', lasts_s: 60}]", "a list"),
        ("version: 1\nsources: [{event: {bus: b}, owners: [svc, '!ann']}]", "negates nothing"),
        ("version: 1\nsources: [{event: {}}]", "wants one of source, bus and account"),
        ("version: 1\nsources: [{event: {account: 1234}}]", "wants a glob"),
        ("version: 1\nsources: [{log: {project: a}}]", "is missing: wants a glob"),
        ("version: 1\ncooldown: {base_s: 7200}", "max_s (3600) must not be less than base_s (7200)"),
        ("version: 1\nmode: &m off", "anchors and aliases are refused"),
        ("version: 1\nmode: !!python/name:os.system off", "tags"),
        ("version: 1\nmode: ! off", "tags"),
        ("version: 1\n---\nversion: 1", "second document"),
        ("version: 1\n? [a]\n: b", "a key must be text"),
        ("version: [1", "this is no YAML"),
        ("version: 1\x01", "control characters"),
        ("version: \ud800", "no text"),
        ("", "says nothing"),
        ("# only a comment", "says nothing"),
        ("- 1", "wants a mapping, got a list"),
        ("[" * 10_000, "nested more than"),
    ],
)
def test_problem_says_what_is_wanted(text: str, words: str) -> None:
    """Each kind of fault is told once, in words that help."""
    assert words in _problem(text)


def test_a_policy_with_a_fault_is_of_no_use() -> None:
    """Whoever only wants to use it gets it, or nothing."""
    usable = usable_policy("version: 1\nmode: observe\n")
    assert usable is not None
    assert usable.mode is Mode.OBSERVE
    assert usable_policy("version: 1\nmode: autoo\n") is None


def test_rule_cooldown_must_agree_with_itself() -> None:
    """A rule's base above the maximum that it takes from the policy is found at the rule."""
    text = "version: 1\nrules:\n- {name: a, match: {}, action: rerun}\n- name: b\n  match: {}\n  action: rerun\n"
    assert faults_of(text + "  cooldown: {base_s: 4000}\n") == [(7, "$.rules[1].cooldown")]


def test_alias_bomb_is_refused_cheaply() -> None:
    """Aliases are never expanded: each one is a fault."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 9)]
    report = check_policy("\n".join(["a0: &a0 [x]", *levels]))
    assert len(report.faults) > 80
    assert any("anchors" in fault.problem for fault in report.faults)


def test_size_is_bounded() -> None:
    """A text over the bound is refused unread; one at the bound is read."""
    filler = "version: 1\n#"
    at_bound = filler + "x" * (MAX_TEXT_BYTES - len(filler))
    assert check_policy(at_bound).policy is not None
    assert "larger than" in _problem(at_bound + "x")
    assert faults_of(at_bound + "x") == faults_of("") == [(1, "$")]


def test_only_the_packs_that_there_are_can_be_included() -> None:
    """Those of the library, unless others are given."""
    text = "version: 1\ninclude: [mpi]\n"
    assert usable_policy(text) == load_policy(text) == check_policy(text).policy
    assert usable_policy(text, {}) is check_policy(text, {}).policy is None
    with pytest.raises(PolicyError):
        load_policy(text, {})


def test_whether_parts_go_together_is_asked_once_each_is_right() -> None:
    """Else one slip would be told in many ways."""
    text = "version: 1\ncooldown: {base_s: 9, max_s: 1}\nrules:\n- {name: a, match: {}, action: rerun}\n"
    assert faults_of(text) == [(2, "$.cooldown")]
    assert faults_of(text + "- {name: a, match: {}, action: rerun}\n") == [(5, "$.rules[1].name")]


def test_number_of_rules_is_bounded() -> None:
    """One rule too many is one fault."""
    rules = [f"- {{name: r{n}, match: {{message: m{n}}}, action: rerun}}" for n in range(MAX_RULES + 1)]
    assert check_policy("version: 1\nrules:\n" + "\n".join(rules[:-1])).policy is not None
    assert _problem("version: 1\nrules:\n" + "\n".join(rules)) == "wants a list of at most 200 rules, got 201"


def test_as_many_faults_as_are_shown_are_all() -> None:
    """One more, and it is said how many there are."""
    for more in (0, 1):
        faults = check_policy("version: 1\n" + "x: 1\n" * (MAX_FAULTS + more)).faults
        assert len(faults) == MAX_FAULTS + more
        assert ("more faults" in faults[-1].problem) is bool(more)


def test_number_of_faults_shown_is_bounded() -> None:
    """A file full of faults gives a report of bounded length that says how many there are."""
    faults = check_policy("version: 1\n" + "x: 1\n" * 1000).faults
    assert len(faults) == MAX_FAULTS + 1
    assert faults[-1].problem == f"and {1000 - MAX_FAULTS} more faults"


def test_fault_repeats_little_and_printably() -> None:
    """A long or hostile key is shown cut and on one line."""
    (fault,) = check_policy('version: 1\n"\\e[31m\\n' + "k" * 500 + '": 1').faults
    assert len(fault.path) < 80
    assert fault.path.isprintable()


def test_load_raises_every_fault() -> None:
    """`load_policy` raises what `check_policy` found."""
    with pytest.raises(PolicyError) as caught:
        load_policy("mode: x\nfoo: 1")
    assert caught.value.faults == check_policy("mode: x\nfoo: 1").faults
    assert len(caught.value.faults) == 3


def test_a_list_where_a_mapping_belongs_is_a_fault_with_its_place() -> None:
    """As long as it is, nothing of it is taken for a rule."""
    report = check_policy("- version: 1\n- [rules, [a]]\n")
    assert [(fault.path, fault.line) for fault in report.faults] == [("$", 1)]


@pytest.mark.parametrize(
    "entry",
    [
        "schedulerx3: [{apps: [a]}]",
        "schedulerx3: [{apps: [a], cluster: b, cluster_id: b}]",
        "dataworks: [{days: 1}]",
        "dataworks: [{projects: [1], project_id: 1}]",
    ],
)
def test_a_place_is_named_once(entry: str) -> None:
    """None, or two of which nobody knows which is meant: told where it stands."""
    with pytest.raises(PolicyError, match=rf"line 2: \$\.discover\.{entry.partition(':')[0]}\[0\]: wants a"):
        load_policy(f"version: 1\ndiscover: {{{entry}}}\n")


@pytest.mark.parametrize(("more", "cut"), [(0, False), (1, True)])
def test_what_somebody_wrote_is_shown_as_far_as_a_line_goes(more: int, *, cut: bool) -> None:
    """To the sign."""
    text = "x" * (MAX_SHOWN_CHARS + more)
    assert excerpt(text) == ("x" * MAX_SHOWN_CHARS + "…" if cut else text)
