"""A job that runs for longer than its owner said is told once a run, with all that the rules may ask of it."""

from __future__ import annotations

from fnmatch import fnmatchcase
from operator import eq

import pytest

from shared.domain.failure import Failure
from shared.systems.dataworks import wire
from shared.systems.ehpc import seek_overdue
from shared.systems.ehpc.running import Running
from shared.systems.ehpc.scope import Cluster
from shared.systems.ehpc.seek_overdue import OverdueMemory, overdue_jobs
from shared.systems.ehpc.watch import Overdue

CLUSTER = Cluster(region="cn-hangzhou", cluster_id="ehpc-hz-demo1")
START, HOUR = 1_767_600_000, 3600


def found(
    hours: float, memory: OverdueMemory | None = None, start: int = START, *, queue: str = "gpu"
) -> list[Failure]:
    """What is told after so many hours of one job that may take ten."""
    jobs = {"1.scheduler": Running(start=start, owner="ann", queue=queue, name="train")}
    wanted = Overdue(after_h=10, queues=("gpu*",))
    now = start + hours * HOUR
    fits = lambda glob, name: fnmatchcase(name, glob)  # noqa: E731 - short
    return list(overdue_jobs(memory or OverdueMemory(), CLUSTER, jobs, wanted, fits, now))


def test_all_that_is_known_of_it_is_told() -> None:
    """Its run by its start, and whose it is."""
    (failure,) = found(10.5)
    assert (failure.scope, failure.job_id, failure.started_at) == (CLUSTER, "1.scheduler", float(START))
    assert (failure.queue, failure.owner, failure.job_name) == ("gpu", "ann", "train")
    assert failure.occurred_at == START + 10.5 * HOUR
    assert "10.5 hours" in (failure.message or "")


def test_it_is_longer_than_that_and_of_a_queue_that_is_meant() -> None:
    """To the second."""
    assert found(10) == []
    assert found(10 + 1 / HOUR)
    assert found(11, queue="cpu") == []


def test_each_run_is_told_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """A run with another start is another; of too many the earliest told are forgotten."""
    monkeypatch.setattr(seek_overdue, "MAX_KEPT", 2)
    memory = OverdueMemory(told={"a": 1, "b": 2})
    assert len(found(11, memory)) == 1
    assert found(12, memory) == []
    assert len(found(11, memory, START + HOUR)) == 1
    assert memory.told == {"b": 2, "1.scheduler": START + HOUR}


def test_a_job_that_is_not_told_hides_none_behind_it() -> None:
    """Neither one that has not run for long enough, nor one that is not meant."""
    young, other, old = (
        Running(start=start, owner="ann", queue=queue, name="train")
        for start, queue in ((START + 9 * HOUR, "gpu"), (START, "cpu"), (START, "gpu"))
    )
    jobs = {"1.s": young, "2.s": other, "3.s": old}
    told = overdue_jobs(OverdueMemory(), CLUSTER, jobs, Overdue(after_h=10, queues=("gpu",)), eq, START + 11 * HOUR)
    assert [one.job_id for one in told] == ["3.s"]


def test_numbers_of_dataworks_may_come_as_text() -> None:
    """Its own SDK reads both; a row without what proves a rerun is none."""
    row = {"Id": "7", "Status": "Failure", "RunNumber": "2", "StartedTime": "1767600000000"}
    assert wire._row(row) == wire._row({**row, "Id": 7, "RunNumber": 2, "StartedTime": 1_767_600_000_000})
    assert wire._row(row) is not None
    assert wire._row({**row, "RunNumber": None}) is None
    owned = wire._row({**row, "Owner": 1900})
    assert owned is not None
    assert owned.instance().owner == "1900"
