"""A look that is refused for good ends a failure, and a redelivery must know that, whatever can be seen by then."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, record_write
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Failure
from shared.domain.record import Case, CaseState, JobRecord
from shared.domain.snapshot import LookFailed
from shared.heal import Report
from shared.heal.writer import MAX_REFUSED
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed
from tests.unit.heal.tricks import BAD_LOOK, NO_LOOK, finals, quiet

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
AS_TOLD = "ehpc/cn-hangzhou/ehpc-hz-1/1"


def refuse(house: House, failure: Failure) -> Report:
    """One delivery during which nobody may look."""
    house.ehpc.look_fails = NO_LOOK
    report = house.deliver(failure)
    house.ehpc.look_fails = None
    return report


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
@pytest.mark.parametrize("again", [None, NO_LOOK, BAD_LOOK], ids=["seen", "refused", "failed"])
def test_a_redelivery_is_a_duplicate_whatever_can_be_seen_then(
    house: House, job_id: str, again: LookFailed | None
) -> None:
    """Also where the job was told without its server part, and so has another record."""
    failure = house.hung(1, job_id=job_id)
    assert verdicts(refuse(house, failure)) == [("refused", "look_refused")]
    house.ehpc.look_fails = again
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    quiet(house, 2)
    assert (house.ehpc.calls, list(finals(house).values())) == ([], [["refused", "duplicate"]])


def test_what_is_known_in_another_document_is_written_into_no_second_one(house: House) -> None:
    """Told without a time it is noted where nothing knows it yet; this one the record under the id as told knows."""
    failure = house.hung(1, job_id="1", untimed=True)
    refuse(house, failure)
    house.later(600)
    again = replace(failure, occurred_at=house.clock.now())
    assert verdicts(house.deliver(again)) == [("duplicate", "already_handled")]
    assert list(house.records()) == [AS_TOLD]


def test_the_record_is_closed_and_holds_no_attempt(house: House) -> None:
    """It is kept under the id as told, owes nothing in the end and is never due."""
    failure = house.hung(1, job_id="1", message="x" * 5000)
    refuse(house, failure)
    record = decode_record(house.ledger.load([AS_TOLD])[AS_TOLD].document)
    (case,) = record.cases
    assert (case.open, case.attempt, case.due_at, case.tellings) == (False, 0, None, (failure.telling_id,))
    assert (record.attempts, record.owed, len(case.failure.message)) == ((), (), 256)


@pytest.mark.parametrize("job_id", ["1.scheduler", "1"])
@pytest.mark.parametrize("step", range(1, 3))
def test_a_crash_after_any_save_leaves_one_final_verdict(house: House, step: int, job_id: str) -> None:
    """Refused, put, killed before the acknowledgement, delivered again when the look works: it is not rerun."""
    failure = house.hung(1, job_id=job_id)
    house.ledger.die_after(step)
    with pytest.raises(Killed):
        refuse(house, failure)
    house.ledger.leave_alone()
    house.ehpc.look_fails = None
    house.later(15)
    house.deliver(failure)
    quiet(house, 2)
    assert [verdict for found in finals(house).values() for verdict in found if verdict != "duplicate"] == ["refused"]
    assert house.ehpc.calls == []


def test_nothing_is_told_of_a_record_that_was_not_saved(house: House) -> None:
    """The ledger is away: the delivery comes again, and then the job is healed."""
    failure = house.hung()

    def away() -> None:
        raise LedgerUnavailable("away")

    house.ledger.before_save = away
    with pytest.raises(LedgerUnavailable):
        refuse(house, failure)
    house.ledger.before_save, house.ehpc.look_fails = (lambda: None), None
    house.deliver(failure)
    assert house.sink.told() == [("rerun", "accepted")]


def test_another_telling_of_the_same_run_is_a_failure_of_its_own(house: House) -> None:
    """Once somebody may look again, who tells it anew is heard."""
    refuse(house, house.hung(telling_id="a"))
    assert verdicts(house.deliver(house.failure(telling_id="b"))) == [("rerun", "accepted")]


def test_what_waits_already_stays_in_hand(house: House) -> None:
    """The first look failed, the redelivery's is refused: the sweep goes on with the first."""
    failure = house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(failure)
    assert verdicts(refuse(house, failure)) == [("duplicate", "in_hand")]
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_a_telling_that_was_forgotten_ends_nothing_that_waits(house: House) -> None:
    """A case remembers sixteen tellings: an earlier one is told that nobody may look, and the sweep goes on."""
    failure, now = house.hung(), house.clock.now()
    house.ehpc.look_fails = NO_LOOK
    (result,) = house.deliver(failure, dry_run=True).results
    waits = Case(
        failure=failure,
        failure_id=result.outcome.failure_id,
        state=CaseState.DEFERRED,
        opened_at=now,
        due_at=now + 60,
    )
    assert not house.ledger.save([record_write(JOB, JobRecord(cases=(waits,)), None, now)])
    assert verdicts(refuse(house, failure)) == [("refused", "look_refused")]
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_a_hundred_refusals_are_two_saves(house: House) -> None:
    """One load and one save for all of them, and one more of each to acknowledge."""
    house.ehpc.look_fails = NO_LOOK
    saves: list[int] = []
    house.ledger.before_save = lambda: saves.append(1)
    house.deliver(*(house.hung(number) for number in range(1, 101)))
    assert (len(saves), len(house.sink.rows)) == (2, 100)


def test_a_dry_run_records_no_refusal(house: House) -> None:
    """A rehearsal leaves the failure to the real delivery."""
    failure = house.hung()
    house.ehpc.look_fails = NO_LOOK
    assert verdicts(house.deliver(failure, dry_run=True)) == [("refused", "look_refused")]
    assert house.database() == []
    house.ehpc.look_fails = None
    assert verdicts(house.deliver(replace(failure, event_id="other"))) == [("rerun", "accepted")]


def test_of_a_flood_of_one_jobs_tellings_some_are_known_and_all_are_told(house: House) -> None:
    """Of a place that nobody may look at each is a failure of its own; its record does not grow with them."""
    house.ehpc.look_fails = NO_LOOK
    told = [house.hung(1, telling_id=f"t{number:03}", event_id=f"{number}") for number in range(300)]
    report = house.deliver(*told)
    assert verdicts(report) == [("refused", "look_refused")] * 300
    (record,) = house.records().values()
    assert (len(record.cases), record.owed) == (MAX_REFUSED, ())
    known = {telling for case in record.cases for telling in case.tellings}
    assert {verdict for verdict, _ in verdicts(house.deliver(*(one for one in told if one.telling_id in known)))} == {
        "duplicate"
    }
