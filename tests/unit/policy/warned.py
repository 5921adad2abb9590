"""The warnings that a policy's text gets."""

from __future__ import annotations

from shared.policy.load import check_policy

HEAD = "version: 1\nsources: [{event: {source: x}}]\n"


def warned(text: str) -> list[tuple[int | None, str]]:
    """Line and path of each warning."""
    report = check_policy(text)
    assert report.policy is not None, report.faults
    return [(warning.line, warning.path) for warning in report.warnings]
