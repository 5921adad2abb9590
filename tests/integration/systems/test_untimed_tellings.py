"""Events that say no time: each is known when the platform sends it again, whatever it was answered first."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared import people
from shared.domain.mode import Mode, ModeSet
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import OpenApi
from tests.support.corridor_night import CorridorNight
from tests.support.make import Make

POLICY = """\
version: 1
cooldown: {base_s: 0, max_s: 0}
rules: [{name: the-rest, match: {}, action: rerun}]
"""


@pytest.fixture
def night(cloud: LocalCloud, clock: ManualClock, open_api: Make[OpenApi], tmp_path: Path) -> Iterator[CorridorNight]:
    """A job hangs; its next run is a healthy one."""
    cloud[Ehpc].cluster("ehpc-hz-a").submit("1.scheduler", JobSpec(runs=(hangs(), finishes(100_000))))
    clock.advance(3600)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield CorridorNight(cloud, clock, ledger, open_api, POLICY)
    ledger.close()


def died(rank: int, **more: Any) -> dict[str, Any]:
    """What one rank of the job tells."""
    data = {"system": "ehpc", "cluster_id": "ehpc-hz-a", "job_id": "1.scheduler", "message": f"rank {rank} died"}
    return {"specversion": "1.0", "id": str(rank), "source": "ranks", "data": {**data, **more}}


@pytest.mark.parametrize("ahead_s", [None, 900.0])
@pytest.mark.parametrize("together", [True, False])
def test_what_came_second_is_known_when_it_comes_again(
    night: CorridorNight,
    together: bool,  # noqa: FBT001 - an example
    ahead_s: float | None,
) -> None:
    """Each of eighty ranks tells, in one delivery or in eighty; in the healthy run all of it comes once more.

    A time that is still to come says as little: it counts as now whenever it comes.
    """
    more = {} if ahead_s is None else {"occurred_at": night.clock.now() + ahead_s}
    told = [died(rank, **more) for rank in range(80)]
    for some in [told] if together else [[one] for one in told]:
        night.heard(some)
    night.clock.advance(600)
    again = [answer for one in told for answer in night.heard([one])]
    assert again == [("duplicate", "already_handled")] * 80
    assert len(night.cloud[Ehpc].kills) == 1


def test_what_is_told_anew_of_the_next_run_is_another_failure(night: CorridorNight) -> None:
    """By another event, as nothing else tells it."""
    night.heard([died(1)])
    night.heard([died(2)])
    night.clock.advance(600)
    assert night.heard([died(3)]) == [("rerun", "accepted")]


@pytest.mark.parametrize("more", [{"exit_code": "1"}, {"node": "n1"}])
def test_what_came_after_the_scheduler_s_own_requeue_is_known_when_it_comes_again(
    night: CorridorNight, more: dict[str, str]
) -> None:
    """The job waits for its turn by then: nothing is to be done. In the healthy run it comes once more."""
    night.cloud[Ehpc].clusters["ehpc-hz-a"].requeue("1.scheduler", at=night.clock.now() + 1)
    night.clock.advance(2)
    assert night.heard([died(1, **more)]) == [("duplicate", "restarted_since")]
    night.clock.advance(600)
    assert night.heard([died(1, **more)]) == [("duplicate", "already_handled")]
    assert night.cloud[Ehpc].kills == []


def test_what_came_while_it_was_switched_off_is_known_when_it_comes_again(night: CorridorNight) -> None:
    """By then it is on again, and the job's next run goes on."""
    off = ModeSet(mode=Mode.OFF, by="ann", at=night.clock.now(), why="upgrade")
    people.set_mode(night.ledger, None, off)
    assert night.heard([died(1)]) == [("suppressed", "kill_switch")]
    people.clear_mode(night.ledger, None, by="ann", now=night.clock.now())
    night.cloud[Ehpc].clusters["ehpc-hz-a"].requeue("1.scheduler", at=night.clock.now() + 1)
    night.clock.advance(600)
    assert night.heard([died(1)]) == [("duplicate", "already_handled")]
    assert night.cloud[Ehpc].kills == []


def test_what_waits_for_a_look_is_known_when_it_comes_again(night: CorridorNight) -> None:
    """Nobody could look when it came first; by then the job has been run again, and that run is a healthy one."""
    night.cloud.faults.add(Fault("ListJobsWithFilters", FaultKind.THROTTLED))
    assert night.heard([died(1)]) == [("deferred", "look_failed")]
    night.cloud[Ehpc].clusters["ehpc-hz-a"].requeue("1.scheduler", at=night.clock.now() + 60)
    night.clock.advance(600)
    assert night.heard([died(1)]) == [("duplicate", "in_hand")]
    assert night.swept(0) == [("duplicate", "restarted_since")]
    assert night.heard([died(1)]) == [("duplicate", "already_handled")]
    assert night.cloud[Ehpc].kills == []
