"""Faults and warnings at their bounds: what is just as large as may be, and what comes after what is in order."""

from __future__ import annotations

import pytest

from shared.policy.load import check_policy
from shared.policy.review.whole import QUICK_SETTLE_S
from tests.unit.policy.warned import HEAD, warned

REST = "rules: [{name: all, match: {}, action: rerun}]\n"


def _faulty(text: str) -> list[tuple[int | None, str]]:
    return [(fault.line, fault.path) for fault in check_policy(HEAD + text).faults]


@pytest.mark.parametrize(("base_s", "faulty"), [(3600, False), (3601, True)])
def test_a_cooldown_may_begin_at_its_most(base_s: int, *, faulty: bool) -> None:
    """The policy's, a rule's and a block's, each at its own place."""
    cooldown = f"{{base_s: {base_s}, max_s: 3600}}"
    rule = f"rules:\n- {{name: a, match: {{}}, action: rerun,\n   cooldown: {cooldown}}}\n"
    block = f"by:\n- owners: ann\n  cooldown: {cooldown}\n{REST}"
    assert _faulty(f"cooldown: {cooldown}\n{REST}") == ([(3, "$.cooldown")] if faulty else [])
    assert _faulty(rule) == ([(5, "$.rules[0].cooldown")] if faulty else [])
    assert _faulty(block) == ([(5, "$.by[0].cooldown")] if faulty else [])


@pytest.mark.parametrize(("less", "odd"), [(0, False), (1, True)])
def test_a_rerun_has_so_long_to_show(less: float, *, odd: bool) -> None:
    """Less is odd."""
    text = f"{HEAD}timing: {{settle_s: {QUICK_SETTLE_S - less}}}\n{REST}"
    assert warned(text) == ([(3, "$.timing.settle_s")] if odd else [])


@pytest.mark.parametrize("action", ["defer", "hold", "ignore"])
@pytest.mark.parametrize(
    ("times", "longer"),
    [
        ("cron: '0 2 * * sun', lasts_s: 86400", False),
        ("cron: '0 2 * * sun', lasts_s: 86401", True),
        ("from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:00Z'", False),
        ("from: '2026-01-01T00:00:00Z', to: '2026-01-02T00:00:01Z'", True),
    ],
)
def test_what_is_deferred_for_longer_than_a_day_is_given_up(action: str, times: str, *, longer: bool) -> None:
    """A day is not longer; a person may be asked, and a failure left alone, for as long as one likes."""
    found = warned(f"{HEAD}windows: [{{name: w, action: {action}, {times}}}]\n{REST}")
    assert found == ([(3, "$.windows[0]")] if longer and action == "defer" else [])


@pytest.mark.parametrize("mode", ["auto", "observe", "off"])
@pytest.mark.parametrize("of_block", ["auto", "observe", "off"])
def test_a_mode_of_a_block_is_stricter_than_the_policy_s(mode: str, of_block: str) -> None:
    """Or it changes nothing: least may be done under the last of them."""
    order = ["auto", "observe", "off"]
    found = warned(f"{HEAD}mode: '{mode}'\nby:\n- clusters: c\n  mode: '{of_block}'\n{REST}")
    assert found == ([] if order.index(of_block) > order.index(mode) else [(6, "$.by[0].mode")])


@pytest.mark.parametrize(("ends", "faulty"), [("00:00:00", True), ("00:00:01", False)])
def test_a_window_ends_after_it_begins(ends: str, *, faulty: bool) -> None:
    """If only by a second."""
    times = f"from: '2026-01-01T00:00:00Z', to: '2026-01-01T{ends}Z'"
    assert _faulty(f"windows: [{{name: w, action: hold, {times}}}]\n{REST}") == (
        [(3, "$.windows[0]")] if faulty else []
    )


def test_an_inherited_share_hides_no_other() -> None:
    """What a block takes from the policy is told there, if at all; its own is told all the same."""
    text = (
        "breaker: {max_jobs: 20, window_s: 600, per_owner: 9}\nrate: {max_jobs: 9, window_s: 60}\n"
        "by:\n- clusters: c\n  breaker: {max_jobs: 5}\n  rate: {max_jobs: 5, window_s: 60, per_owner: 5}\n"
    )
    assert warned(f"{HEAD}{text}{REST}") == [(8, "$.by[0].rate.per_owner")]
    assert warned(f"{HEAD}{text.replace('per_owner: 5', 'per_owner: 4')}{REST}") == []


