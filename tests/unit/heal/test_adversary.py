"""Histories thought up against the twelve laws (design.md, What must always hold): interleavings, crashes, bad luck."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Trigger
from shared.domain.job import State
from shared.domain.limits import PACE_PER_MINUTE
from shared.domain.snapshot import LookFailed
from shared.policy.model import Action, Breaker, Cooldown, Match, Rule
from shared.ports import Stored, Write

BAD_LOOK = LookFailed(worth_repeating=True, code="Throttling", message="slow down", look_begun_at=0)


class Killed(BaseException):
    """The platform ends the process."""


class Meddling:
    """A ledger at whose doors somebody else gets in first."""

    def __init__(self, ledger: Any) -> None:
        self._ledger = ledger
        self.before_save: Callable[[], None] = lambda: None
        self.after_save: Callable[[], None] = lambda: None

    def load(self, keys: Sequence[str]) -> Any:
        """As the ledger does."""
        return self._ledger.load(keys)

    def save(self, writes: Sequence[Write]) -> frozenset[str]:
        """As the ledger does, with others before and after."""
        self.before_save()
        conflicts: frozenset[str] = self._ledger.save(writes)
        self.after_save()
        return conflicts

    def due(self, before: float, limit: int, after: Any = None) -> Any:
        """As the ledger does."""
        return self._ledger.due(before, limit, after)

    def close(self) -> None:
        """As the ledger does."""
        self._ledger.close()


def quiet(house: Any, hours: int = 60) -> None:
    """Sweep until nothing is due any more."""
    for _ in range(hours * 2):
        house.sweep()
        house.later(1800)
    assert house.unfinished() == []


def finals(house: Any) -> dict[str, list[str]]:
    """The final verdicts of each failure in the Logstore, repeats dropped."""
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    found: dict[str, list[str]] = {row["failure_id"]: [] for row in rows}
    for row in rows:
        if row["final"] == "true":
            found[row["failure_id"]].append(row["verdict"])
    return found


# Two invocations at once.


def test_a_second_delivery_during_the_look_kills_once(house: Any, verdicts: Any) -> None:
    """A looks, B does everything, A goes on with its old look: B's attempt is in the ledger, A's is a duplicate."""
    house.hung()
    inner: list[Any] = []

    def b() -> None:
        house.ehpc.after_look = lambda: None
        inner.append(house.deliver(house.failure(telling_id="b")))

    house.ehpc.after_look = b
    outer = house.deliver(house.failure(telling_id="a"))
    assert (verdicts(inner[0]), verdicts(outer)) == ([("rerun", "accepted")], [("duplicate", "already_handled")])
    assert len(house.ehpc.kills) == 1


@pytest.mark.parametrize("force", [False, True])
def test_a_second_delivery_during_the_call_kills_once(house: Any, verdicts: Any, *, force: bool) -> None:
    """While A's call is under way its reservation stands, against a person who forces as well."""
    house.hung()
    inner: list[Any] = []

    def b() -> None:
        house.ehpc.before_call = lambda: None
        inner.append(house.deliver(house.failure(telling_id="b"), force=force))

    house.ehpc.before_call = b
    outer = house.deliver(house.failure(telling_id="a"), force=force)
    assert (verdicts(inner[0]), verdicts(outer)) == ([("duplicate", "in_hand")], [("rerun", "accepted")])
    assert len(house.ehpc.kills) == 1


@pytest.mark.parametrize("which", [1, 2, 3, 4])
def test_a_second_delivery_before_any_save_kills_once(house: Any, which: int) -> None:
    """Whichever compare-and-set B gets in front of, one of the two reserves and the other finds out."""
    house.ledger = Meddling(house.ledger)
    house.hung()
    saves: list[int] = []

    def b() -> None:
        saves.append(1)
        if len(saves) == which:
            house.deliver(house.failure(telling_id="b"))

    house.ledger.before_save = b
    house.deliver(house.failure(telling_id="a"))
    assert len(saves) >= which
    assert len(house.ehpc.kills) == 1
    quiet(house)
    assert [verdict for found in finals(house).values() for verdict in found].count("rerun") == 1
    assert all(finals(house).values()), house.sink.rows


