"""How many failures of a chunk are asked about what their jobs have printed, and until when."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec import structs

from shared.domain.call import Effect
from shared.domain.mode import Mode
from shared.domain.record import LISTED_AT
from shared.heal import Healer, Report
from shared.heal.fetch import MOST_A_CHUNK, MOST_S, MOST_WAIT_S
from shared.policy.model import Action, Cooldown, Match, Rule
from shared.sweep import sweep
from tests.support.house import House, verdicts
from tests.unit.heal.printed import Output, deliver
from tests.unit.heal.tricks import BAD_LOOK, break_it, set_policy


def fetching(house: House, time_s: float = 60.0) -> Healer:
    """The sweep's corridor, as the functions have it."""
    return structs.replace(house.healer(time_s), fetches=True)


@pytest.fixture
def patient(house: House) -> None:
    """A policy by which nobody is rerun before there was room to ask about them."""
    set_policy(house, output_first=True)


def reasons(report: Report) -> dict[str, int]:
    """How many outcomes say what."""
    return Counter(reason for _, reason in verdicts(report))


@pytest.mark.usefixtures("patient")
def test_where_many_fail_at_once_nobody_is_rerun_blindly(house: House, output: Output) -> None:
    """Twenty of a cluster are asked about in a delivery; the others wait for the sweep's turns, each is asked once."""
    first = deliver(house, *(house.hung(number) for number in range(1, 61)))
    assert reasons(first) == {"rule_ignores": MOST_A_CHUNK, "output_unread": 60 - MOST_A_CHUNK}
    assert len(output.asked) == MOST_A_CHUNK
    house.later(59)
    assert verdicts(sweep(fetching(house))) == []
    house.later(1)
    assert reasons(sweep(fetching(house))) == {"rule_ignores": MOST_A_CHUNK}, "who still waits says nothing new"
    house.later(60)
    assert reasons(sweep(fetching(house))) == {"rule_ignores": MOST_A_CHUNK}
    assert sorted(output.asked) == sorted(f"{number}.scheduler" for number in range(1, 61))
    assert house.ehpc.kills == []


@pytest.mark.usefixtures("patient")
def test_a_slow_service_is_asked_for_no_longer_than_looks_stay_fresh(house: House, output: Output) -> None:
    """What is not asked about by then waits as well."""
    output.takes_s = 2.0
    told = reasons(deliver(house, *(house.hung(number) for number in range(1, 21))))
    assert len(output.asked) == 1 + MOST_S // output.takes_s
    assert told == {"rule_ignores": len(output.asked), "output_unread": 20 - len(output.asked)}


@pytest.mark.usefixtures("patient")
def test_nobody_waits_for_ever_to_be_asked_about(house: House, output: Output) -> None:
    """Ten minutes after the telling it is decided as it was told: a missed rerun is a lost night."""
    failures = [house.hung(number) for number in range(1, MOST_A_CHUNK + 2)]
    deliver(house, *failures)
    (last,) = {failure.job_id for failure in failures} - set(output.asked)
    house.later(MOST_WAIT_S - 1)
    assert verdicts(sweep(fetching(house, 14.0))) == [], "there is no time to ask"
    house.later(60)
    assert verdicts(sweep(fetching(house, 14.0))) == [("rerun", "accepted")]
    assert [kill.partition("@")[0] for kill in house.ehpc.kills] == [last]


@pytest.mark.usefixtures("patient")
def test_who_tells_a_cause_or_is_forced_waits_for_nobody(house: House, output: Output) -> None:
    """Nor does who would not be rerun anyway, nor a failure of a system that cannot be asked."""
    cause = Rule(name="cause", match=Match(message="Xid 79"), action=Action.RERUN)
    set_policy(house, rules=(cause, *house.policy.rules))
    crowd = [house.hung(number) for number in range(1, MOST_A_CHUNK + 1)]
    knows, bare = house.hung(98, message="Xid 79"), house.hung(99)
    told = reasons(deliver(house, *crowd, knows, bare))
    assert told == {"rule_ignores": MOST_A_CHUNK, "accepted": 1, "output_unread": 1}
    output.takes_s = MOST_S
    by_hand = [house.failure(99, telling_id="by-hand", occurred_at=bare.occurred_at), house.hung(97)]
    assert reasons(deliver(house, *by_hand, force=True)) == {"accepted": 2}


@pytest.mark.usefixtures("patient")
def test_a_cause_told_later_goes_before_the_turn_of_its_failure(house: House, output: Output) -> None:
    """It is decided at once, and what waited goes on with it."""
    cause = Rule(name="cause", match=Match(message="Xid 79"), action=Action.RERUN)
    set_policy(house, rules=(cause, *house.policy.rules))
    deliver(house, *(house.hung(number) for number in range(1, MOST_A_CHUNK + 2)))
    (waits,) = [row for row in house.sink.rows if row["reason"] == "output_unread"]
    number = int(waits["job_id"].partition(".")[0])
    told_at = house.records()[f"ehpc/cn-hangzhou/ehpc-hz-1/{waits['job_id']}"].cases[0].failure.occurred_at
    knows = house.failure(number, telling_id="knows", event_id="knows", occurred_at=told_at, message="Xid 79")
    assert ("rerun", "accepted") in verdicts(deliver(house, knows))
    assert [kill.partition("@")[0] for kill in house.ehpc.kills] == [waits["job_id"]]
    assert len(output.asked) == MOST_A_CHUNK


