"""A SchedulerX with one job, and no mercy for anything else."""

from __future__ import annotations

from typing import Any

from shared.systems.openapi import ApiCall, CallFailed, Reply

PLACE = {"RegionId": "cn-hangzhou", "Namespace": "space", "GroupId": "app.defaultGroup"}


class Service:
    """A SchedulerX that has one job (7), its instances newest first, and no mercy for anything else."""

    def __init__(self, *instances: dict[str, Any], info: dict[str, Any] | None = None, cap: int = 1_000) -> None:
        self.instances = list(instances)
        self.info = {"JobId": 7, "Name": "nightly", "Status": 1, "Parameters": ""} | (info or {})
        self.cap = cap
        self.details: dict[int, dict[str, Any]] = {one["InstanceId"]: one for one in instances}
        self.instead: dict[str, Reply | CallFailed] = {}

    def __call__(self, wanted: ApiCall) -> Reply | CallFailed:
        """Answer one call."""
        asked = dict(wanted.parameters)
        assert PLACE.items() <= asked.items()
        if wanted.action in self.instead:
            return self.instead[wanted.action]
        if wanted.action == "ListJobs":
            return yes(Jobs=[self.info], Total=1)
        if asked.get("JobId", "7") != "7":
            return no(f"jobId={asked['JobId']} is not existed")
        if wanted.action == "GetJobInfo":
            return yes(JobConfigInfo=self.info)
        if wanted.action == "GetJobInstance":
            known = self.details.get(int(asked["JobInstanceId"]))
            return no("jobInstanceId is not existed") if known is None else yes(JobInstanceDetail=known)
        listed = [one for one in self.instances if asked.get("Status") in {None, str(one["Status"])}]
        size = min(int(asked["PageSize"]), self.cap)
        start = (int(asked.get("PageNum", 1)) - 1) * size
        return yes(JobInstanceDetails=listed[start : start + size])


def yes(**data: Any) -> Reply:
    """Accepted, with a message all the same."""
    body = {"RequestId": "req", "Code": 200, "Success": True, "Message": "fine", "Data": data}
    return Reply(body=body, request_id="req", status=200)


def no(message: str, code: object = 400) -> Reply:
    """Refused with HTTP 200."""
    body = {"RequestId": "req", "Code": code, "Success": False, "Message": message}
    return Reply(body=body, request_id="req", status=200)
