"""The policy that is shipped, with its tests: what it makes of failures, and where its rules come from."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pytest

from secondwind.policy.library import Entry, library, plain
from secondwind.policy.trial.run import run
from shared.domain.failure import Failure
from shared.policy import yamltree
from shared.policy.load import check_policy, load_policy
from shared.policy.match import first_match
from tests.support.make import Make

ROOT = Path(__file__).resolve().parents[3]
_TEXT = (ROOT / "policy.yaml").read_text(encoding="utf-8")
_POLICY = load_policy(_TEXT)
_LIBRARY = {entry.name: entry for entry in library()}


def _rules() -> list[dict[str, Any]]:
    """The shipped rules as they are written, without what a policy fills in."""
    root, faults = yamltree.parse(_TEXT)
    assert root is not None
    assert not faults
    rules: list[dict[str, Any]] = plain(root)["rules"]
    return rules


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


def test_every_shipped_rule_is_the_librarys() -> None:
    """All but the last rule equal their entry in the library, and stand in the library's order."""
    *rules, last = _rules()
    assert last == {"name": "the-rest", "match": {}, "action": "rerun"}
    for rule in rules:
        assert rule == _LIBRARY[rule["name"]].rule
    order = list(_LIBRARY)
    assert [rule["name"] for rule in rules] == sorted((rule["name"] for rule in rules), key=order.index)


@pytest.mark.parametrize("entry", [_LIBRARY[rule["name"]] for rule in _rules()[:-1]], ids=lambda entry: entry.name)
def test_shipped_rules_catch_their_samples(entry: Entry, failure: Make[Failure]) -> None:
    """No rule before it takes what a rule is there for."""
    for told in entry.must_match:
        found = first_match(_POLICY, failure(system=entry.system, **told))
        assert found is not None
        assert found.name == entry.name, told
