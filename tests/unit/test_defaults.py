"""What is not said is nothing: no, zero, empty. Documents of old versions rely on it, for they say less.

A default that is something stands here: whoever changes it changes it here as well, on purpose.
"""

from __future__ import annotations

import ast
import dataclasses
import importlib
import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from msgspec import Struct

from tools.mutants.rooms import ROOMS

ROOT = Path(__file__).resolve().parents[2]
SOMETHING: dict[str, Any] = {
    "shared.domain.call.Target.call_by": math.inf,
    "shared.domain.messages.Streak.refill_s": 900.0,
    "shared.policy.bounds.Attempts.max": 3,
    "shared.policy.bounds.Attempts.window_s": 86400.0,
    "shared.policy.bounds.BadNodes.clear_after_s": 86400.0,
    "shared.policy.bounds.BadNodes.jobs": 3,
    "shared.policy.bounds.BadNodes.max_wait_s": 3600.0,
    "shared.policy.bounds.BadNodes.owners": 1,
    "shared.policy.bounds.BadNodes.window_s": 3600.0,
    "shared.policy.bounds.Breaker.max_jobs": 100,
    "shared.policy.bounds.Breaker.window_s": 600.0,
    "shared.policy.bounds.Cooldown.base_s": 60.0,
    "shared.policy.bounds.Cooldown.factor": 2.0,
    "shared.policy.bounds.Cooldown.max_s": 3600.0,
    "shared.policy.bounds.SameText.window_s": 86400.0,
    "shared.policy.bounds.Timing.observation_max_age_s": 30.0,
    "shared.policy.bounds.Timing.settle_s": 120.0,
    "shared.policy.bounds.Timing.stale_event_s": 86400.0,
    "shared.policy.model.Policy.fetch_output": True,
    "shared.policy.model.Policy.hold_expires_s": 86400.0,
    "shared.policy.notify.Notify.unknown_after_s": 1800.0,
    "shared.sls.source.UnreadGroup.logs": 1,
    "shared.sls.source.UnreadGroup.size": 32_000_000,
    "shared.sls.outcomes.OutcomeLog.page_s": 30.0,
    "shared.systems.dataworks.seek._Memory.page": 1,
    "shared.systems.dataworks.snapshot.TaskInstance.run_number": 1,
    "shared.systems.dataworks.watch.Projects.days": 3,
    "shared.systems.ehpc.seek._Memory.page": 1,
    "shared.systems.ehpc.seek_nodes.NodesMemory.asked_page": 1,
    "shared.systems.ehpc.seek_nodes.NodesMemory.page": 1,
    "shared.systems.ehpc.seek_silence.Stream.step": 4096,
    "shared.systems.ehpc.snapshot.EhpcSnapshot.rerunnable": True,
    "shared.systems.ehpc.watch.Nodes.grace_s": 300.0,
    "shared.systems.imagined.Imagined.enabled": True,
    "shared.systems.imagined.Imagined.rerunnable": True,
    "shared.systems.imagined.Imagined.started_ago_s": 3600.0,
    "shared.systems.imagined.Imagined.trigger_type": 1,
    "shared.systems.imagined.Other.started_ago_s": 60.0,
    "shared.systems.imagined.Other.trigger_type": 1,
    "shared.systems.openapi.calls.ApiCall.jobs": 1,
    "shared.systems.openapi.calls.ApiCall.mutates": True,
    "shared.systems.schedulerx.seek._Memory.page": 1,
    "shared.systems.schedulerx.snapshot.SchedulerxSnapshot.enabled": True,
    "shared.systems.schedulerx.watch.Groups.reach_h": 48.0,
    "shared.systems.schedulerx3.seek._Memory.page": 1,
    "shared.systems.schedulerx3.execution.Execution.trigger_type": 1,
    "shared.systems.schedulerx3.watch.Apps.reach_h": 48.0,
}
"""By class and field."""


SHORT = frozenset(
    f"shared.{name}"
    for name in (
        "domain.claims.Claim",
        "domain.evidence.Known",
        "domain.failure.Failure",
        "domain.failure.Speaker",
        "domain.limits.SharedLimit",
        "domain.machines.Machines",
        "domain.messages.Box",
        "domain.messages.Letter",
        "domain.messages.Thing",
        "domain.mode.Controls",
        "domain.mode.ModeSet",
        "domain.nodes.KnownNode",
        "domain.nodes.KnownNodes",
        "domain.outcome.Outcome",
        "domain.record.Case",
        "domain.record.JobRecord",
        "domain.watch.Watch",
        "policy.packs.Pack",
        "policy.packs.PackedRule",
        "systems.dataworks.seek._Memory",
        "systems.ehpc.seek._Memory",
        "systems.ehpc.seek_nodes.Binding",
        "systems.ehpc.seek_nodes.NodesMemory",
        "systems.ehpc.seek_overdue.OverdueMemory",
        "systems.ehpc.seek_silence.SilenceMemory",
        "systems.schedulerx.seek._Memory",
        "systems.schedulerx.seek._Repeats",
        "systems.schedulerx3.seek._Memory",
    )
)
"""What is written without what is as usual: documents, which have no room to waste."""
ROWS = frozenset(
    f"shared.{name}"
    for name in (
        "domain.links.AnswerLink",
        "domain.machines.Suspect",
        "domain.messages.Streak",
        "domain.nodes.Hit",
        "systems.ehpc.node.Node",
        "systems.ehpc.running.Running",
        "systems.ehpc.seek_silence.Heard",
        "systems.ehpc.seek_silence.Stream",
    )
)
"""What is written without names, since there are many of it in one document, or little room in a URL: as versions
before this one have written it."""
EXACT = frozenset({"shared.domain.links.AnswerLink"})
"""Of what a later version says besides nothing is believed."""


def _classes() -> Iterator[type]:
    """Those of every module of what decides."""
    for path in (path for room in ROOMS for path in room.modules(ROOT)):
        name = str(path.relative_to(ROOT)).removesuffix(".py").removesuffix("/__init__").replace("/", ".")
        named = [one.name for one in ast.parse(path.read_text("utf-8")).body if isinstance(one, ast.ClassDef)]
        yield from (getattr(importlib.import_module(name), one) for one in named)


def _defaults() -> Iterator[tuple[str, Any]]:
    """Of values: by class and field."""
    for kind in _classes():
        told: dict[str, Any] = {}
        if issubclass(kind, Struct):
            defaults = kind.__struct_defaults__
            told = dict(
                zip(kind.__struct_fields__[len(kind.__struct_fields__) - len(defaults) :], defaults, strict=True)
            )
        elif dataclasses.is_dataclass(kind):
            told = {one.name: one.default for one in dataclasses.fields(kind)}
        where = f"{kind.__module__}.{kind.__name__}"
        yield from ((f"{where}.{name}", value) for name, value in told.items() if name in kind.__annotations__)


def test_what_is_not_said_is_nothing() -> None:
    """Of numbers, and of what is so or not."""
    assert {where: value for where, value in _defaults() if isinstance(value, int | float) and value} == SOMETHING


def test_documents_are_written_as_earlier_versions_read_them() -> None:
    """Short, or as rows; a link alone is refused if it says more."""
    kinds = {f"{kind.__module__}.{kind.__name__}": kind for kind in _classes() if issubclass(kind, Struct)}
    said = {name: kind.__struct_config__ for name, kind in kinds.items()}
    assert {name for name, one in said.items() if one.omit_defaults} == SHORT
    assert {name for name, one in said.items() if one.array_like} == ROWS
    assert {name for name, one in said.items() if one.forbid_unknown_fields} == EXACT
