"""What became of a test: one line, and for a failed one what was expected and got, and each gate that was asked."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from secondwind.commands.policy.trial.files import Suite
from secondwind.commands.policy.trial.form import Expected, PolicyTest
from secondwind.commands.policy.trial.judge import Judgement, not_reached
from secondwind.terminal import shown

SCHEMA = "secondwind-policy-test/1"


def lines_of(tests_path: Path, test: PolicyTest, line: int, judgement: Judgement) -> list[str]:
    """Of one test, which begins at that line of its file."""
    if not judgement.differs:
        return [f"ok    {shown(test.name)}"]
    told = [
        f"FAIL  {tests_path}:{line}: {shown(test.name)} ({', '.join(judgement.differs)})",
        f"      wanted  {_in_words(test.expect)}",
        f"      got     {_in_words(judgement.got)}: {shown(judgement.message)}",
    ]
    for gate in judgement.gates:
        wanted = "" if gate.passed else f", wanted {shown(gate.wanted)}"
        told.append(f"        {'+' if gate.passed else '-'} {gate.name}: {shown(gate.saw)}{wanted}")
    return told


def _in_words(expected: Expected) -> str:
    parts = [expected.verdict.value + (f"/{expected.reason.value}" if expected.reason else "")]
    if expected.rule is not None:
        parts.append(f"rule {shown(expected.rule)}" if expected.rule else "no rule")
    if expected.failure_class is not None:
        parts.append(f"class {expected.failure_class.value}")
    return ", ".join(parts)


def body_of(suite: Suite, judged: Sequence[Judgement]) -> dict[str, Any]:
    """The whole run for programs."""
    failed = sum(1 for one in judged if one.differs)
    return {
        "schema": SCHEMA,
        "file": str(suite.tests_path),
        "passed": len(judged) - failed,
        "failed": failed,
        "tests": [
            {
                "name": test.name,
                "line": line,
                "passed": not one.differs,
                "differs": list(one.differs),
                "wanted": _values(test.expect),
                "got": {**_values(one.got), "message": one.message},
            }
            for test, line, one in zip(suite.tests.tests, suite.lines, judged, strict=True)
        ],
        "not_reached": list(not_reached(suite.policy, judged)),
    }


def _values(expected: Expected) -> dict[str, Any]:
    told = {
        "verdict": expected.verdict.value,
        "reason": expected.reason.value if expected.reason else None,
        "rule": expected.rule,
        "class": expected.failure_class.value if expected.failure_class else None,
    }
    return {name: value for name, value in told.items() if value is not None}
