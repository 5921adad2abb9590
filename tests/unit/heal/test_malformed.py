"""Documents of the ledger that cannot be read: nothing is decided on them, and nothing waits beside them."""

from __future__ import annotations

import logging

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.call import Effect
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Trigger
from shared.domain.keys import CONTROLS_KEY, breaker_key, pace_key, pending_key, rate_key
from shared.policy.model import Rate
from shared.ports import Write
from tests.support.house import House, verdicts
from tests.support.memory_ledger import touch
from tests.support.systems import GROUP
from tests.unit.heal.tricks import DAY_S, NO_LOOK, set_policy

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
BAD = [b"{", b'{"schema":"\xff"}', b'{"x":' + b'{"a":' * 100_000, b'{"cases":[{"failure":1}]}', b"null"]
BAD += [
    b'{"schema":"secondwind-record/2","tried":[{"life":"run:1"}]}',
    b'{"schema":"secondwind-limit/1","opened_at":1.0}',
]


def spoil(house: House, key: str, document: bytes = b"{", due_at: float | None = None) -> None:
    """Somebody has written what is none of ours."""
    house.ledger.save([Write(key=key, document=document, expected=None, due_at=due_at, expires_at=None)])


def mend(house: House, key: str) -> None:
    """A person has put a document back that can be read."""
    version = house.ledger.load([key])[key].version
    house.ledger.save([Write(key=key, document=b"{}", expected=version, due_at=None, expires_at=None)])


def test_a_malformed_document_does_not_stop_the_sweep(house: House) -> None:
    """A document that cannot be read is left as it is; what is due beside it goes on."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    for number, document in enumerate([*BAD, b'{"owed":[{"a":"b"}]}']):
        spoil(house, f"ehpc/a/b/{number}", document, house.clock.now())
    spoil(house, "breaker/ehpc/a/b", b"{", house.clock.now())
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.ledger.load(["ehpc/a/b/0"])["ehpc/a/b/0"].document == b"{"


@pytest.mark.parametrize("document", BAD, ids=["cut", "no_utf8", "deep", "other_type", "null", "later", "kind"])
def test_only_the_job_of_a_malformed_record_waits(
    house: House, caplog: pytest.LogCaptureFixture, document: bytes
) -> None:
    """Nothing is decided on it, an error names it, its neighbours go on; told again, it is in hand."""
    spoil(house, JOB, document)
    bad, good = house.hung(1), house.hung(2)
    with caplog.at_level(logging.ERROR):
        told = sorted(verdicts(house.deliver(bad, good)))
    assert told == [("deferred", "record_unreadable"), ("rerun", "accepted")]
    assert house.ehpc.calls == [["2.scheduler"]]
    assert house.ledger.load([JOB])[JOB].document == document
    assert any(JOB in record.getMessage() for record in caplog.records)
    assert verdicts(house.deliver(bad)) == [("duplicate", "in_hand")]


def test_the_sweep_comes_back_to_it_with_a_growing_pause(house: House) -> None:
    """Looked at again ever more rarely, never twice told; when the document can be read again it goes on."""
    spoil(house, JOB)
    failure = house.hung()
    house.deliver(failure)
    key, pauses = pending_key(failure.scope, failure.telling_id), list[float]()
    for _ in range(8):
        due_at = decode_record(house.ledger.load([key])[key].document).cases[0].due_at
        assert due_at is not None
        pauses.append(due_at - house.clock.now())
        house.clock.moment = due_at
        assert verdicts(house.sweep()) == []
    assert pauses == [30, 60, 120, 240, 480, 960, 1800, 1800]
    mend(house, JOB)
    house.later(1800)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    house.sweep()  # takes note that the case has moved into the job's own document
    assert (len(house.ehpc.kills), house.open_cases()) == (1, [])


def test_what_nobody_mends_ends_after_a_day(house: House) -> None:
    """One final verdict, and nothing is due any more."""
    spoil(house, JOB)
    house.deliver(house.hung())
    for _ in range(60):
        house.later(1800)
        house.sweep()
    assert house.sink.told() == [("deferred", "record_unreadable"), ("refused", "gave_up")]
    assert house.ehpc.calls == []
    assert house.ledger.due(house.clock.now() + DAY_S, 9) == []


def test_a_failure_whose_own_document_is_malformed_as_well_is_refused(house: House) -> None:
    """Where it would wait cannot be read either: that is told as final, and nothing is called."""
    failure = house.hung()
    spoil(house, JOB)
    spoil(house, pending_key(failure.scope, failure.telling_id))
    (refused,) = house.deliver(failure, trigger=Trigger.MANUAL).results
    assert (refused.outcome.verdict, refused.outcome.reason) == ("refused", "record_unreadable")
    assert refused.decision
    assert refused.decision.due_at is None
    assert house.sink.rows[-1]["message"].endswith("cannot be read, and the failure could wait nowhere else")
    assert house.ehpc.calls == []


def test_a_look_refused_for_good_is_not_decided_on_a_malformed_record(house: House) -> None:
    """What is remembered under the id as told is asked there as well."""
    spoil(house, JOB)
    house.ehpc.look_fails = NO_LOOK
    assert verdicts(house.deliver(house.hung())) == [("deferred", "record_unreadable")]


def test_a_dry_run_over_a_malformed_record_changes_nothing(house: House) -> None:
    """It says what a real run would say."""
    spoil(house, JOB)
    rows = house.database()
    assert verdicts(house.deliver(house.hung(), dry_run=True)) == [("deferred", "record_unreadable")]
    assert house.database() == rows


@pytest.mark.parametrize("key", [breaker_key(GROUP), pace_key(GROUP, "RerunJob"), rate_key(GROUP)])
@pytest.mark.parametrize("force", [False, True])
def test_a_malformed_limit_is_a_no_for_its_scope(house: House, key: str, *, force: bool) -> None:
    """It never counts as an unused one: its jobs wait, others do not, and they go on when it can be read."""
    set_policy(house, rate=Rate(max_jobs=50, window_s=60))
    spoil(house, key)
    report = house.deliver(house.failed_instance(), house.hung(), force=force)
    assert sorted(verdicts(report)) == [("deferred", "record_unreadable"), ("rerun", "accepted")]
    assert (house.schedulerx.calls, len(house.ehpc.calls)) == ([], 1)
    mend(house, key)
    house.later(31)
    house.sweep()
    assert len(house.schedulerx.calls) == 1


def test_malformed_controls_stop_everything(house: House) -> None:
    """Nothing may run if the kill switch cannot be read: the delivery comes again, the sweep's work stays due."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(1))
    spoil(house, CONTROLS_KEY)
    house.later(61)
    for run in (house.sweep, lambda: house.deliver(house.hung(2))):
        with pytest.raises(LedgerUnavailable):
            run()
    assert len(house.ehpc.calls) == 1


