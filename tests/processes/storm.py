"""A storm over a town: failures told again and again while processes are killed; then peace, and what must hold."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable

from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared.documents import decode_record
from shared.domain.keys import job_key
from shared.domain.record import LISTED_AT
from shared.domain.runs import SKEW_S
from shared.ports import Ledger
from shared.systems.ehpc.scope import Cluster
from tests.processes.town import SPEED, Town

WAVE_S = 0.3
WAVE_JOBS = 8
BACKLOG = 150
"""A slow machine gets no further wave while so much waits."""
AGAIN_JOBS = 4
"""Of all so far: by now most have been rerun, and if they run long enough this is a failure of their new life."""
PAUSE_S = (0.005, 0.06)
"""How long some processes stand still; then others do."""
KILLS = 0.3
"""How often one is killed in between."""
SETTLE_S = 20.0
JUMP_S = 30.0
QUIET_ROUNDS = 300
SLOW = (
    Fault("RerunJobs", FaultKind.DELAY_BEFORE_EFFECT, delay_s=0.08, times=2),
    Fault("RerunJobs", FaultKind.DELAY_AFTER_EFFECT, delay_s=0.08, times=2),
)
"""Each wave one of these: a call that takes long is more often the one in which its process is killed."""
FAULTS = (
    Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT),
    Fault("RerunJobs", FaultKind.CLOSE_BEFORE_EFFECT, effect_after_s=8),
    Fault("RerunJobs", FaultKind.CLOSE_AFTER_EFFECT),
    Fault("PutLogs", FaultKind.ERROR_BEFORE_EFFECT, times=3),
    Fault("PutLogs", FaultKind.CLOSE_AFTER_EFFECT, times=2),
)


def rage(town: Town, storm_s: float, half_way: Callable[[], object]) -> None:
    """New hung jobs in waves, each failure told several times; kills at random; `half_way` once in the middle.

    Args:
        town: where.
        storm_s: how long, in seconds of the machine.
        half_way: what else goes wrong once.
    """
    chance, pause = random.Random(town.chance.getrandbits(64)), threading.Event()
    begun = time.monotonic()
    recent = town.hang(WAVE_JOBS)
    next_wave, half_due = begun, True
    with town.running():
        while (passed_s := time.monotonic() - begun) < storm_s:
            if time.monotonic() >= next_wave and town.undelivered < BACKLOG:
                next_wave = time.monotonic() + WAVE_S
                recent = [*recent[-3 * WAVE_JOBS :], *town.hang(WAVE_JOBS)]
                town.tell(recent[-WAVE_JOBS:], ways=5)
                town.tell(chance.sample(recent, WAVE_JOBS))
                town.tell(chance.sample(sorted(town.told), AGAIN_JOBS))
                for kind in (SLOW, FAULTS):
                    town.cloud.faults.add(chance.choice(kind))
            if half_due and passed_s > storm_s / 2:
                half_due = False
                half_way()
            with town.functions.frozen(chance):
                pause.wait(chance.uniform(*PAUSE_S))
            if chance.random() < KILLS:
                town.functions.kill_one(chance)
        town.cloud.faults.clear()
        # Calls of the killed may still be on their way, and nothing here may jump ahead of them.
        pause.wait(SETTLE_S / SPEED)


def calm(town: Town, ledger: Ledger) -> int:
    """Deliver and sweep, jumping over the time between, until nothing is left to do; how many rounds it took.

    Raises:
        AssertionError: it never gets quiet.
    """
    for done in range(QUIET_ROUNDS):
        due = [one.due_at for one in ledger.due(LISTED_AT - 1, 1)]
        if not due and not town.undelivered:
            return done
        moments = due + ([town.next_due()] if town.undelivered else [])
        town.clock.ahead_s += max(0.0, min(moments) - town.clock.now()) + JUMP_S
        for step in town.steps():
            step()
    raise AssertionError(f"still due: {ledger.due(LISTED_AT - 1, 10)}, undelivered: {town.undelivered}")


def check(town: Town, ledger: Ledger) -> dict[str, int]:
    """What must hold in the end; figures of the history.

    Raises:
        AssertionError: a run was killed twice, or for the failure of an earlier one; a failure got lost; a record stays
            open.
    """
    kills = Counter((kill.cluster_id, kill.job_id, kill.life) for kill in town.cloud[Ehpc].kills)
    twice = {life: count for life, count in kills.items() if count > 1}
    assert not twice, f"killed twice in one life: {twice}"
    innocent = [
        (cluster, job_id, life, town.told[cluster, job_id])
        for cluster, job_id, life in kills
        if not any(occurred_at >= life + SKEW_S for occurred_at in town.told[cluster, job_id])
    ]
    assert not innocent, f"runs killed of which nobody told a failure: {innocent}"
    missed = [job for job, life in town.first_lives.items() if job in town.told and not kills[job[0], job[1], life]]
    assert not missed, f"never restarted: {missed[:10]}"

    final_of_job: Counter[tuple[str, str]] = Counter()
    finals: dict[str, set[str]] = defaultdict(set)
    for row in town.outcomes():
        finals[row["failure_id"]].add(row["final"])
        final_of_job[row["cluster_id"], row["job_id"]] += row["final"] == "true"
    lost = [job for job in town.told if not final_of_job[job]]
    assert not lost, f"no final verdict: {lost[:10]}"
    untold = set(town.single_events) - {row["event_id"] for row in town.outcomes()}
    assert not untold, f"events without any outcome: {sorted(untold)[:10]}"
    unfinished = [failure_id for failure_id, seen in finals.items() if "true" not in seen]
    assert not unfinished, f"only open verdicts: {unfinished[:10]}"

    keys = [job_key(Cluster(region="cn-hangzhou", cluster_id=cluster), job_id) for cluster, job_id in town.told]
    records = {key: decode_record(stored.document) for key, stored in ledger.load(keys).items()}
    still_open = [key for key, record in records.items() if record.owed or any(case.open for case in record.cases)]
    assert not still_open, f"open for ever: {still_open[:10]}"
    return figures(town)


def figures(town: Town) -> dict[str, int]:
    """What happened."""
    verdicts = Counter(f"{row['verdict']}/{row['reason']}" for row in town.outcomes())
    calls = Counter(call.action for call in town.cloud.openapi.calls)
    return {
        "jobs": len(town.told),
        "tellings": sum(map(len, town.told.values())),
        "kills of jobs": len(town.cloud[Ehpc].kills),
        **town.functions.figures,
        **calls,
        **dict(verdicts.most_common()),
    }
