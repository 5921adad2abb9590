"""At whom a delivery looks: not for strangers, first where somebody is named, and never so long that it fails."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import Effect
from shared.domain.failure import Failure, Intake, Speaker, Trigger
from shared.domain.keys import breaker_key
from shared.domain.snapshot import Observation
from shared.heal import looks
from shared.heal.looks import LEAST_TIME_S, MOST_SCOPES
from shared.policy.conditions import LogPlace, Source
from shared.sweep import sweep
from shared.systems.ehpc.scope import Cluster
from tests.support.house import House, Row, verdicts
from tests.support.systems import CLUSTER
from tests.unit.heal.tricks import set_policy

LOG = LogPlace(project="hpc", logstore="failures")
SPEAKER = Speaker(project="hpc", logstore="failures")
MINE = Source(log=LOG, clusters="ehpc-hz-1")


def cluster(number: int, name: str = "x") -> Cluster:
    """Some other cluster."""
    return Cluster(region="cn-hangzhou", cluster_id=f"ehpc-{name}-{number:04}")


def about(house: House, scopes: Sequence[Cluster]) -> list[Failure]:
    """One telling a cluster, each of a job of its own that runs there."""
    return [
        house.hung(
            number,
            scope=scope,
            speaker=SPEAKER,
            trigger=Trigger.LOG,
            event_id=scope.cluster_id,
            telling_id=scope.cluster_id,
        )
        for number, scope in enumerate(scopes, 1)
    ]


@pytest.fixture
def looked_into(house: House, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The clusters that were looked into, in order."""
    asked: list[str] = []
    observe = house.ehpc.observe

    def observed(failures: Sequence[Failure]) -> list[Observation]:
        asked.extend(dict.fromkeys(failure.scope.key.rpartition("/")[2] for failure in failures))
        return observe(failures)

    monkeypatch.setattr(house.ehpc, "observe", observed)
    return asked


def words(report: Any) -> Counter[str]:
    """How often each reason was told."""
    return Counter(result.outcome.reason for result in report.results)


def test_three_thousand_lines_about_foreign_clusters_cost_no_look(house: House, looked_into: list[str]) -> None:
    """And hardly a round trip to the ledger: each is told no, and the one that may be told is healed."""
    set_policy(house, sources=(MINE,))
    report = house.deliver(*about(house, [*(cluster(number) for number in range(3_000)), CLUSTER]))
    assert words(report) == {"untrusted_source": 3_000, "accepted": 1}
    assert looked_into == ["ehpc-hz-1"]
    assert len(house.ledger.loads) < 10
    assert len({row["outcome_id"] for row in house.sink.rows}) == 3_001
    told = next(result for result in report.results if result.outcome.reason == "untrusted_source")
    assert told.decision is not None
    assert [gate.name for gate in told.decision.gates] == ["switched_on", "may_speak"]


@pytest.mark.parametrize("dry_run", [False, True])
def test_a_stranger_is_told_so_although_nobody_can_look(house: House, looked_into: list[str], *, dry_run: bool) -> None:
    """The answer needs no look, and leaves nothing in the ledger."""
    set_policy(house, sources=(MINE,))
    report = house.deliver(*about(house, [cluster(1)]), dry_run=dry_run)
    assert verdicts(report) == [("suppressed", "untrusted_source")]
    assert (looked_into, house.database()) == ([], [])


def test_an_owner_is_asked_of_the_live_job(house: House, looked_into: list[str]) -> None:
    """Only place and speaker are judged before the look: whose job it is the look tells."""
    set_policy(house, sources=(replace(MINE, owners="ann"),))
    (failure,) = about(house, [CLUSTER])
    assert verdicts(house.deliver(replace(failure, owner="ben"))) == [("suppressed", "untrusted_source")]
    assert looked_into == ["ehpc-hz-1"]


