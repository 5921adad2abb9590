"""Policy text → Policy, or every fault with its path and line."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.errors import PolicyError
from shared.domain.mode import Mode
from shared.policy.discover import watched
from shared.policy.load import MAX_FAULTS, MAX_TEXT_BYTES, check_policy, load_policy, usable_policy
from shared.policy.model import (
    MAX_RULES,
    Action,
    Attempts,
    Breaker,
    Cooldown,
    Match,
    Policy,
    Rule,
    Timing,
)
from shared.systems import SYSTEMS

_CONTRACT = """
version: 1
mode: auto                  # auto | observe | off
regions: []                 # further regions that events may name
timing:
  settle_s: 120
  observation_max_age_s: 30
  stale_event_s: 86400
attempts: {max: 3, window_s: 86400}
cooldown: {base_s: 60, factor: 2, max_s: 3600}
breaker: {max_jobs: 100, window_s: 600}
rules:
  - {name: user-error, match: {message: 'ModuleNotFoundError|SyntaxError'}, action: ignore}
  - {name: the-rest, match: {}, action: rerun}
"""


def _rule(match: str, more: str = "") -> str:
    """A policy of one rule with these conditions and fields."""
    return f"version: 1\nrules: [{{name: a, match: {{{match}}}, action: rerun{more and ', ' + more}}}]"


def _faults(text: str) -> list[tuple[int | None, str]]:
    report = check_policy(text)
    assert report.policy is None
    return [(fault.line, fault.path) for fault in report.faults]


def _problem(text: str) -> str:
    (fault,) = check_policy(text).faults
    return fault.problem


def test_contract_example_is_understood() -> None:
    """The example of the promised form means what it says; all that is odd about it is that it names no source."""
    report = check_policy(_CONTRACT)
    assert [warning.path for warning in report.warnings] == ["$.sources"]
    assert report.policy == Policy(
        version=1,
        mode=Mode.AUTO,
        timing=Timing(settle_s=120, observation_max_age_s=30, stale_event_s=86400),
        attempts=Attempts(max=3, window_s=86400),
        cooldown=Cooldown(base_s=60, factor=2, max_s=3600),
        breaker=Breaker(max_jobs=100, window_s=600),
        rules=(
            Rule(
                name="user-error",
                match=Match(message="ModuleNotFoundError|SyntaxError"),
                action=Action.IGNORE,
            ),
            Rule(name="the-rest", match=Match(), action=Action.RERUN),
        ),
    )


def test_defaults_are_the_contracts() -> None:
    """A file that says only its version means the promised values, all of which the example writes out."""
    told = load_policy(_CONTRACT)
    bare = load_policy("version: 1")
    assert (bare.mode, bare.timing, bare.attempts, bare.cooldown, bare.breaker) == (
        told.mode,
        told.timing,
        told.attempts,
        told.cooldown,
        told.breaker,
    )
    assert bare.rules == ()


@pytest.mark.parametrize(("word", "mode"), [("off", Mode.OFF), ("auto", Mode.AUTO), ("'observe'", Mode.OBSERVE)])
def test_mode_off_is_no_boolean(word: str, mode: Mode) -> None:
    """`mode: off` is the kill switch, although YAML 1.1 reads it as false."""
    assert load_policy(f"version: 1\nmode: {word}").mode is mode


@pytest.mark.parametrize("name", ["no", "on", "y", "1:30", "0x10", "2026-01-01", "=", "重跑"])
def test_names_stay_text(name: str) -> None:
    """A rule's name is the text that was written, although YAML 1.1 makes something else of it."""
    (rule,) = load_policy(f"version: 1\nrules: [{{name: {name}, match: {{}}, action: rerun}}]").rules
    assert rule.name == name


def test_null_breaker_is_none() -> None:
    """`breaker: null` switches the breaker off; leaving it out does not."""
    assert load_policy("version: 1\nbreaker: null").breaker is None
    assert load_policy("version: 1").breaker == Breaker()


