"""From a rank that dies to a job that runs again, over real wires; and what the settings for the cloud make of it."""

from __future__ import annotations

import fnmatch
import json
import re
import time
from typing import Any

import pytest

from localcloud.clock import SystemClock
from localcloud.ehpc.models import ClusterSettings, Flavour, JobSpec, State, finishes, hangs
from localcloud.ehpc.service import Ehpc
from localcloud.eventbridge.patterns import compile_pattern
from localcloud.eventbridge.service import EventBridge
from localcloud.fc.models import InvocationResult
from localcloud.sls.trigger import LogTriggerPump, TriggerConfig
from tests.e2e.conftest import Town
from tests.emitters.conftest import CLUSTER, EMITTERS, PBS, USER, Node, as_logtail_sends, fake_mpi, wait_for
from tests.emitters.test_reporting_only import epilog, lines
from tests.emitters.test_reporting_only import folder as folder  # noqa: PLC0414 - a fixture

HOUR = 3600.0


def cluster(town: Town, *jobs: str, runs: tuple[Any, ...] = (hangs(), finishes(600))) -> Any:
    """A cluster whose jobs began an hour ago; a rerun takes effect at once."""
    made = town.cloud[Ehpc].cluster(CLUSTER, Flavour.PBS, ClusterSettings(rerun_lag_s=0))
    for job_id in jobs:
        job = JobSpec(runs=runs, requeue_wait_s=0.0, name=PBS["PBS_JOBNAME"], owner=USER)
        made.submit(job_id, job, at=time.time() - HOUR)
    return made


def deliver(town: Town) -> None:
    """Log Service's trigger calls log_trigger for what is new in the Logstore."""

    def log_trigger(body: bytes) -> InvocationResult:
        return InvocationResult(json.dumps(town.invoke("log_trigger", body)).encode(), None, "r", "")

    config = TriggerConfig(project="secondwind", logstore="failures", endpoint=town.cloud.endpoint)
    assert all(one.consumed for one in LogTriggerPump(town.logs, log_trigger, config).run_until_idle())


def test_a_rank_dies_and_the_job_runs_again(town: Town, node: Node) -> None:
    """Watcher's line → Log Service → trigger → log_trigger → RerunJobs: one kill, a new run, the outcome told."""
    jobs = cluster(town, "1.scheduler", "2.scheduler")
    (node.folder / "nodes").write_text("\n".join(jobs.job("1.scheduler").nodes))
    environ = {**PBS, "PBS_NODEFILE": "nodes"}
    node.watch("--stall-s 60 --lost-rank-s 0.2", *fake_mpi(3, 100, 1, 3), environ=environ)
    wait_for(lambda: len(node.lines()) == 1, "the watcher's line")
    town.put("failures", *map(as_logtail_sends, node.lines()))
    deliver(town)
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == ["1.scheduler"]
    wait_for(lambda: jobs.job("1.scheduler").state is State.RUNNING, "the second run")
    assert [jobs.job(name).run_count for name in ("1.scheduler", "2.scheduler")] == [2, 1]
    (row,) = town.outcomes()
    assert (row["verdict"], row["reason"], row["state"], row["trigger"]) == ("rerun", "accepted", "RUNNING", "log")


def test_what_has_ended_is_only_counted(town: Town, folder: Any) -> None:
    """An epilog's line comes too late by nature: `ineligible`, `job_finished`, no call. So the label is true."""
    cluster(town, "77.scheduler", runs=(finishes(60, exit_code=1),))
    now = str(int(time.time()))
    began = str(int(time.time() - HOUR))
    job = {"SLURM_JOB_ID": "77.scheduler", "SLURM_JOB_NAME": PBS["PBS_JOBNAME"], "SLURM_JOB_USER": USER}
    times = {"SLURM_JOB_START_TIME": began, "SLURM_JOB_END_TIME": now}
    epilog(folder, SECONDWIND_REGION="cn-hangzhou", **job, **times)
    town.put("failures", *map(as_logtail_sends, lines(folder, "epilog-slurmctld.log")))
    deliver(town)
    (row,) = town.outcomes()
    assert (row["verdict"], row["reason"]) == ("ineligible", "job_finished")
    assert town.rerun_calls() == []


def read(name: str) -> Any:
    """One of the ready files."""
    return json.loads((EMITTERS / name).read_text())


