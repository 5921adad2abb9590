"""A batch that is refused for one bad id goes on in halves: none of them on a look that is too old by then."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from localcloud.clock import ManualClock
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec
from localcloud.ehpc.service import Ehpc
from localcloud.wire.faults import Fault, FaultKind
from shared.ledger.sqlite import SqliteLedger
from shared.systems.openapi import ApiCall, CallFailed, OpenApi, Reply
from tests.support.corridor_night import CorridorNight
from tests.support.make import Make

POLICY = """\
version: 1
timing: {settle_s: 60, observation_max_age_s: 30}
cooldown: {base_s: 0, max_s: 0}
rules: [{name: the-rest, match: {}, action: rerun}]
"""
SLOW_S = 9.0


@dataclass
class Slow:
    """The transport; the service takes its time for each rerun. Notes how old the last look was when a call left."""

    api: OpenApi
    clock: ManualClock
    ages_s: list[float] = field(default_factory=list)
    looked_at: float = 0.0

    def call(self, wanted: ApiCall) -> Reply | CallFailed:
        """One call."""
        if not wanted.mutates:
            self.looked_at = self.clock.now()
            return self.api.call(wanted)
        self.ages_s.append(self.clock.now() - self.looked_at)
        answer = self.api.call(wanted)
        self.clock.advance(SLOW_S)
        return answer


@pytest.fixture
def slow(clock: ManualClock, open_api: Make[OpenApi]) -> Slow:
    """One for all invocations."""
    return Slow(open_api(), clock)


@pytest.fixture
def night(cloud: LocalCloud, clock: ManualClock, slow: Slow, tmp_path: Path) -> Iterator[CorridorNight]:
    """Sixteen jobs hang; one of them no call may name."""
    cluster = cloud[Ehpc].cluster("ehpc-hz-a")
    for number in range(1, 17):
        cluster.submit(f"{number}.scheduler", JobSpec())
    clock.advance(3600)
    bad = Fault(
        "RerunJobs",
        FaultKind.ERROR_BEFORE_EFFECT,
        times=None,
        match=lambda parameters: '"13.scheduler"' in parameters["Jobs"],
        status=400,
        code="InvalidParams",
    )
    cloud.faults.add(bad)
    ledger = SqliteLedger(str(tmp_path / "ledger.db"), clock)
    yield CorridorNight(cloud, clock, ledger, lambda: slow, POLICY)  # type: ignore[arg-type,return-value]  # a `Caller` is all that is asked of it
    ledger.close()


def test_no_half_leaves_on_an_old_look_and_all_come_to_their_end(night: CorridorNight, slow: Slow) -> None:
    """What there was no time for is looked at anew, and goes on with as few as it had come to."""
    at = night.clock.now() - 1
    place = {"system": "ehpc", "cluster_id": "ehpc-hz-a", "occurred_at": at}
    told = [
        {"specversion": "1.0", "id": f"{number}", "source": "s", "data": {**place, "job_id": f"{number}.scheduler"}}
        for number in range(1, 17)
    ]
    first = night.heard(told)
    assert first.count(("rerun", "accepted")) == 4
    assert first.count(("deferred", "look_too_old")) == 12
    calls = len(slow.ages_s)
    for _ in range(12):
        night.swept(61)
    assert max(slow.ages_s) <= 30
    assert len(slow.ages_s) - calls <= 8, "two at a time, and the bad one's neighbour alone"
    good = sorted(f"{number}.scheduler" for number in range(1, 17) if number != 13)
    assert sorted(kill.job_id for kill in night.cloud[Ehpc].kills) == good
    assert night.sink.told().count(("refused", "api_refused")) == 1
