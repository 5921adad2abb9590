"""Facts and gates where little is known: what was not seen is not asked, and every end of a rerun has its word."""

from __future__ import annotations

import pytest

from shared.domain.decision import Ask
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.life import Life
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.domain.verdicts import Verdict
from shared.policy.decide import decide
from shared.policy.facts import Facts
from shared.systems.schedulerx.snapshot import TRIGGER_DATA_RERUN, Instance
from tests.support.clock import START as NOW
from tests.support.make import Make

DAY = "2026-01-01 10:00:00"
ASK = Ask(now=NOW, trigger=Trigger.EVENT, request_id="r")


def test_a_gate_that_needs_a_look_cannot_be_asked_without(facts: Make[Facts]) -> None:
    """The order of the gates sees to it; whoever breaks it hears of it."""
    blind = facts(observation=LookFailed(worth_repeating=True, code="Throttling", message="", look_begun_at=NOW))
    with pytest.raises(TypeError, match="without an observation"):
        blind.snapshot  # noqa: B018 - asking is the point


@pytest.mark.parametrize(
    ("state", "reason"),
    [
        (State.RUNNING, Reason.SEEN_RESTARTED),
        (State.SUCCEEDED, Reason.SEEN_SUCCEEDED),
        (State.FAILED, Reason.SEEN_FAILED),
        (State.UNKNOWN, Reason.SEEN_ENDED),
    ],
)
def test_every_end_of_a_rerun_has_its_word(
    schedulerx_facts: Make[Facts], instance: Make[Instance], case: Make[Case], state: State, reason: Reason
) -> None:
    """The look finds what the rerun has made."""
    done = case(
        state=CaseState.DONE,
        life=Life.instance(DAY, 7),
        attempt=1,
        verdict=Verdict.RERUN,
        reason=Reason.ACCEPTED,
        reserved_at=NOW - 500,
        may_leave_until=NOW - 490,
    )
    made = instance(9, state=state, trigger_type=TRIGGER_DATA_RERUN, started_at=NOW - 400)
    found = decide(schedulerx_facts(made, case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert (found.verdict, found.reason) == (Verdict.RERUN, reason)


def test_a_restart_that_was_told_is_not_told_again(
    schedulerx_facts: Make[Facts], instance: Make[Instance], case: Make[Case]
) -> None:
    """What the sweep has concluded from a look needs no second outcome while the rerun runs."""
    done = case(
        state=CaseState.DONE,
        life=Life.instance(DAY, 7),
        attempt=1,
        verdict=Verdict.RERUN,
        reason=Reason.OBSERVED_RESTART,
        reserved_at=NOW - 500,
        may_leave_until=NOW - 490,
    )
    made = instance(9, state=State.RUNNING, trigger_type=TRIGGER_DATA_RERUN, started_at=NOW - 400)
    found = decide(schedulerx_facts(made, case=done, record=JobRecord(cases=(done,)), ask=ASK))
    assert found.reason is Reason.OBSERVED_RESTART