def test_rule_takes_what_it_leaves_out_from_the_policy() -> None:
    """A rule's own attempts and cooldown differ from the policy's only where they say so."""
    policy = load_policy(
        "version: 1\nattempts: {max: 5, window_s: 7200}\ncooldown: {base_s: 1, max_s: 9}\nrules:\n"
        "- {name: a, match: {system: ehpc}, action: rerun, attempts: {max: 1}, cooldown: {factor: 3}}\n"
        "- {name: b, match: {}, action: rerun, attempts: {}}\n"
    )
    first, second = policy.rules
    assert first.attempts == Attempts(max=1, window_s=7200)
    assert first.cooldown == Cooldown(base_s=1, factor=3, max_s=9)
    assert second.attempts == policy.attempts
    assert second.cooldown is None


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
    assert _faults(text) == [
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
        (_rule("message: [x, '(']"), "RE2 cannot use it"),
        (_rule("message: '[ab]{11}'"), "counts too far"),
        (_rule("message: []"), "one or a list of 1 to 64 RE2 patterns"),
        (_rule("owner: {a: b}"), "one or a list of 1 to 64 globs or null, got a mapping"),
        (_rule("owner: 1001"), "got 1001 (unquoted)"),
        (_rule("queue: [a, '']"), "a glob"),
        (_rule("exit_code: 1.5"), "an exit code"),
        (_rule("exit_code: 159-128"), "wants the lower exit code first"),
        (_rule("exit_code: [1, 99999999999]"), "an exit code"),
        (_rule("signal: SIGNONE"), "knows no signal SIGNONE"),
        (_rule("signal: 65"), "its number from 1 to 64"),
        (_rule("region: " + "x" * 257), "1 to 256"),
        (_rule("", "class: infrastucture"), "did you mean infrastructure?"),
        (_rule("owner: root", "class: infrastructure"), "ambiguous evidence is never infrastructure"),
        (_rule("", "max_lost_h: -1"), "a number of hours from 0"),
        (_rule("", "mode: slow"), "one of auto, observe, off"),
        (_rule("", f"why: {'x' * 257}"), "at most 256 characters"),
        ("version: 1\nthrash: 3", "wants a mapping or null"),
        ("version: 1\nclasses: {infrastucture: {max: 1}}", "did you mean infrastructure?"),
        ("version: 1\nclasses: {user: {max: 0}}", "from 1 to 20, got 0"),
        ("version: 1\nsources: [{systems: [ehpc]}]", "exactly one of log and event"),
        ("version: 1\nsources: [{event: {source: a}, log: {project: a, logstore: b}}]", "exactly one of log and event"),
        (_rule("owner: '!svc'"), "negates nothing"),
        (_rule("owner: [ann, '^svc']"), "negates nothing"),
        (_rule("owner: 'ann, bob'"), "several owners are a list"),
        (_rule("owner: 'ann|bob'"), "several owners are a list"),
        (_rule("owner: ann bob"), "several owners are a list"),
        (_rule("owner: ' ann'"), "fits nobody"),
        (_rule("owner: '.*-svc'"), "fits nobody"),
        (_rule("owner: ann@scheduler"), "without their server"),
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
    assert _faults(text + "  cooldown: {base_s: 4000}\n") == [(7, "$.rules[1].cooldown")]


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


def test_number_of_rules_is_bounded() -> None:
    """One rule too many is one fault."""
    rules = [f"- {{name: r{n}, match: {{message: m{n}}}, action: rerun}}" for n in range(MAX_RULES + 1)]
    assert check_policy("version: 1\nrules:\n" + "\n".join(rules[:-1])).policy is not None
    assert _problem("version: 1\nrules:\n" + "\n".join(rules)) == "wants a list of at most 200 rules, got 201"


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


@pytest.mark.parametrize(
    ("rules", "warned"),
    [
        ("[]", ["$.rules"]),
        ("[{name: a, match: {system: ehpc}, action: rerun}]", ["$.rules"]),
        (
            "".join(f"\n- {{name: {name}, match: {{system: {name}}}, action: rerun}}" for name in SYSTEMS.names),
            [],
        ),
        (
            "[{name: a, match: {}, action: rerun}, {name: b, match: {message: x}, action: hold}]",
            ["$.rules[1]"],
        ),
        (
            """
- {name: a, match: {message: x}, action: rerun}
- {name: b, match: {system: ehpc, message: x}, action: hold}
- {name: c, match: {}, action: hold}""",
            ["$.rules[1]"],
        ),
    ],
)
def test_odd_rules_are_warned_of(rules: str, warned: list[str]) -> None:
    """Rules that are never reached and failures that no rule matches are warned of, and nothing else is."""
    report = check_policy(f"version: 1\nsources: [{{event: {{source: x}}}}]\nrules: {rules}")
    assert report.policy is not None
    assert [warning.path for warning in report.warnings] == warned


def test_quick_settle_is_warned_of() -> None:
    """A settle time that a PBS rerun can outlast is allowed and warned of, with its line."""
    text = _CONTRACT.replace("settle_s: 120", "settle_s: 5")
    assert (6, "$.timing.settle_s") in [(warning.line, warning.path) for warning in check_policy(text).warnings]
    assert "$.timing.settle_s" not in [warning.path for warning in check_policy(_CONTRACT).warnings]


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


def test_python_parser_reads_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the C parser the same text means the same and has the same faults."""
    broken = _CONTRACT.replace("120", "-1").replace("action: ignore", "action: 'ignor'")
    expected = check_policy(_CONTRACT), check_policy(broken)
    monkeypatch.setattr("shared.policy.yamltree._LOADER", yaml.SafeLoader)
    assert (check_policy(_CONTRACT), check_policy(broken)) == expected


_PIECES = "version mode rules name match system message action 1 off ~ [ ] { } : , - ' & * ! | > % --- # ? (a"
_WORDS = st.sampled_from([*_PIECES.split(), '"', "...", "\t", " ", "\n"])


@given(st.text() | st.lists(_WORDS).map(" ".join) | st.lists(_WORDS).map("".join))
def test_any_text_ends_in_a_report(text: str) -> None:
    """No text crashes the check; a fault has a line of the text (or its end) and printable words."""
    report = check_policy(text)
    lines = len(text.splitlines()) + 1
    assert (report.policy is None) == bool(report.faults)
    for fault in (*report.faults, *report.warnings):
        assert fault.line is not None
        assert 1 <= fault.line <= lines
        assert str(fault).isprintable()


_SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_KEYS = st.sampled_from(["version", "mode", "rules", "name", "match", "attempts", "max", "breaker", "x"])
_TREES = st.recursive(_SCALARS, lambda sub: st.lists(sub, max_size=3) | st.dictionaries(_KEYS, sub, max_size=4))


@given(_TREES)
def test_any_tree_ends_in_a_report(tree: object) -> None:
    """No well-formed YAML crashes the check either."""
    report = check_policy(yaml.safe_dump(tree, allow_unicode=True))
    assert (report.policy is None) == bool(report.faults)


_SHIPPED = Path(__file__).resolve().parents[3] / "policy.yaml"


@pytest.fixture
def shipped() -> Policy:
    """The policy that is shipped."""
    report = check_policy(_SHIPPED.read_text(encoding="utf-8"))
    assert {warning.path for warning in report.warnings} <= {"$.sources"}
    assert report.policy is not None, report.faults
    return report.policy


def test_shipped_policy_heals_with_belts_on(shipped: Policy) -> None:
    """The shipped policy acts by default, with the promised belts, and ends in a rule that reruns."""
    assert shipped.mode is Mode.AUTO
    assert (shipped.timing, shipped.attempts, shipped.cooldown) == (Timing(), Attempts(), Cooldown())
    assert shipped.breaker == Breaker()
    assert (shipped.rules[-1].match, shipped.rules[-1].action) == (Match(), Action.RERUN)
    assert not any(rule.beside_live for rule in shipped.rules)


def test_places_are_spelled_as_in_announcements_or_in_short() -> None:
    """`cluster_id` and `project_id` name what an announcement names so; both ways mean the same, and one is there."""
    apps = "schedulerx3: [{cluster_id: xxljob-a, apps: [a]}, {cluster: xxljob-a, apps: [a]}]"
    projects = "dataworks: [{project_id: 12345}, {projects: [12345]}]"
    policy = load_policy(f"version: 1\ndiscover: {{{apps}, {projects}}}\n")
    by_system = {name: [one for system, one in watched(policy.discover) if system == name] for name in SYSTEMS.names}
    assert [one.of_cluster for one in by_system["schedulerx3"]] == ["xxljob-a", "xxljob-a"]
    assert [one.ids for one in by_system["dataworks"]] == [(12345,), (12345,)]


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
