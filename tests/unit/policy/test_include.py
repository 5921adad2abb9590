"""Packs in a policy: which can be included, in what order their rules are asked, what is inherited and replaced."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from secondwind.cli import main
from secondwind.commands.policy.pack_files import FaultyPacks, read_pack, read_packs
from secondwind.commands.policy.pack_samples import misjudged
from secondwind.commands.policy.packs import print_packs
from shared.domain.errors import PolicyError
from shared.policy.conditions import patterns_of
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from shared.policy.model import Action, Attempts, Cooldown, PackRule, Policy
from shared.policy.packs import Pack, decoded, encoded
from tests.unit.decide.facts import make_failure

ALPHA = """\
pack: alpha
version: 3
about: Things that begin with a.
ignore_lines: ['alpha noise']
rules:
  - name: alpha-cause
    match: {message: 'alpha broke'}
    action: rerun
    class: infrastructure
    attempts: {max: 1}
    cooldown: {base_s: 600}
    why: It broke.
    source: https://example.com/alpha
    samples: ['alpha broke', {message: 'alpha broke again', exit_code: 1}]
    near_misses: ['alpha is fine', {exit_code: 137}]
  - name: alpha-effect
    tells: effect
    match: {message: 'waiting for'}
    action: rerun
    class: unknown
    delay_s: 60
    same_text: {max: 1}
    why: It waits.
    source: https://example.com/alpha
    samples: ['waiting for alpha']
    near_misses: ['wait']
faint_lines: ['alpha, perhaps']
"""
BETA = """\
pack: beta
version: 1
about: Things that begin with b.
rules:
  - name: beta-cause
    match: {message: 'beta broke', not_message: 'alpha'}
    cause: first
    action: ignore
    class: application
    why: It broke.
    source: https://example.com/beta
    samples: ["waiting for alpha\\nbeta broke"]
    near_misses: ["alpha\\nbeta broke"]
"""


def packs_of(folder: Path, **texts: str) -> dict[str, Pack]:
    """What is read of a folder with two small packs, or others in their places."""
    for name, text in {"alpha": ALPHA, "beta": BETA.replace("waiting for alpha", "waiting"), **texts}.items():
        (folder / f"{name}.yaml").write_text(text, encoding="utf-8")
    return {source.pack.name: source.pack for source in read_packs(folder)}


@pytest.fixture
def packs(tmp_path: Path) -> dict[str, Pack]:
    """Two small packs, as they are shipped."""
    return {pack.name: pack for pack in decoded(encoded(list(packs_of(tmp_path).values()))).packs}


def _names(policy: Policy) -> list[str]:
    return [rule.name for rule in policy.rules]


OWN = """\
version: 1
attempts: {max: 2, window_s: 7200}
cooldown: {factor: 3}
include: [INCLUDED]
rules:
  - {name: mine, match: {message: mine}, action: hold}
  - {name: rest, match: {}, action: ignore}
"""


@pytest.mark.parametrize(
    ("include", "order"),
    [
        ("", ["mine", "rest"]),
        ("alpha", ["mine", "alpha-cause", "alpha-effect", "rest"]),
        ("alpha, beta", ["mine", "alpha-cause", "beta-cause", "alpha-effect", "rest"]),
        ("beta, alpha@3", ["mine", "beta-cause", "alpha-cause", "alpha-effect", "rest"]),
        ("all", ["mine", "alpha-cause", "beta-cause", "alpha-effect", "rest"]),
        ("beta@1, all", ["mine", "beta-cause", "alpha-cause", "alpha-effect", "rest"]),
        ("alpha, alpha@3", ["mine", "alpha-cause", "alpha-effect", "rest"]),
    ],
)
def test_causes_of_all_packs_come_before_effects(packs: dict[str, Pack], include: str, order: list[str]) -> None:
    """After the policy's own rules, before its rules with an empty match; packs in the order included."""
    policy = load_policy(OWN.replace("INCLUDED", include), packs)
    assert _names(policy) == order
    assert policy.include == tuple(dict.fromkeys(rule.pack for rule in policy.rules if isinstance(rule, PackRule)))


def test_what_a_packs_rule_leaves_out_is_the_policys(packs: dict[str, Pack]) -> None:
    """Attempts and cooldown inherit; everything else is as the pack has it."""
    policy = load_policy(OWN.replace("INCLUDED", "all"), packs)
    cause, effect = (
        next(rule for rule in policy.rules if rule.name == f"alpha-{kind}") for kind in ("cause", "effect")
    )
    assert cause.attempts == Attempts(max=1, window_s=7200.0)
    assert cause.cooldown == Cooldown(base_s=600.0, factor=3.0, max_s=3600.0)
    assert (effect.attempts, effect.cooldown, effect.delay_s) == (None, None, 60.0)
    assert effect.same_text is not None
    assert isinstance(cause, PackRule)
    assert cause.pack == "alpha@3"
    assert policy.ignore_lines == ("alpha noise",)


