"""Who makes room where too many failures of a job wait for certainty: the oldest of whoever tells most."""

from __future__ import annotations

from shared.domain.crowd import MAX_UNCLEAR, crowded, gives_way, without
from shared.domain.decision import Ask, Decision
from shared.domain.failure import Failure, Speaker, Trigger
from shared.domain.reasons import Reason
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.verdicts import Verdict
from tests.support.clock import START
from tests.support.systems import CLUSTER

LOUD, QUIET = Speaker(event_bus="b", event_account="1"), Speaker(event_bus="b", event_account="2")


def waiting(number: int, speaker: Speaker = LOUD, attempt: int = 0) -> Case:
    """A failure of which it is unclear which run it means."""
    told = Failure(
        scope=CLUSTER,
        job_id="1.s",
        occurred_at=START,
        trigger=Trigger.EVENT,
        event_id="e",
        telling_id=f"t{number}",
        speaker=speaker,
    )
    return Case(
        failure=told,
        failure_id=f"f{number}",
        state=CaseState.DEFERRED,
        opened_at=START + number,
        due_at=START + 60,
        reason=Reason.RUN_UNCLEAR,
        outcome_id=f"o{number}",
        attempt=attempt,
    )


def test_a_record_is_crowded_by_what_waits_and_was_never_tried() -> None:
    """To the last one."""
    cases = tuple(waiting(number) for number in range(MAX_UNCLEAR))
    assert crowded(JobRecord(cases=cases))
    assert not crowded(JobRecord(cases=(*cases[1:], waiting(0, attempt=1))))


def test_the_oldest_of_whoever_tells_most_gives_way() -> None:
    """A newcomer counts with its own; one whom nobody outweighs takes the place of the oldest of all."""
    record = JobRecord(cases=(waiting(0, QUIET), waiting(2), waiting(1)))
    assert gives_way(record, QUIET) is record.cases[0]
    assert gives_way(record, LOUD) is record.cases[2]
    assert gives_way(JobRecord(cases=(waiting(0, QUIET),)), LOUD) is not None
    assert gives_way(JobRecord(), LOUD) is None


def test_what_gives_way_is_forgotten_and_has_a_last_word() -> None:
    """It follows what was told of it before."""
    record = JobRecord(cases=(waiting(0), waiting(1)))
    decision = Decision(verdict=Verdict.DEFERRED, reason=Reason.RUN_UNCLEAR, message="", failure_id="new")
    left = without(record, record.cases[0], decision, Ask(now=START, trigger=Trigger.EVENT, request_id="r"), "v")
    assert [case.failure_id for case in left.cases] == ["f1"]
    (owed,) = left.owed
    assert (owed["failure_id"], owed["follow_up"]) == ("f0", "o0")
