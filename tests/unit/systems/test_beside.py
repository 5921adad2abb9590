"""Whether a rerun would start a second run of a job beside one that lives."""

from __future__ import annotations

import pytest

from shared.domain.gate import GateAnswer, Stop
from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from shared.systems.beside import Live, alone
from tests.unit.decide.facts import make_case

BEGUN, AGAIN = 1_000.0, 1_060.0


def asked(record: JobRecord, live: Live | None = None) -> GateAnswer:
    """Of a look that began at 1,000 s."""
    return alone(record, live, kind="instance", look_begun_at=BEGUN, look_again_at=AGAIN)


@pytest.mark.parametrize(("left_by", "waits"), [(999.9, False), (1_000.0, True), (1_000.1, True)])
def test_a_call_that_left_since_the_look_began_is_not_in_it(left_by: float, waits: bool) -> None:  # noqa: FBT001 - a table
    """So it is looked at once more; calls from before the look are in it."""
    answer = asked(JobRecord(attempts=(AttemptMark(1, 900.0, left_by=left_by, failure_id="other"),)))
    assert (answer.stop is not None) is waits
    if answer.stop is not None:
        assert (answer.stop.reason, answer.stop.due_at) == (Reason.OTHER_RUN_IN_HAND, AGAIN)
    assert answer.wanted == "no live instance of the job"


@pytest.mark.parametrize(
    ("by_user", "state", "stop"),
    [
        (True, CaseState.DONE, (Verdict.DEFERRED, Reason.OTHER_RUN_IN_HAND, AGAIN)),
        (True, CaseState.UNKNOWN, (Verdict.INELIGIBLE, Reason.LIVE_INSTANCE, None)),
        (False, CaseState.DONE, (Verdict.INELIGIBLE, Reason.LIVE_INSTANCE, None)),
    ],
)
def test_what_lives_is_waited_for_if_it_is_ours(
    by_user: bool,  # noqa: FBT001 - a table
    state: CaseState,
    stop: tuple[Verdict, Reason, float | None],
) -> None:
    """Ours ends by itself; what others have begun is a reason not to call."""
    live = Live(number=9, state=State.RUNNING, by_user=by_user)
    answer = asked(JobRecord(cases=(make_case(state=state),)), live)
    assert answer.stop == Stop(stop[0], stop[1], "instance 9 of the job is RUNNING", stop[2])
    assert answer.saw == "9 RUNNING"
