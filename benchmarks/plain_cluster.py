"""A cluster of E-HPC that only counts: the local cloud's looks through every job at each page, as a storm need not.

Every job hangs until it is named in a RerunJobs, and runs anew from then on. Nothing is checked.
"""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import parse_qs

STARTED_S = 3600
"""So long ago every job was started."""


class PlainCluster:
    """Jobs by id, in the order in which they were submitted."""

    def __init__(self) -> None:
        self._jobs: dict[str, dict[str, Any]] = {}
        self._order: list[str] = []
        self.reruns = 0

    def submit(self, job_id: str) -> None:
        """One more that hangs."""
        began = str(int(time.time()) - STARTED_S)
        self._order.append(job_id)
        self._jobs[job_id] = {
            "Id": job_id,
            "Name": "train",
            "State": "RUNNING",
            "Owner": "alice@scheduler",
            "Queue": "workq",
            "Priority": "0",
            "Rerunable": True,
            "SubmitTime": began,
            "StartTime": began,
            "LastModifyTime": began,
            "NodeList": "cn-1",
            "Resources": {"Nodes": 1, "Cores": 8},
            "ShellPath": "/home/alice/train.sh",
            "Stdout": "/home/alice/out",
            "Stderr": "/home/alice/err",
            "VariableList": '{"PBS_O_SHELL": "/bin/bash", "PBS_O_QUEUE": "workq"}',
        }

    def answer(self, action: str, query: str, body: str) -> dict[str, Any] | None:
        """The body of an answer; None where it knows no such operation."""
        asked = {name: values[-1] for name, values in parse_qs(f"{query}&{body}").items()}
        if action == "ListJobsWithFilters":
            size, number = int(asked["PageSize"]), int(asked["PageNumber"])
            some = [self._jobs[job] for job in self._order[(number - 1) * size : number * size]]
            counts = {"PageNumber": number, "PageSize": size, "TotalCount": len(self._order)}
            return {"RequestId": "r", **counts, "Jobs": some}
        if action == "RerunJobs":
            for one in json.loads(asked["Jobs"]):
                began = str(int(time.time()))
                self._jobs[one["Id"]] = {**self._jobs[one["Id"]], "StartTime": began, "LastModifyTime": began}
                self.reruns += 1
            return {"RequestId": "r"}
        return None