@pytest.mark.parametrize(("time_s", "asked"), [(14.0, 0), (15.0, 0), (16.0, 1)])
def test_in_the_last_quarter_of_a_minute_of_a_delivery_nothing_is_asked(
    house: House, output: Output, time_s: float, asked: int
) -> None:
    """The call that heals has the time."""
    deliver(house, house.hung(), time_s=time_s)
    assert len(output.asked) == asked


def test_what_goes_on_takes_nobody_their_question(house: House, output: Output) -> None:
    """It was asked about when it was told; beside any number of such the sweep asks about what is seen first now."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    output.text = None
    deliver(house, *(house.hung(number) for number in range(1, MOST_A_CHUNK + 1)))
    house.ehpc.look_fails = BAD_LOOK
    assert verdicts(deliver(house, house.hung(99))) == [("deferred", "look_failed")]
    house.ehpc.look_fails = None
    output.asked.clear()
    house.later(61)
    sweep(structs.replace(house.healer(), fetches=True))
    assert output.asked == ["99.scheduler"]


def test_what_a_breaker_stops_can_be_resumed_though_the_failure_had_ended_before(house: House, output: Output) -> None:
    """By what its job had printed it was left alone; who tells its cause meets the breaker, and that is kept."""
    cause = Rule(name="cause", match=Match(message="Xid 79"), action=Action.RERUN)
    break_it(house, 1)
    set_policy(house, rules=(cause, *house.policy.rules))
    bare = house.hung()
    assert verdicts(deliver(house, bare)) == [("suppressed", "rule_ignores")]
    knows = house.failure(telling_id="knows", occurred_at=bare.occurred_at, message="NVRM: Xid 79")
    output.text = None
    deliver(house, house.hung(2, message="Xid 79"), house.hung(3, message="Xid 79"))
    assert verdicts(deliver(house, knows)) == [("suppressed", "breaker_open")]
    (case,) = house.records()["ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"].cases
    assert case.due_at == LISTED_AT


@pytest.mark.usefixtures("patient")
def test_a_look_that_fails_meanwhile_takes_nobody_their_turn(house: House, output: Output) -> None:
    """Whatever else keeps a failure, it is asked about before it is rerun."""
    deliver(house, *(house.hung(number) for number in range(1, MOST_A_CHUNK + 2)))
    house.later(60)
    house.ehpc.look_fails = BAD_LOOK
    assert verdicts(sweep(fetching(house))) == [("deferred", "look_failed")]
    house.ehpc.look_fails = None
    for _ in range(3):
        house.later(MOST_WAIT_S)
        sweep(fetching(house))
    assert (len(output.asked), house.ehpc.kills) == (MOST_A_CHUNK + 1, [])


@pytest.mark.usefixtures("patient")
def test_a_cooldown_takes_nobody_their_turn(house: House, output: Output) -> None:
    """All failed once before; however long the pause is, those beyond twenty are asked about behind it."""
    numbers = range(1, MOST_A_CHUNK + 3)
    pause = Cooldown(base_s=3000.0, factor=1.0, max_s=3600.0)
    set_policy(house, cooldown=pause, fetch_output=False)
    house.chance.value = 1.0
    deliver(house, *(house.hung(number) for number in numbers))
    house.later(1000)
    set_policy(house, fetch_output=True)
    for number in numbers:
        house.ehpc.jobs[f"{number}.scheduler"].start = int(house.clock.now()) - 500
    killed = len(house.ehpc.kills)
    told = reasons(deliver(house, *(house.failure(number) for number in numbers)))
    assert told == {"rule_ignores": MOST_A_CHUNK, "cooldown": 2}
    for _ in range(4):
        house.later(1000)
        sweep(fetching(house))
    assert (len(output.asked), len(house.ehpc.kills)) == (len(numbers), killed)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("dry_run", [False, True])
def test_where_nothing_is_rerun_nobody_waits_to_be_asked_about(house: House, output: Output, *, dry_run: bool) -> None:
    """Nobody would go on with it: what is told is what would happen now."""
    set_policy(house, mode=Mode.AUTO if dry_run else Mode.OBSERVE)
    told = deliver(house, *(house.hung(number) for number in range(1, MOST_A_CHUNK + 3)), dry_run=dry_run)
    assert reasons(told) == {"rule_ignores": MOST_A_CHUNK, "dry_run" if dry_run else "observe_mode": 2}
    assert len(output.asked) == MOST_A_CHUNK


def test_those_for_whom_there_is_no_room_are_decided_as_they_were_told(house: House, output: Output) -> None:
    """Unless the policy says otherwise: a storm is healed in one delivery."""
    told = reasons(deliver(house, *(house.hung(number) for number in range(1, 61))))
    assert told == {"rule_ignores": MOST_A_CHUNK, "accepted": 60 - MOST_A_CHUNK}
    assert len(output.asked) == MOST_A_CHUNK
