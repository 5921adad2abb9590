"""The law about outcomes: nothing is lost, and nothing has two ends (4)."""

from __future__ import annotations

from collections import Counter, defaultdict
from operator import itemgetter

from shared.domain.limits import SharedLimit
from tests.proof.laws.reading import SHARED, Breaches, owing_of, record_of
from tests.proof.truth import Job, Telling
from tests.proof.world import World

Row = dict[str, str]


def law_04_nothing_is_lost(world: World) -> Breaches:
    """Each failure delivered has a final verdict, each open verdict is followed by it, each open case is due."""
    rows = [row for row in world.sink.unique().values() if "event_id" in row]
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
    yield from _one_final(rows, "failure_id")
    yield from _one_final(rows, "event_id")
    yield from _open_cases_are_due(world)
    yield from _debts_are_paid(world)


def _effects_are_told(world: World, told: dict[str, list[Row]]) -> Breaches:
    """A rerun that took effect is called one, unless the evidence is gone.

    Where it took effect so late that it hit a run which began after the look, it is told of the run that was meant.
    """
    meant = {
        (call.job, call.hit_run): {call.hit_run} | ({call.look.run} if call.look is not None else set())
        for call in world.calls
        if call.effective
    }
    for telling in world.tellings:
        if (telling.job, telling.run) not in meant or not telling.counts:
            continue
        runs = meant.pop((telling.job, telling.run))
        mine = [
            row
            for other in world.tellings
            if other.job == telling.job and other.run in runs
            for row in _rows_of(other, told, world)
        ]
        gone = {"no_evidence", "not_observable"}
        job = world.cluster.get(telling.job)
        if job is not None and job.run == telling.run:
            # It ended in the queue, before its next run began: the list shows the end of the run that was killed.
            gone.add("job_finished")
        if not any(row["verdict"] == "rerun" or row["reason"] in gone for row in mine):
            yield f"run {telling.run} of {telling.job[1]} was rerun, and that was not told: {_words(mine)}"


def _rows_of(telling: Telling, told: dict[str, list[Row]], world: World) -> list[Row]:
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


def _substantial(row: Row) -> bool:
    """Says what became of the failure, rather than that another outcome does."""
    own = row["verdict"] != "duplicate" or row["reason"] in {"restarted_since", "started"}
    return own and row["final"] == "true"


def _words(rows: list[Row]) -> list[str]:
    return [f"{row['verdict']}/{row['reason']}" for row in rows]


def _open_ones_end(rows: list[Row]) -> Breaches:
    last: dict[str, str] = {}
    for row in rows:
        if row["final"] == "true":
            last[row["failure_id"]] = max(last.get(row["failure_id"], ""), row["at"])
    for row in rows:
        if row["dry_run"] == "false" and row["final"] == "false" and row["at"] > last.get(row["failure_id"], ""):
            yield f"{row['verdict']}/{row['reason']} of {row['event_id']} stays without a final verdict"


def _one_final(rows: list[Row], name: str) -> Breaches:
    """One end of what was begun; what was never begun (suppressed, ineligible at once) may be told at each door.

    Nor was what no document has room for: it is kept nowhere, so each delivery of it is judged by itself.
    """
    finals: dict[str, list[Row]] = defaultdict(list)
    reopened: Counter[str] = Counter()
    resumed = {row["follow_up"] for row in rows if row["reason"] == "breaker_closed"}
    forced = {row[name]: row["at"] for row in sorted(rows, key=itemgetter("at")) if row.get("forced") == "true"}
    for row in rows:
        ends = row["final"] == "true" and row["verdict"] != "duplicate" and row["dry_run"] == "false"
        if row["reason"].startswith("seen_"):
            # Tells what became of a rerun; the verdict was final before.
            if not row.get("follow_up"):
                yield f"{row['reason']} of {row['event_id']} follows nothing up"
            continue
        if row["outcome_id"] in resumed:
            # A person closed the breaker and had it go on: its end is what follows.
            continue
        if row["verdict"] == "refused" and row["at"] < forced.get(row[name], ""):
            # Certainly nothing was done, and a person has forced it since: that is asked anew, and ends anew.
            continue
        begun = row["verdict"] in {"rerun", "refused", "unknown"} and row["reason"] != "record_full"
        if ends and (begun or row.get("follow_up")):
            finals[row[name]].append(row)
        reopened[row[name]] += row["reason"] == "not_restarted"
    for found in finals.values():
        if len(found) > 1 + reopened[found[0][name]]:
            yield f"{len(found)} final verdicts of one {name}: {_words(found)}"


def _open_cases_are_due(world: World) -> Breaches:
    for saved in world.saved:
        if saved.key.startswith(SHARED):
            continue
        record = record_of(saved.document)
        moments = [case.due_at for case in record.cases if case.open]
        if None in moments or (record.owed and saved.due_at is None):
            yield f"{saved.key} waits or owes, and nothing is due"
        if any(saved.due_at is None or (at is not None and at < saved.due_at) for at in moments):
            yield f"{saved.key} is due later than its cases"


def _debts_are_paid(world: World) -> Breaches:
    """Every outcome that a document ever owed is in the Logstore, and a breaker owes one when it opens."""
    told = world.sink.unique()
    opened: dict[str, float | None] = {}
    for saved in world.saved:
        if saved.key.startswith(("control/", "discover/", "claim/", "link/")):
            continue
        owing = owing_of(saved.key, saved.document)
        yield from (
            f"{saved.key} owed what was never told: {one}" for one in owing.owed if one["outcome_id"] not in told
        )
        if isinstance(owing, SharedLimit):
            new = owing.opened_at is not None and opened.get(saved.key) is None
            if new and not any(one["reason"] == "breaker_opened" for one in owing.owed):
                yield f"{saved.key} opened and owes no outcome about it"
            opened[saved.key] = owing.opened_at
