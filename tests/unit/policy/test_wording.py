"""What rules ask of a text: the words `all_of`, `any_of`, `not_message`, `not_near`, `cause: first`, `ignore_lines`."""

from __future__ import annotations

from itertools import combinations, islice
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from msgspec.structs import replace

from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from shared.policy.matching.wording import _LONGEST_PLAN
from shared.policy.model import Action, CauseLine, Match, Policy, Rule, Tells
from shared.policy.text.normal import lines_of
from shared.policy.text.whole import searched
from tests.unit.decide.facts import make_failure


def _decides(policy: Policy, message: str) -> str | None:
    rule = first_match(policy, make_failure(message=message))
    return rule.name if rule else None


def _policy(*matches: Match, **parts: Any) -> Policy:
    rules = (Rule(name=str(place), match=match, action=Action.RERUN) for place, match in enumerate(matches))
    return Policy(version=1, rules=tuple(rules), **parts)


@pytest.mark.parametrize(
    ("match", "text", "fits"),
    [
        (Match(message="a"), "x\na", True),
        (Match(message="a", not_message="b"), "a", True),
        (Match(message="a", not_message="b"), "a\nb", False),
        (Match(message="a", not_message=("c", "b")), "b\na", False),
        (Match(not_message="b"), "a", True),
        (Match(not_message="b"), "", True),
        (Match(message="a", not_near="b"), "a b", False),
        (Match(message="a", not_near="b"), "a\nb", True),
        (Match(message="a", not_near="b"), "b\na", True),
        (Match(message="a", not_near="b"), "b\nc\na\nd\nb", True),
        (Match(message="a", not_near="b"), "c\nd\na\nb", True),
        (Match(message="a", not_near="b"), "a b\nc\nd\na", False),
        (Match(message=("a", "e"), not_near="b"), "a b\nc\nd\ne", True),
        (Match(message=("a", "e"), not_near=("b", "f")), "a b\nc\ne f\ne", False),
        (Match(not_message="b"), "b", False),
        (Match(all_of=("a", "b")), "b\nc\na", True),
        (Match(all_of=("a", "b")), "a\nc", False),
        (Match(all_of="a"), "", False),
        (Match(any_of=("a", "b")), "b", True),
        (Match(any_of=("a", "b")), "c", False),
        (Match(any_of="a"), "", False),
        (Match(message="a", any_of=("b", "c")), "a\nc", True),
        (Match(message="a", any_of=("b", "c")), "a", False),
        (Match(message=("a", "d"), all_of=("b", "c"), any_of="e", not_message="f"), "e c b d", True),
        (Match(message=("a", "d"), all_of=("b", "c"), any_of="e", not_message="f"), "e c b d\nf", False),
        (Match(message="x", all_of="x", any_of="x"), "x", True),
    ],
)
def test_words_of_a_match(match: Match, text: str, *, fits: bool) -> None:
    """Any of `message`, each of `all_of`, any of `any_of`, none of `not_message`, wherever in the text each is."""
    assert (_decides(_policy(match), text) is not None) is fits


def test_a_rule_that_is_not_content_leaves_it_to_the_next() -> None:
    """The first whose conditions all hold decides."""
    policy = _policy(Match(all_of=("a", "b")), Match(message="a", not_message="c"), Match(any_of=("a", "d")))
    assert [_decides(policy, text) for text in ("a b", "a", "a c", "d", "e")] == ["0", "1", "2", "2", None]


def _cause(
    name: str, message: str | tuple[str, ...], cause: CauseLine = CauseLine.ANY, tells: Tells = Tells.CAUSE
) -> Rule:
    return Rule(name=name, match=Match(message=message), action=Action.RERUN, cause=cause, tells=tells)


def test_the_first_cause_decides_where_it_is_asked_for() -> None:
    """`cause: first` wants the earliest line that any cause is on; effects count for nothing."""
    policy = Policy(
        version=1,
        rules=(
            _cause("reset", "Connection reset", CauseLine.FIRST),
            _cause("memory", "out of memory", CauseLine.FIRST),
            _cause("silent", "Watchdog", tells=Tells.EFFECT),
            _cause("any", "reset|memory"),
        ),
    )
    assert _decides(policy, "out of memory\nConnection reset") == "memory"
    assert _decides(policy, "Connection reset\nout of memory") == "reset"
    assert _decides(policy, "Watchdog\nConnection reset") == "reset"
    assert _decides(policy, "out of memory, Connection reset") == "reset"  # one line: the order of the rules
    assert _decides(policy, "a reset\nConnection reset") == "any"
    assert _decides(policy, "Watchdog") == "silent"
    twice = replace(policy, rules=(_cause("own", ("alpha", "gamma"), CauseLine.FIRST), _cause("other", "beta")))
    assert _decides(twice, "alpha\nbeta\ngamma") == "own"
    assert _decides(twice, "beta\nalpha\ngamma") == "other"


