"""What is told first is not the last word: a telling that gets further takes a waiting failure on, and never twice."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.domain.call import Effect
from shared.domain.failure import FailureClass
from shared.domain.job import State
from shared.policy.model import Action, Attempts, Cooldown, Match, Rate, Rule, Window
from shared.policy.windows import WindowAction
from tests.support.clock import START
from tests.support.house import House, verdicts
from tests.support.systems import Job
from tests.unit.heal.test_full_records import fill
from tests.unit.heal.test_held import answer
from tests.unit.heal.tricks import DAY_S, finals, quiet, set_policy

DISK, XID, TYPO, WATCHED, LATE = "No space left on device", "NVRM: Xid 79", "SyntaxError", "only watch", "licence"
RULES = (
    Rule(name="disk", match=Match(message=DISK), action=Action.HOLD, failure_class=FailureClass.CAPACITY),
    Rule(name="xid", match=Match(message=XID), action=Action.RERUN, failure_class=FailureClass.INFRASTRUCTURE),
    Rule(name="typo", match=Match(message=TYPO), action=Action.IGNORE, failure_class=FailureClass.APPLICATION),
    Rule(name="watched", match=Match(message=WATCHED), action=Action.OBSERVE),
    Rule(name="late", match=Match(message=LATE), action=Action.RERUN, delay_s=900),
)
RUN = float(START) - 3600


def told(house: House, message: str, event_id: str = "", **more: Any) -> list[tuple[str, str]]:
    """The run that hangs is told with this text."""
    failure = house.hung(message=message, event_id=event_id or message, started_at=RUN, **more)
    return verdicts(house.deliver(failure))


@pytest.fixture(autouse=True)
def _rules(house: House) -> None:
    set_policy(house, rules=RULES)


@pytest.mark.parametrize("false", [DISK, LATE])
def test_what_gets_further_takes_on_what_waits(house: House, false: str) -> None:
    """The forged text holds the run for a day, or makes it wait; the true one is told an hour later and is healed."""
    told(house, false)
    house.later(300)
    assert told(house, XID) == [("rerun", "accepted")]
    quiet(house)
    assert len(house.ehpc.kills) == 1
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    assert len({row["failure_id"] for row in rows}) == 1
    ends = {(row["event_id"], row["reason"]) for row in rows if row["final"] == "true"}
    assert {(false, "outweighed"), (XID, "accepted")} <= ends
    assert [words.count("rerun") for words in finals(house).values()] == [1]


def test_what_waits_is_not_ended_by_who_finds_no_room_to_go_on_with_it(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The true telling is told so, and nothing is called; a person may still say yes to what is held."""
    assert told(house, DISK) == [("held", "rule_holds")]
    fill(monkeypatch)
    assert told(house, XID) == [("refused", "record_full")]
    assert len(house.open_cases()) == 1
    assert house.ehpc.calls == []


def test_what_is_told_as_ended_by_mistake_keeps_nobody_from_telling_that_it_hangs(house: House) -> None:
    """No attempt was made of it, so the word of whoever sees it hang counts."""
    assert told(house, XID, "hook", has_ended=True) == [("ineligible", "job_finished")]
    assert told(house, XID, "watcher") == [("rerun", "accepted")]
    assert len(house.ehpc.kills) == 1


def test_what_waits_less_takes_on_what_waits_long(house: House) -> None:
    """Forged: wait for the licence server. The true one waits as well, for the rest of a cooldown of a minute."""
    set_policy(house, cooldown=Cooldown(base_s=60, factor=1, max_s=60))
    told(house, XID)
    house.later(40)
    start = house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 20
    for text, answer_of in ((LATE, "delay"), (XID, "cooldown"), (LATE, "in_hand")):
        failure = house.failure(message=text, event_id=f"{text} {answer_of}", started_at=float(start))
        ((_, reason),) = verdicts(house.deliver(failure))
        assert reason == answer_of
    house.later(61)
    house.sweep()
    assert len(house.ehpc.kills) == 2


@pytest.mark.parametrize("later", [DISK, TYPO, WATCHED, LATE])
def test_what_gets_no_further_changes_nothing(house: House, later: str) -> None:
    """A forged telling after the true one, which waits for the rate, keeps it from nothing."""
    set_policy(house, rate=Rate(max_jobs=1, window_s=600))
    house.deliver(house.hung(2, message=XID))
    assert told(house, XID) == [("deferred", "rate")]
    assert told(house, later) == [("duplicate", "in_hand")]
    house.later(700)
    house.sweep()
    assert house.sink.told().count(("rerun", "accepted")) == 2


@pytest.mark.parametrize("false", [DISK, WATCHED])
def test_also_where_both_wait_for_the_same_window(house: House, false: str) -> None:
    """What would be held or only watched once the window closes does not stand for what would be rerun then."""
    window = Window(name="backup", cron="0 0 1 1 *", lasts_s=3600, zone="Asia/Shanghai", action=WindowAction.DEFER)
    set_policy(house, windows=(window,))
    house.clock.moment = 1_798_732_800.0 + 60  # 2027-01-01 00:01 there
    start = house.clock.now() - 3600
    house.ehpc.jobs.clear()
    failure = house.hung(message=false, event_id=false, started_at=start)
    house.ehpc.jobs["1.scheduler"].start = int(start)
    assert verdicts(house.deliver(failure)) == [("deferred", "maintenance")]
    assert verdicts(house.deliver(house.failure(message=XID, event_id=XID, started_at=start))) == [
        ("deferred", "maintenance")
    ]
    house.later(3700)
    house.sweep()
    assert house.sink.told()[-1] == ("rerun", "accepted")


