"""Failures told by a scheduler's own hook, which sees a run end."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.gates import job
from tests.support.clock import START as NOW
from tests.unit.decide.facts import ASK, make_facts, make_failure, make_look

FORCE = replace(ASK, force=True)


@pytest.mark.parametrize("seen", [{}, {"start_time": int(NOW)}, {"state": State.QUEUED}])
def test_what_was_told_as_ended_is_not_rerun_whatever_the_list_shows(seen: dict[str, Any]) -> None:
    """It completes, or its scheduler has begun it anew in the same moment. Nobody can force it."""
    told = make_failure(has_ended=True, occurred_at=NOW)
    for ask in (ASK, FORCE):
        found = decide(make_facts(failure=told, observation=make_look(**seen), ask=ask))
        assert (found.verdict, found.reason) == (Verdict.INELIGIBLE, Reason.JOB_FINISHED)
    lives = decide(make_facts(failure=replace(told, has_ended=False), observation=make_look(**seen)))
    assert lives.reason is not Reason.JOB_FINISHED


def test_what_was_told_as_ended_and_is_seen_so_has_the_look_s_word() -> None:
    """As without it."""
    answers = [
        job.eligible(make_facts(failure=make_failure(has_ended=said), observation=make_look(state=State.FINISHED)))
        for said in (True, False)
    ]
    assert answers[0] == answers[1]
    assert answers[0].stop is not None
