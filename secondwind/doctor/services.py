"""E-HPC and SchedulerX: reachable, and each reading call allowed. The calls that restart have no harmless form.

A read about a cluster or job that does not exist is answered `not found` only to who may ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from secondwind.doctor.findings import Finding, Level, Subject
from shared.domain.endpoint import Endpoint
from shared.domain.job import Group
from shared.systems import ehpc_wire, schedulerx_wire
from shared.systems.openapi import Answer, CallFailed, OpenApi

NOBODY = "ehpc-secondwind-doctor"
"""Stands in for a cluster, namespace or group that was not told."""
NO_JOB = "1"
_DENIED = ("Forbidden.RAM", "Forbidden.SubUser", "NoPermission", "NotAuthorized", "AccessDenied", "401", "403")
_BAD_KEY = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSecurityToken",
    "MissingSecurityToken",
)
_BAD_CLOCK = ("InvalidTimeStamp",)
_PAGE_OF_ONE = {"PageNumber": "1", "PageSize": "1", "JobStatus": "notfinish"}


def ehpc(subject: Subject) -> Iterator[Finding]:
    """ListJobsWithFilters, one job a page."""
    options = subject.options
    endpoint = subject.settings.ehpc_endpoint(options.region)
    wanted = {"ClusterId": options.cluster or NOBODY, **_PAGE_OF_ONE}
    said = ehpc_wire.ask(_api(subject, endpoint), "ListJobsWithFilters", wanted)
    yield judged("ehpc:ListJobsWithFilters", endpoint, said, told=bool(options.cluster))
    yield Finding("ehpc:RerunJobs", Level.SKIP, "not tried: it has no harmless form")


def schedulerx(subject: Subject) -> Iterator[Finding]:
    """The three reads, about a job that need not exist."""
    options = subject.options
    endpoint = subject.settings.schedulerx_endpoint(options.region)
    api = _api(subject, endpoint)
    group = Group(region=options.region, namespace=options.namespace or NOBODY, group_id=options.group or NOBODY)
    for action, more in (
        ("GetJobInfo", {}),
        ("GetJobInstance", {"JobInstanceId": "1"}),
        ("GetJobInstanceList", {"PageSize": "1"}),
    ):
        said = schedulerx_wire.ask(api, "GET", action, group, {"JobId": NO_JOB, **more})
        yield judged(f"schedulerx:{action}", endpoint, said, told=False)
        if isinstance(said, CallFailed) and said.http_status is None:
            return  # nobody answers there: the next call would not be answered either
    yield Finding("schedulerx:RerunJob", Level.SKIP, "not tried: it has no harmless form")


def judged(check: str, endpoint: Endpoint, said: Answer | CallFailed, *, told: bool) -> Finding:
    """What an answer says of the permission; `told`: it was about something that ought to exist."""
    if isinstance(said, Answer):
        return Finding(check, Level.OK, "allowed")
    if said.http_status is None:
        todo = "check the endpoint's setting, the network, and that the service is in this region"
        return Finding(check, Level.FAIL, f"no answer from {endpoint.url}: {said.code}", todo)
    if said.code.startswith(_BAD_KEY):
        return Finding(check, Level.FAIL, f"the key is refused: {said.code}", "export a valid key")
    if said.code.startswith(_BAD_CLOCK):
        return Finding(check, Level.FAIL, f"the call's date is refused: {said.code}", "set this machine's clock")
    if said.code.startswith(_DENIED) or said.account_wide:
        return Finding(check, Level.FAIL, f"not allowed: {said.code}", "give the role this action in its RAM policy")
    if told:
        return Finding(check, Level.WARN, f"allowed, but it was answered {said.code}", "check the name that was told")
    return Finding(check, Level.OK, f"allowed (answered {said.code or 'no'} for what does not exist)")


def _api(subject: Subject, endpoint: Endpoint) -> OpenApi:
    return OpenApi(subject.credentials, endpoint, remaining_s=subject.remaining_s)
