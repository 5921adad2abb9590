"""Policy text → Policy: what is written, what is left out, and that any text ends in a report."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.mode import Mode
from shared.policy.discover import watched
from shared.policy.load import check_policy, load_policy
from shared.policy.model import Action, Attempts, Breaker, Cooldown, Match, Policy, Rule, Timing
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
    """The shipped policy acts by default, within the promised bounds, and ends in a rule that reruns."""
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