def test_two_deliveries_race_for_the_last_token(house: Any, verdicts: Any) -> None:
    """B takes the breaker's only token between A's load and save: A sees the conflict and is not admitted."""
    house.policy = replace(house.policy, breaker=Breaker(max_jobs=1))
    house.ledger = Meddling(house.ledger)
    first, second = house.hung(1), house.hung(2)

    def b() -> None:
        house.ledger.before_save = lambda: None
        house.deliver(second)

    house.ledger.before_save = b
    assert verdicts(house.deliver(first)) == [("suppressed", "breaker_open")]
    assert house.ehpc.calls == [["2.scheduler"]]


def test_a_zombie_does_not_settle_the_reservation_of_another(house: Any, verdicts: Any) -> None:
    """A froze before its call; a sweep took its attempt over and died. A's late refusal says nothing about that one."""
    house.hung()
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.NOT_DONE_USELESS, lambda _: False

    def die() -> None:
        raise Killed

    def freeze() -> None:
        house.later(200)
        house.ehpc.before_call = die
        with pytest.raises(Killed):
            house.sweep()

    house.ehpc.before_call = freeze
    assert verdicts(house.deliver(house.failure())) == []
    house.ehpc.before_call = lambda: None
    house.ehpc.answer, house.ehpc.effect = lambda _: Effect.DONE, lambda _: True
    house.later(200)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert len(house.ehpc.kills) == 1


def test_two_sweeps_at_once_go_on_once(house: Any) -> None:
    """Two timers overlap: a deferred failure is called once."""
    house.ledger = Meddling(house.ledger)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)

    def other() -> None:
        house.ledger.before_save = lambda: None
        house.sweep()

    house.ledger.before_save = other
    house.sweep()
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (2, 1)


def test_a_sweep_that_meets_a_forced_take_over_calls_once(house: Any) -> None:
    """A person forces what waits while the sweep looks at it."""
    failure = house.hung()
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(failure)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)

    def person() -> None:
        house.ehpc.after_look = lambda: None
        house.deliver(failure, trigger=Trigger.MANUAL, force=True)

    house.ehpc.after_look = person
    house.sweep()
    quiet(house)
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (2, 1)


def test_endless_contention_parks_the_failure_and_the_sweep_goes_on(house: Any, verdicts: Any) -> None:
    """Somebody else writes the job's record each time: after three tries it waits in a document of its own."""
    house.ledger = Meddling(house.ledger)
    house.hung()
    key = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
    inner = house.ledger._ledger

    def touch() -> None:
        stored = inner.load([key]).get(key, Stored(b"{}", 0))
        inner.save(
            [Write(key=key, document=stored.document, expected=stored.version or None, due_at=None, expires_at=None)]
        )

    house.ledger.before_save = touch
    failure = house.failure()
    assert verdicts(house.deliver(failure)) == [("deferred", "contended")]
    house.ledger.before_save = lambda: None
    assert house.ehpc.calls == []
    house.later(6)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    quiet(house)
    assert len(house.ehpc.kills) == 1


# Crashes between two steps.


@pytest.mark.parametrize("step", range(1, 6))
@pytest.mark.parametrize("effect", [Effect.DONE, Effect.UNKNOWN])
def test_a_crash_after_any_save_loses_nothing_and_kills_once(house: Any, step: int, effect: Effect) -> None:
    """The process dies after its n-th save; the platform delivers again, the sweep does the rest."""
    house.ledger = Meddling(house.ledger)
    house.ehpc.answer = lambda _: effect
    failure = house.hung()
    saves: list[int] = []

    def die() -> None:
        saves.append(1)
        if len(saves) == step:
            raise Killed

    house.ledger.after_save = die
    try:
        house.deliver(failure)
    except Killed:
        house.later(1)
        house.deliver(failure)
    house.ledger.after_save = lambda: None
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert all(finals(house).values()), house.sink.rows


@pytest.mark.parametrize("step", range(1, 5))
def test_a_crash_in_the_sweep_loses_nothing_and_kills_once(house: Any, step: int) -> None:
    """The same for a sweep that takes over from a look that had failed: two documents, any crash between."""
    house.ledger = Meddling(house.ledger)
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.hung(1, job_id="1"))
    house.ehpc.look_fails = None
    house.later(61)
    saves: list[int] = []

    def die() -> None:
        saves.append(1)
        if len(saves) == step:
            raise Killed

    house.ledger.after_save = die
    with pytest.raises(Killed):
        house.sweep()
    house.ledger.after_save = lambda: None
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert list(finals(house).values()) == [["rerun"]]


