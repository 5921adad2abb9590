"""However many tellings come of one job: what was rerun is known, little waits, and each telling has its answer."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from msgspec.structs import replace

from shared.documents import decode_record
from shared.domain.crowd import MAX_UNCLEAR
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.record import MAX_CASES, MAX_OPEN, CaseState
from shared.policy.model import Action, Attempts, Cooldown, Match, Rate, Rule, Thrash
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.unit.heal.tricks import hang_again, quiet, set_policy

HOME = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"


def _cases(house: House) -> list[Any]:
    stored = house.ledger.load([HOME])[HOME]
    return list(decode_record(stored.document).cases)


def _flood(house: House, rounds: int = 1) -> Counter[str]:
    """Each round tells of 120 runs of the job that the list does not show yet."""
    words: Counter[str] = Counter()
    for _ in range(rounds):
        house.later(200)
        for number in range(120):
            started_at = house.clock.now() - 120 + number
            failure = house.failure(1, started_at=started_at, event_id=f"forged-{started_at:.0f}")
            report = house.deliver(failure)
            words.update(result.outcome.reason for result in report.results)
            assert len(report.results) == 1
    return words


def test_what_was_rerun_is_known_however_many_tellings_come(house: House) -> None:
    """The list lags: it shows the run that was killed. Its failure told anew after a flood is not rerun again."""
    set_policy(house, attempts=Attempts(max=20), cooldown=Cooldown(base_s=0, max_s=0))
    failure = house.hung(1, started_at=float(START) - 3600)
    assert verdicts(house.deliver(failure)) == [("rerun", "accepted")]
    house.ehpc.jobs["1.scheduler"].start = int(START) - 3600
    _flood(house, 3)
    assert len(_cases(house)) <= MAX_CASES
    again = house.failure(1, started_at=float(START) - 3600, telling_id="anew", event_id="anew")
    assert verdicts(house.deliver(again)) == [("duplicate", "already_handled")]
    assert len(house.ehpc.calls) == 1


@pytest.mark.parametrize(("untimed", "again"), [(True, "already_handled"), (False, "accepted")])
def test_a_second_telling_is_known_by_itself_where_it_says_no_time(house: House, untimed: bool, again: str) -> None:  # noqa: FBT001 - a case
    """Come again it would count as told of the run that goes on by then. Times that are told are believed."""
    set_policy(house, cooldown=Cooldown(base_s=0, max_s=0))
    told: dict[str, Any] = {"event_id": "second", "telling_id": "second", "untimed": untimed}
    first = house.hung()
    job = house.ehpc.jobs["1.scheduler"]
    failed = job.start
    assert verdicts(house.deliver(first)) == [("rerun", "accepted")]
    runs, job.start = job.start, failed  # the list lags for a moment
    assert verdicts(house.deliver(house.failure(**told))) == [("duplicate", "already_handled")]
    assert [case.state for record in house.records().values() for case in record.cases] == [CaseState.DONE]
    job.start = runs
    house.later(600)
    assert [reason for _, reason in verdicts(house.deliver(house.failure(**told)))] == [again]


@pytest.mark.parametrize(
    ("more", "first"),
    [
        ({}, "job_finished"),
        ({"trigger": Trigger.MANUAL}, "job_finished"),
        ({"owner": "another"}, "untrusted_source"),
        ({"job_id": "7.scheduler"}, "not_found"),
    ],
)
def test_what_says_no_time_is_known_also_where_nothing_was_known_of_the_job(
    house: House, more: dict[str, Any], first: str
) -> None:
    """The run has ended, and somebody reruns the job. By hand it may be told anew, and strangers fill no room."""
    house.hung()
    job = house.ehpc.jobs["1.scheduler"]
    job.state, job.owner = State.FINISHED, "its own"
    told = house.failure(**{"untimed": True, **more})
    second = house.failure(**{"untimed": True, **more, "event_id": "second", "telling_id": "second"})
    assert [reason for one in (told, second) for _, reason in verdicts(house.deliver(one))] == [first] * 2
    known = not more
    assert [len(case.tellings) for record in house.records().values() for case in record.cases] == [2] * known
    job.state, job.start = State.RUNNING, int(START) + 300
    house.later(600)
    again = "already_handled" if known else {"job_finished": "accepted"}.get(first, first)
    assert [reason for _, reason in verdicts(house.deliver(replace(told, occurred_at=house.clock.now())))] == [again]


def test_tellings_of_unclear_runs_are_bounded_and_the_outcome_says_so(house: House) -> None:
    """So many wait, the rest is told that it no longer does; nothing is kept for it."""
    house.hung()
    words = _flood(house)
    assert words == {"run_unclear": 120}
    assert len(_cases(house)) == MAX_UNCLEAR
    assert house.records()[HOME].owed == ()
    told = [row for row in house.sink.rows if row["reason"] == "too_many_open"]
    assert {(row["verdict"], row["final"]) for row in told} == {("suppressed", "true")}
    assert len({row["failure_id"] for row in told}) == 120 - MAX_UNCLEAR


def test_what_waits_on_makes_nobody_give_way(house: House) -> None:
    """As many wait as may; looked at again, while their runs are as unclear as before, all of them still do."""
    house.hung()
    _flood(house)
    waiting = {case.failure_id for case in _cases(house)}
    house.later(31)
    house.sweep()
    assert {case.failure_id for case in _cases(house)} == waiting
    assert max(case.looks for case in _cases(house)) > 1


def test_open_failures_of_one_job_are_bounded(house: House) -> None:
    """Also of a job with a piece of work for each day: beyond the bound they are told so, and none is dropped."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=86_400))
    words: Counter[str] = Counter()
    for number in range(MAX_OPEN + 20):
        day = f"2026-{number // 28 + 1:02}-{number % 28 + 1:02} 10:00:00"
        failure = house.failed_instance(day, 7 + number)
        words.update(result.outcome.reason for result in house.deliver(failure).results)
    assert words["too_many_open"] > 0
    assert sum(words.values()) == MAX_OPEN + 20
    stored = house.ledger.load(["schedulerx/cn-hangzhou/ns/demo.group/42"])
    (document,) = stored.values()
    assert sum(case.open for case in decode_record(document.document).cases) <= MAX_OPEN


