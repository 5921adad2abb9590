"""What must always hold (design.md, the twelve), each as a check of one whole history: the sentences it breaks."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from functools import lru_cache

from shared.domain.call import Effect
from shared.domain.errors import LedgerUnavailable
from shared.domain.job import State, System, job_key
from shared.domain.limits import PACE_PER_MINUTE, SharedLimit, breaker_key, decode_limit
from shared.domain.outcome import stable_id
from shared.domain.record import Case, CaseState, JobRecord, decode_record
from shared.domain.snapshot import EhpcSnapshot, LookFailed
from tests.proof.truth import Call, Invoked, Job, Telling
from tests.proof.world import World

Breaches = Iterator[str]
_SHARED = ("breaker/", "pace/")
CANARY = "canary-of-a-stranger"
"""Planted in fields that the corridor has no business with."""
MOST_PUT = 4096


@lru_cache(maxsize=4096)
def _record(document: bytes) -> JobRecord:
    return decode_record(document)


@lru_cache(maxsize=1024)
def _limit(document: bytes) -> SharedLimit:
    return decode_limit(document)


def law_01_one_effective_rerun_a_life(world: World) -> Breaches:
    """At most one effective rerun per life: of the run hit, of the run alive on arrival, of the run looked at."""
    effective = [call for call in world.calls if call.effective]
    for name, of in (("hit", _hit), ("alive on arrival", _arrived), ("looked at", _looked)):
        for life, count in Counter((call.job, of(call)) for call in effective).items():
            if count > 1 and life[1]:
                yield f"{count} effective reruns of the life {life} ({name})"
    failed = {(telling.job, telling.run) for telling in world.tellings}
    for call in effective:
        began_after_look = call.look is not None and call.hit_run != call.look.run
        if (call.job, call.hit_run) not in failed and not began_after_look:
            yield f"run {call.hit_run} of {call.job[1]} was rerun and nobody had said that it failed"


def _hit(call: Call) -> int:
    return call.hit_run


def _arrived(call: Call) -> int:
    return call.arrived_at_run


def _looked(call: Call) -> int:
    return call.look.run if call.look else 0


def law_02_only_what_was_seen_eligible(world: World) -> Breaches:
    """Every call rests on a look of its own invocation, recent enough, that showed an eligible job."""
    oldest_s = world.policy.timing.observation_max_age_s
    for call in world.calls:
        if call.look is None:
            yield f"{_name(call)} rests on no look"
            continue
        if call.at - call.look.begun_at > oldest_s + 0.5 and world.baton is None:
            yield f"{_name(call)} rests on a look {call.at - call.look.begun_at:.1f} s old"
        seen = call.look.observation
        if isinstance(seen, EhpcSnapshot):
            eligible = seen.state in {State.RUNNING, State.QUEUED} and seen.rerunnable and not seen.array_request
        else:
            assert not isinstance(seen, LookFailed)
            eligible = seen.state is State.FAILED and seen.enabled and not any(one.live for one in seen.others)
        if not eligible:
            yield f"{_name(call)} although the look showed {seen.state.value}"


def law_03_budgets_hold(world: World) -> Breaches:
    """Attempts, reruns that took effect, the breaker's jobs and the pace stay within their windows."""
    budget = world.policy.attempts
    marks: dict[str, set[tuple[int, float]]] = defaultdict(set)
    for saved in world.saved:
        if not saved.key.startswith(_SHARED):
            marks[saved.key].update((mark.number, mark.at) for mark in _record(saved.document).attempts)
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
    found = [case for case in _cases_at(call) if case.state is CaseState.RESERVED]
    return any(case.forced for case in found)


def law_04_nothing_is_lost(world: World) -> Breaches:
    """Each failure delivered has a final verdict, each open verdict is followed by it, each open case is due."""
    rows = list(world.sink.unique().values())
    told = defaultdict(list)
    for row in rows:
        told[row["event_id"]].append(row)
    same: dict[tuple[Job, int, bool], list[Telling]] = defaultdict(list)
    for telling in world.tellings:
        same[(telling.job, telling.run, telling.counts)].append(telling)
    for (job, run, counts), tellings in same.items():
        mine = [row for telling in tellings for row in _rows_of(telling, told, world)]
        if counts and not any(_substantial(row) for row in mine):
            yield f"run {run} of {job[1]} failed and has no final verdict of its own: {_words(mine)}"
        for telling in tellings:
            if not any(row["final"] == "true" or not counts for row in _rows_of(telling, told, world)):
                yield f"{telling.failure.event_id} has no final verdict"
    yield from _effects_are_told(world, told)
    yield from _open_ones_end(rows)
    yield from _one_final(rows)
    yield from _open_cases_are_due(world)


