"""E-HPC's two job lists and DescribeJob: the same jobs in three shapes.

Sources: https://alibabacloud.com/help/en/doc-detail/87251.html (ListJobs),
https://www.alibabacloud.com/help/en/e-hpc/developer-reference/api-ehpc-2018-04-12-listjobswithfilters.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.ehpc.models import Flavour, Job, Node, State
from localcloud.ehpc.scheduler import Scheduler
from localcloud.wire.http import ApiError

PAGE_MOST = 50
NODES_PAGE_MOST = 100
PAGE_DEFAULT = 10
DIGITS_MOST = 10
Test = Callable[[Job], bool]
_STATUS: Mapping[str, Test] = {
    "all": lambda _: True,
    "finished": lambda job: job.state is State.FINISHED,
    "notfinish": lambda job: job.state is not State.FINISHED,
}
_ORDERS: Mapping[str, Callable[[Job], float]] = {
    "SubmitOrder": lambda job: job.submitted_at,
    "ExecuteOrder": lambda job: job.shown_start or 0,
    "PendOrder": lambda job: (job.shown_start or job.modified_at) - job.submitted_at,
}


def page_of(
    parameters: Mapping[str, str], items: Sequence[Any], *, most: int = PAGE_MOST
) -> tuple[list[Any], dict[str, int]]:
    """The page asked for, and the numbers that describe it. Raises ApiError for what is no positive number.

    A PageSize above the most counts as that, and the answer says so; what the cloud does then is not documented.
    """
    number = positive(parameters, "PageNumber", 1)
    size = min(positive(parameters, "PageSize", PAGE_DEFAULT), most)
    start = (number - 1) * size
    return list(items[start : start + size]), {
        "PageNumber": number,
        "PageSize": size,
        "TotalCount": len(items),
    }


def positive(parameters: Mapping[str, str], name: str, default: int) -> int:
    """A positive decimal number of at most DIGITS_MOST digits, else ApiError InvalidParams."""
    text = parameters.get(name) or str(default)
    if not (text.isascii() and text.isdigit() and len(text) <= DIGITS_MOST and int(text) > 0):
        raise invalid(name)
    return int(text)


def invalid(name: str) -> ApiError:
    """The product's refusal of a parameter."""
    return ApiError(400, "InvalidParams", f"The specified parameter {name} is invalid.")


def numbered(parameters: Mapping[str, str], name: str) -> list[str]:
    """A list parameter, sent as `Users.1`, `Users.2` and so on."""
    found: list[str] = []
    while (key := f"{name}.{len(found) + 1}") in parameters:
        found.append(parameters[key])
    return found


def filtered(parameters: Mapping[str, str], jobs: Sequence[Job]) -> list[Job]:
    """The jobs that ListJobsWithFilters shows, in its order (submission unless an order is asked for)."""
    tests = [*_by_state_and_time(parameters), *_by_words(parameters)]
    kept = [job for job in jobs if all(test(job) for test in tests)]
    for order, key in _ORDERS.items():
        direction = parameters.get(order)
        if direction not in {None, "", "asc", "desc"}:
            raise invalid(order)
        if direction:
            kept.sort(key=key, reverse=direction == "desc")
    return kept


def _by_state_and_time(parameters: Mapping[str, str]) -> Iterator[Test]:
    wanted = _STATUS.get(parameters.get("JobStatus") or "all")
    if wanted is None:
        raise invalid("JobStatus")
    yield wanted
    if parameters.get("CreateTimeStart"):
        first = positive(parameters, "CreateTimeStart", 1)
        yield lambda job: job.submitted_at >= first
    if parameters.get("CreateTimeEnd"):
        last = positive(parameters, "CreateTimeEnd", 1)
        yield lambda job: job.submitted_at <= last


def _by_words(parameters: Mapping[str, str]) -> Iterator[Test]:
    if name := parameters.get("JobName"):
        yield lambda job: name in job.spec.name
    if users := numbered(parameters, "Users"):
        yield lambda job: job.spec.owner in users
    if queues := numbered(parameters, "Queues"):
        yield lambda job: job.spec.queue in queues
    if nodes := numbered(parameters, "Nodes"):
        yield lambda job: not set(nodes).isdisjoint(job.nodes)