def test_an_own_rule_of_that_name_stands_in_its_place(packs: dict[str, Pack]) -> None:
    """Replaced where the pack's stands, whatever it says itself of causes and effects."""
    text = OWN.replace("INCLUDED", "all").replace("name: mine", "name: beta-cause")
    policy = load_policy(text, packs)
    assert _names(policy) == ["alpha-cause", "beta-cause", "alpha-effect", "rest"]
    assert policy.rules[1].action is Action.HOLD
    assert not isinstance(policy.rules[1], PackRule)


def test_the_version_of_a_policy_names_its_packs(packs: dict[str, Pack], tmp_path: Path) -> None:
    """Another version of a pack, or other rules in it, make another policy version."""
    text = OWN.replace("INCLUDED", "alpha")
    before = load_policy(text, packs).policy_version
    raised = packs_of(tmp_path, alpha=ALPHA.replace("version: 3", "version: 4"))
    assert load_policy(text, raised).policy_version != before
    assert load_policy(text, packs).policy_version == before


@pytest.mark.parametrize(
    ("include", "problem"),
    [
        ("gamma", "knows no pack gamma; there are alpha, beta"),
        ("alfa", "knows no pack alfa; did you mean alpha?"),
        ("alpha@2", "has the pack alpha@3, and no other version of it"),
        ("alpha@", "names no version after the @: wants alpha, or alpha@3"),
        ("all@1", "knows no pack all"),
        ("1", "wants a pack such as mpi"),
    ],
)
def test_a_pack_that_is_not_there_is_told(packs: dict[str, Pack], include: str, problem: str) -> None:
    """With the line, and what was hardly meant otherwise."""
    (fault,) = check_policy(OWN.replace("INCLUDED", include), packs).faults
    assert (fault.path, fault.line) == ("$.include[0]", 4)
    assert problem in fault.problem


def test_a_packs_rule_decides_as_another(packs: dict[str, Pack]) -> None:
    """Through the matcher: noise of the pack is not seen, its words count."""
    policy = load_policy(OWN.replace("INCLUDED", "all"), packs)

    def decides(text: str) -> str:
        found = first_match(policy, make_failure(message=text))
        assert found is not None
        return found.name

    assert decides("waiting for x\nbeta broke") == "beta-cause"
    assert decides("alpha noise, alpha broke") == "rest"
    assert decides("alpha noise\nbeta broke") == "beta-cause"
    assert decides("alpha broke\nbeta broke") == "alpha-cause"
    assert decides("nothing") == "rest"


def test_a_shadowed_own_rule_names_the_packs(packs: dict[str, Pack]) -> None:
    """A rule that a pack's rule hides: only an own rule that stands in another's place can be hidden so."""
    text = OWN.replace("INCLUDED", "all").replace(
        "{name: mine, match: {message: mine}",
        "{name: a, match: {}, action: hold}\n  - {name: mine, match: {message: mine}",
    )
    warnings = [one.problem for one in check_policy(text, packs).warnings]
    assert "is never reached: a, before it, matches all that it matches" in warnings


def test_too_many_patterns_are_a_fault(packs: dict[str, Pack], tmp_path: Path) -> None:
    """A policy's own are weighed together when it is loaded, those of all packs when they are made."""
    heavy = "".join(
        f"  - {{name: h{n}, match: {{message: '[a{chr(98 + n)}]{{10}}'}}, action: hold}}\n" for n in range(5)
    )
    report = check_policy(OWN.replace("INCLUDED", "all") + heavy, packs)
    assert ["too slow to decide by" in fault.problem for fault in report.faults] == [True]
    with pytest.raises(PolicyError):
        load_policy(OWN.replace("INCLUDED", "all") + heavy, packs)
    slow = str([f"[a{letter}]{{10}}" for letter in "bcdef"])
    with pytest.raises(FaultyPacks) as error:
        packs_of(tmp_path, alpha=ALPHA.replace("'waiting for'", slow))
    assert error.value.lines == [
        "all packs are too slow to decide by: 5 patterns with more than 3 counted classes and choices each; use * or +"
    ]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("pack: alpha", "pack: Alpha", "alpha.yaml:1: $.pack: wants a name of small letters"),
        ("pack: alpha", "pack: alfa", "alpha.yaml:1: $.pack: wants the file's name, alpha"),
        ("version: 3", "version: 0", "alpha.yaml:2: $.version"),
        ("message: 'alpha broke'", "message: '('", "alpha.yaml:7: $.rules[0].match.message: RE2 cannot use it"),
        ("match: {message: 'waiting for'}", "match: {}", "alpha.yaml:16: $.rules[1].match: a pack's rule asks"),
        ("    why: It waits.\n", "", "alpha.yaml:16: $.rules[1].why: is missing"),
        ("tells: effect", "tells: symptom", "alpha.yaml:17: $.rules[1].tells: wants one of cause, effect"),
        ("name: alpha-effect", "name: beta-cause", "beta.yaml:5: $.rules[0].name: another rule, in alpha.yaml:16"),
        ("    samples: ['waiting for alpha']\n", "", "alpha.yaml:16: $.rules[1].samples: is missing"),
        (
            "https://example.com/alpha\n    samples: ['w",
            "example.com\n    samples: ['w",
            "$.rules[1].source: wants the https:// address",
        ),
        ("match: {message: 'alpha broke'}", "match: {queue: q}", "$.rules[0].class: ambiguous evidence"),
        ("delay_s: 60", "mode: observe", "$.rules[1].mode: is for the policy to say"),
    ],
)
def test_faults_of_a_pack_have_its_file_path_and_line(tmp_path: Path, old: str, new: str, told: str) -> None:
    """Whoever writes a pack is told where."""
    with pytest.raises(FaultyPacks) as error:
        packs_of(tmp_path, alpha=ALPHA.replace(old, new, 1))
    assert any(told in line for line in error.value.lines), error.value.lines


