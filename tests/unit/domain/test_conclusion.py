"""What a look proves about a call in doubt: every row of what is known."""

from __future__ import annotations

import pytest

from shared.domain.job import State
from shared.domain.proof import Conclusion
from shared.domain.record import Case
from shared.domain.snapshot import Snapshot
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.schedulerx.snapshot import EVIDENCE_SKEW_S, Instance, SchedulerxSnapshot
from tests.support.make import Make

SETTLE_S = 120.0
SETTLED_AT = 1510.0 + SETTLE_S


def conclude(case: Case, seen: Snapshot) -> Conclusion:
    """As the gate asks it: settled once the look began `settle_s` after the call could last have left."""
    return seen.conclude(case, settled=seen.look_begun_at >= case.may_leave_until + SETTLE_S)


EHPC_ROWS = [
    ("RUNNING(S) | QUEUED: restarted, believe at once", "run:500", (State.QUEUED, None, 1511), "restarted"),
    ("RUNNING(S) | QUEUED with a forecast start", "run:500", (State.QUEUED, 500, 1511), "restarted"),
    ("RUNNING(S) | RUNNING with another StartTime", "run:500", (State.RUNNING, 1512, 1511), "restarted"),
    ("RUNNING(S) | another StartTime, long after", "run:500", (State.RUNNING, 1512, 10**6), "restarted"),
    ("RUNNING(S) | a StartTime before the call", "run:500", (State.RUNNING, 501, 10**6), "restarted_before"),
    ("RUNNING(S) | an older StartTime", "run:500", (State.RUNNING, 499, 10**6), "no_evidence"),
    ("RUNNING(S) | RUNNING(S), look begun at settle_s", "run:500", (State.RUNNING, 500, SETTLED_AT), "not_restarted"),
    ("RUNNING(S) | RUNNING(S), look begun later", "run:500", (State.RUNNING, 500, 10**6), "not_restarted"),
    ("RUNNING(S) | RUNNING(S), earlier: nothing yet", "run:500", (State.RUNNING, 500, SETTLED_AT - 0.1), "wait"),
    ("RUNNING(S) | RUNNING(S), before the call could leave", "run:500", (State.RUNNING, 500, 1490), "wait"),
    ("RUNNING(S) | FINISHED: ended", "run:500", (State.FINISHED, 500, 1511), "ended"),
    ("RUNNING(S) | FINISHED without a start: ended", "run:500", (State.FINISHED, None, 1511), "ended"),
    ("RUNNING(S) | FINISHED after another start: it ran again", "run:500", (State.FINISHED, 1512, 9999), "restarted"),
    (
        "RUNNING(S) | FINISHED after a run from before the call",
        "run:500",
        (State.FINISHED, 501, 9999),
        "restarted_before",
    ),
    ("RUNNING(S) | FINISHED, an older run: the list lags", "run:500", (State.FINISHED, 499, 9999), "no_evidence"),
    ("RUNNING(S) | RUNNING without a start: no life seen", "run:500", (State.RUNNING, None, 9999), "no_evidence"),
    ("QUEUED | RUNNING: started by itself or by us", "queued", (State.RUNNING, 1400, 1511), "started"),
    ("QUEUED | RUNNING, settled: the same", "queued", (State.RUNNING, 1400, 9999), "started"),
    ("QUEUED | QUEUED: nobody can tell", "queued", (State.QUEUED, None, SETTLED_AT), "not_observable"),
    ("QUEUED | QUEUED, earlier: nothing yet", "queued", (State.QUEUED, None, SETTLED_AT - 1), "wait"),
    ("QUEUED | FINISHED: ended", "queued", (State.FINISHED, 1400, 1511), "ended"),
    ("any | not listed: no evidence", "run:500", (State.NOT_FOUND, None, 9999), "no_evidence"),
    ("any | not listed: no evidence, queued", "queued", (State.NOT_FOUND, None, 9999), "no_evidence"),
    ("any | a word that nobody knows", "run:500", (State.UNKNOWN, 1512, 9999), "no_evidence"),
]


