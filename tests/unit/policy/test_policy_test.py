"""`secondwind policy test FILE`."""

from __future__ import annotations

import io
import re
from pathlib import Path
from textwrap import dedent

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondwind.cli import main
from secondwind.commands.policy.trial.run import run
from shared.policy.load import check_policy

_POLICY = """\
version: 1
regions: [cn-shanghai]
attempts: {max: 3, window_s: 86400}
classes: {infrastructure: {max: 1}}
thrash: {max_failures: 2, window_s: 3600}
bad_nodes: {action: hold}
max_lost_h: 24
sources:
  - {log: {project: hpc, logstore: failures, topic: night}, clusters: ehpc-test}
  - {event: {source: acs.x}, systems: [schedulerx]}
  - {event: {bus: batch, account: '12'}, groups: g}
rules:
  - {name: node, match: {reason: NODE_FAIL}, action: rerun, class: infrastructure}
  - {name: quiet, match: {owner: bob}, action: ignore, class: user}
  - {name: wait, match: {message: full}, action: hold}
  - {name: queue, match: {queue: night*}, action: observe}
  - {name: the-rest, match: {}, action: rerun}
"""


def _run(folder: Path, tests: str, policy: str = _POLICY) -> tuple[int, list[str]]:
    (folder / "p.yaml").write_text(policy, encoding="utf-8")
    (folder / "p.tests.yaml").write_text("version: 1\ntests:\n" + dedent(tests), encoding="utf-8")
    out = io.StringIO()
    status = run(folder / "p.yaml", out)
    return status, out.getvalue().replace(str(folder), "").splitlines()


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
    status, lines = _run(tmp_path, f"- {{name: a, {test}}}")
    assert (status, lines[0], lines[-1]) == (0, "ok    a", "1 passed, 0 failed")
    other = "suppressed" if "verdict: rerun" in test else "rerun"
    wrong = test.partition("verdict: ")
    _, separator, rest = wrong[2].partition(next(char for char in wrong[2] if char in ",}"))
    status, lines = _run(tmp_path, f"- {{name: a, {wrong[0]}verdict: {other}{separator}{rest}}}")
    assert (status, lines[-1]) == (1, "0 passed, 1 failed")


def test_failure_is_shown_with_everything_that_was_asked(tmp_path: Path) -> None:
    """File, line and name; what was expected and got; each gate, and what the one that said no wanted."""
    status, lines = _run(
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
    _, lines = _run(
        tmp_path,
        """\
        - {name: a, expect: {verdict: rerun}}
        - {name: b, failure: {message: full}, live: {state: FINISHED}, expect: {verdict: ineligible}}
        """,
    )
    notes = [line.rpartition(" ")[2] for line in lines if line.startswith("note: no test reaches rule ")]
    assert notes == ["node", "quiet", "wait", "queue"]


def test_every_fault_of_the_tests_has_its_line(tmp_path: Path) -> None:
    """Unknown and repeated keys, wrong types and words: one line each, and no test is run."""
    status, lines = _run(
        tmp_path,
        """\
        - name: a
          failure: {mesage: x, restart_count: -1}
          live: {state: running}
          expect: {}
        - name: b
          remembered: {attempts: [{class: infrastructure}], breaker: ajar}
          source: {}
          expect: {verdict: rerun, verdict: rerun}
        """,
    )
    assert status == 1
    assert [line.split(": ")[0] + " " + line.split(": ")[1] for line in lines] == [
        "/p.tests.yaml:4 $.tests[0].failure.mesage",
        "/p.tests.yaml:4 $.tests[0].failure.restart_count",
        "/p.tests.yaml:5 $.tests[0].live.state",
        "/p.tests.yaml:6 $.tests[0].expect.verdict",
        "/p.tests.yaml:8 $.tests[1].remembered.attempts[0].ago_s",
        "/p.tests.yaml:8 $.tests[1].remembered.breaker",
        "/p.tests.yaml:10 $.tests[1].expect.verdict",
    ]


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("version: 1\ntests: [{name: a, source: {project: p}, expect: {verdict: rerun}}]\n", "$.tests[0].source"),
        ("version: 1\nnow: yesterday\ntests: [{name: a, expect: {verdict: rerun}}]\n", "$.now"),
        ("version: 1\ntests: []\n", "$.tests"),
        ("version: 1\n", "$.tests"),
        ("tests: 1\n", "$.version"),
        ("version: 1\ntests: &a []\n", "$"),
        ("# nothing\n", "$"),
        ("#" * 1_100_000, "$"),
    ],
)
def test_unusable_tests_are_faults(tmp_path: Path, text: str, path: str) -> None:
    """No test at all, half a source, no moment, odd YAML, too much of it: exit status 1 and a line with the path."""
    (tmp_path / "p.yaml").write_text(_POLICY)
    (tmp_path / "p.tests.yaml").write_text(text)
    out = io.StringIO()
    assert run(tmp_path / "p.yaml", out) == 1
    assert f" {path}: " in out.getvalue()


