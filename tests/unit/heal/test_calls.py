"""The calls themselves: when one may still leave, whom one names, and after which answer none follows."""

from __future__ import annotations

from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from msgspec.structs import replace

from shared.domain.call import ActionApi, CallResult, Effect, Target
from shared.domain.job import State
from shared.domain.reasons import Reason
from shared.heal.act import ROOM_TO_CALL_S, Actor
from shared.heal.item import Invocation
from shared.policy.model import Policy
from shared.systems.ehpc.snapshot import EhpcSnapshot
from tests.support.clock import START, Clock
from tests.support.systems import CLUSTER, GROUP

POLICY = Policy(version=1, rules=())
MAX_AGE_S = POLICY.timing.observation_max_age_s


class Service:
    """A job system that accepts every call, or answers as told; each answer may take its time."""

    def __init__(self, clock: Clock, *, most: int = 100, takes_s: float = 0.0, **answer: Any) -> None:
        self.batch_size = most
        self.calls: list[list[str]] = []
        self.targets: list[Target] = []
        self._clock, self._takes_s = clock, takes_s
        self._answer = replace(CallResult(effect=Effect.DONE, api="RerunJobs", left_at=START), **answer)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """One result a target."""
        self.calls.append([target.job_id for target in targets])
        self.targets = list(targets)
        self._clock.moment += self._takes_s
        return [replace(self._answer, request_id=target.job_id) for target in targets]


def item(job_id: str, *, seen_at: float = START, most: int | None = None, scope: Any = CLUSTER) -> Any:
    """A reserved job; `most`: as many may stand in the call, from its case in the ledger."""
    return SimpleNamespace(
        failure=SimpleNamespace(scope=scope, system=scope.system, data_time=None),
        seen=EhpcSnapshot(job_id=job_id, state=State.RUNNING, look_begun_at=seen_at),
        decided=SimpleNamespace(job_id=job_id, action_api=None),
        origin=None if most is None else SimpleNamespace(case=SimpleNamespace(most_a_call=most)),
        call=None,
        batch=0,
        unsent=None,
    )


def actor(service: Any, clock: Clock, time_s: float = 60.0) -> Actor:
    """Of an invocation with this much time."""
    systems = service if isinstance(service, dict) else {CLUSTER.system: service}
    return Actor(lambda system, _: systems[system], clock, POLICY, Invocation("r", START + time_s))


@pytest.mark.parametrize(
    ("time_s", "seen_at", "unsent"),
    [
        (ROOM_TO_CALL_S, START, None),
        (ROOM_TO_CALL_S - 0.001, START, Reason.DEADLINE),
        (60.0, START - MAX_AGE_S, None),
        (60.0, START - MAX_AGE_S - 0.001, Reason.LOOK_TOO_OLD),
        (0.0, START - 3600, Reason.DEADLINE),
    ],
)
def test_a_call_leaves_while_there_is_time_to_settle_it_and_the_look_is_fresh(
    time_s: float, seen_at: float, unsent: Reason | None
) -> None:
    """To the moment; what did not leave says why, and nobody is called."""
    clock = Clock()
    service, one = Service(clock), item("1.s", seen_at=seen_at)
    actor(service, clock, time_s).act([one])
    assert one.unsent is unsent
    assert service.calls == ([] if unsent else [["1.s"]])
    assert (one.call is None) is bool(unsent)


def test_the_call_names_the_life_that_was_seen_and_the_operation_that_the_rule_wants() -> None:
    """By the usual one another piece of work may run again than the rule's author meant."""
    clock = Clock()
    service, one = Service(clock), item("1.s")
    one.decided.action_api = ActionApi.RETRY_INSTANCE
    actor(service, clock).act([one])
    (target,) = service.targets
    assert (target.scope, target.job_id, target.life) == (CLUSTER, "1.s", one.seen.life)
    assert target.action_api is ActionApi.RETRY_INSTANCE


def test_the_second_call_asks_the_time_anew() -> None:
    """The first took all that there was."""
    clock = Clock()
    service, items = Service(clock, most=1, takes_s=58.5), [item("1.s"), item("2.s")]
    actor(service, clock).act(items)
    assert service.calls == [["1.s"]]
    assert [one.unsent for one in items] == [None, Reason.DEADLINE]


def test_in_one_call_old_looks_are_left_out_and_the_others_go() -> None:
    """Each gets the answer that is its own, and knows how many the call named."""
    clock = Clock()
    old = START - MAX_AGE_S - 1
    items = [item("3.s"), item("2.s", seen_at=old), item("1.s")]
    service = Service(clock)
    actor(service, clock).act(items)
    assert service.calls == [["1.s", "3.s"]]
    assert [one.unsent for one in items] == [None, Reason.LOOK_TOO_OLD, None]
    assert [(one.call and one.call.request_id, one.batch) for one in items] == [("3.s", 2), (None, 0), ("1.s", 2)]


