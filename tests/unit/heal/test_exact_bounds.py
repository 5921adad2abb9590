"""Numbers that decide, each met exactly: how often, until when, how many."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from shared.documents import decode_limit, decode_record, encode, limit_write
from shared.domain.call import Effect
from shared.domain.errors import DocumentRefused
from shared.domain.keys import breaker_key, pending_key
from shared.domain.outcome import rfc3339
from shared.heal.admission import CONTENDED_WAIT_S
from shared.policy.model import Cooldown, Rate
from shared.ports import Write
from shared.sweep import sweep
from shared.sweep_turns import MAX_DOCUMENTS, ROOM_S
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.support.memory_ledger import touch
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import break_it, set_policy

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"


def throttled(house: House, *, answers: bool) -> None:
    """The service lets nobody through from now on, or everybody."""
    house.ehpc.answer = lambda _: Effect.DONE if answers else Effect.NOT_DONE_LATER
    house.ehpc.code = "" if answers else "Throttling"


def saves_of(house: House, key: str) -> int:
    """How often that document was to be saved."""
    return sum(key in keys for keys in house.ledger.saves)


# A person's force stays with the case.


def test_the_sweep_goes_on_by_force_where_a_person_forced(house: House) -> None:
    """The rule says no and the cooldown is long: what a person began is ended as it was begun."""
    set_policy(house, cooldown=Cooldown(base_s=86_000, max_s=86_000))
    throttled(house, answers=False)
    assert verdicts(house.deliver(house.hung(message="SyntaxError"), force=True)) == [("deferred", "throttled")]
    throttled(house, answers=True)
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_what_was_refused_and_is_forced_anew_is_open_since_then(house: House) -> None:
    """It is another request: how long it may wait counts from its own beginning."""
    failure = house.hung()
    house.ehpc.answer, house.ehpc.code = (lambda _: Effect.NOT_DONE_USELESS), "Forbidden"
    assert verdicts(house.deliver(failure, force=True)) == [("refused", "api_refused")]
    house.later(5)
    throttled(house, answers=True)
    assert verdicts(house.deliver(failure, force=True)) == [("rerun", "accepted")]
    assert [case.opened_at for case in house.records()[JOB].cases] == [START + 5]


def test_what_a_person_forced_passes_the_rate_in_the_sweep_as_well(house: House) -> None:
    """The one token of ten minutes went to its first call, which was throttled."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    throttled(house, answers=False)
    house.deliver(house.hung(), force=True)
    throttled(house, answers=True)
    house.deliver(house.hung(2), force=True)
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_the_sweep_forces_nothing_that_nobody_forced(house: House) -> None:
    """A rule that says no by the time that it goes on ends it."""
    throttled(house, answers=False)
    failure = house.hung()
    house.deliver(failure)
    throttled(house, answers=True)
    set_policy(house, rules=house.policy.rules[:1])
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "no_rule")]


# Three tries after a conflict.


def test_a_decision_is_tried_three_times(house: House) -> None:
    """Then it waits in a document of its own; three looks at the ledger, not two and not four."""
    house.hung()
    house.ledger.before_save = lambda: touch(house.ledger.inner, JOB)
    failure = house.failure(message="NCCL error", exit_code="134")
    (told,) = house.deliver(failure).results
    assert (told.outcome.verdict, told.outcome.reason) == ("deferred", "contended")
    fields = told.outcome.fields()
    assert (fields["evidence"], fields["exit_code"]) == ("NCCL error", "134")
    assert saves_of(house, JOB) == 3
    (waits,) = house.records()[pending_key(CLUSTER, failure.telling_id)].cases
    assert waits.due_at == START + CONTENDED_WAIT_S == START + 5