@pytest.mark.parametrize(
    ("wider", "narrower", "shadowed"),
    [
        ("region: '*', message: a", "message: b", False),
        ("region: '*', message: a", "message: a", True),
        ("message: a, owner: ann", "message: a", False),
        ("message: a, owner: ann", "message: a, owner: ann", True),
        ("owner: '*'", "message: a", False),
        ("system: ehpc, cluster: '*'", "system: ehpc", True),
        ("system: ehpc, cluster: '*'", "{}", False),
        ("not_message: a", "not_message: a", True),
        ("not_message: [a, b]", "not_message: a", False),
        ("all_of: [a, b]", "all_of: [a, b, c]", True),
        ("all_of: [a, b]", "all_of: a", False),
        ("all_of: [a, b]", "message: a, any_of: b", True),
        ("all_of: [a, b]", "message: b, any_of: [a, c]", False),
        ("any_of: a", "all_of: [a, b]", True),
        ("any_of: a", "all_of: b", False),
        ("message: [a, b]", "any_of: [a, b]", True),
        ("message: [a, b]", "any_of: [a, c]", False),
        ("exit_code: 1-255", "exit_code: 137", True),
        ("exit_code: 1-255", "exit_code: [1, '255']", True),
        ("exit_code: 1-255", "exit_code: '0-255'", False),
        ("exit_code: 1-255", "exit_code: '1-256'", False),
        ("exit_code: [1, '128-159']", "exit_code: ['130-140', 1]", True),
        ("exit_code: 1-255", "signal: 9", False),
        ("signal: SIGKILL", "signal: 9", True),
        ("signal: 9", "signal: SIGKILL", True),
        ("signal: [9, SIGTERM]", "signal: [15, SIGKILL]", True),
        ("signal: SIGKILL", "signal: [9, 15]", False),
        ("queue: 'night*'", "queue: night1", True),
        ("queue: 'night*'", "queue: [night1, 'night2*']", True),
        ("queue: 'night*'", "queue: [night1, day]", False),
        ("queue: 'night*'", "queue: 'nigh*'", False),
        ("queue: 'n?ght*'", "queue: 'night*'", False),  # certain, but not easily: a `?` for a `*` would not be
        ("queue: 'n?ght'", "queue: 'n*ght'", False),
        ("queue: 'n?ght*'", "queue: 'n?ght*'", True),
        ("queue: 'n?ght'", "queue: night", True),
        ("queue: 'n*ght'", "queue: 'n?ght'", True),
        ("reason: [A, B]", "reason: A", True),
        ("reason: 'A*'", "reason: AB", False),
    ],
)
def test_a_rule_is_shadowed_where_each_condition_says_so(wider: str, narrower: str, *, shadowed: bool) -> None:
    """One that holds of everything hides no other that does not."""
    narrow = "" if narrower == "{}" else narrower
    rules = (
        f"rules:\n- {{name: a, match: {{{wider}}}, action: rerun}}\n- {{name: b, match: {{{narrow}}}, action: hold}}\n"
    )
    rest = "" if narrower == "{}" else "- {name: z, match: {}, action: rerun}\n"
    assert ((5, "$.rules[1]") in warned(HEAD + rules + rest)) is shadowed


