"""What the calls did goes into the records of those who made them: whole, once, and over nobody else's."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_record, encode
from shared.domain.call import CallResult, Effect
from shared.domain.decision import Ask, Decision
from shared.domain.errors import DocumentRefused
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.keys import job_key
from shared.domain.reasons import Reason
from shared.domain.record import AttemptMark, Case, CaseState, JobRecord
from shared.domain.settlement import settled, unsent
from shared.domain.verdicts import Verdict
from shared.heal.item import Item
from shared.heal.records import Records
from shared.heal.settle import settle
from shared.policy.model import Policy
from shared.ports import Write
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START, Clock
from tests.support.memory_ledger import MemoryLedger, touch
from tests.support.systems import CLUSTER
from tests.unit.domain.conftest import make_failure

KEY = job_key(CLUSTER, "1.scheduler")
POLICY = Policy(version=1, rules=())
ASK = Ask(now=START, trigger=Trigger.EVENT, request_id="r")
CASE = Case(
    failure=make_failure(),
    failure_id="f",
    state=CaseState.RESERVED,
    opened_at=START,
    attempt=1,
    owner="mine",
    may_leave_until=START + 60,
)
RECORD = JobRecord(cases=(CASE,), attempts=(AttemptMark(1, START, failure_id="f"),))
ACCEPTED = Decision(verdict=Verdict.RERUN, reason=Reason.ACCEPTED, message="yes", failure_id="f", job_id="1.scheduler")
CALL = CallResult(effect=Effect.UNKNOWN, api="RerunJobs", left_at=START)


def kept(record: JobRecord = RECORD) -> tuple[MemoryLedger, Records]:
    """A ledger with that record, read."""
    ledger = MemoryLedger(Clock())
    ledger.save([Write(key=KEY, document=encode(record), expected=None, due_at=None, expires_at=None)])
    records = Records(ledger, START)
    records.open([KEY])
    return ledger, records


def item(call: CallResult | None = CALL, why: Reason | None = None, batch: int = 3) -> Item:
    """A reserved one whose call was answered, or not made."""
    seen = EhpcSnapshot(job_id="1.scheduler", state=State.RUNNING, look_begun_at=START)
    one = Item(make_failure(), observation=seen, decision=ACCEPTED, owner="mine", call=call, batch=batch, unsent=why)
    one.outcome = object()  # type: ignore[assignment]  # of an earlier step
    return one


def there(ledger: MemoryLedger) -> JobRecord:
    """The record as the ledger has it."""
    return decode_record(ledger.load([KEY])[KEY].document)


def test_an_answer_is_written_with_all_that_its_call_was() -> None:
    """Under the policy that decided, with its settle time and how many the call named; the record owes the outcome."""
    ledger, records = kept()
    one = item()
    settle([one], records, POLICY, ASK)
    after, outcome = settled(
        RECORD,
        CASE,
        ACCEPTED,
        CALL,
        ASK,
        policy_version=POLICY.policy_version,
        settle_s=POLICY.timing.settle_s,
        batch=3,
    )
    assert (there(ledger), one.outcome, one.owed_by) == (after, outcome, KEY)


def test_a_call_that_was_not_made_is_written_with_why() -> None:
    """In the same way."""
    ledger, records = kept()
    one = item(call=None, why=Reason.DEADLINE)
    settle([one], records, POLICY, ASK)
    after, outcome = unsent(RECORD, CASE, ACCEPTED, Reason.DEADLINE, ASK, POLICY.policy_version, batch=3)
    assert (there(ledger), one.outcome, one.owed_by) == (after, outcome, KEY)


@pytest.mark.parametrize(
    "other",
    [
        {"owner": "another"},
        {"state": CaseState.UNKNOWN},
        {"failure_id": "g"},
    ],
)
def test_a_reservation_that_another_has_taken_over_is_left_to_them(other: dict[str, Any]) -> None:
    """They decide by looking: nothing is written, nothing told."""
    record = replace(RECORD, cases=(replace(CASE, **other),))
    ledger, records = kept(record)
    one = item()
    settle([one], records, POLICY, ASK)
    assert (there(ledger), one.outcome, one.owed_by) == (record, None, "")


def test_a_record_that_is_no_longer_ours_is_left_as_it_is() -> None:
    """Nobody overwrites what they cannot read."""
    ledger, records = kept()
    ledger.save([Write(key=KEY, document=b"{", expected=1, due_at=None, expires_at=None)])
    records.open([KEY])
    one = item()
    settle([one], records, POLICY, ASK)
    assert (ledger.load([KEY])[KEY].document, one.outcome) == (b"{", None)


@pytest.mark.parametrize(("times", "told"), [(2, True), (3, False)])
def test_a_result_that_conflicts_is_written_upon_what_is_there_then(times: int, *, told: bool) -> None:
    """Three tries; after them the sweep finds the reservation, and looks."""
    ledger, records = kept()
    save, left = ledger.save, [times]

    def contended(writes: Any) -> frozenset[str]:
        if left[0]:
            left[0] -= 1
            ledger.save = save  # type: ignore[method-assign]
            touch(ledger, KEY)
            ledger.save = contended  # type: ignore[method-assign]
        result: frozenset[str] = save(writes)
        return result

    ledger.save = contended  # type: ignore[method-assign]
    one = item()
    settle([one], records, POLICY, ASK)
    assert (one.outcome is not None, there(ledger).cases[0].state is CaseState.UNKNOWN) == (told, told)


def test_what_the_ledger_has_no_room_for_is_told_all_the_same() -> None:
    """By nobody's debt: the attempt stays reserved, and is looked at when it is due."""
    ledger, records = kept()

    def narrow(_: Any) -> frozenset[str]:
        raise DocumentRefused({KEY: 3_000_000})

    ledger.save = narrow  # type: ignore[method-assign,assignment]
    one = item()
    settle([one], records, POLICY, ASK)
    assert (one.outcome is not None, one.owed_by, there(ledger)) == (True, "", RECORD)


def test_of_nobody_nothing_is_saved() -> None:
    """Most chunks reserve nothing."""
    ledger, records = kept()
    ledger.save = lambda _: pytest.fail("saved")  # type: ignore[method-assign,assignment]
    settle([], records, POLICY, ASK)
