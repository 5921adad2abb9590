"""Laws about what must never get out, come in, or grow (6, 8, 11, 12)."""

from __future__ import annotations

from collections import defaultdict

from tests.proof.ground import GARBAGE
from tests.proof.laws.reading import Breaches, name_of
from tests.proof.truth import CANARY, Invoked, Job
from tests.proof.world import World

MOST_PUT = 4096


def law_06_a_bad_record_stops_nobody(world: World) -> Breaches:
    """An invocation raises only if the ledger did not answer it; a malformed document is left as it is."""
    for who in world.invoked:
        if who.unexplained:
            yield f"{who.label} raised {who.error!r}"
    before: dict[str, bytes] = {}
    for saved in world.saved:
        if before.get(saved.key) == GARBAGE and saved.who is not world.outside:
            yield f"{saved.who.label} wrote over {saved.key}, which is malformed"
        before[saved.key] = saved.document


def law_08_a_dry_run_changes_nothing(world: World) -> Breaches:
    """A dry run makes no call, and saves nothing but the outcomes that it owes; under the kill switch nobody calls."""
    dry = {who for who in world.invoked if who.dry_run}
    yield from (f"{name_of(call)} in a dry run" for call in world.calls if call.who in dry)
    yield from (f"{name_of(call)} under the kill switch" for call in world.calls if call.who.off)
    yield from (f"a dry run saved {s.key}" for s in world.saved if s.who in dry and not s.key.startswith("owed/"))


def law_11_strangers_and_secrets_stay_inside(world: World) -> Breaches:
    """What a stranger planted in fields that mean nothing reaches no outcome and no call."""
    yield from (f"an outcome repeats {CANARY}" for row in world.sink.rows if CANARY in repr(row))
    yield from (f"{name_of(call)} names {CANARY}" for call in world.calls if CANARY in repr(call.job))


def law_12_sizes(world: World) -> Breaches:
    """No call names a job twice, two scopes or more jobs than its API takes; no put is larger than its limit."""
    batches: dict[tuple[Invoked, float], list[Job]] = defaultdict(list)
    for call in world.calls:
        batches[(call.who, call.at)].append(call.job)
    for jobs in batches.values():
        most = world.systems[jobs[0][0].system].batch_size
        if len(set(jobs)) != len(jobs) or len(jobs) > most or len({scope for scope, _ in jobs}) > 1:
            yield f"a call named {jobs}"
    if world.sink.largest_put > MOST_PUT:
        yield f"a put of {world.sink.largest_put} records"
