"""Where a ledger can be asked early it is asked before the look, and what is done on its answer is done once."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from msgspec.structs import replace

from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.job import State
from shared.domain.keys import CONTROLS_KEY, breaker_key, job_key
from shared.domain.mode import Mode
from shared.domain.runs import SKEW_S
from shared.domain.snapshot import Observation
from shared.heal.item import CHUNK
from shared.heal.ruled import CONTROLS_S, RuledLedger
from shared.ledger.several import SeveralLedgers
from shared.people.breakers import close_breaker
from tests.support.house import House, verdicts
from tests.support.meddled_ledger import MeddledLedger
from tests.support.systems import CLUSTER
from tests.unit.heal.test_breaker_by_hand import open_by_hand
from tests.unit.heal.test_controls import by_hand
from tests.unit.heal.test_looks import about, cluster
from tests.unit.heal.tricks import set_policy


@pytest.fixture
def early(house: House) -> MeddledLedger:
    """The house's ledger, which can be asked early."""
    house.ledger.early = True
    return house.ledger


def test_nothing_is_loaded_after_the_look(house: House, early: MeddledLedger) -> None:
    """Controls, limits and the job's document were asked for before it, and come while it is under way."""
    asked_before: list[int] = []
    observe = house.ehpc.observe

    def observed(failures: Sequence[Failure]) -> list[Observation]:
        asked_before.append(len(early.coming))
        return observe(failures)

    house.ehpc.observe = observed  # type: ignore[method-assign] # a spy
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    (asked,) = early.coming
    assert (asked_before, asked.ended, early.loads) == ([1], "read", [])
    assert asked.keys[0] == CONTROLS_KEY
    assert {breaker_key(CLUSTER), job_key(CLUSTER, "1.scheduler")} <= set(asked.keys)
    assert len(asked.keys) == len(set(asked.keys))


def test_what_nobody_could_foresee_is_loaded_after_the_look(house: House, early: MeddledLedger) -> None:
    """A job that is listed under another id than the one told has its document under that: it is never run twice."""
    told = replace(house.hung(), job_id="1")
    assert verdicts(house.deliver(told)) == [("rerun", "accepted")]
    (later,) = early.loads
    assert set(early.coming[0].keys) - set(later) == {CONTROLS_KEY}
    assert job_key(CLUSTER, "1.scheduler") in later
    assert verdicts(house.deliver(replace(told, job_id="1.scheduler"))) == [("duplicate", "already_handled")]
    assert len(house.ehpc.calls) == 1


def test_who_reruns_it_during_the_look_is_met_at_the_reservation(house: House, early: MeddledLedger) -> None:
    """What was read before is no longer so: nothing is reserved on it, and the job is rerun once."""
    failure = house.hung()
    observe, meanwhile = house.ehpc.observe, [failure]

    def observed(failures: Sequence[Failure]) -> list[Observation]:
        if meanwhile:
            assert verdicts(house.deliver(meanwhile.pop())) == [("rerun", "accepted")]
        return observe(failures)

    house.ehpc.observe = observed  # type: ignore[method-assign] # as above
    told_again = replace(failure, telling_id="another")
    (verdict,) = verdicts(house.deliver(told_again))
    assert verdict[0] == "duplicate"
    assert len(house.ehpc.calls) == 1
    assert len(early.loads) == 1, "it was read anew after the conflict"


def test_modes_that_come_early_are_obeyed(house: House, early: MeddledLedger) -> None:
    """Nothing is decided under the policy that the walk began with, and the walk under the stricter one looks anew."""
    house.controls(everything=by_hand(Mode.OFF))
    assert verdicts(house.deliver(house.hung())) == [("suppressed", "kill_switch")]
    assert (house.ehpc.calls, [one.ended for one in early.coming]) == ([], ["read"])


def test_after_a_long_look_all_is_asked_for_anew(house: House, early: MeddledLedger) -> None:
    """Somebody may have pulled the kill switch in the meantime, and sees that it is set."""

    def pulled() -> None:
        house.ehpc.after_look = lambda: None
        house.controls(everything=by_hand(Mode.OFF))
        house.later(CONTROLS_S)

    house.ehpc.after_look = pulled
    assert verdicts(house.deliver(house.hung())) == [("suppressed", "kill_switch")]
    assert (house.ehpc.calls, [one.ended for one in early.coming]) == ([], ["dropped"])


@pytest.mark.parametrize("after", [State.RUNNING, State.FAILED, State.SUCCEEDED, None])
def test_the_effect_of_a_rerun_is_not_told_without_its_cause(
    house: House, early: MeddledLedger, after: State | None
) -> None:
    """The look shows what another delivery of the same failure has done since the documents were asked for."""
    failure = house.hung(occurred_at=house.clock.now() - 2 * SKEW_S)
    observe, meanwhile = house.ehpc.observe, [failure]

    def observed(failures: Sequence[Failure]) -> list[Observation]:
        if meanwhile:
            assert verdicts(house.deliver(meanwhile.pop())) == [("rerun", "accepted")]
            job = house.ehpc.jobs.pop("1.scheduler")
            if after is not None:
                job.state, job.start = after, int(house.clock.now())
                house.ehpc.jobs["1.scheduler"] = job
        return observe(failures)

    house.ehpc.observe = observed  # type: ignore[method-assign] # as above
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert len(early.loads) == 1


