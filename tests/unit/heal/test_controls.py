"""Modes that people set in the ledger: only ever stricter, effective on the next invocation and soon in a long one."""

from __future__ import annotations

from collections import Counter

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Mode, ModeSet
from shared.heal import Report
from shared.heal.ruled import CONTROLS_S
from shared.policy.model import Action, Breaker, Match, Rule
from tests.support.house import House, verdicts
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import set_policy


def by_hand(mode: Mode) -> ModeSet:
    """Set by a person."""
    return ModeSet(mode=mode, by="ann", at=1_800_000_000.0)


def asked(house: House) -> int:
    """How often the controls were loaded."""
    return sum(CONTROLS_KEY in keys for keys in house.ledger.loads)


def test_off_holds_from_the_next_invocation_on_until_it_is_taken_back(house: House) -> None:
    """No redeploy, no new policy; force does not pass it."""
    house.controls(everything=by_hand(Mode.OFF))
    assert verdicts(house.deliver(house.hung(1))) == [("suppressed", "kill_switch")]
    assert verdicts(house.deliver(house.hung(2), force=True)) == [("suppressed", "kill_switch")]
    house.controls()
    assert verdicts(house.deliver(house.hung(3))) == [("rerun", "accepted")]


def test_observe_writes_outcomes_and_nothing_else(house: House) -> None:
    """The hands of a delivery are tied by the ledger's mode as by the policy's."""
    house.controls(everything=by_hand(Mode.OBSERVE))
    rows = house.database()
    assert verdicts(house.deliver(house.hung())) == [("would_rerun", "observe_mode")]
    assert (house.database(), house.ehpc.calls) == (rows, [])


@pytest.mark.parametrize("ledger", list(Mode))
@pytest.mark.parametrize("policy", list(Mode))
def test_the_stricter_of_ledger_and_policy_holds(house: House, ledger: Mode, policy: Mode) -> None:
    """Neither can loosen the other."""
    set_policy(house, mode=policy)
    house.controls(everything=by_hand(ledger))
    expected = {
        Mode.AUTO: ("rerun", "accepted"),
        Mode.OBSERVE: ("would_rerun", "observe_mode"),
        Mode.OFF: ("suppressed", "kill_switch"),
    }[ledger.stricter(policy)]
    assert verdicts(house.deliver(house.hung())) == [expected]


@pytest.mark.parametrize(("mode", "verdict"), [(Mode.OFF, "suppressed"), (Mode.OBSERVE, "would_rerun")])
def test_a_rule_alone_can_be_tightened(house: House, mode: Mode, verdict: str) -> None:
    """Its neighbours heal on."""
    odd = Rule(name="odd", match=Match(message="odd"), action=Action.RERUN)
    set_policy(house, rules=(odd, *house.policy.rules))
    house.controls(rules={"odd": by_hand(mode), "of-yesterday": by_hand(Mode.OFF)})
    told = verdicts(house.deliver(house.hung(1, message="odd"), house.hung(2)))
    assert sorted(one for one, _ in told) == sorted(["rerun", verdict])
    assert house.ehpc.calls == [["2.scheduler"]]


def test_off_in_the_ledger_ends_what_waits_and_not_what_is_in_doubt(house: House) -> None:
    """The sweep asks the controls as well; what a call did is still found out."""
    house.ehpc.answer = lambda _: Effect.UNKNOWN
    house.deliver(house.hung(1))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(house.hung(2))
    house.controls(everything=by_hand(Mode.OFF))
    house.later(122)
    assert sorted(verdicts(house.sweep())) == [("rerun", "observed_restart"), ("suppressed", "kill_switch")]
    assert (len(house.ehpc.calls), house.open_cases()) == (2, [])


