"""SchedulerX 2 answers: instances and job configurations as the reads show them.

Members and their examples: https://help.aliyun.com/document_detail/303928.html (GetJobInstance),
https://help.aliyun.com/document_detail/303929.html (GetJobInstanceList),
https://help.aliyun.com/en/schedulerx/api-get-job-info (GetJobInfo).
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from localcloud.schedulerx.models import Group, Instance, ScheduledJob, Status

FINAL = frozenset({Status.SUCCEEDED, Status.FAILED, Status.KILLED, Status.REJECTED, Status.PARTIAL_FAILED})


def time_text(moment: float, zone: ZoneInfo) -> str:
    """`2020-07-27 11:52:10`: no zone is named."""
    return datetime.fromtimestamp(int(moment), zone).strftime("%Y-%m-%d %H:%M:%S")


def list_item(job: ScheduledJob, instance: Instance, now: float, zone: ZoneInfo) -> dict[str, Any]:
    """An instance of GetJobInstanceList. A time yet to come is empty text, which no source states."""
    status = instance.status(now)
    over = status in FINAL
    return {
        "JobId": instance.job_id,
        "InstanceId": instance.instance_id,
        "Status": int(status),
        "TriggerType": int(instance.trigger),
        "TimeType": job.config.time_type,
        "DataTime": instance.data_time,
        "ScheduleTime": time_text(instance.scheduled_at, zone),
        "StartTime": "" if status is Status.WAITING else time_text(instance.starts_at, zone),
        "EndTime": time_text(instance.ends_at, zone) if over else "",
        "Executor": "local",
        "Progress": "complete" if over else "",
        "Result": instance.course.result if over else "",
        "WorkAddr": "" if status is Status.WAITING else "192.0.2.10:16",
    }


def detail(job: ScheduledJob, instance: Instance, now: float, zone: ZoneInfo) -> dict[str, Any]:
    """The instance of GetJobInstance: the list's item, and what lists leave out."""
    return {
        **list_item(job, instance, now, zone),
        "JobName": job.config.name,
        "Parameters": instance.parameters,
        "TraceId": "",
    }


def group_item(group: Group, number: int) -> dict[str, Any]:
    """A group of ListGroups (https://help.aliyun.com/document_detail/467599.htm)."""
    return {
        "AppGroupId": number,
        "AppName": group.group_id.partition(".")[0],
        "AppVersion": 1 if group.basic else 2,
        "Description": "",
        "GroupId": group.group_id,
        "Namespace": group.namespace,
    }


def job_item(job: ScheduledJob) -> dict[str, Any]:
    """A job of GetJobInfo and ListJobs."""
    config = job.config
    return {
        "JobId": job.job_id,
        "Name": config.name,
        "Status": int(config.enabled),
        "JobType": "java",
        "ExecuteMode": "standalone",
        "ClassName": "demo.Job",
        "Content": "",
        "JarUrl": "",
        "Description": "",
        "Parameters": config.parameters,
        "MaxConcurrency": "1",
        "MaxAttempt": config.own_retries,
        "AttemptInterval": config.own_retry_s,
        "XAttrs": "",
        "TimeConfig": {
            "TimeType": config.time_type,
            "TimeExpression": config.time_expression,
            "Calendar": "",
            "DataOffset": 0,
        },
        "MapTaskXAttrs": {},
        "JobMonitorInfo": {
            "MonitorConfig": {
                "FailEnable": True,
                "TimeoutEnable": True,
                "TimeoutKillEnable": False,
                "Timeout": 7200,
                "MissWorkerEnable": True,
                "SendChannel": "sms",
            },
            "ContactInfo": [],
        },
    }
