"""What an open breaker stops is kept, so that a person may resume it: known again, listed, never swept."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from msgspec.structs import replace

from shared.documents import decode_limit, decode_record, encode, limit_write
from shared.domain.call import Effect
from shared.domain.keys import breaker_key
from shared.domain.limits import closed_by_hand
from shared.domain.mode import Mode
from shared.domain.reasons import Reason
from shared.domain.record import LISTED_AT, MAX_CASES, CaseState, JobRecord
from shared.policy.model import Action, Match, Rule
from shared.ports import Write
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed
from tests.unit.heal.tricks import DAY_S, break_it, count, finals, quiet, set_policy

JOB = "ehpc/cn-hangzhou/ehpc-hz-1/3.scheduler"


def opened(house: House) -> None:
    """The cluster's breaker is open."""
    break_it(house, 1)
    house.deliver(house.hung(1), house.hung(2))


def record(house: House, key: str = JOB) -> JobRecord:
    """That job's record."""
    return decode_record(house.ledger.load([key])[key].document)


def close(house: House) -> None:
    """As a person closes the cluster's breaker; from then on none opens by itself."""
    scope = house.failure(1).scope
    key = breaker_key(scope)
    stored, now = house.ledger.load([key])[key], house.clock.now()
    limit = closed_by_hand(decode_limit(stored.document), scope, now, "ann")
    assert not house.ledger.save([limit_write(key, limit, stored, now)])
    set_policy(house, breaker=None)


def resume(house: House, key: str = JOB) -> None:
    """As a person does who has closed the breaker."""
    stored, now = house.ledger.load([key])[key], house.clock.now()
    known = decode_record(stored.document)
    (case,) = [one for one in known.cases if one.due_at == LISTED_AT]
    going = known.with_case(replace(case, state=CaseState.DEFERRED, due_at=now, opened_at=now))
    writes = [Write(key=key, document=encode(going), expected=stored.version, due_at=now, expires_at=None)]
    house.ledger.save(writes)
    close(house)


def test_it_is_kept_with_all_its_evidence(house: House) -> None:
    """A closed case with no attempt, listed at a time that no sweep reaches, owing nothing once told."""
    opened(house)
    failure = house.hung(3, message="x" * 9000, extra={"a": "b"})
    assert count(house.deliver(failure)) == (0, 1)
    (case,) = record(house).cases
    assert (case.state, case.reason, case.due_at) == (CaseState.CLOSED, Reason.BREAKER_OPEN, LISTED_AT)
    assert (case.failure, case.attempt, record(house).owed) == (failure, 0, ())
    assert JOB in [due.key for due in house.ledger.due(LISTED_AT, 20)]
    house.later(29 * DAY_S)
    rows = house.database()
    house.sweep()
    assert [row for row in house.database() if row[0] == JOB] == [row for row in rows if row[0] == JOB]


def test_told_again_it_is_a_duplicate(house: House) -> None:
    """One final verdict however often the platform delivers, also when the breaker is closed by then."""
    opened(house)
    failure = house.hung(3)
    house.deliver(failure)
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    close(house)
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert len(house.ehpc.calls) == 1


def test_another_telling_after_the_breaker_was_closed_is_healed(house: House) -> None:
    """A failure that is told anew is no backlog any more; both its tellings are known then."""
    opened(house)
    failure = house.hung(3)
    house.deliver(failure)
    close(house)
    anew = house.failure(3, telling_id="anew", occurred_at=failure.occurred_at)
    assert verdicts(house.deliver(anew)) == [("rerun", "accepted")]
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert record(house).cases[0].due_at != LISTED_AT
    assert len(house.ehpc.kills) == 2


def test_a_resumed_case_goes_through_every_gate(house: House) -> None:
    """It is rerun if the job still hangs, and not if it has ended meanwhile."""
    opened(house)
    house.deliver(house.hung(3), house.hung(4))
    house.ehpc.jobs["4.scheduler"].state = type(house.ehpc.jobs["4.scheduler"].state).FINISHED
    for number in (3, 4):
        resume(house, f"ehpc/cn-hangzhou/ehpc-hz-1/{number}.scheduler")
    assert sorted(verdicts(house.sweep())) == [("ineligible", "job_finished"), ("rerun", "accepted")]


