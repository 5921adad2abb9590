"""Findings, for a person a line each, for programs one JSON object."""

from __future__ import annotations

import json
from collections.abc import Sequence

from secondwind.commands.doctor.findings import Finding, Level
from secondwind.terminal import shown


def line(finding: Finding) -> str:
    """How it stands, what was looked at, what was seen, what to do."""
    todo = f" → {finding.todo}" if finding.todo else ""
    return f"{finding.level.value:<4}  {finding.check}: {shown(finding.said)}{todo}\n"


def as_json(findings: Sequence[Finding]) -> str:
    """`secondwind-doctor/1`."""
    body = {
        "schema": "secondwind-doctor/1",
        "healthy": not any(finding.level is Level.FAIL for finding in findings),
        "checks": [
            {"check": one.check, "level": one.level.value, "said": one.said, "todo": one.todo} for one in findings
        ],
    }
    return json.dumps(body, indent=2) + "\n"