@pytest.mark.parametrize(
    ("life", "seen", "expected"), [row[1:] for row in EHPC_ROWS], ids=[row[0] for row in EHPC_ROWS]
)
def test_ehpc_rows(
    case: Make[Case], ehpc: Make[EhpcSnapshot], life: str, seen: tuple[State, int | None, float], expected: str
) -> None:
    """Reserved at this life, now seen so: the conclusion of the table."""
    state, start, at = seen
    assert conclude(case(life=life), ehpc(state, start, at)) is Conclusion(expected)


RERUN = {"trigger_type": 2}
INSTANCE_ROWS = [
    ("a new rerun instance begun after the call", [(8, 1505.0, RERUN)], (), 1511, "restarted"),
    ("one that has not started yet", [(8, None, RERUN)], (), 1511, "restarted"),
    ("one begun within the clocks' skew", [(8, 1500.0 - EVIDENCE_SKEW_S, RERUN)], (), 1511, "restarted"),
    ("one begun well before the call", [(8, 1469.0, RERUN)], (), 9999, "not_restarted"),
    ("one known before the call", [(8, 1505.0, RERUN)], (8,), 9999, "not_restarted"),
    ("a known and a new one", [(8, 1505.0, RERUN), (9, 1505.0, RERUN)], (8,), 1511, "restarted"),
    ("a scheduled instance is no rerun", [(8, 1505.0, {})], (), 9999, "not_restarted"),
    ("an instance by API is no rerun of ours", [(8, 1505.0, {"trigger_type": 3})], (), 9999, "not_restarted"),
    ("nothing new, settled", [], (), SETTLED_AT, "not_restarted"),
    ("nothing new, earlier", [], (), SETTLED_AT - 0.1, "wait"),
]


@pytest.mark.parametrize(
    ("others", "known", "at", "expected"), [row[1:] for row in INSTANCE_ROWS], ids=[row[0] for row in INSTANCE_ROWS]
)
def test_schedulerx_rows(
    case: Make[Case],
    schedulerx: Make[SchedulerxSnapshot],
    instance: Make[Instance],
    others: list[tuple[int, float | None, dict[str, int]]],
    known: tuple[int, ...],
    at: float,
    expected: str,
) -> None:
    """Evidence is an instance of trigger type 2 that was not there before the call."""
    shown = [instance(number, State.RUNNING, started_at, **about) for number, started_at, about in others]
    seen = schedulerx(instance(7), *shown, at=at)
    assert conclude(case(life="2026-01-01 10:00:00#7", known_reruns=known), seen) is Conclusion(expected)


def test_schedulerx_job_gone_is_no_evidence(case: Make[Case], schedulerx: Make[SchedulerxSnapshot]) -> None:
    """The job, or the instance, is not there any more."""
    assert conclude(case(), schedulerx(None, at=9999)) is Conclusion.NO_EVIDENCE


def test_the_meant_instance_may_be_the_evidence_itself(
    case: Make[Case], schedulerx: Make[SchedulerxSnapshot], instance: Make[Instance]
) -> None:
    """Told by its data time, the newest instance of the day is meant: our rerun, once it is there."""
    ours = instance(1001, State.RUNNING, 1505.0, trigger_type=2)
    assert conclude(case(), schedulerx(ours, instance(7), at=1511)) is Conclusion.RESTARTED


def test_known_reruns_are_those_seen_before_the_call(
    schedulerx: Make[SchedulerxSnapshot], instance: Make[Instance], ehpc: Make[EhpcSnapshot]
) -> None:
    """Ids of all rerun instances shown, the meant one too, at most fifty; E-HPC has none."""
    meant, other = instance(5, trigger_type=2), instance(6)
    many = [instance(number, trigger_type=2) for number in range(100, 200)]
    assert schedulerx(meant, other).known_reruns == (5,)
    assert schedulerx(other, *many).known_reruns == tuple(range(100, 150))
    assert ehpc(State.RUNNING, 1).known_reruns == ()
