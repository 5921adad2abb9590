"""What 2,000 irrelevant logs in a range cost, against the official SDK merely pulling and flattening the same range.

    python benchmarks/log_range.py

Both run against the same local Log Service in the same process, alternating; the figure is the ratio of the medians.
"""

from __future__ import annotations

import json
import os
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from aliyun.log import LogClient, LogItem, PutLogsRequest

from functions.log_trigger.index import handler
from localcloud.cloud import LocalCloud
from localcloud.fc.instance.context import make_context

LOGS = 2_000
ROUNDS = 15
PROJECT = "secondwind"


def main() -> None:
    """Print the medians and their ratio."""
    cloud = LocalCloud()
    with cloud, tempfile.TemporaryDirectory() as folder:
        client: Any = LogClient(cloud.endpoint, "local", "local-secret", source="bench")
        client._isRowIp = True  # noqa: SLF001 - as shared.sls: a port hides the address from the SDK
        client.create_project(PROJECT, "bench")
        for logstore in ("app", "outcomes"):
            client.create_logstore(PROJECT, logstore, 30, 1)
        items: list[Any] = [
            LogItem(int(time.time()), contents=[("level", "INFO"), ("content", f"request {number} took 3 ms" * 8)])
            for number in range(LOGS)
        ]
        client.put_logs(PutLogsRequest(PROJECT, "app", "", "", items))
        begin = client.get_cursor(PROJECT, "app", 0, "begin").get_cursor()
        end = client.get_cursor(PROJECT, "app", 0, "end").get_cursor()
        os.environ.update(_environment(cloud.endpoint, Path(folder)))
        body = _trigger(cloud.endpoint, begin, end)
        context = make_context("3.12", request_id="bench")

        def ours() -> None:
            answer = handler(body, context)
            if answer["counts"]["passed_over"] != LOGS:
                raise SystemExit(f"expected {LOGS} logs passed over, got {answer['counts']}")

        def baseline() -> None:
            client.pull_logs(PROJECT, "app", 0, begin, end_cursor=end).get_flatten_logs_json()

        _report(_alternate(ours, baseline))


def _environment(endpoint: str, folder: Path) -> dict[str, str]:
    return {
        "SECONDWIND_SLS_ENDPOINT": endpoint,
        "SECONDWIND_OUTCOME_PROJECT": PROJECT,
        "SECONDWIND_OUTCOME_LOGSTORE": "outcomes",
        "SECONDWIND_LEDGER_URL": f"sqlite://{folder / 'ledger.db'}",
        "ALIBABA_CLOUD_ACCESS_KEY_ID": "local",
        "ALIBABA_CLOUD_ACCESS_KEY_SECRET": "local-secret",
    }


def _trigger(endpoint: str, begin: str, end: str) -> bytes:
    source = {"endpoint": endpoint, "projectName": PROJECT, "logstoreName": "app", "shardId": 0}
    return json.dumps({"source": {**source, "beginCursor": begin, "endCursor": end}}).encode()


def _alternate(first: Callable[[], None], second: Callable[[], None]) -> tuple[list[float], list[float]]:
    taken: tuple[list[float], list[float]] = ([], [])
    for _ in range(ROUNDS):
        for seconds, run in zip(taken, (first, second), strict=True):
            begun = time.perf_counter()
            run()
            seconds.append(time.perf_counter() - begun)
    return taken


def _report(taken: tuple[list[float], list[float]]) -> None:
    ours, baseline = (statistics.median(seconds) for seconds in taken)
    print(f"{LOGS} irrelevant logs, median of {ROUNDS}:")
    print(f"  log_trigger          {ours * 1000:8.1f} ms (slowest {max(taken[0]) * 1000:.1f})")
    print(f"  SDK pull and flatten {baseline * 1000:8.1f} ms")
    print(f"  ratio                {ours / baseline:8.2f}")


if __name__ == "__main__":
    main()
