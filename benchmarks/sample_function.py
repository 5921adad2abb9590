"""The sample function: what its users would write by themselves, and what Second Wind is measured against.

Official product SDKs, one look, one rerun, one PutLogs an event; no ledger, no policy, no limits. Clients are
kept while the keys stay the same, which most samples do not do: the comparison is against a good one. Settings:
`SAMPLE_ENDPOINT`, `SAMPLE_LOGSTORE` and the platform's keys.
"""

from __future__ import annotations

import json
import os
import time
from typing import Any

from alibabacloud_ehpc20180412.client import Client
from alibabacloud_ehpc20180412.models import ListJobsWithFiltersRequest, RerunJobsRequest
from alibabacloud_tea_openapi.models import Config
from aliyun.log import LogClient, LogItem, PutLogsRequest

PROJECT = "secondwind"
_KEPT: dict[tuple[str, str], tuple[Any, Any]] = {}


def initialize(context: Any) -> None:
    """Make the clients."""
    _clients(context)


def handler(event: bytes, context: Any) -> dict[str, Any]:
    """Rerun what the event says has failed, if it runs."""
    ehpc, logs = _clients(context)
    rows = [_heal(ehpc, told) for told in _told(json.loads(event), logs)]
    items = [LogItem(int(time.time()), contents=list(row.items())) for row in rows]
    if items:
        logs.put_logs(PutLogsRequest(PROJECT, os.environ["SAMPLE_LOGSTORE"], "", "sample", items))
    counts: dict[str, int] = {}
    for row in rows:
        counts[row["verdict"]] = counts.get(row["verdict"], 0) + 1
    return {"counts": counts}


def _clients(context: Any) -> tuple[Any, Any]:
    keys = getattr(context, "credentials", None)
    key = keys.access_key_id if keys else os.environ["ALIBABA_CLOUD_ACCESS_KEY_ID"]
    secret = keys.access_key_secret if keys else os.environ["ALIBABA_CLOUD_ACCESS_KEY_SECRET"]
    if (key, secret) not in _KEPT:
        endpoint = os.environ["SAMPLE_ENDPOINT"]
        scheme, _, host = endpoint.partition("://")
        config = Config(access_key_id=key, access_key_secret=secret, protocol=scheme, endpoint=host)
        logs: Any = LogClient(endpoint, key, secret, source="sample")
        logs._isRowIp = True  # noqa: SLF001 - with a port the SDK does not see that this is an address
        _KEPT.clear()
        _KEPT[key, secret] = (Client(config), logs)
    return _KEPT[key, secret]


def _told(event: Any, logs: Any) -> list[dict[str, Any]]:
    if "source" not in event:
        return list(event.get("jobs", [event]))
    source = event["source"]
    place = (source["projectName"], source["logstoreName"], source["shardId"])
    cursor, told = source["beginCursor"], []
    while cursor != source["endCursor"]:
        page = logs.pull_logs(*place, cursor, 1000, end_cursor=source["endCursor"])
        told += [log for log in page.get_flatten_logs_json() if log.get("system") == "ehpc"]
        if page.get_next_cursor() == cursor:
            break
        cursor = page.get_next_cursor()
    return told


def _heal(ehpc: Any, told: dict[str, Any]) -> dict[str, str]:
    cluster, job = told["cluster_id"], told["job_id"]
    row = {"cluster_id": cluster, "job_id": job, "verdict": "ineligible"}
    asked = ListJobsWithFiltersRequest(cluster_id=cluster, job_status="notfinish", page_number=1, page_size=50)
    found = ehpc.list_jobs_with_filters(asked).body.jobs
    if not any(one.id == job and one.state == "RUNNING" for one in found):
        return row
    if os.environ.get("SAMPLE_DRY_RUN"):
        return {**row, "verdict": "would_rerun"}
    answer = ehpc.rerun_jobs(RerunJobsRequest(cluster_id=cluster, jobs=json.dumps([{"Id": job}])))
    return {**row, "verdict": "rerun", "request_id": answer.body.request_id}
