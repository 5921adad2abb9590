"""Runs a scenario: every failure through its doors, then sweeps until nothing is open but what waits for a person."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from localcloud.ehpc.service import Ehpc
from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.fc.models import InvocationResult
from localcloud.schedulerx.service import Schedulerx
from localcloud.wire.signing import LOCAL_CREDENTIAL
from secondwind.commands.demo import ahead, stage, units
from secondwind.commands.demo.ahead import AHEAD_S
from secondwind.commands.demo.plot import Channel, Garbage, Mishap, Scenario, SchedulerxJob
from secondwind.local_region import CODE_PATH, OUTCOMES, PROJECT, Region, context_kind
from shared.doors import DOOR
from shared.sls.outcomes import OutcomeLog, Row

SWEEPS_FOR_S = 20.0
"""Sweeping ends after that, whatever is still open: the comparison then shows it."""
SWEEP_EVERY_S = 0.5
_EVENT_DOORS = (Channel.EVENT, Channel.EVENT_TWICE, Channel.TRANSFORMED, Channel.NATIVE)

Say = Callable[[str], None]


class NightFailed(Exception):  # noqa: N818 - named for what failed
    """A function raised; in this story none may."""


@dataclass(frozen=True, slots=True)
class Night:
    """What is left of a night: the outcomes as read back, and what really happened."""

    rows: list[Row]
    kills: list[tuple[str, str, int]]
    """Cluster, job, and the start of the run killed: what RerunJobs really did."""
    reruns: list[tuple[str, int, str]]
    """Group, job, data time: the instances that RerunJob really made."""
    service_errors: list[str]
    """What went wrong in the local cloud itself."""
    again: Sequence[tuple[str, str]] = ()
    """Place and job of each restart of the other systems."""


def run_night(scenario: Scenario, region: Region, now: float, say: Say) -> Night:
    """Play it. Raises NightFailed if a function raises."""
    instances = stage.build_world(scenario, region.cloud, now)
    stage.order_faults(scenario, region)
    stage.fill_source(scenario, region, now)
    stage.set_rules(region)
    say(f"{stage.job_count(region.cloud)} jobs on {len(scenario.clusters)} clusters and {len(scenario.groups)} groups")
    outcomes = outcome_log(region)
    _deliver_logs(region, say)
    _deliver_events(scenario, region, instances, now, say)
    _deliver_by_hand(scenario, region, instances, now, say)
    looks = any(Channel.FOUND in case.doors for case in scenario.cases)
    if looks:
        _discover(region.function("discover"), say)
    _sweep(region.function("sweep"), outcomes, now, say)
    if looks:
        _later(region, outcomes, now, say)
    rows = _read(outcomes, now)
    return Night(
        rows=rows,
        kills=[(kill.cluster_id, kill.job_id, kill.life) for kill in region.cloud[Ehpc].kills],
        reruns=[(made.group_id, made.job_id, made.data_time) for made in region.cloud[Schedulerx].reruns],
        service_errors=[repr(error) for error in region.cloud.server.errors],
        again=units.restarted(region.cloud),
    )


def outcome_log(region: Region) -> OutcomeLog:
    """The outcome Logstore of a region."""
    return OutcomeLog(
        endpoint=region.cloud.endpoint,
        project=PROJECT,
        logstore=OUTCOMES,
        access_key_id=LOCAL_CREDENTIAL.access_key_id,
        access_key_secret=LOCAL_CREDENTIAL.access_key_secret,
    )


def write_policy(scenario: Scenario, folder: Path) -> dict[str, str]:
    """The scenario's policy as a file, and the setting that names it."""
    file = folder / "policy.yaml"
    file.write_text(scenario.policy, encoding="utf-8")
    return {"SECONDWIND_POLICY_FILE": str(file)}


def _deliver_logs(region: Region, say: Say) -> None:
    pump = region.pump(stage.SOURCE_PROJECT, stage.SOURCE_LOGSTORE)
    results: list[dict[str, Any]] = []
    while deliveries := pump.run_once():
        results += [_checked(result) for delivery in deliveries for result in delivery.results]
    say(f"Log Service trigger: {_summary(results)}")


def _deliver_events(
    scenario: Scenario, region: Region, instances: dict[SchedulerxJob, int], now: float, say: Say
) -> None:
    region.bridge.put(stage.BUS, stage.strangers_event(now))
    results = []
    for case in scenario.cases:
        for door in case.doors:
            if door not in _EVENT_DOORS:
                continue
            if door is Channel.EVENT_TWICE:
                region.bridge.duplicate_next()
            instance = _instance(case, instances)
            told = door is not Channel.NATIVE and stage.event_of(case, door, scenario.namespace, instance, now)
            region.bridge.put(stage.BUS, told or units.native_event(case, now))
            results += [_checked(one.result) for one in region.bridge.deliver_due() if one.result is not None]
    say(f"EventBridge: {_summary(results)}")