def test_what_waited_when_the_breaker_opened_is_backlog_too(house: House) -> None:
    """Throttled, then stopped by the breaker: listed, with the number of its attempt."""
    break_it(house, 2)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(3))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.deliver(house.hung(1), house.hung(2))
    house.later(61)
    assert verdicts(house.sweep()) == [("suppressed", "breaker_open")]
    assert (record(house).cases[0].due_at, record(house).cases[0].attempt) == (LISTED_AT, 1)
    resume(house)
    house.sweep()
    assert house.ehpc.calls[-1] == ["3.scheduler"]
    assert len(record(house).attempts) == 1


@pytest.mark.parametrize("way", ["dry_run", "observe", "rule_action", "rule_mode"])
def test_who_only_observes_keeps_no_backlog(house: House, way: str) -> None:
    """A dry run, mode observe and a rule that observes write nothing but their outcome."""
    opened(house)
    rows = house.database()
    rule = house.policy.rules[-1]
    if way == "observe":
        set_policy(house, mode=Mode.OBSERVE)
    if way == "rule_action":
        set_policy(house, rules=(Rule(name="watch", match=Match(), action=Action.OBSERVE),))
    if way == "rule_mode":
        set_policy(house, rules=(replace(rule, mode=Mode.OBSERVE),))
    assert count(house.deliver(house.hung(3), dry_run=way == "dry_run")) == (0, 1)
    assert house.database() == rows


def test_a_storm_is_two_saves_a_hundred_failures(house: House) -> None:
    """All of the backlog in one save, and one to acknowledge."""
    opened(house)
    saves: list[int] = []
    house.ledger.before_save = lambda: saves.append(1)
    assert count(house.deliver(*(house.hung(number) for number in range(10, 110)))) == (0, 100)
    assert len(saves) == 2


@pytest.mark.parametrize("step", [1, 2])
def test_a_crash_loses_no_part_of_it(house: House, step: int) -> None:
    """Killed after the save or after the acknowledgement: each has one final verdict and is in the backlog."""
    opened(house)
    failures = [house.hung(number) for number in (3, 4)]
    house.ledger.die_after(step)
    with pytest.raises(Killed):
        house.deliver(*failures)
    house.ledger.leave_alone()
    house.deliver(*failures)
    quiet(house, 2)
    told = [[verdict for verdict in found if verdict != "duplicate"] for found in finals(house).values()]
    assert sorted(told) == [["rerun"], ["suppressed"], ["suppressed"], ["suppressed"], ["suppressed"]]
    assert record(house).cases[0].due_at == LISTED_AT


def test_told_by_two_doors_in_one_delivery_it_owes_one_outcome(house: House) -> None:
    """The second telling is folded into the first, is known from then on, and owes nothing that nobody would write."""
    opened(house)
    first, second = house.hung(3, telling_id="a", event_id="a"), house.failure(3, telling_id="b", event_id="b")
    owed: list[int] = []
    house.ledger.after_save = lambda: owed.append(len(record(house).owed))
    report = house.deliver(first, second)
    (case,) = record(house).cases
    assert (report.folded, owed, set(case.tellings)) == (1, [1, 0], {"a", "b"})


def test_its_document_does_not_grow_with_a_flood_of_one_jobs_days(house: House) -> None:
    """So many are known as a record keeps, and all are told; each measures what the document owes by then."""
    break_it(house, 1)
    house.deliver(house.failed_instance(job_id="40"), house.failed_instance(job_id="41"))
    days = [f"{date(2026, 1, 1) + timedelta(days=number)} 10:00:00" for number in range(2 * MAX_CASES)]
    failures = [house.failed_instance(day, number) for number, day in enumerate(days)]
    key = "schedulerx/cn-hangzhou/ns/demo.group/42"
    owed: list[int] = []
    house.ledger.after_save = lambda: owed.append(len(house.records()[key].owed))
    assert count(house.deliver(*failures)) == (0, len(days))
    assert (max(owed), owed[-1]) == (MAX_CASES, 0)
    known = {telling for case in record(house, key).cases for telling in case.tellings}
    assert len(known) == MAX_CASES
    again = house.deliver(*failures)
    assert (count(again), len(again.results)) == ((0, MAX_CASES), len(days))
