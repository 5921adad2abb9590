"""Job systems: reachable, and each reading call allowed. The calls that restart have no harmless form.

A read about a cluster or job that does not exist is answered `not found` only to who may ask.
"""

from __future__ import annotations

from collections.abc import Iterator

from secondwind.commands.doctor.findings import Finding, Level, Subject
from shared.domain.endpoint import Endpoint
from shared.systems import SYSTEMS
from shared.systems.openapi import CallFailed, OpenApi, Reply
from shared.systems.openapi.classify import NoAnswer
from shared.systems.system import System

_DENIED = ("Forbidden.RAM", "Forbidden.SubUser", "NoPermission", "NotAuthorized", "AccessDenied", "401", "403")
_BAD_KEY = (
    "InvalidAccessKeyId",
    "SignatureDoesNotMatch",
    "IncompleteSignature",
    "InvalidSecurityToken",
    "MissingSecurityToken",
)
_BAD_CLOCK = ("InvalidTimeStamp",)
_SOMEBODY_ELSE = frozenset({NoAnswer.UNREADABLE_ANSWER, NoAnswer.REDIRECTED, NoAnswer.TOO_LONG})
"""What no job system answers: a portal or a proxy stands there."""


def job_systems(subject: Subject) -> Iterator[Finding]:
    """Every job system, one after the other."""
    for system in SYSTEMS:
        yield from _system(subject, system)


def _system(subject: Subject, system: System) -> Iterator[Finding]:
    region = subject.options.region
    endpoint = subject.settings.endpoint(system.name, region)
    api = OpenApi(subject.credentials, endpoint, remaining_s=subject.remaining_s)
    for probe in system.probes(api, region, subject.options.places.get(system.name, {})):
        yield judged(f"{system.name}:{probe.operation}", endpoint, probe.reply, told=probe.should_exist)
        if isinstance(probe.reply, CallFailed) and (probe.reply.http_status is None or _is_strange(probe.reply)):
            return  # the next call would not be answered there either
    for operation in system.operations:
        if operation.mutates:
            yield Finding(f"{system.name}:{operation.name}", Level.SKIP, "not tried: it has no harmless form")


def _is_strange(said: CallFailed) -> bool:
    return any(said.code == strange.value for strange in _SOMEBODY_ELSE)


def judged(check: str, endpoint: Endpoint, said: Reply | CallFailed, *, told: bool) -> Finding:
    """What an answer says of the permission; `told`: it was about something that ought to exist."""
    if isinstance(said, Reply):
        return Finding(check, Level.OK, "allowed")
    if _is_strange(said):
        todo = "check the endpoint's setting: a portal or a proxy may stand there"
        return Finding(check, Level.FAIL, f"what answers at {endpoint.url} is not the service: {said.code}", todo)
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
