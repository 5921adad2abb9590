"""The policy that is shipped, with its tests: what it makes of failures, and where its rules come from."""

from __future__ import annotations

import io
from pathlib import Path

from secondwind.policy.trial.run import run
from shared.policy.load import check_policy, load_policy

ROOT = Path(__file__).resolve().parents[3]
_TEXT = (ROOT / "policy.yaml").read_text(encoding="utf-8")
_POLICY = load_policy(_TEXT)


def test_shipped_tests_pass_and_reach_every_rule() -> None:
    """`secondwind policy test policy.yaml`: all pass, and no rule is without a test."""
    out = io.StringIO()
    assert run(ROOT / "policy.yaml", out) == 0, out.getvalue()
    lines = out.getvalue().splitlines()
    assert lines[-1].endswith(" passed, 0 failed")
    assert sum(line.startswith("ok ") for line in lines) >= 30
    assert not [line for line in lines if line.startswith("note:")]


def test_the_only_warning_is_that_nobody_is_named() -> None:
    """Who may speak cannot be shipped; all else is as it was meant."""
    assert [warning.path for warning in check_policy(_TEXT).warnings] == ["$.sources"]


def test_an_editor_finds_the_schema() -> None:
    """The first line names the schema, which lies beside the policy."""
    first = _TEXT.splitlines()[0]
    assert first == "# yaml-language-server: $schema=policy.schema.json"
    assert (ROOT / "policy.schema.json").is_file()