def _effects_are_told(world: World, told: dict[str, list[dict[str, str]]]) -> Breaches:
    """A rerun that took effect is called one, unless the evidence is gone."""
    effective = {(call.job, call.hit_run) for call in world.calls if call.effective}
    for telling in world.tellings:
        if (telling.job, telling.run) not in effective or not telling.counts:
            continue
        effective.discard((telling.job, telling.run))
        mine = [
            row
            for other in world.tellings
            if (other.job, other.run) == (telling.job, telling.run)
            for row in _rows_of(other, told, world)
        ]
        if not any(row["verdict"] == "rerun" or row["reason"] in {"no_evidence", "not_observable"} for row in mine):
            yield f"run {telling.run} of {telling.job[1]} was rerun, and that was not told: {_words(mine)}"


def _rows_of(telling: Telling, told: dict[str, list[dict[str, str]]], world: World) -> list[dict[str, str]]:
    """Its own rows; if it has none, those of a telling about the same run that was folded with it by one delivery."""
    event_id = telling.failure.event_id
    if told[event_id]:
        return told[event_id]
    rows = []
    for other in world.tellings:
        folded = any({event_id, other.failure.event_id} <= delivered for delivered in world.together)
        if folded and other.job == telling.job:
            # Of a job that has ended, or is not there, it is all the same which of its runs had failed.
            same = other.run == telling.run
            rows += [row for row in told[other.failure.event_id] if same or row["verdict"] == "ineligible"]
    return rows


def _substantial(row: dict[str, str]) -> bool:
    """Says what became of the failure, rather than that another outcome does."""
    own = row["verdict"] != "duplicate" or row["reason"] in {"restarted_since", "started"}
    return own and row["final"] == "true"


def _words(rows: list[dict[str, str]]) -> list[str]:
    return [f"{row['verdict']}/{row['reason']}" for row in rows]


def _open_ones_end(rows: list[dict[str, str]]) -> Breaches:
    last: dict[str, str] = {}
    for row in rows:
        if row["final"] == "true":
            last[row["failure_id"]] = max(last.get(row["failure_id"], ""), row["at"])
    for row in rows:
        if row["dry_run"] == "false" and row["final"] == "false" and row["at"] > last.get(row["failure_id"], ""):
            yield f"{row['verdict']}/{row['reason']} of {row['event_id']} stays without a final verdict"


def _one_final(rows: list[dict[str, str]]) -> Breaches:
    """One end of what was begun; what was never begun (suppressed, ineligible at once) may be told at each door."""
    finals: dict[str, list[dict[str, str]]] = defaultdict(list)
    reopened: Counter[str] = Counter()
    for row in rows:
        ends = row["final"] == "true" and row["verdict"] != "duplicate" and row["dry_run"] == "false"
        if row["reason"].startswith("seen_"):
            # Tells what became of a rerun; the verdict was final before.
            if not row.get("follow_up"):
                yield f"{row['reason']} of {row['event_id']} follows nothing up"
            continue
        if ends and (row["verdict"] in {"rerun", "refused", "unknown"} or row.get("follow_up")):
            finals[row["failure_id"]].append(row)
        reopened[row["failure_id"]] += row["reason"] == "not_restarted"
    for failure_id, found in finals.items():
        if len(found) > 1 + reopened[failure_id]:
            yield f"{len(found)} final verdicts of one failure: {_words(found)}"


def _open_cases_are_due(world: World) -> Breaches:
    for saved in world.saved:
        if saved.key.startswith(_SHARED):
            continue
        record = _record(saved.document)
        moments = [case.due_at for case in record.cases if case.open]
        if None in moments or (record.owed and saved.due_at is None):
            yield f"{saved.key} waits or owes, and nothing is due"
        if any(saved.due_at is None or (at is not None and at < saved.due_at) for at in moments):
            yield f"{saved.key} is due later than its cases"


def law_05_a_look_after_an_unknown_result(world: World) -> Breaches:
    """Between a call of unknown result and the job's next call there is a look by another invocation."""
    before: dict[tuple[Job, str | None], Call] = {}
    for call in world.calls:
        earlier = before.get((call.job, call.data_time))
        before[(call.job, call.data_time)] = call
        if earlier is None or earlier.effect not in {None, Effect.UNKNOWN}:
            continue
        looked_since = call.look is not None and call.look.begun_at > earlier.at
        if earlier.who is call.who or not looked_since:
            yield f"{_name(call)} after an unknown result without a look"