@pytest.mark.parametrize("doors", [2, 3])
def test_a_second_telling_of_an_unclear_run_has_an_outcome_of_its_own(house: House, doors: int) -> None:
    """Two doors tell one failure so near the start that the run is unclear: one case, and an answer to each."""
    house.hung()
    start = house.ehpc.jobs["1.scheduler"].start = int(START) - 20
    answers = [
        verdicts(house.deliver(house.failure(1, occurred_at=start + 3.0 + number, event_id=f"door-{number}")))
        for number in range(doors)
    ]
    assert answers == [[("deferred", "run_unclear")], *[[("duplicate", "in_hand")]] * (doors - 1)]
    assert len(_cases(house)) == 1
    assert len({row["failure_id"] for row in house.sink.rows}) == 1
    quiet(house)
    assert {row["event_id"] for row in house.sink.rows if row["final"] == "true"} == {
        f"door-{number}" for number in range(doors)
    }


def test_another_telling_of_what_the_ledger_knows_writes_nothing_there(house: House) -> None:
    """A hundred ranks that come one by one cost a read each; in the delivery that wrote it down they are noted."""
    first = house.hung()
    same = [house.failure(telling_id=f"t{number}", occurred_at=first.occurred_at) for number in range(3)]
    assert verdicts(house.deliver(first, same[0])) == [("rerun", "accepted")]
    assert set(_cases(house)[0].tellings) == {first.telling_id, "t0"}
    house.ledger.saves.clear()
    for one in same:
        assert [verdict for verdict, _ in verdicts(house.deliver(one))] == ["duplicate"]
    assert house.ledger.saves == []


