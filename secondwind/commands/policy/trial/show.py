"""What became of a test: one line, and for a failed one what was expected and got, and each gate that was asked."""

from __future__ import annotations

from pathlib import Path

from secondwind.commands.policy.trial.form import Expected, PolicyTest
from secondwind.commands.policy.trial.judge import Judgement
from secondwind.terminal import shown


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
