"""`secondwind invoke` called in this process, and how each file in `events/` ends."""

from __future__ import annotations

import io
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from secondwind.commands.invoke.local import RETURNED, LocalRequest, run
from secondwind.commands.invoke.show import NOT_UNDERSTOOD

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
MOVED = "its times are moved to the present, as are the local cloud's"
REPLACED = "endpoint and cursors are replaced by the local Logstore's"
EHPC, SCHEDULERX = ("rerun", "accepted", "RUNNING"), ("rerun", "accepted", "FAILED")
CASES: dict[str, tuple[str, list[tuple[str, str, str]]]] = {
    "log-trigger.json": ("log_trigger", [EHPC, SCHEDULERX]),
    "event-ehpc-hung-job.json": ("event_trigger", [EHPC]),
    "event-schedulerx-instance.json": ("event_trigger", [SCHEDULERX]),
    "event-schedulerx-data-time.json": ("event_trigger", [SCHEDULERX]),
    "event-schedulerx3-execution.json": ("event_trigger", [SCHEDULERX]),
    "event-dataworks-failed.json": ("event_trigger", [SCHEDULERX]),
    "event-dataworks-rerun-by-person.json": ("event_trigger", []),
    "event-dataworks-instance.json": ("event_trigger", [SCHEDULERX]),
    "event-data-as-json-text.json": ("event_trigger", [EHPC]),
    "event-publish-time-prc.json": ("event_trigger", [EHPC]),
    "event-transformed-body.json": ("event_trigger", [EHPC]),
    "event-mns-streaming-array.json": ("event_trigger", [EHPC, SCHEDULERX]),
    "event-kafka-streaming-texts.json": ("event_trigger", [EHPC, SCHEDULERX]),
    "event-sls-connector-fields.json": ("event_trigger", [EHPC]),
    "event-sls-connector-content.json": ("event_trigger", [SCHEDULERX]),
    "event-http-source.json": ("event_trigger", [EHPC]),
    # Of machines that no watched cluster has nothing is told.
    "event-ecs-system-failure.json": ("event_trigger", []),
    "event-ecs-state-change.json": ("event_trigger", []),
    "event-ecs-preemption.json": ("event_trigger", []),
    "event-ecs-maintenance-announced.json": ("event_trigger", []),
    "event-ehpc-node-status.json": ("event_trigger", []),
    "event-cloudmonitor-ecs.json": ("event_trigger", []),
    "manual-jobs-dry-run.json": (
        "manual",
        [("would_rerun", "dry_run", "RUNNING"), ("would_rerun", "dry_run", "FAILED")],
    ),
    "manual-event-force.json": ("manual", [EHPC]),
    "sweep-timer.json": ("sweep", []),
    "discover-timer.json": ("discover", []),
}
UNMOVED = {"manual-jobs-dry-run.json", "sweep-timer.json", "discover-timer.json", "event-cloudmonitor-ecs.json"}
"""No time that the local cloud knows is in them."""


@dataclass
class Called:
    """What a call printed."""

    status: int
    out: str
    err: str
    answer: dict[str, Any] = field(default_factory=dict)

    @property
    def outcomes(self) -> list[tuple[str, str, str]]:
        """Verdict, reason and state of each outcome, sorted as the cases above are."""
        return [(one["verdict"], one["reason"], one.get("state", "")) for one in self.answer["outcomes"]]


def call(file: Path, environ: dict[str, str] | None = None, **wanted: Any) -> Called:
    """Invoke a file; the environment is empty unless one is given."""
    out, err = io.StringIO(), io.StringIO()
    called = Called(run(LocalRequest(file, **wanted), out, err, environ or {}), out.getvalue(), err.getvalue())
    if called.status in {RETURNED, NOT_UNDERSTOOD}:
        called.answer = json.loads(called.out)
    return called
