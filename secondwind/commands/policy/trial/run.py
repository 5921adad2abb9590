"""`secondwind policy test FILE`: does the policy decide what its tests say?"""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from secondwind.commands.policy.trial.files import Faulty, open_suite
from secondwind.commands.policy.trial.judge import judge, not_reached
from secondwind.commands.policy.trial.show import lines_of
from secondwind.terminal import shown
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
        out.writelines(f"{text}\n" for text in lines_of(suite.tests_path, test, line, judgement))
    out.writelines(f"note: no test reaches rule {shown(name)}\n" for name in not_reached(suite.policy, judged))
    failed = sum(1 for judgement in judged if judgement.differs)
    out.write(f"{len(judged) - failed} passed, {failed} failed\n")
    return FAILED if failed else PASSED
