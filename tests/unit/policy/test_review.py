"""What no single field of a policy shows: warnings that are always true."""

from __future__ import annotations

import pytest

from shared.policy.load import check_policy
from tests.unit.policy.warned import HEAD, warned


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
        ("message: 'x(warning)?'", []),
        ("message: 'Skipped x.y'", ["message"]),
        ("message: 'skipped x.y'", []),
        ("message: 'ab'", []),
        ("message: a, all_of: b, any_of: [x, y], not_message: a warning", ["not_message"]),
        ("message: a, not_near: a warning", ["not_near"]),
        ("any_of: [x, a warning], all_of: a warning", ["any_of", "all_of"]),
    ],
)
def test_patterns_that_only_noise_has_are_warned_of(match: str, odd: list[str]) -> None:
    """What `ignore_lines` leaves out no rule sees: said where it is certain, of each pattern by itself."""
    rules = f"rules:\n- {{name: a, match: {{{match}}}, action: rerun}}\n- {{name: z, match: {{}}, action: hold}}"
    assert sorted(warned(f"{HEAD}{NOISE}{rules}")) == [(5, f"$.rules[0].match.{field}") for field in sorted(odd)]


@pytest.mark.parametrize(
    ("pattern", "noise", "asked", "why"),
    [
        ("NCCL INFO|", True, True, True),
        ("|NCCL INFO", True, True, True),
        ("(?:a|)", True, True, True),
        ("(|a)", True, True, True),
        ("a||b", True, True, True),
        (".*", True, True, False),
        ("x*", True, True, False),
        ("(?i)x?", True, True, False),
        ("^", True, True, False),
        (".", True, False, False),  # in a rule: any text at all
        ("[^x]|x", True, False, False),
        ("x|^$", False, False, False),
        ("^[^x]*$", False, False, False),
        ("^.{0,1000}$", False, False, False),
        ("[!-~]", False, False, False),
        ("a|b", False, False, False),
    ],
)
def test_patterns_that_every_line_has_are_warned_of(pattern: str, *, noise: bool, asked: bool, why: bool) -> None:
    """Noise that is everything hides each text from each rule; what asks for nothing matches, or refuses, all."""
    rest = "- {name: z, match: {}, action: hold}\n"
    report = check_policy(f"{HEAD}ignore_lines: [one, '{pattern}']\nrules:\n{rest}")
    assert [(one.line, one.path) for one in report.warnings] == ([(3, "$.ignore_lines[1]")] if noise else [])
    assert all(one.problem.endswith("a choice of it is empty") is why for one in report.warnings)
    for match, field, told in (
        (f"message: [a, '{pattern}']", "message", "it asks for nothing but some text"),
        (f"message: a, any_of: '{pattern}'", "any_of", "it asks for nothing but some text"),
        (f"message: a, not_message: '{pattern}'", "not_message", "nothing is left to match"),
        (f"message: a, not_near: '{pattern}'", "not_near", "nothing is left to match"),
    ):
        report = check_policy(f"{HEAD}rules:\n- {{name: a, match: {{{match}}}, action: hold}}\n{rest}")
        found = [(one.line, one.path) for one in report.warnings if told in one.problem]
        assert found == ([(4, f"$.rules[0].match.{field}")] if asked else [])


@pytest.mark.parametrize(
    ("setting", "odd"),
    [("delay_s: 60", True), ("same_text: {max: 1}", True), ("max_lost_h: 2", True), ("why: x", False)],
)
@pytest.mark.parametrize("action", ["ignore", "hold", "rerun", "observe"])
def test_bounds_of_reruns_where_nothing_is_rerun_are_warned_of(setting: str, action: str, *, odd: bool) -> None:
    """What is held may still be rerun, and what is observed is told as if it were."""
    rules = f"rules:\n- {{name: a, match: {{message: x}}, action: {action},\n   {setting}}}\n"
    found = warned(f"{HEAD}{rules}- {{name: z, match: {{}}, action: rerun}}\n")
    assert found == ([(5, f"$.rules[0].{setting.partition(':')[0]}")] if odd and action == "ignore" else [])


def test_whose_noise_it_is_is_told() -> None:
    """The policy's own, or that of a pack that it includes."""
    rest = "{name: z, match: {}, action: hold}"
    texts = {
        "ignore_lines (": f"ignore_lines: [x.y]\nrules: [{{name: a, match: {{message: x.y}}, action: hold}}, {rest}]",
        "a pack's ignore_lines (": (
            "include: [collectives]\nrules:\n"
            f"- {{name: a, match: {{message: '\\bNCCL (INFO|TRACE)\\b'}}, action: hold}}\n- {rest}"
        ),
    }
    for whose, text in texts.items():
        (warning,) = check_policy(HEAD + text).warnings
        assert f"hits nothing: {whose}" in warning.problem


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
