"""`secondwind policy test FILE`: what a test says is decided on, and how failures are shown."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from secondwind.cli import main
from secondwind.commands.policy.trial.run import run
from shared.policy.load import check_policy
from tests.unit.policy.policy_tests import run_tests

_OF_G = "failure: {system: schedulerx, group_id: g}"
_BY_LOG = "source: {project: hpc, logstore: failures, topic: night}"


@pytest.mark.parametrize(
    "test",
    [
        "expect: {verdict: rerun, reason: accepted, rule: the-rest, class: unknown}",
        "failure: {reason: NODE_FAIL}, expect: {verdict: rerun, rule: node, class: infrastructure}",
        "failure: {owner: bob}, expect: {verdict: suppressed, reason: rule_ignores, class: user}",
        "live: {owner: bob@scheduler}, expect: {verdict: suppressed, rule: quiet}",
        "live: {queue: night-2}, expect: {verdict: would_rerun, reason: observe_rule}",
        "failure: {message: full}, expect: {verdict: held, reason: rule_holds}",
        "live: {started_ago_s: 90000}, expect: {verdict: held, reason: too_much_to_lose}",
        "live: {state: FINISHED}, expect: {verdict: ineligible, reason: job_finished}",
        "live: {state: NOT_FOUND}, expect: {verdict: ineligible, reason: not_found}",
        "live: {rerunnable: false}, expect: {verdict: ineligible, reason: not_rerunnable}",
        "live: {cannot_look: later}, expect: {verdict: deferred, reason: look_failed}",
        "live: {cannot_look: never}, expect: {verdict: refused, reason: look_refused}",
        "failure: {node: n9}, live: {nodes: [n1, n2]}, expect: {verdict: suppressed, reason: untrusted_source}",
        "failure: {owner: a}, live: {owner: b}, expect: {verdict: suppressed, reason: untrusted_source}",
        "live: {started_ago_s: 5}, failed_ago_s: 600, expect: {verdict: duplicate, reason: restarted_since}",
        "failure: {occurred_at: '2026-01-03T00:00:00Z'}, expect: {verdict: suppressed, reason: stale_event}",
        "failure: {started_at: '2026-01-05T01:00:00+08:00'}, expect: {verdict: duplicate, reason: restarted_since}",
        "failure: {restart_count: 3}, expect: {verdict: suppressed, reason: attempts_used_up}",
        "failure: {region: cn-shanghai}, expect: {verdict: rerun}",
        "failure: {region: cn-beijing}, expect: {verdict: invalid, reason: not_understood, rule: ''}",
        "mode: 'off', expect: {verdict: suppressed, reason: kill_switch}",
        "mode: observe, expect: {verdict: would_rerun, reason: observe_mode}",
        "remembered: {breaker: open}, expect: {verdict: suppressed, reason: breaker_open}",
        "remembered: {not_before_in_s: 30}, expect: {verdict: deferred, reason: cooldown}",
        "failure: {node: n1}, remembered: {bad_nodes: [N1.local]}, expect: {verdict: deferred, reason: bad_node}",
        "failure: {node: n2}, remembered: {bad_nodes: [n1]}, expect: {verdict: rerun}",
        "remembered: {failures_ago_s: [60, 120]}, expect: {verdict: suppressed, reason: thrashing}",
        "remembered: {failures_ago_s: [60, 4000]}, expect: {verdict: rerun}",
        "remembered: {attempts: [{ago_s: 1, class: infrastructure}]}, expect: {verdict: rerun}",
        (
            "failure: {reason: NODE_FAIL}, remembered: {attempts: [{ago_s: 1, class: infrastructure}]},"
            " expect: {verdict: suppressed, reason: class_attempts_used_up}"
        ),
        f"{_BY_LOG}, expect: {{verdict: rerun}}",
        f"{_BY_LOG}, failure: {{cluster_id: ehpc-other}}, expect: {{reason: untrusted_source, verdict: suppressed}}",
        "source: {project: hpc, logstore: failures}, expect: {verdict: suppressed, reason: untrusted_source}",
        "source: {event: acs.x}, expect: {verdict: suppressed, reason: untrusted_source}",
        "source: {event: acs.x}, failure: {system: schedulerx}, expect: {verdict: rerun}",
        "source: {event: acs.x, bus: b}, failure: {system: schedulerx}, expect: {verdict: rerun}",
        f"source: {{bus: batch, account: '12'}}, {_OF_G}, expect: {{verdict: rerun}}",
        f"source: {{bus: batch, account: '13'}}, {_OF_G}, expect: {{verdict: suppressed}}",
        "failure: {system: schedulerx}, live: {state: RUNNING}, expect: {verdict: ineligible}",
        (
            "failure: {system: schedulerx}, live: {others: [{state: RUNNING}]},"
            " expect: {verdict: ineligible, reason: live_instance}"
        ),
        "failure: {system: schedulerx}, live: {trigger_type: 3}, expect: {verdict: held, reason: triggered_by_api}",
        "failure: {system: schedulerx}, live: {workflow: true}, expect: {verdict: held, reason: workflow}",
        "failure: {system: schedulerx}, live: {enabled: false}, expect: {verdict: ineligible, reason: job_disabled}",
        "failure: {system: schedulerx}, live: {own_retries: 3}, expect: {verdict: suppressed}",
        "failure: {system: schedulerx, data_time: '2026-01-04 00:00:00'}, expect: {verdict: rerun}",
        (
            "failure: {system: schedulerx, job_id: 7, job_instance_id: 8}, live: {state: NOT_FOUND},"
            " expect: {verdict: ineligible, reason: not_found}"
        ),
    ],
)
def test_what_a_test_says_is_what_is_decided_on(tmp_path: Path, test: str) -> None:
    """Each key of a test reaches the real decision: these pass, and each fails when another verdict is expected."""
    status, lines = run_tests(tmp_path, f"- {{name: a, {test}}}")
    assert (status, lines[0], lines[-1]) == (0, "ok    a", "1 passed, 0 failed")
    other = "suppressed" if "verdict: rerun" in test else "rerun"
    wrong = test.partition("verdict: ")
    _, separator, rest = wrong[2].partition(next(char for char in wrong[2] if char in ",}"))
    status, lines = run_tests(tmp_path, f"- {{name: a, {wrong[0]}verdict: {other}{separator}{rest}}}")
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")


def test_failure_is_shown_with_everything_that_was_asked(tmp_path: Path) -> None:
    """File, line and name; what was expected and got; each gate, and what the one that said no wanted."""
    status, lines = run_tests(
        tmp_path,
        """\
        - {name: fine, expect: {verdict: rerun}}
        - name: broken
          failure: {owner: bob}
          expect: {verdict: rerun, reason: accepted, rule: the-rest, class: unknown}
        """,
    )
    assert status == 1
    assert lines[0] == "ok    fine"
    assert lines[1] == "FAIL  /p.tests.yaml:4: broken (verdict, reason, rule, class)"
    assert lines[2] == "      wanted  rerun/accepted, rule the-rest, class unknown"
    assert lines[3] == ("      got     suppressed/rule_ignores, rule quiet, class user: rule quiet ignores it")
    assert "        + eligible: RUNNING" in lines
    assert "        - rule_allows: quiet: ignore, wanted a rule that does not ignore it" in lines
    assert lines[-1] == "1 passed, 1 failed"


def test_rules_that_no_test_reaches_are_noted(tmp_path: Path) -> None:
    """A rule that matched behind an earlier no had no say: it counts as not reached."""
    _, lines = run_tests(
        tmp_path,
        """\
        - {name: a, expect: {verdict: rerun}}
        - {name: b, failure: {message: full}, live: {state: FINISHED}, expect: {verdict: ineligible}}
        """,
    )
    notes = [line.rpartition(" ")[2] for line in lines if line.startswith("note: no test reaches rule ")]
    assert notes == ["node", "quiet", "wait", "queue"]


def test_tests_file_names_its_policy(tmp_path: Path) -> None:
    """The tests file itself can be given: its policy lies beside it, or where `policy` says."""
    status, _ = run_tests(tmp_path, "- {name: a, expect: {verdict: rerun}}")
    assert status == 0
    assert run(tmp_path / "p.tests.yaml", io.StringIO()) == 0
    other = tmp_path / "all.yaml"
    other.write_text("version: 1\npolicy: p.yaml\ntests: [{name: a, expect: {verdict: rerun}}]\n")
    assert run(other, io.StringIO()) == 0
    other.write_text("version: 1\ntests: [{name: a, expect: {verdict: rerun}}]\n")
    assert run(other, io.StringIO()) == 1


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """What would move the cursor or change the colour is shown as its escape."""
    status, lines = run_tests(tmp_path, '- {name: "a\\e[31mb\\nc", expect: {verdict: rerun}}')
    assert status == 0
    assert len(lines[0].splitlines()) == 1
    assert "\x1b" not in lines[0]


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`policy test`, `policy schema` and `policy packs` are there, with their exit statuses."""
    run_tests(tmp_path, "- {name: a, expect: {verdict: held}}")
    assert main(["policy", "test", str(tmp_path / "p.yaml")]) == 1
    assert main(["policy", "schema"]) == 0
    assert main(["policy", "packs", "gpu"]) == 0
    assert main(["policy", "packs", "nothing"]) == 2
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("0 passed, 1 failed", '"$schema"', "- name: gpu-"))


