"""Laws about what is shared or counted: budgets and breakers (3, 10)."""

from __future__ import annotations

from collections import defaultdict

from shared.domain.job import System, job_key
from shared.domain.limits import PACE_PER_MINUTE, SharedLimit, breaker_key
from shared.domain.outcome import stable_id
from shared.domain.record import CaseState
from tests.proof.laws.reading import SHARED, Breaches, cases_at, limit_of, record_of
from tests.proof.truth import Call, Invoked, Job
from tests.proof.world import World


def law_03_budgets_hold(world: World) -> Breaches:
    """Attempts, reruns that took effect, the breaker's jobs and the pace stay within their windows."""
    budget = world.policy.attempts
    marks: dict[str, set[tuple[int, float]]] = defaultdict(set)
    for saved in world.saved:
        if not saved.key.startswith(SHARED):
            marks[saved.key].update((mark.number, mark.at) for mark in record_of(saved.document).attempts)
    for key, found in marks.items():
        if _most_within([at for _, at in found], budget.window_s) > budget.max:
            yield f"{key}: more than {budget.max} attempts in a window: {sorted(found)}"
    kills: dict[Job, list[float]] = defaultdict(list)
    for call in world.calls:
        if call.effective:
            kills[call.job].append(call.at)
    for job, at in kills.items():
        counted = len(marks[job_key(*job)])
        if len(at) > counted or _most_within(at, budget.window_s) > budget.max:
            yield f"{job[1]}: {len(at)} reruns took effect, {counted} attempts were counted"
    yield from _shared_budgets(world)


def _shared_budgets(world: World) -> Breaches:
    breaker = world.policy.breaker
    scopes = {call.job[0] for call in world.calls}
    for scope in scopes:
        calls = [call for call in world.calls if call.job[0] == scope and not _forced(call)]
        if breaker is not None:
            for call in calls:
                within = {other.job[1] for other in calls if call.at - breaker.window_s < other.at <= call.at}
                if len(within) > breaker.max_jobs:
                    yield f"{len(within)} jobs were acted on in a window of the breaker"
        if scope.system is System.SCHEDULERX and _most_within([call.at for call in calls], 60) > PACE_PER_MINUTE:
            yield "more calls in a minute than the pace allows"


def _forced(call: Call) -> bool:
    found = [case for case in cases_at(call) if case.state is CaseState.RESERVED]
    return any(case.forced for case in found)


def law_10_an_open_breaker_admits_nobody(world: World) -> Breaches:
    """No attempt is reserved that has no token from before the breaker opened; it never closes itself."""
    breakers: dict[str, SharedLimit] = {}
    openers: dict[str, Invoked] = {}
    owners: dict[tuple[str, str], str] = {}
    keys = {job_key(*job): job for job in (*world.cluster, *world.group)}
    for saved in world.saved:
        if saved.key.startswith("breaker/"):
            limit, before = limit_of(saved.document), breakers.get(saved.key)
            if before is not None and before.opened_at is not None and limit.opened_at is None:
                yield "the breaker closed itself"
            if limit.opened_at is not None and (before is None or before.opened_at is None):
                openers[saved.key] = saved.who
            breakers[saved.key] = limit
            continue
        if saved.key not in keys or world.policy.breaker is None:
            continue
        for case in record_of(saved.document).cases:
            place = (saved.key, case.failure_id)
            if case.state is CaseState.RESERVED and owners.get(place) != case.owner and not case.forced:
                scope_key = breaker_key(keys[saved.key][0])
                too_late = saved.who is not openers.get(scope_key) and world.baton is None
                yield from _admitted(world, saved.key, breakers.get(scope_key), too_late=too_late)
            owners[place] = case.owner


def _admitted(world: World, key: str, limit: SharedLimit | None, *, too_late: bool) -> Breaches:
    token = stable_id(key)[:12]
    if limit is None or not any(token in tokens for tokens in limit.buckets.values()):
        yield f"an attempt of {key} was reserved without a token"
    elif limit.opened_at is not None:
        # The token is older than the opening: taken in the same save, or another invocation opened it in between.
        if too_late:
            yield f"an attempt of {key} was reserved although the breaker was open"
        world.tally.add("reserved on a token from before the opening")


def _most_within(moments: list[float], window_s: float) -> int:
    return max((sum(1 for other in moments if at - window_s < other <= at) for at in moments), default=0)