def test_what_ended_long_ago_is_told_at_once(house: House, early: MeddledLedger) -> None:
    """Nothing that was done since the documents were asked for can show in that."""
    failure = house.hung()
    job = house.ehpc.jobs["1.scheduler"]
    job.state, job.modified = State.FAILED, int(house.clock.now() - SKEW_S) - 1
    assert [verdict for verdict, _ in verdicts(house.deliver(failure))] == ["ineligible"]
    assert early.loads == []
    job.modified += 1
    assert [verdict for verdict, _ in verdicts(house.deliver(replace(failure, telling_id="another")))] == ["ineligible"]
    assert len(early.loads) == 1


def test_one_that_may_be_an_effect_has_all_of_them_read_anew(house: House, early: MeddledLedger) -> None:
    """They are decided together."""
    ended = house.hung(2)
    house.ehpc.jobs["2.scheduler"].state = State.FAILED
    told = verdicts(house.deliver(house.hung(1), ended))
    assert sorted(verdict for verdict, _ in told) == ["ineligible", "rerun"]
    assert len(early.loads) == 1


def test_a_breaker_that_is_closed_during_the_look_keeps_nothing(house: House, early: MeddledLedger) -> None:
    """Whoever closes it lets go on what waits behind it: what was told on the open one would wait there for ever."""
    open_by_hand(house, early.inner)
    house.later(100)

    def closed() -> None:
        house.ehpc.after_look = lambda: None
        close_breaker(early.inner, CLUSTER, by="ann", now=house.clock.now())

    house.ehpc.after_look = closed
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]


def test_what_the_documents_say_is_told_at_once(house: House, early: MeddledLedger) -> None:
    """What was handled stays so, whatever the look shows."""
    failure = house.hung()
    house.deliver(failure)
    assert verdicts(house.deliver(failure)) == [("duplicate", "already_handled")]
    assert early.loads == []


def test_without_a_breaker_by_policy_one_by_hand_is_read_after_the_look(house: House, early: MeddledLedger) -> None:
    """Nothing is written on it, so nobody would notice that it was opened meanwhile."""
    set_policy(house, breaker=None)
    assert verdicts(house.deliver(house.hung())) == [("rerun", "accepted")]
    assert (early.coming, len(early.loads)) == ([], 1)


def test_what_is_loaded_before_is_not_asked_for_early(house: House, early: MeddledLedger) -> None:
    """The controls have come with that, and nobody would read the answer."""
    ledger = RuledLedger(early, house.policy, house.clock)
    ledger.load(["a"])
    assert early.load_early is not None
    ledger.prefetch(early.load_early, ["b"])
    ledger.let_go()
    assert early.coming == []


@pytest.mark.parametrize("many", ["clusters", "chunks"])
def test_who_takes_several_steps_asks_when_it_needs_to(house: House, early: MeddledLedger, many: str) -> None:
    """By the last of them what was read before the first would be old."""
    places = [cluster(1), cluster(2)] if many == "clusters" else []
    failures = about(house, places) if places else [house.hung(number) for number in range(CHUNK + 1)]
    house.deliver(*failures)
    assert early.coming == []
    assert early.loads


def test_who_ends_before_the_answer_lets_it_go(house: House, early: MeddledLedger) -> None:
    """Else its connection would be left as it is."""

    def broken(failures: Sequence[Failure]) -> list[Observation]:
        raise RuntimeError(f"no look at {len(failures)}")

    house.ehpc.observe = broken  # type: ignore[method-assign] # a job system that is none
    with pytest.raises(RuntimeError, match="no look"):
        house.deliver(house.hung())
    assert [one.ended for one in early.coming] == ["dropped"]


def test_of_several_connections_the_asked_one_is_used_by_nobody_else(house: House, early: MeddledLedger) -> None:
    """Until it is answered or dropped; then it serves the next."""
    opened: list[MeddledLedger] = []

    def open_one() -> MeddledLedger:
        opened.append(MeddledLedger(early.inner))
        opened[-1].early = True
        return opened[-1]

    several = SeveralLedgers(open_one)
    healer = replace(house.healer(), ledger=several)
    assert healer.handle(Intake(failures=[house.hung()]), Trigger.EVENT).results
    assert (len(opened), len(opened[0].coming)) == (1, 1)
    assert several.load_early is not None
    coming = several.load_early(["a"])
    several.load(["a"])
    assert (len(opened), opened[1].loads) == (2, [["a"]])
    coming.drop()
    assert several.load_early(["b"]).documents() == {}
    assert [one.ended for one in opened[0].coming] == ["read", "dropped", "read"]
