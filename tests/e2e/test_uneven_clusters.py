"""One delivery about several clusters, of which one answers late and one not at all, over real wires."""

from __future__ import annotations

import time
from typing import Any

from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from tests.e2e.conftest import HOUR, Town, event, failure

SLOW, BROKEN = "ehpc-hz-1", "ehpc-hz-2"


def test_a_slow_and_a_broken_cluster_delay_no_other(town: Town) -> None:
    """The slow one's look is answered once the others' outcomes can be read in the Logstore."""
    names = [f"ehpc-hz-{number}" for number in range(1, 7)]
    for number, name in enumerate(names, 1):
        runs = (hangs(), finishes(600))
        town.cloud[Ehpc].cluster(name).submit(f"{number}.scheduler", JobSpec(runs=runs), at=time.time() - HOUR)

    def about(name: str) -> Any:
        return lambda parameters: parameters.get("ClusterId") == name

    late: list[bool] = []

    def until_the_others_are_told(_seconds: float) -> None:
        ends = time.monotonic() + 20
        others = set(names) - {SLOW}
        while not (told := {row["cluster_id"] for row in town.outcomes()} >= others) and time.monotonic() < ends:
            time.sleep(0.05)
        late.append(told)

    town.cloud.faults.sleep = until_the_others_are_told
    looks = "ListJobsWithFilters"
    town.cloud.faults.add(Fault(looks, FaultKind.DELAY_BEFORE_EFFECT, match=about(SLOW), delay_s=5))
    town.cloud.faults.add(Fault(looks, FaultKind.ERROR_BEFORE_EFFECT, match=about(BROKEN), times=None))
    events = [event(failure(n, cluster_id=name), event_id=str(n)) for n, name in enumerate(names, 1)]
    answer = town.invoke("event_trigger", events)
    assert late == [True]
    assert (answer["counts"]["rerun"], answer["counts"]["deferred"]) == (5, 1)
    assert sorted(kill.job_id for kill in town.cloud[Ehpc].kills) == [f"{n}.scheduler" for n in (1, 3, 4, 5, 6)]