def test_the_ready_event_passes_the_ready_rule_and_heals(town: Town) -> None:
    """PutEvents' sample, on a custom bus with the ready pattern, reaches event_trigger, which reruns the job."""
    (event,) = read("eventbridge/put-events.json")
    cluster(town, event["data"]["job_id"])
    event["data"] |= {"cluster_id": CLUSTER, "occurred_at": int(time.time()) - 5}
    answers: list[Any] = []

    def event_trigger(body: bytes) -> InvocationResult:
        answers.append(town.invoke("event_trigger", body))
        return InvocationResult(json.dumps(answers[-1]).encode(), None, "r", "")

    bridge = EventBridge(SystemClock())
    bridge.create_bus(event["aliyuneventbusname"])
    bridge.add_rule(event["aliyuneventbusname"], "job-failures", read("eventbridge/event-pattern.json"), event_trigger)
    assert bridge.put(event["aliyuneventbusname"], event) == 1
    bridge.deliver_due()
    assert [one["verdict"] for one in answers[0]["outcomes"]] == ["rerun"]
    assert [kill.job_id for kill in town.cloud[Ehpc].kills] == [event["data"]["job_id"]]


@pytest.mark.parametrize(
    "change",
    [{"source": "acs.ehpc"}, {"type": "ehpc:NodeOperation:NodeStop"}, {"data": {"schema": "other/1"}}, {"data": "x"}],
)
def test_the_ready_rule_takes_nothing_else(change: dict[str, Any]) -> None:
    """Events of other sources, types and schemas never reach the function."""
    matches = compile_pattern((EMITTERS / "eventbridge/event-pattern.json").read_text())
    (event,) = read("eventbridge/put-events.json")
    assert matches(event)
    assert not matches({**event, **change})


def test_the_rule_for_dataworks_takes_failures_and_nothing_else() -> None:
    """Of the platform's own events: failed instances reach the function, other states and people's acts do not."""
    matches = compile_pattern((EMITTERS / "eventbridge/dataworks-pattern.json").read_text())
    failed, by_person = (
        json.loads((EMITTERS.parent / "events" / f"event-dataworks-{name}.json").read_text())
        for name in ("failed", "rerun-by-person")
    )
    assert matches(failed)
    assert not matches({**failed, "data": {**failed["data"], "status": 6}})
    assert not matches(by_person)
    of_reruns = compile_pattern((EMITTERS / "eventbridge/dataworks-reruns-pattern.json").read_text())
    assert of_reruns(by_person)
    assert not of_reruns(failed)


def test_logtail_collects_every_emitter_s_file() -> None:
    """The official SDK takes the configuration as it is; its path and pattern fit the emitters' default files."""
    from aliyun.log import LogtailConfigGenerator

    from emitters import stuck_rank_watcher

    config = read("logtail/config.json")
    sent = LogtailConfigGenerator.generate_config(config).to_json()
    assert sent["inputDetail"] == config["inputDetail"]
    assert sent["outputDetail"] == config["outputDetail"]
    detail = config["inputDetail"]
    assert detail["logPath"] == stuck_rank_watcher.REPORT_DIR
    for name in ("watcher-1000.log", "epilog-slurmctld.log", "pbs-hook.log", "schedulerx.log"):
        assert fnmatch.fnmatch(name, detail["filePattern"])
        topic = re.fullmatch(detail["topicFormat"], f"{detail['logPath']}/{name}")
        assert topic is not None
        assert topic[1] == name.removesuffix(".log")


def test_the_machine_group_is_one_that_the_sdk_takes() -> None:
    """Nodes come and go, so they are known by a label of their own choosing, not by address."""
    from aliyun.log.machine_group_detail import MachineGroupDetail

    group, detail = read("logtail/machine-group.json"), MachineGroupDetail()
    detail.from_json(group)
    assert detail.to_json() == group
    assert group["machineIdentifyType"] == "userdefined"


def test_the_readme_names_every_emitter() -> None:
    """Whatever lies in the folder is in its table or text."""
    text = (EMITTERS / "README.md").read_text()
    kinds = ("*.py", "*.sh", "*.json", "*.example")
    files = {path.relative_to(EMITTERS).as_posix() for kind in kinds for path in EMITTERS.rglob(kind)}
    assert len(files) > 7
    assert [name for name in files if name not in text] == []
