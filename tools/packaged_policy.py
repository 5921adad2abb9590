"""Judges the policy that goes into the package, before it does: `python -m tools.packaged_policy`.

A function whose policy cannot be read refuses every delivery, and one whose policy means something else than its tests
say reruns the wrong jobs. So both `secondwind policy check` and `secondwind policy test` have to pass.
"""

from __future__ import annotations

import io
import sys
from contextlib import redirect_stderr
from pathlib import Path

from secondwind.commands.policy import check
from secondwind.commands.policy.trial import run as trial

ROOT = Path(__file__).resolve().parents[1]
POLICY = "policy.yaml"
"""In the package as in the repository: where functions look for it unless SECONDWIND_POLICY_FILE says otherwise."""


def judged(folder: Path) -> tuple[bool, str]:
    """Whether the policy in the folder is fit to be packaged, and what is to be said: all faults, or a summary."""
    said, tested = io.StringIO(), io.StringIO()
    with redirect_stderr(said):
        usable = check.run(folder / POLICY, said) == check.OK
    if not usable:
        return False, said.getvalue()
    with redirect_stderr(tested):
        passed = trial.run(folder / POLICY, tested) == trial.PASSED
    return passed, said.getvalue() + (_last_line(tested.getvalue()) if passed else tested.getvalue())


def _last_line(text: str) -> str:
    return text.splitlines(keepends=True)[-1]


def main() -> int:
    """Exit status: 0 if the policy may be packaged."""
    fit, said = judged(ROOT)
    (sys.stdout if fit else sys.stderr).write(said)
    if not fit:
        sys.stderr.write("this policy is not packaged as it is\n")
    return 0 if fit else 1


if __name__ == "__main__":
    sys.exit(main())