def test_samples_and_near_misses_are_asked(tmp_path: Path) -> None:
    """A sample that another rule decides is told, and a near miss that its own rule decides alone."""
    packs_of(tmp_path)
    assert misjudged(read_packs(tmp_path)) == []
    wrong = ALPHA.replace("['waiting for alpha']", "['alpha broke']").replace("'alpha is fine'", "'alpha broke'")
    packs_of(tmp_path, alpha=wrong)
    assert misjudged(read_packs(tmp_path)) == [
        "alpha.yaml: alpha-cause: it decides its near miss 'alpha broke'",
        "alpha.yaml: alpha-effect: alpha-cause decides its sample 'alpha broke'",
    ]


@pytest.mark.parametrize("text", ["", "a: [", "- x", "pack: x\n---\npack: y"])
def test_a_file_that_is_no_pack_is_told(text: str) -> None:
    """Never raises."""
    file, _, faults = read_pack(text)
    assert file is None
    assert faults


def test_what_is_shipped_is_read_back_as_it_was(tmp_path: Path) -> None:
    """Nothing gets lost on the way, and each rule stands on a line of its own."""
    packs = list(packs_of(tmp_path).values())
    shipped = encoded(packs)
    assert list(decoded(shipped).packs) == packs
    patterns = {one for pack in packs for rule in pack.rules for one in patterns_of(rule.match)}
    assert set(decoded(shipped).needs) == patterns
    lines = shipped.decode().splitlines()
    assert sum(line.startswith('{"name":"alpha-') and line.count('"match"') == 1 for line in lines) == 2
    assert "null" not in shipped.decode()


def _printed(name: str, packs: Any) -> tuple[int, str]:
    out = io.StringIO()
    return print_packs(name, out, packs), out.getvalue()


def test_packs_are_shown(packs: dict[str, Pack], capsys: pytest.CaptureFixture[str]) -> None:
    """All of them by line; one as rules that a policy can have; 2 for one that is not there."""
    status, text = _printed("", packs)
    assert (status, text.splitlines()[1].split()) == (0, ["alpha@3", "2", "Things", "that", "begin", "with", "a."])
    status, text = _printed("alpha@3", packs)
    assert status == 0
    policy = load_policy("version: 1\n" + text, packs)
    assert _names(policy) == ["alpha-cause", "alpha-effect"]
    assert policy.rules[1].delay_s == 60.0
    assert "#   - alpha noise" in text
    capsys.readouterr()
    assert _printed("alpha@1", packs) == (2, "")
    assert capsys.readouterr().err == "no such pack; there are alpha@3, beta@1\n"
    assert main(["policy", "packs"]) == 0
    assert "gpu@" in capsys.readouterr().out


@pytest.mark.parametrize(("include", "known"), [("beta", True), ("alpha", True), ("", False)])
def test_the_noise_of_all_packs_is_known_wherever_one_is_included(
    packs: dict[str, Pack], include: str, *, known: bool
) -> None:
    """What means nothing means nothing to any pack's rules. A policy without packs has its own noise alone."""
    policy = load_policy(OWN.replace("INCLUDED", include) + "faint_lines: [mine]\n", packs)
    assert policy.ignore_lines == (("alpha noise",) if known else ())
    assert policy.faint_lines == (("mine", "alpha, perhaps") if known else ("mine",))
