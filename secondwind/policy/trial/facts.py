"""One test → the facts that the real decision looks at. Pure: nothing here asks a clock or a network."""

from __future__ import annotations

from typing import Any

import msgspec

from secondwind.policy.trial.form import Live, Look, Other, PolicyTest, Remembered, Spoken, Switch, Told
from shared.domain.decision import Ask
from shared.domain.failure import Failure, Speaker, Trigger, Unreadable
from shared.domain.job import State, System
from shared.domain.limits import SharedLimit
from shared.domain.mode import Controls, ModeSet
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import EhpcSnapshot, Instance, LookFailed, Observation, SchedulerxSnapshot
from shared.intake.announcement import read_announcement
from shared.intake.context import Context
from shared.intake.context import Told as Envelope
from shared.policy.controls import tightened
from shared.policy.facts import Facts
from shared.policy.model import Policy
from shared.policy.text.fingerprint import fingerprint

_EHPC = {"cluster_id": "ehpc-test", "job_id": "1.scheduler"}
_SCHEDULERX: dict[str, Any] = {"namespace": "test", "group_id": "test", "job_id": 1}
_INSTANCE_ID, _OTHER_ID = 1000, 100
_DATA_TIME = "2026-01-05 02:00:00"
_WHO = "policy-test"


def facts_of(test: PolicyTest, policy: Policy, now: float, region: str) -> Facts | Unreadable:
    """The facts; what intake could not read where it refuses the failure.

    Args:
        test: one that was read without faults.
        policy: a loaded one.
        now: unix seconds.
        region: the function's own.
    """
    trigger, speaker = _door(test.source)
    context = Context(region=region, now=now, further_regions=frozenset(policy.regions), request_id=_WHO)
    record = _record(test.failure)
    envelope = Envelope(
        path="$",
        trigger=trigger,
        event_id=_WHO,
        original=record,
        time=now - test.failed_ago_s,
        speaker=speaker,
    )
    failure = read_announcement(record, envelope, context)
    if isinstance(failure, Unreadable):
        return failure
    if test.mode is not None:
        policy = tightened(policy, Controls(everything=ModeSet(mode=test.mode, by=_WHO, at=now)))
    is_open = test.remembered.breaker is Switch.OPEN
    return Facts(
        failure=failure,
        observation=_seen(test.live, failure, now),
        record=_remembered(test.remembered, failure, now),
        breaker=SharedLimit(opened_at=now - 60, why=_WHO) if is_open else SharedLimit(),
        policy=policy,
        ask=Ask(now=now, trigger=trigger, request_id=_WHO),
    )


def _door(source: Spoken | None) -> tuple[Trigger, Speaker]:
    if source is None:
        return Trigger.MANUAL, Speaker()
    speaker = Speaker(project=source.project, logstore=source.logstore, topic=source.topic, event_source=source.event)
    return (Trigger.EVENT if source.event else Trigger.LOG), speaker


def _record(told: Told) -> dict[str, Any]:
    """The record as an emitter would send it."""
    fields = {"system": told.system.value, **msgspec.to_builtins(told)}
    if told.system is System.EHPC:
        return {**_EHPC, **fields}
    named = {} if "job_instance_id" in fields or "data_time" in fields else {"job_instance_id": _INSTANCE_ID}
    return {**_SCHEDULERX, **named, **fields}


def _seen(live: Live, failure: Failure, now: float) -> Observation:
    if live.cannot_look is not None:
        later = live.cannot_look is Look.LATER
        return LookFailed(worth_repeating=later, code="Test", message="as the test says", look_begun_at=now)
    started = now - live.started_ago_s
    if failure.system is System.SCHEDULERX:
        return _seen_instance(live, failure, started, now)
    state = live.state or State.RUNNING
    return EhpcSnapshot(
        job_id=failure.job_id,
        state=state,
        start_time=None if state in {State.QUEUED, State.NOT_FOUND} else int(started),
        rerunnable=live.rerunnable,
        owner=live.owner,
        queue=live.queue,
        name=live.name,
        nodes=live.nodes,
        look_begun_at=now,
    )


def _seen_instance(live: Live, failure: Failure, started: float, now: float) -> SchedulerxSnapshot:
    state = live.state or State.FAILED
    meant = Instance(
        instance_id=failure.job_instance_id or _INSTANCE_ID,
        state=state,
        data_time=failure.data_time or _DATA_TIME,
        trigger_type=live.trigger_type,
        started_at=None if state is State.QUEUED else started,
        workflow=live.workflow,
    )
    return SchedulerxSnapshot(
        job_id=failure.job_id,
        state=state,
        enabled=live.enabled,
        instance=None if state is State.NOT_FOUND else meant,
        others=tuple(_other(other, _OTHER_ID + place, now) for place, other in enumerate(live.others)),
        own_parameters=live.own_parameters,
        own_retries=live.own_retries,
        owner=live.owner,
        name=live.name,
        look_begun_at=now,
    )


def _other(other: Other, number: int, now: float) -> Instance:
    return Instance(
        instance_id=number,
        state=other.state,
        data_time=other.data_time,
        trigger_type=other.trigger_type,
        started_at=now - other.started_ago_s,
    )


def _remembered(remembered: Remembered, failure: Failure, now: float) -> JobRecord:
    marks = sorted((now - attempt.ago_s, attempt.failure_class) for attempt in remembered.attempts)
    rerun_for = (
        Case(
            failure=failure,
            failure_id=f"{_WHO}-rerun-{place}",
            state=CaseState.DONE,
            opened_at=now - attempt.ago_s,
            reserved_at=now - attempt.ago_s,
            fingerprint=fingerprint(attempt.message),
        )
        for place, attempt in enumerate(remembered.attempts)
        if attempt.message
    )
    cases = (
        Case(
            failure=failure,
            failure_id=f"{_WHO}-{place}",
            state=CaseState.CLOSED,
            opened_at=now - ago_s,
        )
        for place, ago_s in enumerate(remembered.failures_ago_s)
    )
    return JobRecord(
        cases=(*cases, *rerun_for),
        attempts=tuple(AttemptMark(number, at, kind) for number, (at, kind) in enumerate(marks, 1)),
        not_before=now + remembered.not_before_in_s if remembered.not_before_in_s else 0.0,
    )
