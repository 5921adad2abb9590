"""One test → the facts that the real decision looks at. Pure: nothing here asks a clock or a network."""

from __future__ import annotations

from typing import Any

import msgspec

from secondwind.commands.policy.trial.form import Look, PolicyTest, Remembered, SeenInTest, Spoken, Switch, ToldInTest
from shared.domain.decision import Ask
from shared.domain.failure import Failure, Speaker, Trigger, Unreadable
from shared.domain.hosts import host_of
from shared.domain.limits import SharedLimit
from shared.domain.mode import Controls, ModeSet
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed, Observation
from shared.intake.announcement import read_announcement
from shared.intake.context import Context, Envelope
from shared.policy.controls import tightened
from shared.policy.facts import Facts
from shared.policy.model import PackRule, Policy
from shared.policy.text.fingerprint import fingerprint
from shared.systems import SYSTEMS

_WHO = "policy-test"
_FAILED_AGO_S = 10.0


def facts_of(test: PolicyTest, policy: Policy, now: float, region: str) -> Facts | Unreadable:
    """The facts; what intake could not read where it refuses the failure.

    Args:
        test: one that was read without faults.
        policy: a loaded one.
        now: unix seconds.
        region: the function's own.
    """
    if test.failed_ago_s is not None:
        return _facts(test, policy, now, region, test.failed_ago_s)
    facts = _facts(test, policy, now, region, _FAILED_AGO_S)
    if isinstance(facts, Unreadable) or facts.rule is None or not facts.rule.delay_s:
        return facts
    if not any(isinstance(rule, PackRule) and rule.name == facts.rule.name for rule in policy.rules):
        return facts
    return _facts(test, policy, now, region, _FAILED_AGO_S + facts.rule.delay_s)


def _facts(test: PolicyTest, policy: Policy, now: float, region: str, failed_ago_s: float) -> Facts | Unreadable:
    trigger, speaker = _door(test.source)
    context = Context(region=region, now=now, further_regions=frozenset(policy.regions), request_id=_WHO)
    record = _record(test.failure)
    envelope = Envelope(
        path="$",
        trigger=trigger,
        event_id=_WHO,
        original=record,
        time=now - failed_ago_s,
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
        suspects=frozenset(map(host_of, test.remembered.bad_nodes)),
    )


def _door(source: Spoken | None) -> tuple[Trigger, Speaker]:
    if source is None:
        return Trigger.MANUAL, Speaker()
    speaker = Speaker(
        project=source.project,
        logstore=source.logstore,
        topic=source.topic,
        event_source=source.event,
        event_bus=source.bus,
        event_account=source.account,
    )
    return (Trigger.EVENT if speaker.is_event else Trigger.LOG), speaker


def _record(told: ToldInTest) -> dict[str, Any]:
    """The record as an emitter would send it."""
    fields = {"system": told.system, **msgspec.to_builtins(told)}
    return {**SYSTEMS.named(told.system).example(fields), **fields}


def _seen(live: SeenInTest, failure: Failure, now: float) -> Observation:
    if live.cannot_look is not None:
        later = live.cannot_look is Look.LATER
        return LookFailed(worth_repeating=later, code="Test", message="as the test says", look_begun_at=now)
    return SYSTEMS.named(failure.system).imagine(live, failure, now)


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
            run_clear=True,
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
            run_clear=True,
        )
        for place, ago_s in enumerate(remembered.failures_ago_s)
    )
    return JobRecord(
        cases=(*cases, *rerun_for),
        attempts=tuple(AttemptMark(number, at, kind) for number, (at, kind) in enumerate(marks, 1)),
        not_before=now + remembered.not_before_in_s if remembered.not_before_in_s else 0.0,
    )