def test_who_is_named_comes_first_and_the_rest_is_due(house: House, looked_into: list[str]) -> None:
    """More clusters than one delivery looks into: what is left waits, says why, and ends."""
    set_policy(house, sources=(Source(log=LOG), replace(MINE, clusters="ehpc-zz-*")), breaker=None)
    scopes = [*(cluster(number, "aa") for number in range(MOST_SCOPES + 20)), cluster(7, "zz")]
    report = house.deliver(*about(house, scopes))
    assert words(report) == {"accepted": MOST_SCOPES, "looks_used_up": 21}
    assert looked_into[0] == "ehpc-zz-0007"
    assert len(looked_into) == MOST_SCOPES
    assert {row["final"] for row in house.sink.rows if row["reason"] == "looks_used_up"} == {"false"}
    for _ in range(2):  # the second finds them at home, and lets go of where they waited
        house.later(60)
        house.sweep()
    assert house.unfinished() == []
    accepted = Counter(row["failure_id"] for row in house.sink.rows if row["reason"] == "accepted")
    assert sum(accepted.values()) == len(accepted) == len(scopes)


def test_where_something_was_rerun_before_comes_before_what_nobody_knows(house: House, looked_into: list[str]) -> None:
    """A flood of invented clusters does not push a real one out, without any sources."""
    house.deliver(*about(house, [CLUSTER]))
    assert house.ledger.load([breaker_key(CLUSTER)])
    looked_into.clear()
    house.later(7_200)
    scopes = [*(cluster(number, "aa") for number in range(300)), CLUSTER]
    again = [replace(failure, telling_id=f"again-{failure.telling_id}") for failure in about(house, scopes)]
    report = house.deliver(*again)
    assert looked_into[0] == "ehpc-hz-1"
    assert words(report)["looks_used_up"] == 301 - MOST_SCOPES


def test_slow_looks_leave_time_to_write_down_what_is_left(house: House) -> None:
    """The first cluster is acted on before the next is looked into; without time the rest is due, and nothing fails."""

    def passes() -> None:
        house.later(10)

    house.ehpc.after_look = passes
    report = house.deliver(*about(house, [cluster(number) for number in range(40)]), time_s=60)
    assert words(report) == {"accepted": 5, "deadline": 1, "looks_used_up": 34}
    assert len(house.ehpc.calls) == 5


def test_a_look_that_was_not_left_does_not_hide_what_is_known(house: House, looked_into: list[str]) -> None:
    """A telling that was handled is a duplicate, looked at or not."""
    set_policy(house, breaker=None)
    failures = about(house, [*(cluster(number, "aa") for number in range(MOST_SCOPES)), cluster(1, "zz")])
    assert words(house.deliver(failures[-1])) == {"accepted": 1}
    assert words(house.deliver(*failures)) == {"accepted": MOST_SCOPES, "already_handled": 1}
    assert len(looked_into) == 1 + MOST_SCOPES


def test_slices_of_one_delivery_share_its_looks(house: House) -> None:
    """A long range is one delivery: its second slice looks into nothing new once the looks are used up."""
    healer = house.healer()
    failures = about(house, [cluster(number) for number in range(MOST_SCOPES + 1)])
    assert words(healer.handle(Intake(failures=failures[:MOST_SCOPES]), Trigger.LOG)) == {"accepted": MOST_SCOPES}
    assert words(healer.handle(Intake(failures=failures[MOST_SCOPES:]), Trigger.LOG)) == {"looks_used_up": 1}
    again = replace(failures[0], telling_id="anew", event_id="anew")
    assert words(healer.handle(Intake(failures=[again]), Trigger.LOG))["looks_used_up"] == 0


@pytest.mark.parametrize("named", [True, False])
def test_an_earlier_slice_of_strangers_takes_nobody_their_look(
    house: House, looked_into: list[str], *, named: bool
) -> None:
    """A source names the cluster, or something was rerun in it before; as many again of those, and no more."""
    if named:
        set_policy(house, sources=(Source(log=LOG), replace(MINE, clusters="ehpc-hz-*")))
    else:
        house.deliver(*about(house, [cluster(number, "hz") for number in range(MOST_SCOPES + 1)]), time_s=600)
        house.deliver(*about(house, [cluster(MOST_SCOPES, "hz")]))
        house.later(7_200)
    healer = house.healer(600)
    strangers = about(house, [cluster(number, "aa") for number in range(MOST_SCOPES + 1)])
    healer.handle(Intake(failures=strangers), Trigger.LOG)
    mine = about(house, [cluster(number, "hz") for number in range(MOST_SCOPES + 1)])
    mine = [replace(one, telling_id=f"again-{one.telling_id}") for one in mine]
    looked_into.clear()
    assert words(healer.handle(Intake(failures=mine), Trigger.LOG))["looks_used_up"] == 1
    assert looked_into == [f"ehpc-hz-{number:04}" for number in range(MOST_SCOPES)]