@pytest.mark.parametrize(
    ("batch_size", "most", "named"),
    [
        (3, [None] * 7, [3, 3, 1]),
        (3, [0] * 3, [3]),
        (3, [1, 1, None, None, None], [1, 1, 3]),
        (3, [50, 50, 50, None], [3, 1]),
        (3, [2, 2, 2], [2, 1]),
    ],
)
def test_a_call_names_as_many_as_the_service_takes_and_each_of_them_allows(
    batch_size: int, most: list[int | None], named: list[int]
) -> None:
    """Who was in a call that left it unknown goes with fewer; never with more than the service takes."""
    clock = Clock()
    service = Service(clock, most=batch_size)
    items = [item(f"{number}.s", most=one) for number, one in enumerate(most)]
    actor(service, clock).act(items)
    assert [len(call) for call in service.calls] == named
    assert sorted(job for call in service.calls for job in call) == [one.decided.job_id for one in items]
    assert [one.batch for one in items] == [size for size in named for _ in range(size)]


def test_what_the_service_was_not_called_for_any_more_is_unsent_with_as_few_as_it_had_come_to() -> None:
    """Its halves leave later than the call did, so it is told until when each look is good. Nothing was refused."""
    clock = Clock()
    service = Service(clock, effect=Effect.NOT_DONE_LATER, too_late_for=2)
    items = [item("1.s"), item("2.s", seen_at=START - 5)]
    actor(service, clock).act(items)
    assert [target.call_by for target in service.targets] == [START + MAX_AGE_S, START - 5 + MAX_AGE_S]
    assert [(one.call, one.unsent, one.batch) for one in items] == [(None, Reason.LOOK_TOO_OLD, 2)] * 2


def test_nothing_to_rerun_is_no_call() -> None:
    """And nobody asks for a job system."""
    actor({}, Clock()).act([])


def test_after_a_refusal_of_the_account_that_system_is_asked_no_more_and_others_are() -> None:
    """In this call's rest and in every later one of the invocation; whom it concerned gets that answer."""
    clock = Clock()
    refusing = Service(clock, most=1, effect=Effect.NOT_DONE_USELESS, code="Forbidden.RAM", account_wide=True)
    other = Service(clock)
    one = actor({CLUSTER.system: refusing, GROUP.system: other}, clock)
    first, later, elsewhere = [item("1.s"), item("2.s")], [item("3.s")], [item("4", scope=GROUP)]
    for items in (first, later, elsewhere):
        one.act(items)
    assert (refusing.calls, other.calls) == ([["1.s"]], [["4"]])
    codes = [two.call.code if two.call else None for two in (*first, *later, *elsewhere)]
    assert codes == ["Forbidden.RAM"] * 3 + [""]


def test_a_refusal_of_the_account_in_one_region_says_nothing_of_another() -> None:
    """A service may be enabled, or have an API at all, in one region alone."""
    clock = Clock()
    refusing = Service(clock, effect=Effect.NOT_DONE_USELESS, code="Forbidden.Not.Server", account_wide=True)
    serving = Service(clock)
    by_region = {CLUSTER.region: refusing, "cn-beijing": serving}
    one = Actor(lambda _, region: by_region[region], clock, POLICY, Invocation("r", START + 60.0))  # type: ignore[arg-type,return-value]
    there = replace(CLUSTER, region="cn-beijing")
    for items in ([item("1.s")], [item("2.s")], [item("3.s", scope=there)]):
        one.act(items)
    assert (refusing.calls, serving.calls) == ([["1.s"]], [["3.s"]])


def test_a_refusal_of_one_cluster_says_nothing_of_another() -> None:
    """It is not there, or whoever calls is no member of it: in that one nobody is rerun, in others all are."""
    clock = Clock()
    service = Service(clock, most=1, effect=Effect.NOT_DONE_USELESS, code="ClusterNotFound", scope_wide=True)
    one, beside = actor(service, clock), replace(CLUSTER, cluster_id="ehpc-hz-2")
    items = [item("1.s"), item("2.s")]
    one.act(items)
    for job_id in ("3.s", "4.s"):
        one.act([item(job_id, scope=beside)])
    assert service.calls == [["1.s"], ["3.s"]]
    assert [two.call.code for two in items if two.call] == ["ClusterNotFound"] * 2


def test_a_refusal_of_one_job_stops_no_other() -> None:
    """It concerns nobody else."""
    clock = Clock()
    service = Service(clock, most=1, effect=Effect.NOT_DONE_USELESS, code="JobNotFound")
    actor(service, clock).act([item("1.s"), item("2.s")])
    assert service.calls == [["1.s"], ["2.s"]]


@pytest.mark.parametrize("answers", [1, 3])
def test_an_answer_about_another_number_of_jobs_is_given_to_nobody_else(answers: int) -> None:
    """Whose it is nobody knows: an error of the job system's part, and what was reserved stays in doubt."""
    clock = Clock()
    service, items = Service(clock), [item("1.s"), item("2.s")]
    rerun = service.rerun
    service.rerun = lambda targets: (rerun(targets) * 2)[:answers]  # type: ignore[method-assign]
    with pytest.raises(ValueError, match="zip"):
        actor(service, clock).act(items)
