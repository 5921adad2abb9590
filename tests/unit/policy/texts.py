"""Policy texts of one rule, and the faults that a text has."""

from __future__ import annotations

from shared.policy.load import check_policy


def one_rule(match: str, more: str = "") -> str:
    """A policy of one rule with these conditions and fields."""
    return f"version: 1\nrules: [{{name: a, match: {{{match}}}, action: rerun{more and ', ' + more}}}]"


def faults_of(text: str) -> list[tuple[int | None, str]]:
    """Line and path of each fault of a text that is no policy."""
    report = check_policy(text)
    assert report.policy is None
    return [(fault.line, fault.path) for fault in report.faults]
