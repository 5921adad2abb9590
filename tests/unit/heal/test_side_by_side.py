"""Clusters are taken side by side: a slow or broken one delays no other, in what is done and in what is told."""

from __future__ import annotations

import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import pytest
from msgspec import structs
from msgspec.structs import replace

from shared import side_by_side as lanes
from shared.domain.call import CallResult, Target
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import Failure, Intake, Trigger
from shared.domain.keys import pace_key
from shared.domain.snapshot import LookFailed, Observation
from shared.heal import Walked
from shared.ledger.several import SeveralLedgers
from shared.ledger.sqlite import SqliteLedger
from shared.ports import Write
from shared.side_by_side import LANES, side_by_side
from shared.systems.ehpc.scope import Cluster
from tests.support.house import House
from tests.support.systems import GROUP, EhpcWorld
from tests.unit.heal.test_looks import about, cluster
from tests.unit.heal.tricks import set_policy

AT_MOST_S = 10.0
"""A test that fails has waited so long."""


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody waits a second for the next telling."""
    monkeypatch.setattr(lanes, "PAUSE_S", 0.02)


@dataclass
class Uneven(EhpcWorld):
    """Clusters of which some wait for a sign, and some are broken."""

    slow: set[str] = field(default_factory=set)
    broken: set[str] = field(default_factory=set)
    sign: threading.Event = field(default_factory=threading.Event)
    came: bool = True
    """Whether every sign that was waited for came."""
    most: int = 0
    _at_work: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def observe(self, failures: Sequence[Failure]) -> list[Observation]:
        """As the world; slow ones answer after the sign."""
        with self._lock:
            self._at_work += 1
            self.most = max(self.most, self._at_work)
        name = _cluster_of(failures[0].scope)
        if name in self.slow:
            self.came &= self.sign.wait(AT_MOST_S)
        time.sleep(0.002)
        with self._lock:
            self._at_work -= 1
        if name in self.broken:
            now = self.clock.now()
            failed = LookFailed(worth_repeating=True, code="InternalError", message="", look_begun_at=now)
            return [failed] * len(failures)
        with self._lock:
            return super().observe(failures)

    def rerun(self, targets: Sequence[Target]) -> list[CallResult]:
        """As the world."""
        with self._lock:
            return super().rerun(targets)


def _cluster_of(scope: object) -> str:
    assert isinstance(scope, Cluster)
    return scope.cluster_id


@pytest.fixture
def uneven(house: House) -> Uneven:
    """The house's clusters, and its ledger for several threads."""
    house.ehpc = world = Uneven(house.clock)
    set_policy(house, breaker=None)
    return world


def deliver(house: House, failures: Sequence[Failure]) -> None:
    """One delivery, as the runtime wires it."""
    ledger = SeveralLedgers(lambda: SqliteLedger(str(house.path / "ledger.db"), house.clock))
    healer = structs.replace(house.healer(), ledger=ledger, lanes=side_by_side)
    healer.handle(Intake(failures=list(failures)), Trigger.LOG)
    ledger.close()


def test_others_are_healed_and_told_while_a_slow_cluster_has_not_answered(house: House, uneven: Uneven) -> None:
    """It answers only once theirs stand in the Logstore."""
    failures = about(house, [cluster(number) for number in range(5)])
    uneven.slow = {"ehpc-x-0000"}
    put = house.sink.put

    def noticed(records: Sequence[Mapping[str, str]]) -> None:
        put(records)
        if {row["cluster_id"] for row in house.sink.rows} >= {f"ehpc-x-{number:04}" for number in range(1, 5)}:
            uneven.sign.set()

    house.sink.put = noticed  # type: ignore[method-assign] # a spy
    deliver(house, failures)
    assert uneven.came, "the others waited for the slow one"
    assert sorted(house.sink.told()) == [("rerun", "accepted")] * 5