def simple_filtered(parameters: Mapping[str, str], jobs: Sequence[Job]) -> list[Job]:
    """The jobs that ListJobs shows. `State` takes the words of both documented generations."""
    state, owner, rerunable = (parameters.get(name) for name in ("State", "Owner", "Rerunable"))
    by_state = _STATUS.get(state or "all") or (lambda job: job.state.value == state)
    if rerunable not in {None, "", "true", "false"}:
        raise invalid("Rerunable")
    return [
        job
        for job in jobs
        if by_state(job)
        and (not owner or job.spec.owner == owner)
        and (not rerunable or job.spec.rerunnable == (rerunable == "true"))
    ]


def node_item(node: Node) -> dict[str, Any]:
    """A node of ListNodes, as the official SDK's model has it."""
    return {
        "Id": node.instance_id,
        "HostName": node.host,
        "Status": node.status,
        "StateInSched": node.in_scheduler,
        "Roles": {"Role": ["Compute"]},
        "LockReason": "",
        "SpotStrategy": "NoSpot",
        "CreateMode": "manual",
    }


def with_filters_item(job: Job) -> dict[str, Any]:
    """One job of ListJobsWithFilters: times in unix seconds as text, owner with its server."""
    return {
        **_common(job, _unix),
        "Owner": f"{job.spec.owner}@scheduler",
        "Queue": job.spec.queue,
        "Rerunable": job.spec.rerunnable,
        "VariableList": json.dumps({"PBS_O_SHELL": "/bin/bash", "PBS_O_QUEUE": job.spec.queue}),
    }


def list_item(job: Job, zone: ZoneInfo) -> dict[str, Any]:
    """One job of ListJobs: times as text without a zone, no Queue, no Rerunable."""
    return {**_common(job, lambda moment: _local(moment, zone)), "Owner": job.spec.owner}


def description(job: Job, cluster: Scheduler) -> str:
    """DescribeJob's JSON text: attributes keyed by job id. Which attributes is not documented: our choice."""
    if cluster.flavour is Flavour.SLURM:
        words = {State.QUEUED: "PENDING", State.RUNNING: "RUNNING"}
        over = "FAILED" if job.exit_code else "COMPLETED"
        attributes: dict[str, Any] = {
            "JobState": "COMPLETING" if job.completing else words.get(job.state, over),
            "Restarts": max(job.run_count - 1, 0),
        }
        attributes |= {"Requeue": int(job.spec.rerunnable), "Partition": job.spec.queue}
    else:
        letters = {State.QUEUED: "H" if job.held else "Q", State.RUNNING: "B" if job.subjobs else "R"}
        attributes = {
            "job_state": letters.get(job.state, "F"),
            "run_count": job.run_count,
            "queue": job.spec.queue,
        }
        attributes |= {"Rerunable": job.spec.rerunnable, "mtime": int(job.modified_at), "server": "scheduler"}
        if job.started_at is not None:
            attributes["stime"] = job.started_at
        if job.state is State.FINISHED:
            attributes["Exit_status"] = job.exit_code
    return json.dumps({job.job_id: attributes})


def _common(job: Job, written: Callable[[float | None], str]) -> dict[str, Any]:
    return {
        "Id": job.job_id,
        "Name": job.spec.name,
        "State": job.state.value,
        "Priority": "0",
        "SubmitTime": written(job.submitted_at),
        "StartTime": written(job.shown_start),
        "LastModifyTime": written(job.modified_at),
        "NodeList": json.dumps(list(job.nodes)),
        "Resources": {"Cores": 2 * job.spec.nodes, "Nodes": job.spec.nodes},
        "ArrayRequest": job.array_request,
        "Comment": "",
        "ShellPath": "./job.sh",
        "Stdout": "./job.out",
        "Stderr": "./job.err",
    }


def _unix(moment: float | None) -> str:
    return "" if moment is None else str(int(moment))


def _local(moment: float | None, zone: ZoneInfo) -> str:
    return "" if moment is None else datetime.fromtimestamp(int(moment), zone).strftime("%Y-%m-%dT%H:%M:%S")
