"""`secondwind policy test FILE`: does the policy decide what its tests say?"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TextIO

from secondwind.commands.policy.trial.files import Faulty, open_suite
from secondwind.commands.policy.trial.judge import judge, not_reached
from secondwind.commands.policy.trial.show import SCHEMA, body_of, lines_of
from secondwind.machine import failed, write_json
from secondwind.terminal import shown
from secondwind.text_file import CannotRead

PASSED, FAILED, UNREADABLE = 0, 1, 2
"""Exit statuses."""


def run(path: Path, out: TextIO, err: TextIO | None = None, *, as_json: bool = False) -> int:
    """Write one line a test, for a failed one what was expected and got and each gate asked, and a summary.

    Args:
        path: the policy (its tests are in `<stem>.tests.yaml` beside it) or the tests file itself.
        out: where to.
        err: where to say that a file cannot be read; None: standard error.
        as_json: write the same as one JSON object.

    Returns:
        0 all passed; 1 a test failed or a file is faulty, each fault with its line; 2 a file cannot be read.
    """
    try:
        suite = open_suite(path)
    except CannotRead as error:
        return failed(shown(str(error)), UNREADABLE, out, err or sys.stderr, as_json=as_json, form=SCHEMA)
    except Faulty as error:
        _say(error.lines, out, as_json=as_json)
        return FAILED
    judged = [judge(test, suite.policy, suite.now, suite.tests.region) for test in suite.tests.tests]
    wrong = sum(1 for judgement in judged if judgement.differs)
    if as_json:
        write_json(body_of(suite, judged), out)
        return FAILED if wrong else PASSED
    for test, line, judgement in zip(suite.tests.tests, suite.lines, judged, strict=True):
        out.writelines(f"{text}\n" for text in lines_of(suite.tests_path, test, line, judgement))
    out.writelines(f"note: no test reaches rule {shown(name)}\n" for name in not_reached(suite.policy, judged))
    out.write(f"{len(judged) - wrong} passed, {wrong} failed\n")
    return FAILED if wrong else PASSED


def _say(problems: Sequence[str], out: TextIO, *, as_json: bool) -> None:
    """That no test could be run, and why."""
    if as_json:
        write_json({"schema": SCHEMA, "problems": list(problems)}, out)
    else:
        out.writelines(f"{shown(line)}\n" for line in problems)