def test_noise_is_seen_by_no_rule() -> None:
    """Lines that are ignored neither match nor refuse, nor are they the first."""
    policy = _policy(
        Match(message="cannot open", not_message="Traceback"), Match(), ignore_lines=("NCCL INFO", r"\(ignored\)$")
    )
    assert _decides(policy, "n1 [0] NCCL INFO cannot open libx.so") == "1"
    assert _decides(policy, "n1 [0] NCCL INFO cannot open libx.so\ncannot open liby.so") == "0"
    assert _decides(policy, "Traceback (ignored)\ncannot open") == "0"
    assert _decides(policy, "Traceback (ignored) x\ncannot open") == "1"
    first = Policy(
        version=1, ignore_lines=("INFO",), rules=(_cause("a", "alpha", CauseLine.FIRST), _cause("b", "beta"))
    )
    assert _decides(first, "INFO beta\nalpha") == "a"
    assert _decides(first, "beta\nalpha") == "b"


_PATTERNS = st.lists(st.sampled_from(["a", "b", "c", "a.*b", "^b", "c$", "[ab]c"]), min_size=1, max_size=3).map(tuple)
_MATCHES = st.builds(
    Match,
    message=st.one_of(st.none(), _PATTERNS),
    all_of=st.one_of(st.none(), _PATTERNS),
    any_of=st.one_of(st.none(), _PATTERNS),
    not_message=st.one_of(st.none(), _PATTERNS),
    not_near=st.one_of(st.none(), _PATTERNS),
)
_TEXTS = st.text(alphabet="abc\n ", max_size=12)


@given(_MATCHES, _PATTERNS, _TEXTS)
@example(Match(message=("a",), any_of=("b",)), ("c",), "ab")
def test_adding_not_message_never_makes_a_rule_match_more(match: Match, refused: tuple[str, ...], text: str) -> None:
    """Nor does another pattern in `all_of`; one more in `message` or `any_of` never makes it match less."""
    fits = _decides(_policy(match), text) is not None
    more = {field: (*_as_tuple(getattr(match, field)), *refused) for field in ("not_message", "all_of")}
    for field, patterns in more.items():
        if _decides(_policy(replace(match, **{field: patterns})), text) is not None:
            assert fits, field
    for field in ("message", "any_of"):
        asked = getattr(match, field)
        if fits and asked is not None:
            assert _decides(_policy(replace(match, **{field: (*asked, *refused)})), text) is not None


def _as_tuple(asked: Any) -> tuple[str, ...]:
    return asked or ()


@given(_MATCHES, _TEXTS)
def test_words_mean_what_they_say(match: Match, text: str) -> None:
    """Against the definition: each pattern alone as a rule, combined as the words say."""

    def found(pattern: str, text: str = text) -> bool:
        return _decides(_policy(Match(message=pattern)), text) is not None

    def clear(pattern: str) -> bool:
        lines = searched(lines_of(text)).split("\n")
        first = next((place for place, line in enumerate(lines) if found(pattern, line)), None)
        near = () if first is None else lines[first : first + 1]
        return bool(near) and not any(found(one, line) for one in _as_tuple(match.not_near) for line in near)

    expected = all(
        (
            match.message is None or any(map(clear, match.message)),
            match.any_of is None or any(map(found, match.any_of)),
            all(map(found, _as_tuple(match.all_of))),
            not any(map(found, _as_tuple(match.not_message))),
        )
    )
    assert (_decides(_policy(match), text) is not None) is expected


def _warned(rules: str) -> list[tuple[str, str]]:
    report = check_policy(f"version: 1\nsources: [{{event: {{source: a}}}}]\nrules:\n{rules}")
    assert report.policy is not None, report.faults
    return [(warning.path, warning.problem) for warning in report.warnings if warning.path != "$.rules"]