def law_06_a_bad_record_stops_nobody(world: World) -> Breaches:
    """An invocation raises for one reason only: the ledger did not answer it."""
    for who in world.invoked:
        if who.error is not None and not (who.ledger_failed and isinstance(who.error, LedgerUnavailable)):
            yield f"{who.label} raised {who.error!r}"


def law_07_no_call_without_an_attempt(world: World) -> Breaches:
    """When a call arrives, the ledger holds a reservation of that invocation, made before."""
    for call in world.calls:
        mine = [
            case
            for case in _cases_at(call)
            if case.state is CaseState.RESERVED
            and case.owner.startswith(f"{call.who.label}/")
            and case.reserved_at <= call.at <= case.may_leave_until
        ]
        if not mine:
            yield f"{_name(call)} without a reserved attempt"


def _cases_at(call: Call) -> tuple[Case, ...]:
    return _record(call.document).cases if call.document else ()


def law_08_a_dry_run_changes_nothing(world: World) -> Breaches:
    """No call, and no document but the outcomes that it owes."""
    dry = {who for who in world.invoked if who.dry_run}
    yield from (f"{_name(call)} in a dry run" for call in world.calls if call.who in dry)
    yield from (f"a dry run saved {s.key}" for s in world.saved if s.who in dry and not s.key.startswith("owed/"))


def law_10_an_open_breaker_admits_nobody(world: World) -> Breaches:
    """No attempt is reserved that has no token from before the breaker opened; it never closes itself."""
    breakers: dict[str, SharedLimit] = {}
    openers: dict[str, Invoked] = {}
    owners: dict[tuple[str, str], str] = {}
    keys = {job_key(*job): job for job in (*world.cluster, *world.group)}
    for saved in world.saved:
        if saved.key.startswith("breaker/"):
            limit, before = _limit(saved.document), breakers.get(saved.key)
            if before is not None and before.opened_at is not None and limit.opened_at is None:
                yield "the breaker closed itself"
            if limit.opened_at is not None and (before is None or before.opened_at is None):
                openers[saved.key] = saved.who
            breakers[saved.key] = limit
            continue
        if saved.key not in keys or world.policy.breaker is None:
            continue
        for case in _record(saved.document).cases:
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
        world.tally["reserved on a token from before the opening"] += 1


def law_11_strangers_and_secrets_stay_inside(world: World) -> Breaches:
    """What a stranger planted in fields that mean nothing reaches no outcome and no call."""
    yield from (f"an outcome repeats {CANARY}" for row in world.sink.rows if CANARY in repr(row))
    yield from (f"{_name(call)} names {CANARY}" for call in world.calls if CANARY in repr(call.job))


def law_12_sizes(world: World) -> Breaches:
    """No call names a job twice or two scopes, no put is larger than its limit, and throttling raises nothing."""
    batches: dict[tuple[Invoked, float], list[Job]] = defaultdict(list)
    for call in world.calls:
        batches[(call.who, call.at)].append(call.job)
    for jobs in batches.values():
        if len(set(jobs)) != len(jobs) or len(jobs) > 100 or len({scope for scope, _ in jobs}) > 1:
            yield f"a call named {jobs}"
    if world.sink.largest_put > MOST_PUT:
        yield f"a put of {world.sink.largest_put} records"


LAWS: tuple[Callable[[World], Breaches], ...] = (
    law_01_one_effective_rerun_a_life,
    law_02_only_what_was_seen_eligible,
    law_03_budgets_hold,
    law_04_nothing_is_lost,
    law_05_a_look_after_an_unknown_result,
    law_06_a_bad_record_stops_nobody,
    law_07_no_call_without_an_attempt,
    law_08_a_dry_run_changes_nothing,
    law_10_an_open_breaker_admits_nobody,
    law_11_strangers_and_secrets_stay_inside,
    law_12_sizes,
)
"""All but the ninth, which compares histories: `test_order_and_splitting`."""


def _most_within(moments: list[float], window_s: float) -> int:
    return max((sum(1 for other in moments if at - window_s < other <= at) for at in moments), default=0)


def _name(call: Call) -> str:
    return f"the call of {call.who.label} for {call.job[1]} at +{call.at - 1_800_000_000:.1f} s"
