"""How much memory a range takes, whatever is in it: an instance of `log_trigger` over HTTP, a process of its own each.

    python benchmarks/memory.py [WORD …]

The figure is the peak of the process (`VmHWM`, Python and SDKs included); each range has a bar, and the exit status
is 1 where one is passed. With words only the ranges whose names have one of them.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
from aliyun.log import LogClient, LogItem, PutLogsRequest

if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from benchmarks.instances import Instance, at_hand
from localcloud.cloud import LocalCloud
from localcloud.ehpc.models import JobSpec, hangs
from localcloud.ehpc.service import Ehpc

PROJECT = "secondwind"
JOBS_A_CLUSTER = 500
LOGS_A_PUT, BYTES_A_PUT = 4096, 3_000_000
Log = list[tuple[str, str]]


class Range(msgspec.Struct, frozen=True):
    """A range, and how large its instance may become."""

    name: str
    bar_mb: int
    logs: Callable[[], Iterator[Log]]
    counts: dict[str, int]
    """What of the answer's counts must be so."""
    policy: str = ""
    """What the policy says besides."""


def _cluster(number: int) -> str:
    return f"ehpc-hz-{number // JOBS_A_CLUSTER}"


def _failures(count: int, text: str) -> Iterator[Log]:
    for number in range(count):
        told = {"system": "ehpc", "cluster_id": _cluster(number), "job_id": f"{number}.scheduler", "message": text}
        yield [("content", json.dumps({**told, "occurred_at": int(time.time()) - 5}))]


def _bad(count: int) -> Iterator[Log]:
    """19 bytes each, as the smallest that is meant as a failure and is none."""
    return ([("system", "schedulerx")] for _ in range(count))


def _foreign(count: int) -> Iterator[Log]:
    return ([("line", "y" * 1000)] for _ in range(count))


_OTHERS_SPEAK = "sources: [{log: {project: others, logstore: jobs}, clusters: '*'}]\n"
RANGES = (
    Range("10,000 failures", 160, lambda: _failures(10_000, "NCCL WARN " * 100), {"rerun": 10_000}),
    Range("1,500 failures of 30 kB each", 160, lambda: _failures(1_500, "x" * 30_000), {"rerun": 1_500}),
    Range("240,000 bad logs", 256, lambda: _bad(240_000), {"rerun": 0}),
    Range("240,000 that may not speak", 256, lambda: _failures(240_000, "x"), {"suppressed": 240_000}, _OTHERS_SPEAK),
    Range("60 MB of foreign logs", 160, lambda: _foreign(60_000), {"passed_over": 60_000}),
)


def main() -> None:
    """Print a line a range."""
    words = sys.argv[1:]
    passed = [_measure(one) for one in RANGES if not words or any(word in one.name for word in words)]
    sys.exit(0 if all(passed) else 1)


def _measure(one: Range) -> bool:
    cloud = LocalCloud()
    with cloud, tempfile.TemporaryDirectory() as folder:
        client: Any = LogClient(cloud.endpoint, "local", "local-secret", source="memory")
        client._isRowIp = True  # noqa: SLF001 - as shared.sls: a port hides the address from the SDK
        client.create_project(PROJECT, "memory")
        for logstore in ("jobs", "outcomes"):
            client.create_logstore(PROJECT, logstore, 30, 1)
        if "failures" in one.name:
            numbers = range(max(one.counts.values()))
            clusters = {name: cloud[Ehpc].cluster(name) for name in dict.fromkeys(map(_cluster, numbers))}
            for number in numbers:
                spec = JobSpec(runs=(hangs(), hangs()))
                clusters[_cluster(number)].submit(f"{number}.scheduler", spec, at=time.time() - 3600)
        _put(client, one.logs())
        begin, end = (client.get_cursor(PROJECT, "jobs", 0, where).get_cursor() for where in ("begin", "end"))
        policy = Path(folder) / "policy.yaml"
        rules = "version: 1\nbreaker: null\nrules: [{name: all, match: {}, action: rerun}]\n"
        policy.write_text(rules + one.policy, "utf-8")
        environment = {
            "SECONDWIND_SLS_ENDPOINT": cloud.endpoint,
            "SECONDWIND_EHPC_ENDPOINT": cloud.endpoint,
            "SECONDWIND_OUTCOME_PROJECT": PROJECT,
            "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
            "SECONDWIND_LEDGER_URL": f"sqlite://{folder}/ledger.db",
            "SECONDWIND_POLICY_FILE": str(policy),
            "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
            "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
        }
        source = {"endpoint": cloud.endpoint, "projectName": PROJECT, "logstoreName": "jobs", "shardId": 0}
        with Instance(at_hand(), "functions.log_trigger.index", environment) as instance:
            told = instance.handle({"source": {**source, "beginCursor": begin, "endCursor": end}})
    right = all(told["counts"].get(word, 0) == count for word, count in one.counts.items())
    fits = told["peak_mb"] <= one.bar_mb
    peak, cpu = told["peak_mb"], told["cpu"]
    print(f"{one.name:32} {peak:6.0f} MB of {one.bar_mb}  {cpu:5.1f} s  {told['counts']}", flush=True)
    if not right:
        print(f"  expected {one.counts}")
    return fits and right


def _put(client: Any, logs: Iterator[Log]) -> None:
    while some := list(islice(logs, LOGS_A_PUT)):
        for part in _within(some):
            items: list[Any] = [LogItem(int(time.time()), contents=log) for log in part]
            client.put_logs(PutLogsRequest(PROJECT, "jobs", "", "", items))


def _within(logs: Sequence[Log]) -> Iterator[Sequence[Log]]:
    size = max(sum(len(name) + len(value) for name, value in log) for log in logs)
    step = max(1, BYTES_A_PUT // size)
    return (logs[start : start + step] for start in range(0, len(logs), step))


if __name__ == "__main__":
    main()