@pytest.mark.parametrize(
    ("rules", "shadowed"),
    [
        (["message: x", "message: y", "message: [x, y]"], "r0 and r1, before it, match all that it matches"),
        (["message: x", "message: y", "message: [x, y], owner: a"], "r0 and r1, before it, match all that it matches"),
        (["exit_code: 1", "exit_code: '2-9'", "exit_code: [1, 7]"], "r0 and r1, before it, match all that it matches"),
        (["message: x", "message: [x, y]"], ""),
        (["message: x", "message: y", "all_of: [x, y]"], "r0, before it, matches all that it matches"),
        (["message: x", "message: y", "not_message: [x, y]"], ""),
        (["message: x, FIRST", "message: x, FIRST"], "r0, before it, matches all that it matches"),
        (["message: [x, y], FIRST", "message: x, FIRST"], "r0, before it, matches all that it matches"),
        (["message: x, FIRST", "message: [x, y], FIRST"], ""),
        (["message: x, FIRST", "message: y, FIRST", "message: [x, y], FIRST"], ""),
        (["message: x, FIRST", "message: x"], ""),
        (["message: x", "message: x, FIRST"], "r0, before it, matches all that it matches"),
        (["message: x, all_of: z, FIRST", "message: x, FIRST"], ""),
        (["message: x, FIRST", "message: z, all_of: x, FIRST"], ""),
    ],
)
def test_several_rules_together_and_those_of_the_first_line(rules: list[str], shadowed: str) -> None:
    """Of the last of them: a list is taken by who takes each of it, a first line by whose pattern it is, too."""
    written = "\n".join(
        f"- {{name: r{n}, match: {{{match.removesuffix(', FIRST')}}}, action: rerun"
        f"{', cause: first' if match.endswith('FIRST') else ''}}}"
        for n, match in enumerate(rules)
    )
    report = check_policy(f"{HEAD}rules:\n{written}\n- {{name: z, match: {{}}, action: rerun}}\n")
    told = {one.path: one.problem for one in report.warnings}
    assert report.policy is not None, report.faults
    assert told.get(f"$.rules[{len(rules) - 1}]", "") == (f"is never reached: {shadowed}" if shadowed else "")


@pytest.mark.parametrize(
    ("match", "never"),
    [
        ("all_of: [a, b], not_message: b", True),
        ("all_of: [a, b], not_message: c", False),
        ("message: [a, b], not_message: [a, b]", True),
        ("message: [a, b], not_message: [a, b, c]", True),
        ("message: [a, b], not_message: a", False),
        ("message: c, any_of: a, not_message: a", True),
    ],
)
def test_what_a_rule_refuses_it_cannot_ask_for(match: str, *, never: bool) -> None:
    """All that it takes, or one of what it needs."""
    rules = f"rules:\n- {{name: a, match: {{{match}}}, action: rerun}}\n- {{name: z, match: {{}}, action: rerun}}\n"
    assert warned(HEAD + rules) == ([(4, "$.rules[0].match")] if never else [])


@pytest.mark.parametrize(
    ("noise", "pattern", "odd"),
    [
        ("(?i)warning", "a warning", True),
        ("warning", "a warning", True),
        ("warning", "a warning.*x", True),
        ("warning|note", "a warning|a note", True),
        ("warning|note", "a warning|a Note", False),
        ("Warning", "a warning", False),
        ("warning", "a warning|a Warning", False),
        ("warning", "(?i)a warning", False),
        ("warning", "a warning|a [Ww]arning", False),
        ("warning|", "a warning", False),
        ("(?i)warning", "[a-z]", False),
        ("(?i)w.rning", "a warning", False),
        ("(?i)warning$", r"a warning\$ x", False),
        ("(?i)warning|note", "(?:warning|note): x", True),
        ("(?i)warning", "(?:warning|fault): x", False),
        ("(?i)warning", "fault.*warning", True),
        ("(?i)note|warning", "a warning.*, a fault", True),
    ],
)
def test_a_pattern_hits_noise_alone_where_all_its_texts_are(noise: str, pattern: str, *, odd: bool) -> None:
    """One text that has no word of it, and nothing is certain."""
    rules = f"rules:\n- {{name: a, match: {{message: '{pattern}'}}, action: rerun}}\n"
    rest = "- {name: z, match: {}, action: hold}\n"
    found = warned(f"{HEAD}ignore_lines: ['{noise}']\n{rules}{rest}")
    assert ((5, "$.rules[0].match.message") in found) is odd


def test_what_is_in_order_is_not_warned_of() -> None:
    """Nodes that are told of after the usual wait, a digest that is led somewhere."""
    assert warned(f"{HEAD}bad_nodes: {{action: tell, jobs: 3, owners: 3}}\n{REST}") == []
    notify = (
        "notify:\n"
        "  channels: [{name: ops, kind: webhook, url: SECONDWIND_NOTIFY_A, secret: SECONDWIND_NOTIFY_B}]\n"
        "  routes: [{to: [ops], what: [digest]}]\n"
    )
    for what in ("what: [digest]", "what: [held, digest], owners: ann", "owners: ann"):
        assert warned(f"{HEAD}{notify.replace('what: [digest]', what)}{REST}") == []
    assert _faulty(f"people:\n- {{who: [ann, 'b*']}}\n- {{who: li, accounts: [l, m]}}\n{REST}") == []
