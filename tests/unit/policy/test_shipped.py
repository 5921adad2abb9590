"""The policy that is shipped, with its tests: what it makes of failures, and what it does with what nobody knows."""

from __future__ import annotations

import io
from pathlib import Path

from secondwind.commands.policy.trial.run import run
from shared.policy.bounds import SameText
from shared.policy.load import check_policy, load_policy
from shared.policy.packs import library
from shared.policy.rule import Action, PackRule

ROOT = Path(__file__).resolve().parents[3]
_TEXT = (ROOT / "policy.yaml").read_text(encoding="utf-8")
_POLICY = load_policy(_TEXT)
_OWN = [rule for rule in _POLICY.rules if not isinstance(rule, PackRule)]


def test_shipped_tests_pass_and_reach_every_own_rule() -> None:
    """`secondwind policy test policy.yaml`: all pass; the rules of packs bring samples of their own."""
    out = io.StringIO()
    assert run(ROOT / "policy.yaml", out) == 0, out.getvalue()
    lines = out.getvalue().splitlines()
    assert lines[-1].endswith(" passed, 0 failed")
    assert sum(line.startswith("ok ") for line in lines) >= 60
    unreached = {line.rpartition(" ")[2] for line in lines if line.startswith("note: no test reaches rule ")}
    assert unreached.isdisjoint(rule.name for rule in _OWN)


def test_it_reads_like_a_page() -> None:
    """Whoever opens it sees all of it."""
    assert len(_TEXT.splitlines()) < 120


def test_it_includes_every_pack_in_the_librarys_order() -> None:
    """A pack that it forgets would help nobody; `all` means the same as what it writes out."""
    assert _POLICY.include == tuple(pack.id for pack in library().values())


def test_what_nobody_knows_gets_one_rerun() -> None:
    """And none when the same text comes again."""
    last = _OWN[-1]
    assert _POLICY.rules[-1] is last
    assert last.match.empty
    assert last.action is Action.RERUN
    assert last.attempts is not None
    assert last.attempts.max == 1
    assert last.same_text is not None
    assert last.same_text.max == 1
    assert _POLICY.same_text == SameText(max=2)


def test_the_only_warning_is_that_nobody_is_named() -> None:
    """Who may speak cannot be shipped; all else is as it was meant."""
    assert [warning.path for warning in check_policy(_TEXT).warnings] == ["$.sources"]


def test_an_editor_finds_the_schema() -> None:
    """The first line names the schema, which lies beside the policy."""
    first = _TEXT.splitlines()[0]
    assert first == "# yaml-language-server: $schema=policy.schema.json"
    assert (ROOT / "policy.schema.json").is_file()