def test_a_record_that_becomes_malformed_during_the_call_is_left_alone(house: House) -> None:
    """The result cannot be written into it; its neighbours' results are."""
    failures = [house.hung(1), house.hung(2)]

    def break_in() -> None:
        version = house.ledger.load([JOB])[JOB].version
        house.ledger.save([Write(key=JOB, document=b"{", expected=version, due_at=None, expires_at=None)])

    house.ehpc.before_call = break_in
    house.deliver(*failures)
    assert house.sink.told() == [("rerun", "accepted")]
    assert house.ledger.load([JOB])[JOB].document == b"{"


def test_a_breaker_that_cannot_be_read_does_not_stop_the_canary_s_delivery(house: House) -> None:
    """The rerun was made; looking at what it made goes on although the group cannot be judged."""
    house.deliver(house.failed_instance())
    key = breaker_key(GROUP)
    version = house.ledger.load([key])[key].version
    house.ledger.save([Write(key=key, document=b"{", expected=version, due_at=None, expires_at=None)])
    house.later(122)
    house.sweep()
    assert [row["reason"] for row in house.sink.sightings] == ["seen_restarted"]


def test_a_hold_expires_although_the_job_s_record_is_malformed(house: House) -> None:
    """What was held while the look failed needs no other document to end."""
    house.ehpc.look_fails = replace(NO_LOOK, worth_repeating=True)
    failure = house.hung()
    house.deliver(failure)
    house.ehpc.look_fails = None
    spoil(house, JOB)
    house.later(DAY_S + 1)
    assert verdicts(house.sweep()) == [("refused", "gave_up")]


def test_contention_beside_a_malformed_document_of_its_own_is_refused(house: House) -> None:
    """Too many writers, and where it would wait cannot be read: final, named for what it is, and not called."""
    failure = house.hung()
    spoil(house, pending_key(failure.scope, failure.telling_id))

    house.ledger.before_save = lambda: touch(house.ledger.inner, JOB)
    assert verdicts(house.deliver(failure)) == [("refused", "record_unreadable")]
    assert house.ehpc.calls == []
