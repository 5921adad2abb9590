"""Two invocations meet at every step: one of them acts, the other finds out."""

from __future__ import annotations

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Trigger
from shared.heal import Report
from shared.policy.model import Breaker
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import Killed
from tests.support.memory_ledger import touch
from tests.unit.heal.tricks import finals, quiet


def test_a_second_delivery_during_the_look_kills_once(house: House) -> None:
    """A looks, B does everything, A goes on with its old look: B's attempt is in the ledger, A's is a duplicate."""
    house.hung()
    inner: list[Report] = []

    def b() -> None:
        house.ehpc.after_look = lambda: None
        inner.append(house.deliver(house.failure(telling_id="b")))

    house.ehpc.after_look = b
    outer = house.deliver(house.failure(telling_id="a"))
    assert (verdicts(inner[0]), verdicts(outer)) == ([("rerun", "accepted")], [("duplicate", "already_handled")])
    assert len(house.ehpc.kills) == 1


@pytest.mark.parametrize("force", [False, True])
def test_a_second_delivery_during_the_call_kills_once(house: House, *, force: bool) -> None:
    """While A's call is under way its reservation stands, against a person who forces as well."""
    house.hung()
    inner: list[Report] = []

    def b() -> None:
        house.ehpc.before_call = lambda: None
        inner.append(house.deliver(house.failure(telling_id="b"), force=force))

    house.ehpc.before_call = b
    outer = house.deliver(house.failure(telling_id="a"), force=force)
    assert (verdicts(inner[0]), verdicts(outer)) == ([("duplicate", "in_hand")], [("rerun", "accepted")])
    assert len(house.ehpc.kills) == 1


@pytest.mark.parametrize("which", [1, 2, 3, 4])
def test_a_second_delivery_before_any_save_kills_once(house: House, which: int) -> None:
    """Whichever compare-and-set B gets in front of, one of the two reserves and the other finds out."""
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


def test_two_deliveries_race_for_the_last_token(house: House) -> None:
    """B takes the breaker's only token between A's load and save: A sees the conflict and is not admitted."""
    house.policy = replace(house.policy, breaker=Breaker(max_jobs=1))
    first, second = house.hung(1), house.hung(2)

    def b() -> None:
        house.ledger.leave_alone()
        house.deliver(second)

    house.ledger.before_save = b
    assert verdicts(house.deliver(first)) == [("suppressed", "breaker_open")]
    assert house.ehpc.calls == [["2.scheduler"]]


def test_a_zombie_does_not_settle_the_reservation_of_another(house: House) -> None:
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
    assert verdicts(house.sweep()) == [("deferred", "call_in_vain")]
    house.later(61)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    assert len(house.ehpc.kills) == 1


def test_two_sweeps_at_once_go_on_once(house: House) -> None:
    """Two timers overlap: a deferred failure is called once."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung())
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.DONE, ""
    house.later(61)

    def other() -> None:
        house.ledger.leave_alone()
        house.sweep()

    house.ledger.before_save = other
    house.sweep()
    assert (len(house.ehpc.calls), len(house.ehpc.kills)) == (2, 1)


def test_a_sweep_that_meets_a_forced_take_over_calls_once(house: House) -> None:
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


def test_endless_contention_parks_the_failure_and_the_sweep_goes_on(house: House) -> None:
    """Somebody else writes the job's record each time: after three tries it waits in a document of its own."""
    house.hung()
    key = "ehpc/cn-hangzhou/ehpc-hz-1/1.scheduler"

    house.ledger.before_save = lambda: touch(house.ledger.inner, key)
    failure = house.failure()
    assert verdicts(house.deliver(failure)) == [("deferred", "contended")]
    house.ledger.leave_alone()
    assert house.ehpc.calls == []
    house.later(6)
    assert verdicts(house.sweep()) == [("rerun", "accepted")]
    quiet(house)
    assert len(house.ehpc.kills) == 1
