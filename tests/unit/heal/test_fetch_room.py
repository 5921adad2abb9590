"""How many failures of a chunk are asked about what their jobs have printed, and until when."""

from __future__ import annotations

import pytest
from msgspec import structs

from shared.domain.call import Effect
from shared.domain.record import LISTED_AT
from shared.heal.fetch import MOST_A_CHUNK, MOST_S
from shared.policy.model import Action, Match, Rule
from shared.sweep import sweep
from tests.support.house import House, verdicts
from tests.unit.heal.printed import Output, deliver
from tests.unit.heal.tricks import BAD_LOOK, break_it, set_policy


def test_a_chunk_asks_for_no_longer_than_looks_stay_fresh(house: House, output: Output) -> None:
    """A slow service, or a hundred failures at once: those not asked about are decided as they were told."""
    failures = [house.hung(number) for number in range(1, 61)]
    deliver(house, *failures)
    assert len(output.asked) == MOST_A_CHUNK
    output.asked.clear()
    output.takes_s = 2.0
    deliver(house, *(house.hung(number) for number in range(101, 121)))
    assert len(output.asked) == 1 + MOST_S // output.takes_s


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
