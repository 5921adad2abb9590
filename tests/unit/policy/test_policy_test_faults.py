"""`secondwind policy test FILE` where the tests, the policy or their files cannot be used."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from secondwind.commands.policy.trial.run import run
from tests.unit.policy.policy_tests import TESTED, run_tests


def test_every_fault_of_the_tests_has_its_line(tmp_path: Path) -> None:
    """Unknown and repeated keys, wrong types and words: one line each, and no test is run."""
    status, lines = run_tests(
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


def test_a_fault_says_what_is_wanted(tmp_path: Path) -> None:
    """Text, where a list, a number or a mapping stands."""
    _, lines = run_tests(
        tmp_path, "- {name: a, failure: {message: {}}, live: {owner: [3], name: 3}, expect: {verdict: rerun}}"
    )
    assert [line.partition(": $.tests[0].")[2] for line in lines] == [
        "failure.message: wants text, got a mapping",
        "live.owner: wants text, got a list",
        "live.name: wants text, got 3 (unquoted)",
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
    (tmp_path / "p.yaml").write_text(TESTED)
    (tmp_path / "p.tests.yaml").write_text(text)
    out = io.StringIO()
    assert run(tmp_path / "p.yaml", out) == 1
    assert f" {path}: " in out.getvalue()


def test_faulty_policy_is_told_with_its_lines(tmp_path: Path) -> None:
    """Tests of a policy that cannot be used are not run."""
    status, lines = run_tests(tmp_path, "- {name: a, expect: {verdict: rerun}}", "version: 1\nmode: x\n")
    assert status == 1
    assert lines[0].startswith("/p.yaml:2: $.mode: ")


@pytest.mark.parametrize("missing", ["p.yaml", "p.tests.yaml"])
def test_unreadable_file(tmp_path: Path, missing: str) -> None:
    """No policy, or no tests beside it: exit status 2 and one line that names the file."""
    run_tests(tmp_path, "- {name: a, expect: {verdict: rerun}}")
    (tmp_path / missing).unlink()
    out, err = io.StringIO(), io.StringIO()
    given = "p.tests.yaml" if missing == "p.yaml" else "p.yaml"
    assert run(tmp_path / given, out, err) == 2
    assert out.getvalue() == ""
    assert err.getvalue().startswith(f"{tmp_path / missing}: cannot be read: ")
    assert err.getvalue().count("\n") == 1


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
    (folder / "p.yaml").write_text(TESTED, encoding="utf-8")
    (folder / "p.tests.yaml").write_text("".join(words), encoding="utf-8")
    out, err = io.StringIO(), io.StringIO()
    status = run(folder / "p.tests.yaml", out, err)
    assert status in {0, 1, 2}
    assert (err if status == 2 else out).getvalue().endswith("\n")
