"""Laws that compare histories: dry and real, in every order and splitting, with and without bad records."""

from __future__ import annotations

import dataclasses
from collections import Counter
from collections.abc import Callable, Iterable
from itertools import permutations

import pytest
from msgspec.structs import replace

from shared.domain import errors
from shared.domain.failure import Failure, Trigger, Unreadable
from shared.domain.job import State
from shared.domain.mode import Mode
from shared.policy.model import Attempts, Breaker, Policy
from tests.proof.cast import POLICY, failed_day, group_job, hung, job
from tests.proof.delivery import Delivery
from tests.proof.histories import judge
from tests.proof.seam import Fault, Plan, extensions
from tests.proof.world import Deliver, World

Verdicts = Counter[tuple[str, str, str]]


def _mixed(world: World) -> tuple[Failure, ...]:
    """Every kind of job at once; of most only one decision is possible."""
    good, ended, fixed, array, queued, twice = (job(world, number) for number in range(1, 7))
    ended.state, fixed.rerunnable, array.array_request, queued.state = State.FINISHED, False, "1-5", State.QUEUED
    queued.modified = int(world.clock.moment) - 10
    day = failed_day(world, group_job(world))
    told = (*(hung(world, one) for one in (good, ended, fixed, array, queued, twice)), day)
    stale = hung(world, good, teller="old/", occurred_at=world.clock.moment - 90_000)
    return (*told, hung(world, twice, door=Trigger.LOG), stale)


def _verdicts(rows: Iterable[dict[str, str]]) -> Verdicts:
    """What was told of each job; which telling stands for those folded with it is nobody's business."""
    return Counter((row["job_id"], *_as_real((row["verdict"], row["reason"]))) for row in rows)


def _as_real(word: tuple[str, str]) -> tuple[str, str]:
    return ("rerun", "accepted") if word in {("would_rerun", "dry_run"), ("would_rerun", "observe_mode")} else word


def _delivered(policy: Policy = POLICY, *, dry_run: bool = False) -> World:
    world = World(policy)
    world.deliver(Delivery(_mixed(world), dry_run=dry_run))
    return world


@pytest.mark.parametrize("limit", [100, 2, 1])
def test_law_08_a_dry_run_decides_as_a_real_run(limit: int) -> None:
    """Each failure gets the decision of a real run, breaker and folding included; nothing is called or kept."""
    policy = replace(POLICY, breaker=Breaker(max_jobs=limit))
    real = _delivered(policy)
    assert real.calls
    for tied in (_delivered(policy, dry_run=True), _delivered(replace(policy, mode=Mode.OBSERVE))):
        assert not tied.calls
        assert not tied.ledger.store.kept
        assert _verdicts(tied.sink.about_jobs) == _verdicts(real.sink.about_jobs)


def test_law_08_a_dry_run_changes_nothing_whatever_breaks(record_property: Callable[[str, object], None]) -> None:
    """With every fault at every step: no call, no document but the outcomes owed, and every outcome arrives."""

    def night(plan: Plan) -> World:
        world = World(POLICY, plan)
        failures = _mixed(world)
        world.tellings = [dataclasses.replace(telling, counts=False) for telling in world.tellings]
        world.at(0.0, Deliver(Delivery(failures, dry_run=True)))
        world.run()
        judge(world, "dry run")
        assert not world.calls
        assert all(key.startswith("owed/") for key in world.ledger.store.kept)
        return world

    plans = list(extensions((), night(()).trace))
    owed = sum(bool(night(plan).saved) for plan in plans)
    record_property("histories of a dry run with every single fault", len(plans))
    assert len(plans) > 15
    assert owed


def test_law_09_order_and_splitting_change_no_decision(record_property: Callable[[str, object], None]) -> None:
    """No shared limit in the way: every order and every split in two gives each failure the same end."""
    ends: set[tuple[tuple[str, str, str], ...]] = set()
    histories = 0
    for order in permutations(range(4)):
        for cut in range(1, 5):
            world = World(POLICY)
            good, ended, fixed, other = (job(world, number) for number in range(1, 5))
            ended.state, fixed.rerunnable = State.FINISHED, False
            told = [hung(world, one) for one in (good, ended, fixed, other)]
            mixed = [told[place] for place in order]
            for part in (mixed[:cut], mixed[cut:]):
                if part:
                    world.deliver(Delivery(tuple(part)))
            world.run()
            judge(world, f"order {order} cut {cut}")
            told_of = world.sink.unique().values()
            decided = [row for row in told_of if not row["reason"].startswith("seen_")]  # depends on when one looks
            ends.add(tuple(sorted((row["event_id"], row["verdict"], row["reason"]) for row in decided)))
            histories += 1
    record_property("histories of orders and splits", histories)
    assert len(ends) == 1, ends


@pytest.mark.parametrize("limit", [1, 2, 3])
def test_law_09_a_shared_limit_admits_as_many_in_every_order(limit: int) -> None:
    """Order and splitting may choose who is admitted, never how many."""
    for order in permutations(range(4)):
        for cut in range(1, 5):
            world = World(replace(POLICY, breaker=Breaker(max_jobs=limit)))
            told = [hung(world, job(world, number)) for number in range(1, 5)]
            mixed = [told[place] for place in order]
            for part in (mixed[:cut], mixed[cut:]):
                if part:
                    world.deliver(Delivery(tuple(part)))
            words = Counter(row["verdict"] for row in world.sink.about_jobs)
            assert words == {"rerun": limit, "suppressed": 4 - limit}, (order, cut, words)


def test_law_06_a_bad_record_delays_no_good_one() -> None:
    """The good ones' outcomes are the same, at the same time, with and without bad records beside them."""
    bad = tuple(
        Unreadable(faults=(errors.Fault("$", "no job"),), raw="{", trigger=Trigger.EVENT, event_id=f"event/bad{number}")
        for number in range(3)
    )
    rows = []
    for unreadable in ((), bad):
        world = World(POLICY)
        world.deliver(Delivery(_mixed(world), unreadable=unreadable))
        rows.append({row["event_id"]: row for row in world.sink.rows})
    without, beside = rows
    assert {event: beside[event] for event in without} == without
    assert {row["verdict"] for event, row in beside.items() if event not in without} == {"invalid"}


def test_law_06_a_look_that_fails_stops_only_those_it_is_about() -> None:
    """One job system out of sight does not delay the other's jobs."""
    world = World(replace(POLICY, attempts=Attempts(max=1)))
    world.systems["schedulerx"].look_script.append(Fault.LOOK_FAILED)
    world.deliver(Delivery((failed_day(world, group_job(world)), hung(world, job(world)))))
    assert sorted((row["system"], row["verdict"]) for row in world.sink.rows) == [
        ("ehpc", "rerun"),
        ("schedulerx", "deferred"),
    ]


def test_law_12_more_jobs_than_a_call_may_name() -> None:
    """250 failures of one cluster: calls of at most 100 jobs, and one round trip a 100 jobs and step."""
    world = World(replace(POLICY, breaker=None))
    world.deliver(Delivery(tuple(hung(world, job(world, number)) for number in range(250))))
    calls = [step.size for step in world.trace if step.name == "rerun"]
    saves = [step.size for step in world.trace if step.name == "save"]
    assert sorted(calls) == [50, 100, 100]
    assert len(saves) <= 3 * 2 + 1
    world.run()
    judge(world, "250 jobs")
