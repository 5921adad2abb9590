"""An explanation as JSON values (`secondwind-explanation/1`): what `--json` prints, and what the text is made of."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec.structs import asdict

from secondwind.commands.breaker import state_of
from secondwind.commands.explain.ask_ledger import FromLedger
from secondwind.commands.explain.ask_log import FromLog
from secondwind.commands.explain.live import LiveAnswer
from secondwind.commands.explain.story import FailureStory
from secondwind.commands.mode import body_of as modes_of
from secondwind.places import Job
from shared.domain.record import Case
from shared.policy.decide import gates_before

SCHEMA = "secondwind-explanation/1"


def body_of(
    job: Job, since: float, log: FromLog, ledger: FromLedger, failures: Sequence[FailureStory], live: LiveAnswer | None
) -> dict[str, Any]:
    """Everything found. What a source that could not be asked would have said is absent."""
    body: dict[str, Any] = {
        "schema": SCHEMA,
        "job": job.key,
        "since": since,
        "logstore": {"name": log.name, "problem": log.problem},
        "ledger": {"name": ledger.name, "problem": ledger.problem},
        "failures": [_failure(story) for story in failures],
    }
    if not ledger.problem:
        body |= _remembered(job, ledger)
    if live is not None:
        body["live"] = {"outcomes": list(live.outcomes), "problem": live.problem}
    return body


def _remembered(job: Job, ledger: FromLedger) -> dict[str, Any]:
    marks = sorted(
        (mark for record in ledger.records.values() for mark in record.attempts),
        key=lambda mark: (mark.at, mark.number),
    )
    cooldown = max((record.not_before for record in ledger.records.values()), default=0.0)
    return {
        "attempts": [{"number": mark.number, "at": mark.at, "class": mark.failure_class.value} for mark in marks],
        "cooldown_until": cooldown or None,
        "breaker": state_of(job.scope.key, ledger.breaker),
        "modes": modes_of(ledger.controls),
    }


def _failure(story: FailureStory) -> dict[str, Any]:
    row, reason = story.decisive or {}, story.reason
    case = story.case
    found: dict[str, Any] = {
        "failure_id": story.failure_id,
        "told": [asdict(told) for told in story.told],
        "outcomes": [
            {**step.row, "depth": step.depth, "owed": step.row.get("outcome_id", "") in story.owed}
            for step in story.steps
        ],
        "verdict": row.get("verdict") or (case.verdict.value if case and case.verdict else ""),
        "reason": row.get("reason") or (reason.value if reason else ""),
        "final": row.get("final", ""),
        "attempt": row.get("attempt", ""),
        "max_attempts": row.get("max_attempts", ""),
    }
    if reason is not None:
        giver = reason.giver
        found["answered_by"] = {
            "step": giver.step.name.lower(),
            "what": giver.step.value,
            "gates": list(giver.gates),
            "asked_before": list(gates_before(giver)),
        }
        found["would_change"] = reason.would_change
    return found | (_case(case) if case else {})


def _case(case: Case) -> dict[str, Any]:
    return {
        "ledger": {
            "state": case.state.value,
            "due_at": case.due_at,
            "occurred_at": case.failure.occurred_at,
            "trigger": case.failure.trigger.value,
            "event_id": case.failure.event_id,
            "speaker": {name: value for name, value in asdict(case.failure.speaker).items() if value},
            "approved_by": case.approved_by,
            "rejected_by": case.rejected_by,
            "forced": case.forced,
        }
    }