def test_two_tellings_in_one_delivery_are_answered_or_counted(house: House) -> None:
    """What gets no outcome is counted as folded."""
    house.hung()
    start = house.ehpc.jobs["1.scheduler"].start = int(START) - 20
    told = [house.failure(1, occurred_at=start + 3.0 + number, event_id=f"door-{number}") for number in range(4)]
    report = house.deliver(*told)
    assert len(report.results) + report.folded == 4
    assert report.results[0].outcome.reason == "run_unclear"


def test_who_forces_what_waits_unclear_gets_an_outcome(house: House) -> None:
    """The person is told that it waits still."""
    house.hung()
    start = house.ehpc.jobs["1.scheduler"].start = int(START) - 20
    house.deliver(house.failure(1, occurred_at=start + 3.0))
    again = house.failure(1, occurred_at=start + 4.0, event_id="by-hand")
    assert verdicts(house.deliver(again, force=True)) == [("deferred", "run_unclear")]
    assert house.sink.rows[-1]["event_id"] == "by-hand"


def test_forged_tellings_of_no_clear_run_use_up_no_thrash(house: House) -> None:
    """Five strangers' failures of runs that nobody can make out; the job's own failure is healed."""
    set_policy(house, thrash=Thrash(max_failures=2, window_s=7200))
    house.hung()
    start = int(START) - 3600
    for number in range(5):
        forged = house.failure(1, started_at=house.clock.now() - 60 + number, event_id=f"forged-{number}")
        assert verdicts(house.deliver(forged)) == [("deferred", "run_unclear")]
    true = house.failure(1, started_at=float(start), event_id="true")
    assert verdicts(house.deliver(true)) == [("rerun", "accepted")]


def test_failures_of_clear_runs_use_it_up_rerun_or_not(house: House) -> None:
    """Rerun, held or stopped by a breaker: what a job failed with counts."""
    held = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)
    set_policy(house, rules=(held, *house.policy.rules), thrash=Thrash(max_failures=2, window_s=7200))
    house.deliver(house.hung(message="weigh"))
    assert verdicts(house.deliver(hang_again(house))) == [("rerun", "accepted")]
    house.later(60)
    assert verdicts(house.deliver(hang_again(house))) == [("suppressed", "thrashing")]


def test_what_waits_for_another_reason_crowds_nobody_out(house: House) -> None:
    """The bound is for unclear runs alone: a clear failure that waits for the rate leaves them all waiting."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=86_400))
    assert verdicts(house.deliver(house.hung(2))) == [("rerun", "accepted")]
    house.hung(1)
    _flood(house)
    waiting = [case.failure_id for case in _cases(house)]
    assert len(waiting) == MAX_UNCLEAR
    start = house.ehpc.jobs["1.scheduler"].start
    assert verdicts(house.deliver(house.failure(1, started_at=float(start)))) == [("deferred", "rate")]
    assert [case.failure_id for case in _cases(house)][:MAX_UNCLEAR] == waiting


def test_what_cannot_be_believed_is_no_telling_of_what_was_rerun(house: House) -> None:
    """In one delivery with the true one: a case remembers sixteen, and lies must not push the true one out."""
    true = house.hung(owner="ann", telling_id="a", event_id="a")
    house.ehpc.jobs["1.scheduler"].owner = "ann"
    lies = [
        house.failure(owner="ben", message=f"{number}", telling_id=f"b{number}", event_id=f"b{number}")
        for number in range(20)
    ]
    report = house.deliver(true, *lies)
    assert (verdicts(report), report.folded) == ([("rerun", "accepted")], 20)
    (case,) = _cases(house)
    assert case.tellings == ("a",)


def test_to_strike_what_was_told_reads_nothing_again(house: House) -> None:
    """The records are known as they were left: of a storm that is a round trip less for each hundred."""
    house.deliver(house.hung())
    assert [HOME in keys for keys in house.ledger.loads].count(True) == 1
    assert house.records()[HOME].owed == ()
