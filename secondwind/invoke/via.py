"""`secondwind invoke EVENT_FILE --via fc3|fc2`: one event to a function that is deployed, and what came of it.

Standard output has the function's answer and nothing else; standard error has the end of its log and what went wrong.
Exit statuses: 0 the function returned, or an asynchronous call was taken (also one with a task id that was taken
before: nothing runs twice); 1 the function raised; 2 the call could not be made as asked; 3 Function Compute refused it
or could not be reached: nothing ran; 4 no answer came, or one from inside the platform: the function may have run.
Neither key nor token is in any output.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, TextIO

from secondwind.invoke.event_file import door_for, read_event, wrapped
from secondwind.usage import UnusableError
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.domain.errors import SettingsError
from shared.domain.failure import Trigger
from shared.domain.job import REGION_PATTERN
from shared.doors import door_of
from shared.settings import read_credentials

RETURNED, RAISED, UNUSABLE, REFUSED, NO_ANSWER = 0, 1, 2, 3, 4
"""Exit statuses."""
TASK_TAKEN_BEFORE = 409
"""HTTP status of an asynchronous call whose task id was taken before."""
TASK_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}\Z", re.ASCII)
_ACCOUNT = re.compile(r"[0-9]{5,32}\Z", re.ASCII)
_PATH_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}\Z", re.ASCII)
_QUALIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}\Z", re.ASCII)
SERVER_FAILED = 500
"""HTTP statuses from here on may come after the function was called, smaller ones before."""
_OK, _REDIRECT = 200, 300


class Via(str, Enum):
    """Which API takes the call."""

    FC3 = "fc3"
    FC2 = "fc2"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for; empty text: not said."""

    event_file: Path
    via: Via
    function: str = ""
    """Its deployed name; else `secondwind-<function>` of the one that takes such events."""
    service: str = "secondwind"
    """FC 2.0 only."""
    qualifier: str = ""
    endpoint: str = ""
    region: str = ""
    account: str = ""
    asynchronous: bool = False
    task_id: str = ""
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """One invocation, checked."""

    endpoint: Endpoint
    function: str
    service: str
    qualifier: str
    event: bytes
    asynchronous: bool
    task_id: str
    credentials: Credentials


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What Function Compute answered with a status below 300."""

    status: int
    body: bytes
    headers: Mapping[str, str]
    """Names in lower case."""


class NotInvoked(Exception):  # noqa: N818 - named for what is known
    """Function Compute did not say that it took the call. Texts are bounded and may still quote a key: hide it."""

    def __init__(self, code: str, message: str, *, status: int = 0, may_have_run: bool = False) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        """HTTP status; 0: there was no answer."""
        self.may_have_run = may_have_run


def run(wanted: Wanted, out: TextIO, err: TextIO, environ: Mapping[str, str]) -> int:
    """Make the call and tell what came of it; the exit status."""
    try:
        call = _checked(wanted, environ)
    except UnusableError as error:
        err.write(f"{wanted.event_file}: {error}\n")
        return UNUSABLE
    hide = call.credentials.hide_in
    try:
        answer = _client(wanted.via)(call)
    except NotInvoked as error:
        if call.task_id and error.status == TASK_TAKEN_BEFORE:
            return _taken(call, {"taken": False, "code": error.code}, out)
        http = f" (HTTP {error.status})" if error.status else ""
        end = "it may have run: look before you repeat it" if error.may_have_run else "nothing ran"
        err.write(
            hide(f"{wanted.via.value} {call.function}: {error.code}{http}: {error.message[:1024].rstrip('.')}; {end}\n")
        )
        return NO_ANSWER if error.may_have_run else REFUSED
    if call.asynchronous:
        return _taken(call, {"taken": True, "request_id": answer.headers.get("x-fc-request-id", "")}, out)
    if tail := _log_tail(answer):
        err.write(hide(f"--- end of the function's log\n{tail.rstrip()}\n---\n"))
    if kind := answer.headers.get("x-fc-error-type"):
        err.write(hide(f"{kind}\n{_shown(answer.body)}\n"))
        return RAISED
    out.write(hide(_shown(answer.body)) + "\n")
    return RETURNED


def _taken(call: Call, told: Mapping[str, Any], out: TextIO) -> int:
    named = {"task_id": call.task_id} if call.task_id else {}
    out.write(json.dumps({"function": call.function, **told, **named}, indent=2) + "\n")
    return RETURNED


def _client(via: Via) -> Callable[[Call], Answer]:
    if via is Via.FC3:
        from secondwind.invoke import via_fc3  # noqa: PLC0415 - half a second that only this way pays

        return via_fc3.invoke
    from secondwind.invoke import via_fc2  # noqa: PLC0415 - as above

    return via_fc2.invoke


def _checked(wanted: Wanted, environ: Mapping[str, str]) -> Call:
    event = read_event(wanted.event_file)
    told = door_for(event)
    if wanted.task_id and not wanted.asynchronous:
        raise UnusableError("--task-id goes with --async")
    if wanted.dry_run and not told.tells:
        raise UnusableError(f"a {told.name} has no dry run")
    name = wanted.function or (door_of(Trigger.MANUAL) if wanted.dry_run else told).deployed_name
    patterns = {
        "--function": (name, _PATH_PART),
        "--service": (wanted.service, _PATH_PART),
        "--qualifier": (wanted.qualifier, _QUALIFIER),
        "--task-id": (wanted.task_id, TASK_ID),
    }
    for option, (value, pattern) in patterns.items():
        if value and not pattern.match(value):
            raise UnusableError(f"{option} wants letters, digits, - and _, at most 128")
    try:
        credentials = read_credentials(None, environ)
    except SettingsError as error:
        missing = ", ".join(fault.path for fault in error.faults)
        raise UnusableError(f"missing in the environment: {missing}") from None
    return Call(
        endpoint=endpoint_of(wanted.endpoint, wanted.region, wanted.account, environ),
        function=name,
        service=wanted.service,
        qualifier=wanted.qualifier,
        event=wrapped(event) if wanted.dry_run else event,
        asynchronous=wanted.asynchronous,
        task_id=wanted.task_id,
        credentials=credentials,
    )


def endpoint_of(endpoint: str, region: str, account: str, environ: Mapping[str, str]) -> Endpoint:
    """Where Function Compute is: as said, else `https://<account>.<region>.fc.aliyuncs.com`.

    Region and account default to `FC_REGION` and `FC_ACCOUNT_ID`, the names that Function Compute itself uses
    (https://www.alibabacloud.com/help/en/functioncompute/fc/environment-variables). Raises UnusableError.
    """
    if endpoint:
        try:
            return parse_endpoint(endpoint)
        except ValueError as error:
            raise UnusableError(f"--endpoint {error}") from None
    region, account = region or environ.get("FC_REGION", ""), account or environ.get("FC_ACCOUNT_ID", "")
    if not (re.match(REGION_PATTERN, region) and _ACCOUNT.match(account)):
        raise UnusableError("wants --endpoint, or --region and --account (or FC_REGION and FC_ACCOUNT_ID)")
    return Endpoint("https", f"{account}.{region}.fc.aliyuncs.com", 443)


def answer_of(status: int, body: bytes, headers: Mapping[str, str]) -> Answer:
    """An answer that a client read. Raises NotInvoked for a redirect: a key goes nowhere else."""
    if not _OK <= status < _REDIRECT:
        raise NotInvoked("Redirected", "the endpoint answered with a redirect", status=status)
    return Answer(status=status, body=body, headers={name.lower(): value for name, value in headers.items()})


def _log_tail(answer: Answer) -> str:
    try:
        return base64.b64decode(answer.headers.get("x-fc-log-result", "")).decode("utf-8", "replace")
    except ValueError:
        return ""


def _shown(body: bytes) -> str:
    try:
        return json.dumps(json.loads(body), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return body.decode("utf-8", "replace")