def test_examples_of_the_guide_are_right(tmp_path: Path) -> None:
    """Each YAML block of docs/policy.md is usable, and the tests in it pass with the shipped policy."""
    root = Path(__file__).resolve().parents[3]
    blocks = re.findall(r"```yaml\n(.*?)```", (root / "docs" / "policy.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 11
    for block in blocks:
        if "tests:" in block:
            tests = tmp_path / "guide.yaml"
            tests.write_text(f"policy: {root / 'policy.yaml'}\n{block}", encoding="utf-8")
            out = io.StringIO()
            assert run(tests, out) == 0, out.getvalue()
        else:
            assert check_policy(f"version: 1\n{block}").faults == ()


def test_the_delay_of_a_packs_rule_is_over_unless_the_test_says_when_it_failed(tmp_path: Path) -> None:
    """What a pack does is asked for; when it does it, only by who says so."""
    (tmp_path / "p.yaml").write_text("version: 1\ninclude: [network]\nrules: [{name: rest, match: {}, action: hold}]\n")
    failure = "failure: {message: '429 Too Many Requests'}"
    (tmp_path / "p.tests.yaml").write_text(
        "version: 1\ntests:\n"
        f"  - {{name: a, {failure}, expect: {{verdict: rerun, rule: service-throttles}}}}\n"
        f"  - {{name: b, {failure}, failed_ago_s: 5, expect: {{verdict: deferred, rule: service-throttles}}}}\n"
    )
    out = io.StringIO()
    assert run(tmp_path / "p.yaml", out) == 0, out.getvalue()