def test_a_broken_cluster_is_looked_at_later_and_all_others_are_healed(house: House, uneven: Uneven) -> None:
    """In one telling, as nobody is slow."""
    uneven.broken = {"ehpc-x-0003"}
    deliver(house, about(house, [cluster(number) for number in range(8)]))
    assert sorted(house.sink.told()) == [("deferred", "look_failed")] + [("rerun", "accepted")] * 7
    assert len(uneven.kills) == 7


def test_many_clusters_side_by_side_are_each_rerun_once_and_never_more_than_the_bound_at_once(
    house: House, uneven: Uneven
) -> None:
    """Told again, they are known."""
    failures = about(house, [cluster(number) for number in range(3 * LANES)])
    deliver(house, failures)
    deliver(house, [replace(one, telling_id=f"again-{one.telling_id}") for one in failures])
    assert len(uneven.kills) == len(set(uneven.kills)) == 3 * LANES
    assert 1 < uneven.most <= LANES


def test_groups_side_by_side_take_the_tokens_of_their_common_pace_one_after_the_other(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once they would only conflict, and of many groups some would get none: the pace is the region's."""
    groups = [replace(GROUP, group_id=f"demo.{number}") for number in range(3)]
    pace, at_work, most = pace_key(GROUP, "RerunJob"), [0], [0]
    save = SqliteLedger._saved

    def slowly(self: SqliteLedger, writes: Sequence[Write], *, whole: bool) -> frozenset[str]:
        taken = any(write.key == pace for write in writes)
        at_work[0] += taken
        most[0] = max(most[0], at_work[0])
        time.sleep(0.05 * taken)
        at_work[0] -= taken
        return save(self, writes, whole=whole)

    monkeypatch.setattr(SqliteLedger, "_saved", slowly)
    failed = [house.failed_instance(instance_id=number, job_id=str(number)) for number in range(3)]
    deliver(house, [replace(one, scope=group) for one, group in zip(failed, groups, strict=True)])
    assert house.sink.told() == [("rerun", "accepted")] * 3
    assert most == [1]


def test_what_a_turn_raises_comes_out_once_no_other_is_at_work() -> None:
    """A function that answers while its threads go on would have them frozen in the middle of a call."""
    ended = []

    def fails() -> Walked:
        raise LedgerUnavailable("gone")

    def works() -> Walked:
        time.sleep(0.1)
        ended.append(1)
        return Walked()

    with pytest.raises(LedgerUnavailable):
        list(side_by_side([fails, works]))
    assert ended == [1]


def test_where_outcomes_cannot_be_kept_no_further_cluster_is_begun(house: House, uneven: Uneven) -> None:
    """The delivery comes again: what is still called after it has failed would be frozen in the middle of it."""
    uneven.slow = {cluster(number).cluster_id for number in range(1, 3 * LANES)}

    def refused(records: Sequence[Mapping[str, str]]) -> None:
        uneven.sign.set()
        raise LedgerUnavailable(f"{len(records)} outcomes could not be kept")

    house.sink.put = refused  # type: ignore[method-assign] # a spy
    failures = about(house, [cluster(number) for number in range(3 * LANES)])
    with pytest.raises(LedgerUnavailable) as caught:  # as the platform does, which shows where it was raised
        deliver(house, failures)
    looked, killed = uneven.looks, len(uneven.kills)
    assert looked < 3 * LANES
    time.sleep(0.2)
    assert (uneven.looks, len(uneven.kills)) == (looked, killed)
    assert caught.tb is not None


def test_one_ledger_serves_one_thread_and_more_are_opened_only_where_threads_meet(house: House) -> None:
    """All are closed in the end."""
    opened: list[SqliteLedger] = []

    def open_one() -> SqliteLedger:
        opened.append(SqliteLedger(str(house.path / "ledger.db"), house.clock))
        return opened[-1]

    several = SeveralLedgers(open_one)
    for _ in range(3):
        several.load(["a"])
    assert len(opened) == 1
    threads = [threading.Thread(target=several.load, args=(["a"],)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    several.close()
    for one in opened:
        with pytest.raises(LedgerUnavailable):
            one.load(["a"])