def test_what_was_found_is_looked_at_whoever_may_tell(house: House) -> None:
    """The job system has shown it: `sources` say who may tell, and nobody told it."""
    set_policy(house, sources=(Source(log=LogPlace(project="p", logstore="l"), clusters=("elsewhere",)),))
    found = replace(house.hung(), trigger=Trigger.DISCOVER)
    assert verdicts(house.deliver(found, trigger=Trigger.DISCOVER)) == [("rerun", "accepted")]


@pytest.mark.parametrize(("time_s", "first"), [(LEAST_TIME_S, 3), (LEAST_TIME_S - 0.1, 1)])
def test_with_hardly_any_time_one_cluster_is_looked_into_and_no_further(
    house: House, looked_into: list[str], time_s: float, first: int
) -> None:
    """Else a delivery with little time would get nowhere however often it came; its next slice gets no look."""
    healer = house.healer(time_s)
    failures = about(house, [cluster(number) for number in range(4)])
    told = words(healer.handle(Intake(failures=failures[:3]), Trigger.LOG))
    assert (len(looked_into), told["looks_used_up"]) == (first, 3 - first)
    house.later(1.0)
    assert words(healer.handle(Intake(failures=failures[3:]), Trigger.LOG)) == {"looks_used_up": 1}
    assert len(looked_into) == first


def test_the_sweep_looks_into_however_many_clusters_while_there_is_time(
    house: House, looked_into: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """What it has no time for stays as it is, and due; a delivery's bound is none of its own."""
    house.ehpc.answer, house.ehpc.code = lambda _: Effect.NOT_DONE_LATER, "Throttling"
    house.deliver(*about(house, [cluster(number) for number in range(4)]))
    house.later(61)
    looked_into.clear()
    monkeypatch.setattr(looks, "MOST_SCOPES", 1)
    rows = house.database()

    def passes() -> None:
        house.later(3)

    def late(row: Row) -> bool:
        return row[0].startswith(("ehpc/cn-hangzhou/ehpc-x-0002/", "ehpc/cn-hangzhou/ehpc-x-0003/"))

    house.ehpc.after_look = passes
    sweep(house.healer(LEAST_TIME_S + 3))
    assert looked_into == ["ehpc-x-0000", "ehpc-x-0001"]
    assert [row for row in house.database() if late(row)] == [row for row in rows if late(row)]
    sweep(house.healer(LEAST_TIME_S + 3))
    assert looked_into[2:] == ["ehpc-x-0002", "ehpc-x-0003"]


def test_what_is_turned_away_and_what_is_not_looked_at_are_told_beside_the_rest(house: House) -> None:
    """In one delivery: a stranger at a place that others may speak for, a stranger at one of nobody's, and too many."""
    set_policy(house, sources=(MINE,), breaker=None)
    mine, other = about(house, [CLUSTER, cluster(1)])
    stranger = replace(mine, speaker=Speaker(project="x"), telling_id="x", event_id="x")
    report = house.deliver(stranger, mine, other)
    assert words(report) == {"untrusted_source": 2, "accepted": 1}
    told = [result.outcome.event_id for result in report.results if result.outcome.reason == "untrusted_source"]
    assert sorted(told) == ["ehpc-x-0001", "x"]
    assert all(result.key == "" for result in report.results if result.outcome.reason == "untrusted_source")


def test_one_telling_by_who_names_the_cluster_is_enough(house: House, looked_into: list[str]) -> None:
    """What others tell of it besides, who may speak of any, takes it no turn."""
    other = LogPlace(project="hpc", logstore="others")
    named = replace(MINE, clusters="ehpc-zz-*")
    set_policy(house, sources=(Source(log=LOG), Source(log=other), named), breaker=None)
    failures = about(house, [*(cluster(number, "aa") for number in range(3)), cluster(7, "zz")])
    besides = house.hung(9, scope=cluster(7, "zz"), speaker=Speaker(project="hpc", logstore="others"))
    house.deliver(besides, *failures)
    assert looked_into[0] == "ehpc-zz-0007"