def test_faulty_policy_is_told_with_its_lines(tmp_path: Path) -> None:
    """Tests of a policy that cannot be used are not run."""
    status, lines = _run(tmp_path, "- {name: a, expect: {verdict: rerun}}", "version: 1\nmode: x\n")
    assert status == 1
    assert lines[0].startswith("/p.yaml:2: $.mode: ")


def test_tests_file_names_its_policy(tmp_path: Path) -> None:
    """The tests file itself can be given: its policy lies beside it, or where `policy` says."""
    status, _ = _run(tmp_path, "- {name: a, expect: {verdict: rerun}}")
    assert status == 0
    assert run(tmp_path / "p.tests.yaml", io.StringIO()) == 0
    other = tmp_path / "all.yaml"
    other.write_text("version: 1\npolicy: p.yaml\ntests: [{name: a, expect: {verdict: rerun}}]\n")
    assert run(other, io.StringIO()) == 0
    other.write_text("version: 1\ntests: [{name: a, expect: {verdict: rerun}}]\n")
    assert run(other, io.StringIO()) == 1


@pytest.mark.parametrize("missing", ["p.yaml", "p.tests.yaml"])
def test_unreadable_file(tmp_path: Path, missing: str) -> None:
    """No policy, or no tests beside it: exit status 2 and one line that names the file."""
    _run(tmp_path, "- {name: a, expect: {verdict: rerun}}")
    (tmp_path / missing).unlink()
    out = io.StringIO()
    given = "p.tests.yaml" if missing == "p.yaml" else "p.yaml"
    assert run(tmp_path / given, out) == 2
    assert out.getvalue().startswith(f"{tmp_path / missing}: cannot be read: ")
    assert out.getvalue().count("\n") == 1


def test_names_cannot_write_to_the_terminal(tmp_path: Path) -> None:
    """What would move the cursor or change the colour is shown as its escape."""
    status, lines = _run(tmp_path, '- {name: "a\\e[31mb\\nc", expect: {verdict: rerun}}')
    assert status == 0
    assert len(lines[0].splitlines()) == 1
    assert "\x1b" not in lines[0]


def test_commands(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """`policy test`, `policy schema` and `policy packs` are there, with their exit statuses."""
    _run(tmp_path, "- {name: a, expect: {verdict: held}}")
    assert main(["policy", "test", str(tmp_path / "p.yaml")]) == 1
    assert main(["policy", "schema"]) == 0
    assert main(["policy", "packs", "gpu"]) == 0
    assert main(["policy", "packs", "nothing"]) == 2
    shown = capsys.readouterr().out
    assert all(words in shown for words in ("0 passed, 1 failed", '"$schema"', "- name: gpu-"))


_WHOLE = """\
version: 1
policy: p.yaml
now: '2026-01-05T03:00:00+08:00'
region: cn-hangzhou
tests:
  - name: a
    failed_ago_s: 5
    mode: auto
    source: {project: hpc, logstore: failures, topic: night}
    failure: {system: schedulerx, job_id: 7, job_instance_id: 8, exit_code: 1, message: m, restart_count: 0}
    live:
      state: FAILED
      started_ago_s: 60
      nodes: [n1]
      trigger_type: 1
      others: [{state: RUNNING, started_ago_s: 3, data_time: '2026-01-05 00:00:00', trigger_type: 2}]
    remembered:
      attempts: [{ago_s: 9, class: unknown}]
      failures_ago_s: [1, 2]
      breaker: closed
      not_before_in_s: 1
    expect: {verdict: rerun, reason: accepted, rule: the-rest, class: unknown}
"""
_TOKENS = ["", "x", "-1", "1e400", "null", "[]", "{}", "true", "'1'", "2026", "off", "FAILED", "schedulerx", "[[1]]"]


@given(st.data())
def test_any_tests_end_in_a_status(tmp_path_factory: pytest.TempPathFactory, data: st.DataObject) -> None:
    """Whatever stands in a tests file, the command tells faults or failed tests and raises nothing."""
    words = re.split(r"(?<=[ \[{,])([\w.'-]+)(?=[,}\]\n])", _WHOLE)
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(words) // 2 - 1)) * 2 + 1
        words[place] = data.draw(st.sampled_from(_TOKENS))
    folder = tmp_path_factory.getbasetemp()
    (folder / "p.yaml").write_text(_POLICY, encoding="utf-8")
    (folder / "p.tests.yaml").write_text("".join(words), encoding="utf-8")
    out = io.StringIO()
    status = run(folder / "p.tests.yaml", out)
    assert status in {0, 1, 2}
    assert out.getvalue().endswith("\n")


def test_examples_of_the_guide_are_right(tmp_path: Path) -> None:
    """Each YAML block of docs/policy.md is usable, and the tests in it pass with the shipped policy."""
    root = Path(__file__).resolve().parents[3]
    blocks = re.findall(r"```yaml\n(.*?)```", (root / "docs" / "policy.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len(blocks) == 10
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