def test_also_where_it_is_unclear_which_run_is_meant(house: House) -> None:
    """Of two tellings of one unclear run that stands which is worth a rerun."""
    house.hung()
    start = house.ehpc.jobs["1.scheduler"].start = int(START) - 20
    first = house.failure(1, occurred_at=start + 3.0, message=TYPO, event_id="a")
    second = house.failure(1, occurred_at=start + 4.0, message=XID, event_id="b")
    assert verdicts(house.deliver(first)) == [("deferred", "run_unclear")]
    assert verdicts(house.deliver(second)) == [("deferred", "run_unclear")]
    third = house.failure(1, occurred_at=start + 5.0, message=DISK, event_id="c")
    assert verdicts(house.deliver(third)) == [("duplicate", "in_hand")]
    quiet(house)
    ends = {row["event_id"]: row["reason"] for row in house.sink.rows if row["final"] == "true"}
    assert (ends["a"], ends["c"]) == ("outweighed", "in_hand")
    assert set(ends) == {"a", "b", "c"}


def test_in_one_delivery_the_order_makes_no_difference(house: House) -> None:
    """Forged first or true first: one rerun."""
    tellings = [house.hung(message=text, event_id=text, started_at=RUN) for text in (DISK, XID, TYPO)]
    house.deliver(*tellings)
    quiet(house)
    assert len(house.ehpc.kills) == 1


def test_a_persons_no_stays(house: House) -> None:
    """Whatever is told of that run afterwards; a person takes it back by force, and another run is another failure."""
    told(house, DISK)
    answer(house, yes=False)
    assert told(house, XID) == [("duplicate", "already_handled")]
    house.later(DAY_S)
    assert house.ehpc.kills == []
    failure = house.failure(message=XID, event_id="by hand", started_at=RUN)
    assert verdicts(house.deliver(failure, force=True)) == [("rerun", "accepted")]


def test_another_run_than_the_rejected_one_is_healed(house: House) -> None:
    """A no is about one run."""
    told(house, DISK)
    answer(house, yes=False)
    house.later(1000)
    start = house.ehpc.jobs["1.scheduler"].start = int(house.clock.now()) - 500
    again = house.failure(message=XID, event_id="again", started_at=float(start))
    assert verdicts(house.deliver(again)) == [("rerun", "accepted")]


@pytest.mark.parametrize("effect", [Effect.NOT_DONE_LATER, Effect.UNKNOWN, Effect.DONE])
def test_an_attempt_is_never_weighed_again(house: House, effect: Effect) -> None:
    """Throttled, in doubt or accepted: nothing that is told of the run makes a second attempt."""
    house.ehpc.answer, house.ehpc.effect = lambda _: effect, lambda _: False
    told(house, LATE, occurred_at=house.clock.now() - 1000)
    assert told(house, XID) == [("duplicate", "in_hand" if effect is not Effect.DONE else "already_handled")]
    assert len(house.ehpc.calls) == 1


STEPS = st.lists(
    st.sampled_from([DISK, XID, TYPO, WATCHED, LATE, "no", "yes", "sweep", "hour", "lost", "busy", "kept", "ok"]),
    min_size=2,
    max_size=10,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(steps=STEPS)
@example(steps=[DISK, "yes", "lost", "sweep", XID])
@example(steps=[DISK, "no", XID, "sweep"])
def test_no_order_of_tellings_reruns_one_life_twice(steps: list[str], tmp_path_factory: pytest.TempPathFactory) -> None:
    """New evidence, people, lost answers and a list that lags: one kill a life, and at the end nothing open."""
    house = House(tmp_path_factory.mktemp("house"))
    set_policy(
        house, rules=RULES, breaker=None, attempts=Attempts(max=20), cooldown=Cooldown(base_s=0, factor=1, max_s=0)
    )
    for number, step in enumerate(steps):
        _take(house, step, number)
    quiet(house)
    assert all(count == 1 for count in Counter(house.ehpc.kills).values())
    rows = {row["outcome_id"]: row for row in house.sink.rows}.values()
    ended = {row["event_id"] for row in rows if row["final"] == "true"}
    assert {row["event_id"] for row in rows} <= ended
    house.ledger.close()


def _take(house: House, step: str, number: int) -> None:
    job = house.ehpc.jobs.setdefault("1.scheduler", Job())
    if step in {"sweep", "hour"}:
        house.later(30 if step == "sweep" else 3600)
        house.sweep()
    elif step in {"yes", "no"}:
        held = [case for record in house.records().values() for case in record.cases if case.state.value == "held"]
        if held and len(house.records()["ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"].cases) == 1:
            answer(house, yes=step == "yes")
    elif step in {"lost", "busy", "kept", "ok"}:
        effect = {"lost": Effect.UNKNOWN, "busy": Effect.NOT_DONE_LATER}.get(step, Effect.DONE)
        house.ehpc.answer = lambda _: effect
        house.ehpc.effect = lambda _: step != "kept"
    else:
        job.state = State.RUNNING
        failure = house.failure(1, message=step, event_id=f"{number}", started_at=float(job.start))
        house.deliver(failure)
        house.later(60)