def _deliver_by_hand(
    scenario: Scenario, region: Region, instances: dict[SchedulerxJob, int], now: float, say: Say
) -> None:
    results = []
    for case in scenario.cases:
        for door in case.doors:
            if door not in {Channel.HAND, Channel.HAND_DRY}:
                continue
            body = {"jobs": [stage.announcement(case, scenario.namespace, _instance(case, instances), now)]}
            event = json.dumps(body | ({"dry_run": True} if door is Channel.HAND_DRY else {})).encode()
            if isinstance(case.subject, Garbage):
                event = case.subject.body.encode("utf-8", "surrogateescape")
            results.append(_checked(region.function("manual").invoke(event)))
    say(f"by hand: {_summary(results)}")


def _discover(function: FunctionRuntime, say: Say) -> None:
    """The other timer, once: what nobody tells is looked for."""
    event = b'{"triggerTime": "2026-01-05T02:30:00Z", "triggerName": "discover", "payload": ""}'
    say(f"discover: {_summary([_checked(function.invoke(event))])}")


def _later(region: Region, outcomes: OutcomeLog, now: float, say: Say) -> None:
    """Both timers minutes later, when a node has stayed away and an output has stood still for long enough."""
    say(f"All clocks go {AHEAD_S / 60:.0f} minutes ahead")
    region.clock.advance(AHEAD_S)
    with closing(_ahead(region, "discover")) as discover, closing(_ahead(region, "sweep")) as sweep:
        _discover(discover, say)
        _sweep(sweep, outcomes, now, say)


def _ahead(region: Region, name: str) -> FunctionRuntime:
    return FunctionRuntime(
        f"{ahead.__name__}.{name}",
        code_path=CODE_PATH,
        initializer=f"{ahead.__name__}.initialize",
        environment=region.environment,
        context_kind=context_kind(DOOR[name]),
        function_name=name,
        credentials=LOCAL_CREDENTIAL,
    )


def _read(outcomes: OutcomeLog, now: float) -> list[Row]:
    return outcomes.read(now - 60, time.time() + AHEAD_S + 60)


def _sweep(function: FunctionRuntime, outcomes: OutcomeLog, now: float, say: Say) -> None:
    """The timer, faster than in life, until every failure has its final outcome or waits for a person."""
    deadline = time.monotonic() + SWEEPS_FOR_S
    event = json.dumps({"triggerTime": "2026-01-05T02:30:00Z", "triggerName": "sweep", "payload": ""}).encode()
    waiting = open_failures(_read(outcomes, now))
    while waiting and time.monotonic() < deadline:
        result = _checked(function.invoke(event))
        if any(result["counts"].values()):
            say(f"sweep: {_summary([result])}")
        time.sleep(SWEEP_EVERY_S)
        waiting = open_failures(_read(outcomes, now))


def open_failures(rows: Sequence[Row]) -> set[str]:
    """Ids of the failures that the sweep still has to end, or whose rerun it has yet to see.

    What is held waits for a person instead.
    """
    last: dict[str, Row] = {}
    for row in rows:
        if row["verdict"] != "duplicate":
            last[row["failure_id"]] = row
    return {name for name, row in last.items() if _goes_on(row)}


def _goes_on(row: Row) -> bool:
    unfinished = row["final"] == "false" and row["verdict"] != "held"
    return unfinished or row["reason"] == "accepted"


def _instance(case: Mishap, instances: dict[SchedulerxJob, int]) -> int | None:
    return instances[case.subject] if isinstance(case.subject, SchedulerxJob) else None


def _checked(result: InvocationResult) -> dict[str, Any]:
    if result.error is not None:
        raise NightFailed(f"{result.error.get('errorType')}: {result.error.get('errorMessage')}\n{result.log}")
    answer: dict[str, Any] = json.loads(result.body)
    return answer


def _summary(results: Sequence[dict[str, Any]]) -> str:
    total: dict[str, int] = {}
    for result in results:
        for name, count in result["counts"].items():
            total[name] = total.get(name, 0) + count
    shown = ", ".join(f"{count} {name.replace('_', ' ')}" for name, count in total.items() if count)
    deliveries = f"{len(results)} {'delivery' if len(results) == 1 else 'deliveries'}"
    return f"{deliveries}: {shown or 'nothing to do'}"
