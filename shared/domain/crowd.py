"""Which of a job's failures that wait because their run is unclear makes room for another one. Pure.

Whoever tells invents as many starts as they like that the list may show yet, so few of them wait. Neither who comes
first nor who tells most keeps others out: of whoever tells most, as the platform names them, the oldest gives way.
"""

from __future__ import annotations

from collections import Counter

from msgspec.structs import replace

from shared.domain.decision import Ask, Decision
from shared.domain.evidence import Known
from shared.domain.failure import Speaker
from shared.domain.reasons import Reason
from shared.domain.record import Case, JobRecord
from shared.domain.transitions import not_taken_in, outcome_of

MAX_UNCLEAR = 16
"""Failures of one job that wait because it is unclear which run they mean."""


def crowded(record: JobRecord) -> bool:
    """Whether as many wait as may."""
    return len(_unclear(record)) >= MAX_UNCLEAR


def gives_way(record: JobRecord, newcomer: Speaker) -> Case | None:
    """The one that makes room for another telling of that speaker; None if none waits of which nothing was tried."""
    waiting = _unclear(record)
    told = Counter(whose(case.failure.speaker) for case in waiting)
    told[whose(newcomer)] += 1
    loudest = [case for case in waiting if told[whose(case.failure.speaker)] == max(told.values())]
    return min(loudest or waiting, key=lambda case: case.opened_at, default=None)


def without(record: JobRecord, case: Case, decision: Decision, ask: Ask, policy_version: str) -> JobRecord:
    """The record that forgets the case, and owes its last word; `decision` is that of the newcomer.

    Forgotten, not closed: told again it is decided anew.
    """
    bare = replace(
        not_taken_in(decision, case.reason),
        failure_id=case.failure_id,
        rule="",
        attempt=0,
        known=Known(),
    )
    outcome = outcome_of(case.failure, bare, ask, policy_version=policy_version, follow_up=case.outcome_id)
    others = tuple(one for one in record.cases if one is not case)
    return replace(record, cases=others).owing(outcome.fields(), ask.now)


def _unclear(record: JobRecord) -> list[Case]:
    return [case for case in record.cases if case.open and case.reason is Reason.RUN_UNCLEAR and not case.attempt]


def whose(speaker: Speaker) -> tuple[str, str, str, str]:
    """What the platform says of a speaker: topics and sources are the writer's words, and cost nothing."""
    return speaker.project, speaker.logstore, speaker.event_bus, speaker.event_account