def test_what_cannot_even_wait_apart_is_told_so(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger has no room for its document: a last word, not that it waits, for nobody would go on with it."""
    house.hung()
    apart, save = pending_key(CLUSTER, house.failure().telling_id), house.ledger.inner.save

    def refuse(writes: Sequence[Write]) -> frozenset[str]:
        if any(write.key == apart for write in writes):
            raise DocumentRefused({apart: 9})
        return save(writes)

    monkeypatch.setattr(house.ledger.inner, "save", refuse)
    house.ledger.before_save = lambda: touch(house.ledger.inner, JOB)
    assert verdicts(house.deliver(house.failure())) == [("refused", "record_full")]
    assert apart not in house.records()


def test_what_another_has_handled_meanwhile_waits_nowhere(house: House) -> None:
    """The third conflict was the same failure, through another door: that is known by then."""
    failure, left = house.hung(), [3]

    def meddle() -> None:
        left[0] -= 1
        touch(house.ledger.inner, JOB)
        if not left[0]:
            house.ledger.leave_alone()
            assert verdicts(house.deliver(failure)) == [("rerun", "accepted")]

    house.ledger.before_save = meddle
    assert [verdict for verdict, _ in verdicts(house.deliver(failure))] == ["duplicate"]
    assert (len(house.ehpc.calls), list(house.records())) == (1, [JOB])


@pytest.mark.parametrize(("conflicts", "told"), [(2, [("rerun", "accepted")]), (3, [])])
def test_a_result_is_saved_in_three_tries(house: House, conflicts: int, told: list[tuple[str, str]]) -> None:
    """With the third that conflicts its outcome is left to the sweep, which looks."""
    house.hung()
    left = [conflicts]

    def meddle() -> None:
        if house.ehpc.calls and left[0]:
            left[0] -= 1
            touch(house.ledger.inner, JOB)

    house.ledger.before_save = meddle
    assert verdicts(house.deliver(house.failure())) == told
    assert len(house.ehpc.calls) == 1


# The settle time.


@pytest.mark.parametrize(("early_s", "calls"), [(0.5, 1), (0.0, 2)])
def test_an_effect_would_show_after_the_settle_time_and_not_before(house: House, early_s: float, calls: int) -> None:
    """To the moment: a look that begins when it is over proves that the call did nothing."""
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.UNKNOWN, lambda _: False
    house.deliver(house.hung())
    (case,) = decode_record(house.ledger.load([JOB])[JOB].document).cases
    settled_at = case.may_leave_until + house.policy.timing.settle_s
    assert case.due_at == settled_at + 1
    make_due(house, JOB)
    throttled(house, answers=True)
    house.ehpc.effect = lambda _: True
    house.clock.moment = settled_at - early_s
    house.sweep()
    assert len(house.ehpc.calls) == calls


def make_due(house: House, key: str) -> None:
    """As if its time had come."""
    stored, now = house.ledger.load([key])[key], house.clock.now()
    record = decode_record(stored.document)
    record = replace(record, cases=tuple(replace(case, due_at=now) for case in record.cases))
    house.ledger.save([Write(key=key, document=encode(record), expected=stored.version, due_at=now, expires_at=None)])


# The sweep.


@pytest.mark.parametrize(("time_s", "done"), [(ROOM_S, 1), (ROOM_S - 0.001, 0)])
def test_the_sweep_begins_nothing_without_room(house: House, time_s: float, done: int) -> None:
    """Three seconds are enough for a page, less are not."""
    assert ROOM_S == 6.0
    throttled(house, answers=False)
    house.deliver(house.hung())
    throttled(house, answers=True)
    house.later(61)
    assert len(verdicts(sweep(house.healer(time_s)))) == done


def test_the_sweep_reads_a_few_documents_at_a_time_and_ten_thousand_in_all(house: House) -> None:
    """What is left is due at the next."""
    keys = [f"pending/{number:04}" for number in range(MAX_DOCUMENTS + 1)]
    document = encode(decode_record(b"{}"))
    house.ledger.save([Write(key=key, document=document, expected=None, due_at=1.0, expires_at=None) for key in keys])
    house.ledger.loads.clear()
    house.sweep()
    known = set(keys)
    read = [[key for key in load if key in known] for load in house.ledger.loads]
    assert [len(load) for load in read if load] == [25] * 400


def test_what_was_owed_of_a_failure_is_told_beside_what_becomes_of_it_now(house: House) -> None:
    """In one run of the sweep: neither stands for the other, though they are of one failure."""
    throttled(house, answers=False)
    house.sink.down = True
    house.deliver(house.hung())
    house.sink.down = False
    throttled(house, answers=True)
    house.later(61)
    house.sweep()
    assert [row["reason"] for row in house.sink.rows] == ["throttled", "accepted"]


@pytest.mark.parametrize(("early_s", "told"), [(0.5, 0), (0.0, 1)])
def test_an_outcome_owed_later_is_not_told_before(house: House, early_s: float, told: int) -> None:
    """A hint that is older than its document: who owes is asked for the time."""
    house.sink.down = True
    house.deliver(house.hung(message="x"))
    house.sink.down = False
    stored = house.ledger.load([JOB])[JOB]
    due_at = decode_record(stored.document).due_at
    assert due_at is not None
    before = due_at - 1000
    write = Write(key=JOB, document=stored.document, expected=stored.version, due_at=before, expires_at=None)
    assert not house.ledger.save([write])
    house.clock.moment = due_at - early_s
    house.sweep()
    assert len(house.sink.rows) == told


@pytest.mark.parametrize(("early_s", "told"), [(0.5, 0), (0.0, 1)])
def test_what_a_breaker_owes_later_is_not_told_before(house: House, early_s: float, told: int) -> None:
    """The same of the documents that many jobs share."""
    house.sink.down = True
    break_it(house, 1)
    house.deliver(house.hung(1), house.hung(2))
    key = breaker_key(house.failure(1).scope)
    stored = house.ledger.load([key])[key]
    limit = decode_limit(stored.document)
    assert limit.owed
    write = replace(limit_write(key, limit, stored, house.clock.now()), due_at=1.0)
    assert not house.ledger.save([write])
    house.sink.down = False
    house.sink.rows.clear()
    house.clock.moment = limit.listed_at - early_s
    house.sweep()
    assert [row["reason"] for row in house.sink.rows if "job_id" not in row] == ["breaker_opened"] * told


@pytest.mark.parametrize("how", ["forgotten", "moved on"])
def test_what_another_has_dealt_with_since_the_sweep_took_it_up_is_left(house: House, how: str) -> None:
    """While the sweep looked it made room for another telling, or was put off: nothing is done and nothing told."""
    throttled(house, answers=False)
    house.deliver(house.hung())
    throttled(house, answers=True)
    calls = len(house.ehpc.calls)
    house.later(61)

    def meddle() -> None:
        house.ehpc.after_look = lambda: None
        stored = house.ledger.load([JOB])[JOB]
        record = decode_record(stored.document)
        later = tuple(replace(case, due_at=house.clock.now() + 1) for case in record.cases)
        record = replace(record, cases=later if how == "moved on" else ())
        write = Write(key=JOB, document=encode(record), expected=stored.version, due_at=1.0, expires_at=None)
        assert not house.ledger.save([write])

    house.ehpc.after_look = meddle
    assert verdicts(house.sweep()) == []
    assert len(house.ehpc.calls) == calls


def test_what_a_call_did_is_known_from_when_its_answer_came(house: House) -> None:
    """It took twenty seconds, and the outcome is that much younger than the decision."""
    house.ehpc.before_call = lambda: house.later(20)
    (told,) = house.deliver(house.hung()).results
    assert (told.outcome.verdict, told.outcome.at) == ("rerun", rfc3339(START + 20))
