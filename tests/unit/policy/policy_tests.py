"""A policy with its tests beside it, run by `secondwind policy test`."""

from __future__ import annotations

import io
from pathlib import Path
from textwrap import dedent

from secondwind.commands.policy.trial.run import run

TESTED = """\
version: 1
regions: [cn-shanghai]
attempts: {max: 3, window_s: 86400}
classes: {infrastructure: {max: 1}}
thrash: {max_failures: 2, window_s: 3600}
bad_nodes: {action: hold}
max_lost_h: 24
sources:
  - {log: {project: hpc, logstore: failures, topic: night}, clusters: ehpc-test}
  - {event: {source: acs.x}, systems: [schedulerx]}
  - {event: {bus: batch, account: '12'}, groups: g}
rules:
  - {name: node, match: {reason: NODE_FAIL}, action: rerun, class: infrastructure}
  - {name: quiet, match: {owner: bob}, action: ignore, class: user}
  - {name: wait, match: {message: full}, action: hold}
  - {name: queue, match: {queue: night*}, action: observe}
  - {name: the-rest, match: {}, action: rerun}
"""


def run_tests(folder: Path, tests: str, policy: str = TESTED) -> tuple[int, list[str]]:
    """Exit status of the policy's tests, and the lines that were written, without the folder."""
    (folder / "p.yaml").write_text(policy, encoding="utf-8")
    (folder / "p.tests.yaml").write_text("version: 1\ntests:\n" + dedent(tests), encoding="utf-8")
    out = io.StringIO()
    status = run(folder / "p.yaml", out)
    return status, out.getvalue().replace(str(folder), "").splitlines()
