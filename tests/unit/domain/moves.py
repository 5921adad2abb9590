"""A case, its record and a decision about it, from which moves begin."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from shared.domain.call import ActionApi
from shared.domain.decision import Ask, Decision
from shared.domain.failure import FailureClass, Trigger
from shared.domain.gate import GateAnswer
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from tests.unit.domain.conftest import make_failure

NOW = 2000.0
ASK = Ask(now=NOW, trigger=Trigger.EVENT, request_id="r")
SWEEP = replace(ASK, trigger=Trigger.SWEEP)
CLEAR = (("run_clear", GateAnswer("this", "this")),)
TOLD = make_failure(telling_id="new", message="m" * 300, extra={"k": "v"}, job_id="1")
BEFORE = Case(
    failure=make_failure(telling_id="old", message="n" * 300),
    failure_id="f",
    state=CaseState.UNKNOWN,
    opened_at=1400.0,
    due_at=1950.0,
    life=Life.run(500),
    attempt=1,
    owner="before",
    reserved_at=1500.0,
    may_leave_until=1510.0,
    fingerprint="p",
    known_reruns=(7,),
    looks=2,
    watch_until=9000.0,
    most_a_call=4,
    calls_in_vain=1,
    verdict=Verdict.UNKNOWN,
    reason=Reason.ANSWER_LOST,
    outcome_id="last",
    approved_by="ann",
    run_clear=False,
    tellings=("old",),
)
RECORD = JobRecord(cases=(BEFORE,), attempts=(AttemptMark(1, 1500.0, failure_id="f"),), not_before=1600.0)
FORCED: dict[str, Any] = {"forced": True, "actor": "ben", "why": "now"}


def decided(verdict: Verdict, reason: Reason, **more: Any) -> Decision:
    """A decision about `1.scheduler`."""
    return replace(Decision(verdict=verdict, reason=reason, message="m", failure_id="f", job_id="1.scheduler"), **more)


WAITS = decided(Verdict.DEFERRED, Reason.COOLDOWN, due_at=2100.0, asked=CLEAR)
HELD = decided(
    Verdict.HELD, Reason.RULE_HOLDS, due_at=9100.0, rule="gpu", life=Life.run(7), owner="o", running_since=7.0
)
GONE = decided(Verdict.INELIGIBLE, Reason.JOB_FINISHED, asked=CLEAR)
ACCEPTED = decided(
    Verdict.RERUN,
    Reason.ACCEPTED,
    attempt=2,
    life=Life.run(600),
    failure_class=FailureClass.CAPACITY,
    action_api=ActionApi.BACKFILL,
)