@pytest.mark.parametrize(
    ("wider", "narrower", "shadowed"),
    [
        ("message: [a, b]", "message: a", True),
        ("message: a", "message: [a, b]", False),
        ("message: a", "message: a, not_message: b", True),
        ("message: a, not_message: b", "message: a", False),
        ("message: a, not_message: b", "message: a, not_message: [b, c]", True),
        ("message: [a, c]", "all_of: [a, b]", True),
        ("message: a", "any_of: a", True),
        ("any_of: [a, b]", "message: b", True),
        ("all_of: [a, b]", "message: c, all_of: [b, a, d]", True),
        ("all_of: [a, b]", "message: a, any_of: b", True),
        ("all_of: [a, b]", "message: [a, c], any_of: b", False),
        ("all_of: a", "message: a", True),
        ("message: a, not_near: b", "message: a", False),
        ("message: a, not_near: b", "message: a, not_message: b", True),
        ("message: [a, c], not_near: b", "message: a, not_near: [b, d]", True),
        ("message: [a, c], not_near: [b, d]", "message: a, not_near: b, not_message: d", True),
        ("message: [a, c], not_near: [b, d]", "message: a, not_near: b", False),
        ("message: a, not_near: b", "message: a, not_near: [b, d]", True),
        ("message: a, not_near: b, reason: NodeFail", "message: a, not_near: b", False),
        ("message: a, not_near: b", "message: c, all_of: a, not_near: b", False),
        ("message: a, not_near: b", "all_of: a, not_message: b", True),
        ("message: a", "message: a, not_near: b", True),
        ("not_message: a", "message: b", False),
        ("not_message: a", "message: b, not_message: [a, c]", True),
    ],
)
def test_a_shadowed_rule_is_told(wider: str, narrower: str, *, shadowed: bool) -> None:
    """Only where it is certain, and with the name of the rule that shadows it."""
    found = _warned(
        f"- {{name: wide, match: {{{wider}}}, action: rerun}}\n- {{name: narrow, match: {{{narrower}}}, action: rerun}}"
    )
    expected = [("$.rules[1]", "is never reached: wide, before it, matches all that it matches")]
    assert found == (expected if shadowed else [])


def test_a_rule_that_wants_the_first_line_shadows_none() -> None:
    """It may not match although its pattern is found."""
    rules = "- {{name: a, match: {{message: a}}, action: rerun{}}}\n- {{name: b, match: {{message: a}}, action: hold}}"
    assert _warned(rules.format(", cause: first")) == []
    assert len(_warned(rules.format(""))) == 1


@pytest.mark.parametrize(
    "match",
    [
        "message: a, not_message: a",
        "all_of: [a, b], not_message: b",
        "any_of: a, not_message: [a, b]",
        "message: [a, b], not_near: a, not_message: b",
    ],
)
def test_a_rule_that_contradicts_itself_is_told(match: str) -> None:
    """It refuses what it asks for."""
    found = _warned(f"- {{name: a, match: {{{match}}}, action: rerun}}")
    assert found == [("$.rules[0].match", "never matches: it refuses what it asks for")]


@pytest.mark.parametrize(
    "rule", ["match: {all_of: a}, cause: first", "match: {message: a}, cause: first, tells: effect"]
)
def test_the_first_line_is_that_of_a_causes_message(rule: str) -> None:
    """`cause: first` says nothing of rules without a message, or of effects."""
    report = check_policy(f"version: 1\nrules: [{{name: a, action: rerun, {rule}}}]")
    assert [fault.path for fault in report.faults] == ["$.rules[0].cause"]


def test_what_is_near_is_near_what_a_message_hits() -> None:
    """`not_near` says nothing of rules without a message."""
    report = check_policy("version: 1\nrules: [{name: a, action: rerun, match: {all_of: a, not_near: b}}]")
    assert [fault.path for fault in report.faults] == ["$.rules[0].match.not_near"]


def test_patterns_of_each_word_are_checked() -> None:
    """Each wrong pattern is a fault at its own place."""
    text = """
version: 1
ignore_lines: ['(']
rules:
  - name: a
    action: rerun
    match: {message: '(', all_of: ['a', '('], any_of: '(', not_message: [b, 'a\\nb'], not_near: '('}
"""
    faults = [fault.path for fault in check_policy(text.replace("\\\\", "\\")).faults]
    match = "$.rules[0].match"
    assert faults == [
        "$.ignore_lines[0]",
        f"{match}.all_of[1]",
        f"{match}.any_of",
        f"{match}.message",
        f"{match}.not_message[1]",
        f"{match}.not_near",
    ]
    assert load_policy("version: 1\nignore_lines: [a]").ignore_lines == ("a",)


@pytest.mark.parametrize("rules", [3, _LONGEST_PLAN, _LONGEST_PLAN + 1])
def test_texts_of_the_same_words_are_decided_each_by_itself(rules: int) -> None:
    """How such texts are looked through is worked out once and kept, unless it takes very many steps."""
    two = combinations("abcdefghijklmnopqr", 2)
    asked = [Match(message=f"fault.*[0-9][^{one}{other}]!") for one, other in islice(two, rules)]
    policy = _policy(*asked, Match(message="round"))
    said = [_decides(policy, f"stop! a fault in round {again}") for again in range(16)]
    assert said == [str(rules)] * len(said)
    assert _decides(policy, "stop! a fault in round 7z!") == "0"
