"""`secondwind policy check FILE`: is this policy file usable, and does it say what was meant?"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, TextIO

from secondwind.machine import failed, write_json
from secondwind.terminal import count
from secondwind.text_file import CannotRead, read_text
from shared.domain.errors import Fault
from shared.policy.load import MAX_TEXT_BYTES, PolicyReport, check_policy

OK, FAULTY, UNREADABLE = 0, 1, 2
"""Exit statuses."""
SCHEMA = "secondwind-policy-check/1"


def run(path: Path, out: TextIO, err: TextIO | None = None, *, as_json: bool = False) -> int:
    """Write `FILE:LINE: path: problem` for each fault, likewise each warning, and a summary.

    Exit status: 0 usable (warnings or not), 1 faults, 2 the file cannot be read or is no UTF-8 text.
    """
    try:
        text = read_text(path, MAX_TEXT_BYTES)
    except CannotRead as error:
        return failed(str(error), UNREADABLE, out, err or sys.stderr, as_json=as_json, form=SCHEMA)
    report = check_policy(text)
    if as_json:
        write_json(_body(path, report), out)
        return FAULTY if report.policy is None else OK
    out.writelines(_line(path, fault, "") for fault in report.faults)
    out.writelines(_line(path, warning, "warning: ") for warning in report.warnings)
    out.write(_summary(path, report))
    return FAULTY if report.policy is None else OK


def _body(path: Path, report: PolicyReport) -> dict[str, Any]:
    policy = report.policy
    return {
        "schema": SCHEMA,
        "file": str(path),
        "usable": policy is not None,
        "faults": [_fault(fault) for fault in report.faults],
        "warnings": [_fault(warning) for warning in report.warnings],
        **(
            {"mode": policy.mode.value, "rules": len(policy.rules), "policy_version": policy.policy_version}
            if policy is not None
            else {}
        ),
    }


def _fault(fault: Fault) -> dict[str, Any]:
    return {"line": fault.line or 1, "path": fault.path, "problem": fault.problem}


def _line(path: Path, fault: Fault, kind: str) -> str:
    return f"{path}:{fault.line or 1}: {kind}{fault.path}: {fault.problem}\n"


def _summary(path: Path, report: PolicyReport) -> str:
    if report.policy is None:
        return f"{path}: {count(len(report.faults), 'fault')}\n"
    policy = report.policy
    rules, warnings = count(len(policy.rules), "rule"), count(len(report.warnings), "warning")
    return f"{path}: ok, mode {policy.mode.value}, {rules}, {warnings}, policy version {policy.policy_version}\n"
