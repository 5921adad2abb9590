"""Laws about what is shared or counted: budgets and breakers (3, 10)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator

from shared.domain.job import Scope
from shared.domain.keys import breaker_key, job_key, pace_key, rate_key
from shared.domain.limits import PACE_WINDOW_S, SharedLimit
from shared.domain.outcome import stable_id
from shared.domain.reasons import Reason
from shared.domain.record import CaseState
from shared.systems.schedulerx.system import PACE_PER_MINUTE
from tests.proof.laws.reading import SHARED, Breaches, cases_at, limit_of, record_of
from tests.proof.truth import Call, Invoked, Job
from tests.proof.world import World


def law_03_budgets_hold(world: World) -> Breaches:
    """Attempts, reruns that took effect, the breaker's jobs, rate and pace stay within their windows."""
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
            emptied = [
                # A person closed it: its window begins anew.
                saved.at
                for saved in world.saved
                if saved.key == breaker_key(scope) and saved.who is world.outside
            ]
            for call in calls:
                since = max([call.at - breaker.window_s, *(at for at in emptied if at <= call.at)])
                within = {other.job[1] for other in calls if since < other.at <= call.at}
                if len(within) > breaker.max_jobs:
                    yield f"{len(within)} jobs were acted on in a window of the breaker"
        if scope.system == "schedulerx" and _most_within([call.at for call in calls], 60) > PACE_PER_MINUTE:
            yield "more calls in a minute than the pace allows"
    yield from _counted_budgets(world)


def _counted_budgets(world: World) -> Breaches:
    """What a rate's or pace's document counts, and what was reserved beside what others had taken."""
    limits = _limits(world)
    taken: dict[str, list[float]] = defaultdict(list)
    for saved in world.saved:
        if saved.key in limits:
            moments = list(_counted(limit_of(saved.document)))
            if saved.who is world.outside:
                taken[saved.key] += moments
            if _most_within(moments, limits[saved.key][1]) > limits[saved.key][0]:
                yield f"{saved.key} counts more than its window holds: {moments}"
    for scope, moments in _reserved(world).items():
        for key in {rate_key(scope), pace_key(scope, "RerunJob")} & limits.keys():
            most, window_s = limits[key]
            if _most_within([*taken[key], *moments], window_s) > most:
                yield f"{key}: more attempts in a window than it has tokens: {sorted(moments)}"


def _limits(world: World) -> dict[str, tuple[int, float]]:
    """How many tokens in which window, by the key of the rate's or pace's document."""
    rate, scopes = world.policy.rate, {job[0] for job in (*world.cluster, *world.group, *world.units)}
    rates = {rate_key(scope): (rate.max_jobs, rate.window_s) for scope in scopes if rate is not None}
    of_groups = [scope for scope in scopes if scope.system == "schedulerx"]
    return {**rates, **{pace_key(scope, "RerunJob"): (PACE_PER_MINUTE, PACE_WINDOW_S) for scope in of_groups}}


def _counted(limit: SharedLimit) -> Iterator[float]:
    """A moment for each token, the earliest at which it can have been taken."""
    for start, tokens in limit.buckets.items():
        yield from [float(start)] * sum(int(token) for token in tokens)


def _reserved(world: World) -> dict[Scope, list[float]]:
    """When attempts were reserved that nobody forced, by cluster or group."""
    scopes = {job_key(*job): job[0] for job in (*world.cluster, *world.group, *world.units)}
    found: dict[tuple[str, str, str], float] = {}
    for saved in world.saved:
        if saved.key in scopes:
            for case in record_of(saved.document).cases:
                if case.state is CaseState.RESERVED and not case.forced:
                    found[(saved.key, case.failure_id, case.owner)] = case.reserved_at
    moments: dict[Scope, list[float]] = defaultdict(list)
    for (key, _, _), at in found.items():
        moments[scopes[key]].append(at)
    return moments


def _forced(call: Call) -> bool:
    found = [case for case in cases_at(call) if case.state is CaseState.RESERVED]
    return any(case.forced for case in found)


def law_10_an_open_breaker_admits_nobody(world: World) -> Breaches:
    """No attempt is reserved without a token from before the breaker opened; it never closes itself and tells once."""
    yield from _told_once(world)
    breakers: dict[str, SharedLimit] = {}
    openers: dict[str, Invoked] = {}
    owners: dict[tuple[str, str], str] = {}
    keys = {job_key(*job): job for job in (*world.cluster, *world.group, *world.units)}
    for saved in world.saved:
        if saved.key.startswith("breaker/"):
            limit, before = limit_of(saved.document), breakers.get(saved.key)
            shut = before is not None and before.opened_at is not None and limit.opened_at is None
            if (shut and saved.who is not world.outside) or (limit.opened_at is not None and saved.expires_at):
                yield "the breaker closed itself, or will when its document expires"
            if limit.opened_at is not None and (before is None or before.opened_at is None):
                openers[saved.key] = saved.who
            breakers[saved.key] = limit
            continue
        if saved.key not in keys or world.policy.breaker is None:
            continue
        for case in record_of(saved.document).cases:
            place = (saved.key, case.failure_id)
            reserved = case.state is CaseState.RESERVED and owners.get(place) != case.owner
            if reserved and not (case.forced or saved.who.woke):  # who woke after its deadline calls nobody: law 7
                scope_key = breaker_key(keys[saved.key][0])
                too_late = saved.who is not openers.get(scope_key) and world.baton is None
                yield from _admitted(world, saved.key, breakers.get(scope_key), too_late=too_late)
            owners[place] = case.owner


def _told_once(world: World) -> Breaches:
    """For each opening of a breaker one notice, in the document that owes it and in the Logstore."""
    opened: dict[str, float | None] = {}
    openings = 0
    for saved in world.saved:
        if saved.key.startswith("breaker/"):
            limit = limit_of(saved.document)
            openings += limit.opened_at is not None and opened.get(saved.key) is None
            opened[saved.key] = limit.opened_at
            if len({one["outcome_id"] for one in limit.owed}) < len(limit.owed):
                yield f"{saved.key} owes one notice twice"
    told = [row for row in world.sink.unique().values() if row["reason"] == Reason.BREAKER_OPENED.value]
    if len(told) != openings:
        yield f"{openings} times a breaker opened, {len(told)} notices say so"


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