def test_a_crash_before_the_acknowledgement_writes_the_same_outcome_again(house: Any) -> None:
    """Told twice with one id: readers drop repeats."""
    house.ledger = Meddling(house.ledger)
    failure = house.hung()
    saves: list[int] = []

    def die() -> None:
        saves.append(1)
        if len(saves) == 4:
            raise Killed

    house.ledger.before_save = die
    with pytest.raises(Killed):
        house.deliver(failure)
    house.ledger.before_save = lambda: None
    quiet(house)
    assert len(house.sink.rows) == 2
    assert house.sink.told() == [("rerun", "accepted")]


# What was found wanting, each once seen failing.


def test_a_deferred_attempt_whose_job_then_ended_is_told_as_ended(house: Any, verdicts: Any) -> None:
    """Throttled, and by the time the sweep goes on the run has ended: it was not restarted."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.jobs["1.scheduler"].state = State.FINISHED
    house.later(61)
    assert verdicts(house.sweep()) == [("ineligible", "job_finished")]


def test_a_job_that_waits_for_the_pace_lends_its_turn_to_nobody(house: Any) -> None:
    """Two failed days of one job and no pace left: the second day is not called in place of the first."""
    house.policy = replace(house.policy, breaker=None)
    fillers = [
        house.failed_instance(instance_id=100 + number, job_id=str(1000 + number)) for number in range(PACE_PER_MINUTE)
    ]
    house.deliver(*fillers)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    first = house.failed_instance("2026-01-01 10:00:00", 1, "5")
    second = house.failed_instance("2026-01-02 10:00:00", 2, "5")
    report = house.deliver(first, second)
    assert len(house.schedulerx.calls) == PACE_PER_MINUTE
    assert {result.outcome.verdict for result in report.results} == {"deferred"}


def test_a_duplicate_names_the_case_of_its_own_day(house: Any) -> None:
    """A rerun of Monday is not what became of Sunday's failure."""
    monday = house.failed_instance("2026-01-05 10:00:00", 1)
    sunday = house.failed_instance("2026-01-04 10:00:00", 2)
    house.failed_instance("2026-01-04 10:00:00", 3, started_at=house.clock.now() - 60, state=State.SUCCEEDED)
    first, second = house.deliver(monday).results[0].outcome, house.deliver(sunday).results[0].outcome
    assert (first.reason, second.reason) == ("accepted", "restarted_since")
    assert first.failure_id != second.failure_id


def test_a_rerun_day_is_known_to_a_teller_who_names_the_data_time(house: Any, verdicts: Any) -> None:
    """Told by instance first and by data time later: the rerun was of that day, however it was named."""
    failure = house.failed_instance("2026-01-04 10:00:00", 1)
    house.deliver(failure)
    house.schedulerx.end("42", State.FAILED)
    other = replace(failure, job_instance_id=None, data_time="2026-01-04 10:00:00", telling_id="b")
    assert verdicts(house.deliver(other)) == [("duplicate", "restarted_since")]
    assert len(house.schedulerx.calls) == 1


def test_every_open_outcome_is_followed_by_a_final_one_of_the_same_failure(house: Any) -> None:
    """Two tellings wait because nobody could look; one is rerun, the other ends as its duplicate, under its own id."""
    house.hung()
    house.ehpc.look_fails = BAD_LOOK
    house.deliver(house.failure(telling_id="a"), house.failure(telling_id="b"))
    house.ehpc.look_fails = None
    house.later(61)
    house.sweep()
    quiet(house)
    assert sorted(finals(house).values()) == [["duplicate"], ["rerun"]]
    assert len(house.ehpc.kills) == 1


def test_a_forced_take_over_keeps_the_attempt_number(house: Any) -> None:
    """Throttled at attempt 1, then forced: it is attempt 1 still, and one attempt is counted."""
    failure = house.hung()
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(failure)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    report = house.deliver(failure, trigger=Trigger.MANUAL, force=True)
    assert [(result.outcome.verdict, result.outcome.attempt) for result in report.results] == [("rerun", "1")]


