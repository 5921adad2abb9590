"""`secondwind policy test FILE`: does the policy decide what its tests say?"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from secondwind.plain import shown
from secondwind.policy.trial.files import Faulty, Suite, open_suite
from secondwind.policy.trial.form import Expected, PolicyTest
from secondwind.policy.trial.judge import Judgement, judge, not_reached
from secondwind.text_file import CannotRead

PASSED, FAILED, UNREADABLE = 0, 1, 2
"""Exit statuses."""


def run(path: Path, out: TextIO) -> int:
    """Write one line a test, for a failed one what was expected and got and each gate asked, and a summary.

    Args:
        path: the policy (its tests are in `<stem>.tests.yaml` beside it) or the tests file itself.
        out: where to.

    Returns:
        0 all passed; 1 a test failed or a file is faulty, each fault with its line; 2 a file cannot be read.
    """
    try:
        suite = open_suite(path)
    except CannotRead as error:
        out.write(f"{error}\n")
        return UNREADABLE
    except Faulty as error:
        out.writelines(f"{shown(line)}\n" for line in error.lines)
        return FAILED
    judged = [judge(test, suite.policy, suite.now, suite.tests.region) for test in suite.tests.tests]
    for test, line, judgement in zip(suite.tests.tests, suite.lines, judged, strict=True):
        out.writelines(f"{text}\n" for text in _told(suite, test, line, judgement))
    out.writelines(f"note: no test reaches rule {shown(name)}\n" for name in not_reached(suite.policy, judged))
    failed = sum(1 for judgement in judged if judgement.differs)
    out.write(f"{len(judged) - failed} passed, {failed} failed\n")
    return FAILED if failed else PASSED


def _told(suite: Suite, test: PolicyTest, line: int, judgement: Judgement) -> list[str]:
    if not judgement.differs:
        return [f"ok    {shown(test.name)}"]
    told = [
        f"FAIL  {suite.tests_path}:{line}: {shown(test.name)} ({', '.join(judgement.differs)})",
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