def test_controls_are_read_once_an_invocation(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many chunks a delivery has, and however many pages a sweep; not at all where nothing asks for them."""
    monkeypatch.setattr("shared.sweep.PAGE", 10)
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(*(house.hung(number) for number in range(250)))
    assert asked(house) == 1
    house.later(61)
    house.sweep()
    assert asked(house) == 2
    house.sweep()
    house.deliver()
    assert asked(house) == 2


def told(report: Report) -> Counter[str]:
    """How many of each verdict."""
    return Counter(verdict for verdict, _ in verdicts(report))


def set_amid(house: House, mode: Mode, takes_s: float) -> None:
    """At the first call of a storm somebody sets the mode; the call takes so long."""

    def before_call() -> None:
        if not house.ehpc.calls:
            house.controls(everything=by_hand(mode))
            house.later(takes_s)

    house.ehpc.before_call = before_call


def test_the_kill_switch_stops_a_storm_that_is_under_way(house: House) -> None:
    """Whoever pulls it sees a storm go on: the hundred under way are called, and no more of one cluster or another."""
    elsewhere = replace(CLUSTER, cluster_id="ehpc-hz-2")
    set_policy(house, breaker=Breaker(max_jobs=1000))
    set_amid(house, Mode.OFF, CONTROLS_S)
    jobs = [house.hung(number) for number in range(250)] + [house.hung(number, scope=elsewhere) for number in range(9)]
    report = house.deliver(*jobs)
    assert told(report) == {"rerun": 100, "suppressed": 159}
    assert [len(call) for call in house.ehpc.calls] == [100]


def test_observe_ties_the_hands_of_a_storm_that_is_under_way(house: House) -> None:
    """Nothing is written about the rest of it but outcomes."""
    set_policy(house, breaker=Breaker(max_jobs=1000))
    set_amid(house, Mode.OBSERVE, CONTROLS_S)
    report = house.deliver(*(house.hung(number) for number in range(250)))
    assert told(report) == {"rerun": 100, "would_rerun": 150}
    assert sum(key.startswith("ehpc/") for key, *_ in house.database()) == 100


def test_the_kill_switch_stops_a_sweep_that_is_under_way(house: House) -> None:
    """Over its pages, too: what it took up by then is gone on with as it was read."""
    set_policy(house, breaker=Breaker(max_jobs=1000))
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(*(house.hung(number) for number in range(250)))
    calls = len(house.ehpc.calls)
    house.ehpc.calls.clear()
    set_amid(house, Mode.OFF, CONTROLS_S)
    house.later(3600)
    house.sweep()
    assert (calls, [len(call) for call in house.ehpc.calls]) == (3, [100])


def test_within_seconds_nobody_is_asked_again(house: House) -> None:
    """A storm of short calls costs no question more; then what was set is met by the next invocation."""
    set_policy(house, breaker=Breaker(max_jobs=1000))
    set_amid(house, Mode.OFF, CONTROLS_S - 0.1)
    assert told(house.deliver(*(house.hung(number) for number in range(250)))) == {"rerun": 250}
    assert verdicts(house.deliver(house.hung(300))) == [("suppressed", "kill_switch")]


def test_what_is_taken_back_amid_a_storm_holds_from_the_next_invocation_on(house: House) -> None:
    """It has met some of its jobs, so it holds for all that are left."""
    elsewhere = replace(CLUSTER, cluster_id="ehpc-hz-2")
    set_policy(house, breaker=Breaker(max_jobs=1000))
    set_amid(house, Mode.OFF, CONTROLS_S)

    def after_look() -> None:
        if house.ehpc.calls:
            house.controls()
            house.later(CONTROLS_S)

    house.ehpc.after_look = after_look
    report = house.deliver(*(house.hung(number) for number in range(150)), house.hung(1, scope=elsewhere))
    assert told(report) == {"rerun": 100, "suppressed": 51}
    assert verdicts(house.deliver(house.hung(300))) == [("rerun", "accepted")]


def test_of_several_clusters_the_controls_are_read_once_before_anybody_is_looked_at(house: House) -> None:
    """Of one they are read with its records; of two the second must not find others than the first."""
    elsewhere = replace(CLUSTER, cluster_id="ehpc-hz-2")
    house.deliver(house.hung(1), house.hung(2, scope=elsewhere))
    assert house.ledger.loads[0] == [CONTROLS_KEY]
    assert [CONTROLS_KEY in keys for keys in house.ledger.loads].count(True) == 1