def test_a_dry_run_of_two_days_decides_as_a_real_run(house: Any, verdicts: Any) -> None:
    """At most one open attempt a job, in a rehearsal as well."""
    days = [house.failed_instance("2026-01-01 10:00:00", 1), house.failed_instance("2026-01-02 10:00:00", 2)]
    rehearsed = sorted(verdicts(house.deliver(*days, dry_run=True)))
    assert rehearsed == [("deferred", "other_run_in_hand"), ("would_rerun", "dry_run")]
    real = sorted(verdicts(house.deliver(*days)))
    assert real == [("deferred", "other_run_in_hand"), ("rerun", "accepted")]


def test_a_dry_run_spends_the_breaker_over_the_whole_delivery(house: Any, verdicts: Any) -> None:
    """Chunk by chunk the rehearsal counts on: 150 jobs and a breaker of 120 are 120 and 30, as in earnest."""
    house.policy = replace(house.policy, breaker=Breaker(max_jobs=120))
    failures = [house.hung(number) for number in range(1, 151)]
    rehearsed = [verdict for verdict, _ in verdicts(house.deliver(*failures, dry_run=True))]
    assert (rehearsed.count("would_rerun"), rehearsed.count("suppressed")) == (120, 30)
    real = [verdict for verdict, _ in verdicts(house.deliver(*failures))]
    assert (real.count("rerun"), real.count("suppressed")) == (120, 30)


def test_a_malformed_document_does_not_stop_the_sweep(house: Any, verdicts: Any) -> None:
    """A document that cannot be read is left as it is; what is due beside it goes on."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    bad = Write(key="ehpc/a/b/bad", document=b"{", expected=None, due_at=house.clock.now(), expires_at=None)
    house.ledger.save([bad])
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert house.ledger.load(["ehpc/a/b/bad"])["ehpc/a/b/bad"].document == b"{"


def test_nothing_is_decided_on_a_malformed_record(house: Any) -> None:
    """It must not count as an empty one: the delivery fails before any call, and the document stays as it is."""
    key = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"
    house.ledger.save([Write(key=key, document=b"{", expected=None, due_at=None, expires_at=None)])
    with pytest.raises(LedgerUnavailable):
        house.deliver(house.hung(1), house.hung(2))
    assert house.ehpc.calls == []
    assert house.ledger.load([key])[key].document == b"{"


def test_outcomes_that_stay_owed_do_not_block_the_rest_of_the_sweep(house: Any, monkeypatch: Any) -> None:
    """A Logstore that stays away puts its own documents off; failures behind them are taken up."""
    monkeypatch.setattr("shared.sweep.MAX_DOCUMENTS", 2)
    monkeypatch.setattr("shared.sweep.PAGE", 1)
    house.sink.down = True
    for number in (1, 2, 3):
        house.deliver(house.hung(number))
    house.later(1)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(4))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    house.sweep()
    house.sweep()
    assert "4.scheduler" in [job for call in house.ehpc.calls[4:] for job in call]


def test_a_forced_attempt_that_was_throttled_goes_on(house: Any, verdicts: Any) -> None:
    """A person forced it against the rule; the service was busy: the sweep finishes what was asked."""
    failure = house.hung(message="SyntaxError")
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    assert verdicts(house.deliver(failure, force=True, trigger=Trigger.MANUAL)) == [("deferred", "throttled")]
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]


def test_the_database_is_left_whole_by_all_this(house: Any) -> None:
    """SQLite itself finds nothing wrong after deliveries and sweeps."""
    house.deliver(house.hung(), house.failed_instance())
    quiet(house)
    found = sqlite3.connect(house.path / "ledger.db")
    assert found.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    found.close()


def test_a_hold_of_one_telling_is_not_passed_by_the_next(house: Any, verdicts: Any) -> None:
    """A failure that waits for a person waits, whoever tells it again; forced, it goes on and ends once."""
    hold = Rule(name="ask", match=Match(message="weigh"), action=Action.HOLD)
    house.policy = replace(house.policy, rules=(hold, *house.policy.rules), cooldown=Cooldown(base_s=0, max_s=0))
    assert verdicts(house.deliver(house.hung(message="weigh"))) == [("held", "rule_holds")]
    assert verdicts(house.deliver(house.failure(telling_id="other"))) == [("duplicate", "in_hand")]
    again = house.failure(telling_id="person", message="weigh")
    assert verdicts(house.deliver(again, force=True, trigger=Trigger.MANUAL)) == [("rerun", "accepted")]
    quiet(house)
    assert len(house.ehpc.kills) == 1
    assert house.sink.told().count(("suppressed", "hold_expired")) == 0
