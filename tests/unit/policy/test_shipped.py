"""What the shipped policy makes of real messages."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from shared.domain.failure import Failure
from shared.domain.job import System
from shared.policy.load import load_policy
from shared.policy.match import first_match
from shared.policy.model import Action

_POLICY = load_policy((Path(__file__).resolve().parents[3] / "policy.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize(
    ("system", "message", "rule", "action"),
    [
        (System.EHPC, "ModuleNotFoundError: No module named 'numpy'", "broken-python", Action.IGNORE),
        (
            System.EHPC,
            "OSError: [Errno 116] Stale file handle\nImportError: x",
            "storage-hiccup",
            Action.RERUN,
        ),
        (System.EHPC, "/bin/sh: line 1: mpirun: command not found", "command-not-found", Action.IGNORE),
        (System.EHPC, "bash: ./run.sh: Permission denied", "permission-denied", Action.IGNORE),
        (System.EHPC, "write: Disk quota exceeded", "quota-used-up", Action.IGNORE),
        (System.EHPC, "cat: /data/in: No such file or directory", "the-rest", Action.RERUN),
        (System.EHPC, "java.lang.ClassNotFoundException: a.B", "the-rest", Action.RERUN),
        (System.SCHEDULERX, "java.lang.ClassNotFoundException: a.B", "class-not-on-worker", Action.IGNORE),
        (System.SCHEDULERX, "used space beyond 90.0%!", "worker-disk-full", Action.IGNORE),
        (System.SCHEDULERX, "killed from server", "killed-by-time-limit", Action.IGNORE),
        (System.SCHEDULERX, "jobInstance don't update progress more than 60s", "worker-lost", Action.RERUN),
        (System.SCHEDULERX, "", "the-rest", Action.RERUN),
    ],
)
def test_shipped_rules(
    failure: Callable[..., Failure], system: System, message: str, rule: str, action: Action
) -> None:
    """Known permanent causes are ignored, the platform's hiccups and all else are rerun."""
    found = first_match(_POLICY, failure(message, system))
    assert found is not None
    assert (found.name, found.action) == (rule, action)
