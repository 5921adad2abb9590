"""E-HPC jobs whose output stands still, found through the real wire."""

from __future__ import annotations

from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.ehpc.models import Job, JobSpec, Prints, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.timeline import Timeline
from localcloud.wire.faults import Fault, FaultKind
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek import EhpcSeeker
from shared.systems.ehpc.watch import Clusters, Nodes, Silence
from tests.proof.discovery import Direct, Watcher

POLICY = "discover: {ehpc: [{clusters: [ehpc-a], silence: {after_s: 1800}}]}\n"
Ward = Any


def found(reports: list[Any]) -> list[str]:
    """Ids of the jobs in the outcomes."""
    return [one.outcome.job_id for report in reports for one in report.results]


def job(ward: Ward, prints: Prints | None, number: int = 1) -> None:
    """A job that began just now."""
    clusters = ward.cloud[Ehpc].clusters
    here = clusters.get("ehpc-a") or ward.cloud[Ehpc].cluster("ehpc-a")
    here.submit(f"{number}.scheduler", JobSpec(runs=(hangs(),), hosts=("n1",), prints=prints))


def test_output_that_stands_still_is_found(ward: Ward) -> None:
    """When nothing was added for so long, and not before; the end of it is evidence; once a run."""
    ward.policy = POLICY
    ward.rules = "rules: [{name: solver, match: {message: 'step done'}, action: rerun}]\n"
    job(ward, Prints(for_s=1200))
    early, late = ward.periods(13), ward.periods(8)
    assert found(early) == []
    assert found(late) == ["1.scheduler"]
    (row,) = ward.sink.rows
    assert (row["verdict"], row["rule"], row["trigger"]) == ("rerun", "solver", "discover")


@pytest.mark.parametrize(
    "prints",
    [
        None,
        Prints(every_s=900.0),
        Prints(line="x" * 50_000 + "\n", every_s=5.0),
        Prints(every_s=600.0, errors="warning\n" * 500),
    ],
)
def test_what_writes_and_what_never_did_is_left_alone(ward: Ward, prints: Prints | None) -> None:
    """Seldom, a flood, or nothing at all: in an hour and a half, three times what is allowed, nothing is told."""
    ward.policy = POLICY
    job(ward, prints)
    assert found(ward.periods(30)) == []


def test_a_flood_that_ends_is_found(ward: Ward) -> None:
    """Most of a long output is skipped: its end is reached in a few looks."""
    ward.policy = POLICY
    job(ward, Prints(line="x" * 1_000 + "\n", every_s=0.5, for_s=1800))
    assert found(ward.periods(40)) == ["1.scheduler"]
    assert len(ward.calls("GetJobLog")) < 80


def test_a_read_that_fails_is_no_silence(ward: Ward) -> None:
    """An agent that does not answer says nothing about the job."""
    ward.policy = POLICY
    job(ward, Prints(every_s=60.0))
    ward.periods(3)
    ward.cloud.faults.add(Fault("GetJobLog", FaultKind.ERROR_BEFORE_EFFECT, times=None, status=406, code="AgentError"))
    assert found(ward.periods(30)) == []
    ward.cloud.faults.clear()
    assert found(ward.periods(10)) == []


def test_an_output_that_is_begun_anew_is_no_silence(ward: Ward, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rotated after two hours it is shorter than it was for two hours more, in which it grows; then the job hangs."""
    ward.policy = POLICY
    job(ward, Prints(every_s=60.0, for_s=16_000))
    here, began = ward.cloud[Ehpc].clusters["ehpc-a"], ward.clock.now()
    whole = here.output

    def written(one: Job) -> tuple[bytes, bytes]:
        output, errors = whole(one)
        return output[1_200 if ward.clock.now() > began + 7_200 else 0 :], errors

    monkeypatch.setattr(here, "output", written)
    assert found(ward.periods(80)) == []
    assert found(ward.periods(25)) == ["1.scheduler"]


def test_of_many_jobs_the_calls_are_spread_and_nodes_are_looked_at_meanwhile(ward: Ward) -> None:
    """No minute has more than the pace, whatever there is to read."""
    ward.policy = "discover: {ehpc: [{clusters: [ehpc-a], nodes: {}, silence: {after_s: 1800}}]}\n"
    for number in range(200):
        job(ward, Prints(for_s=600), number)
    ward.cloud[Ehpc].clusters["ehpc-a"].node("n1")
    ward.periods(6)
    reads = [call.at for call in ward.cloud.openapi.calls_of("GetJobLog")]
    assert max(sum(start <= at < start + 60 for at in reads) for start in set(reads)) <= 120
    assert len({call.at for call in ward.cloud.openapi.calls_of("ListNodes")}) == 6


def test_five_thousand_jobs_cost_their_pages_and_the_reads_of_those_that_are_watched() -> None:
    """500 nodes are 5 pages, 5,000 jobs 100; of 200 watched jobs both outputs are read, four times in `after_s`."""
    clock = ManualClock(1_767_240_000.0)
    ehpc = Ehpc(Timeline(clock))
    here = ehpc.cluster("ehpc-a")
    for number in range(500):
        here.node(f"n{number}")
    for number in range(5_000):
        queue, prints = ("mpi", Prints(for_s=60)) if number < 200 else ("workq", None)
        spec = JobSpec(runs=(hangs(),), hosts=(f"n{number % 500}",), queue=queue, prints=prints)
        here.submit(f"{number}.scheduler", spec, at=clock.now() - 3600)
    there = here.jobs()
    here.jobs = lambda: there  # type: ignore[method-assign]  # 5,000 copies for each page would take half a minute
    api = Direct.to(ehpc.operations())
    watch = Clusters(clusters=("ehpc-a",), nodes=Nodes(), silence=Silence(after_s=1800, queues=("mpi",)))
    scope = Cluster(region="cn-hangzhou", cluster_id="ehpc-a")
    watcher = Watcher(EhpcSeeker(api, clock, "cn-hangzhou"), watch, scope, clock)
    watcher.look()
    assert api.calls == {"ListNodes": 5, "ListJobsWithFilters": 100, "GetJobLog": 200}  # what has grown is read once
    api.calls.clear()
    clock.advance(1800 / 4)
    watcher.look()
    assert api.calls == {"ListNodes": 5, "ListJobsWithFilters": 100, "GetJobLog": 200 * 2}
