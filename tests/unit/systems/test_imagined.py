"""A policy's test imagines a job: everything that it may say of one is what the gates see, and nothing else."""

from __future__ import annotations

import msgspec
import pytest

from shared.domain.job import State
from shared.systems.dataworks.snapshot import DataworksSnapshot, RerunMode, TaskInstance
from shared.systems.dataworks.system import Dataworks
from shared.systems.ehpc.snapshot import EhpcSnapshot
from shared.systems.ehpc.system import Ehpc
from shared.systems.imagined import Imagined, Other
from shared.systems.schedulerx.snapshot import Instance, SchedulerxSnapshot
from shared.systems.schedulerx.system import Schedulerx
from shared.systems.schedulerx3.execution import Execution
from shared.systems.schedulerx3.snapshot import Schedulerx3Snapshot
from shared.systems.schedulerx3.system import Schedulerx3
from tests.support.clock import START
from tests.unit.decide.facts import make_failure

TOLD = make_failure(job_id="7", data_time="2026-01-05 03:00:00", job_instance_id=9, occurred_at=START - 5.0)
BESIDE = (
    Other(state=State.RUNNING, data_time="2026-01-05 04:00:00", trigger_type=3, started_ago_s=70.0),
    Other(state=State.FAILED, data_time="2026-01-05 05:00:00"),
)
ALL_SAID = Imagined(
    started_ago_s=90.5,
    owner="ann",
    queue="q",
    name="n",
    nodes=("n1", "n2"),
    rerunnable=False,
    enabled=False,
    trigger_type=4,
    own_parameters=True,
    own_retries=2,
    workflow=True,
    dev=True,
    others=BESIDE,
)
NOT_BEGUN = {State.QUEUED: True, State.NOT_FOUND: True}


def of(state: State | None, live: Imagined = ALL_SAID) -> Imagined:
    """The same in that state."""
    said = {name: getattr(live, name) for name in live.__struct_fields__}
    return Imagined(**{**said, "state": state})


@pytest.mark.parametrize("state", [None, State.RUNNING, State.QUEUED, State.NOT_FOUND])
def test_a_cluster_job(state: State | None) -> None:
    """It runs unless it is said; what waits or is not there has no start."""
    assert Ehpc().imagine(of(state), TOLD, START) == EhpcSnapshot(
        job_id="7",
        state=state or State.RUNNING,
        start_time=None if state in NOT_BEGUN else int(START - 90.5),
        rerunnable=False,
        owner="ann",
        queue="q",
        name="n",
        nodes=("n1", "n2"),
        look_begun_at=START,
    )


@pytest.mark.parametrize("state", [None, State.RUNNING, State.QUEUED, State.NOT_FOUND])
def test_an_instance_of_schedulerx(state: State | None) -> None:
    """It has failed unless it is said; those beside it have ids of their own."""
    meant = Instance(
        instance_id=9,
        state=state or State.FAILED,
        data_time="2026-01-05 03:00:00",
        trigger_type=4,
        started_at=None if state is State.QUEUED else START - 90.5,
        workflow=True,
    )
    assert Schedulerx().imagine(of(state), TOLD, START) == SchedulerxSnapshot(
        job_id="7",
        state=state or State.FAILED,
        enabled=False,
        instance=None if state is State.NOT_FOUND else meant,
        others=tuple(
            Instance(
                instance_id=100 + place,
                state=one.state,
                data_time=one.data_time,
                trigger_type=one.trigger_type,
                started_at=START - one.started_ago_s,
            )
            for place, one in enumerate(BESIDE)
        ),
        own_parameters=True,
        own_retries=2,
        name="n",
        look_begun_at=START,
    )


@pytest.mark.parametrize("state", [None, State.RUNNING, State.QUEUED, State.NOT_FOUND])
def test_an_execution_of_schedulerx_3(state: State | None) -> None:
    """What repeats itself is at a later attempt; what has not ended has no end."""
    meant = Execution(
        execution_id=9,
        state=state or State.FAILED,
        attempt=3,
        trigger_type=4,
        data_time="2026-01-05 02:00:00",
        started_at=None if state is State.QUEUED else START - 90.5,
        ended_at=None if state in {State.QUEUED, State.RUNNING} else START,
        workflow=1,
    )
    assert Schedulerx3().imagine(of(state), TOLD, START) == Schedulerx3Snapshot(
        job_id="7",
        state=state or State.FAILED,
        execution=None if state is State.NOT_FOUND else meant,
        others=tuple(
            Execution(
                execution_id=100 + place,
                state=one.state,
                attempt=1,
                trigger_type=one.trigger_type,
                data_time=one.data_time,
                started_at=START - one.started_ago_s,
            )
            for place, one in enumerate(BESIDE)
        ),
        name="n",
        look_begun_at=START,
    )


@pytest.mark.parametrize("state", [None, State.RUNNING, State.QUEUED, State.NOT_FOUND])
@pytest.mark.parametrize("live", [ALL_SAID, Imagined()])
def test_an_instance_of_dataworks(state: State | None, live: Imagined) -> None:
    """Frozen is what is not enabled; it failed when the failure says so."""
    said = live is ALL_SAID
    begun = START - (90.5 if said else 3600.0)
    meant = TaskInstance(
        instance_id=7,
        state=state or State.FAILED,
        run_number=3 if said else 1,
        rerun_mode=RerunMode.ALL_DENIED if said else RerunMode.FAILURE_ALLOWED,
        frozen=said,
        dev=said,
        started_at=None if state is State.QUEUED else begun,
        finished_at=None if state in {State.QUEUED, State.RUNNING} else START - 5.0,
        owner=live.owner,
        name=live.name,
    )
    here = None if state is State.NOT_FOUND else meant
    seen = Dataworks().imagine(of(state, live), TOLD, START)
    assert seen == DataworksSnapshot(job_id="7", instance=here, look_begun_at=START)


def test_what_names_no_instance_means_one_all_the_same() -> None:
    """None of those beside it."""
    told = make_failure(job_id="7")
    instance, execution = (
        Schedulerx().imagine(ALL_SAID, told, START).instance,
        Schedulerx3().imagine(ALL_SAID, told, START).execution,
    )
    assert instance is not None
    assert execution is not None
    assert (instance.instance_id, instance.data_time) == (1000, "2026-01-05 02:00:00")
    assert execution.execution_id == 1000


def test_whoever_writes_a_test_is_told_each_bound() -> None:
    """Of every number and every list: the fault of one beyond it says no more than the description."""
    said = msgspec.json.schema(Imagined)["$defs"]["Imagined"]["properties"].values()
    numbers = [one for one in said if one.get("type") in {"integer", "number"}]
    lists = [one for one in said if one.get("type") == "array"]
    assert (len(numbers), len(lists)) == (3, 2)
    assert all(one["minimum"] == 0 and f"from 0 to {one['maximum']}" in one["description"] for one in numbers)
    assert all(f"at most {one['maxItems']} " in one["description"] for one in lists)
