"""`secondwind invoke EVENT_FILE --via fc3|fc2`: one event to a function that is deployed, and what came of it.

Standard output has the function's answer and nothing else; standard error has the end of its log and what went wrong.
Exit statuses: 0 the function returned, or an asynchronous call was taken (also one with a task id that was taken
before: nothing runs twice); 1 the function raised; 2 the call could not be made as asked; 3 Function Compute refused it
or could not be reached: nothing ran; 4 no answer came, or one from inside the platform: the function may have run; 5
the function returned, and something in the event was `invalid`.
Neither key nor token is in any output.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import TextIO

from secondwind.account import credentials_of
from secondwind.commands.invoke.event_file import door_for, dry_run_through, read_event, signed, wrapped
from secondwind.commands.invoke.show import body_shown, log_tail, status_of, taken
from secondwind.compute.call import REQUEST_ID, Call, FunctionAnswer, NotInvoked
from secondwind.compute.endpoint import endpoint_of
from secondwind.machine import failed
from secondwind.ram_identity import ram_identity
from secondwind.usage import UNUSABLE, UnusableError
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.doors import Door

RETURNED, RAISED, REFUSED, NO_ANSWER = 0, 1, 3, 4
"""Exit statuses beside UNUSABLE and the one of an answer with `invalid` in it."""
TASK_TAKEN_BEFORE = 409
"""HTTP status of an asynchronous call whose task id was taken before."""
TASK_ID = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}\Z", re.ASCII)
_PATH_PART = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,127}\Z", re.ASCII)
_QUALIFIER = re.compile(r"[A-Za-z0-9_-]{1,128}\Z", re.ASCII)


class Via(str, Enum):
    """Which API takes the call."""

    FC3 = "fc3"
    FC2 = "fc2"


@dataclass(frozen=True, slots=True, kw_only=True)
class ViaRequest:
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
    by: str = ""
    """Who forces, where the event does; empty: the operating system's user."""
    why: str = ""
    quiet: bool = False
    """Say beside the answer only what went wrong; the function's log is not shown."""
    as_json: bool = False
    """Say on standard output as well why there is no answer."""
    shift_times: bool = False
    """Move the event's times to those of the local cloud at that endpoint."""


def run(wanted: ViaRequest, out: TextIO, err: TextIO, environ: Mapping[str, str]) -> int:
    """Make the call and tell what came of it; the exit status."""
    try:
        call, notes = _checked(wanted, environ)
    except UnusableError as error:
        return failed(f"{wanted.event_file}: {error}", UNUSABLE, out, err, as_json=wanted.as_json)
    if not wanted.quiet:
        err.writelines(f"{wanted.event_file.name}: {note}\n" for note in notes)
    hide = call.credentials.hide_in
    try:
        answer = _client(wanted.via)(call)
    except NotInvoked as error:
        if call.task_id and error.status == TASK_TAKEN_BEFORE:
            out.write(taken(call, {"taken": False, "code": error.code}) + "\n")
            return RETURNED
        said = hide(f"{wanted.via.value} {call.function} at {call.endpoint.netloc}: {_what_happened(error)}")
        return failed(said, NO_ANSWER if error.may_have_run else REFUSED, out, err, as_json=wanted.as_json)
    if call.asynchronous:
        out.write(taken(call, {"taken": True, "request_id": answer.headers[REQUEST_ID]}) + "\n")
        return RETURNED
    if (tail := log_tail(answer)) and not wanted.quiet:
        err.write(hide(f"--- end of the function's log\n{tail.rstrip()}\n---\n"))
    if kind := answer.headers.get("x-fc-error-type"):
        return failed(hide(f"{kind}\n{body_shown(answer.body, err)}"), RAISED, out, err, as_json=wanted.as_json)
    out.write(hide(body_shown(answer.body, out)) + "\n")
    return status_of(answer.body)


def _what_happened(error: NotInvoked) -> str:
    http = f" (HTTP {error.status})" if error.status else ""
    end = "it may have run: look before you repeat it" if error.may_have_run else "nothing ran"
    return f"{error.code}{http}: {error.message[:1024].rstrip('.')}; {end}"


def _client(via: Via) -> Callable[[Call], FunctionAnswer]:
    if via is Via.FC3:
        from secondwind.compute import fc3  # noqa: PLC0415 - half a second that only this way pays

        return fc3.invoke
    from secondwind.compute import fc2  # noqa: PLC0415 - as above

    return fc2.invoke


def _checked(wanted: ViaRequest, environ: Mapping[str, str]) -> tuple[Call, list[str]]:
    event = read_event(wanted.event_file)
    told = dry_run_through(event) if wanted.dry_run else door_for(event)
    if wanted.task_id and not wanted.asynchronous:
        raise UnusableError("--task-id goes with --async")
    name = _function(wanted, told)
    credentials = credentials_of(environ)
    notes: list[str] = []
    endpoint = endpoint_of(wanted.endpoint, wanted.region, wanted.account, environ)
    if wanted.shift_times:
        event, notes = _shifted(event, endpoint, credentials)
    real = endpoint.host.endswith(".aliyuncs.com")
    event = signed(event, wanted.by, wanted.why, lambda: ram_identity(credentials) if real else "")
    call = Call(
        endpoint=endpoint,
        function=name,
        service=wanted.service,
        qualifier=wanted.qualifier,
        event=wrapped(event) if wanted.dry_run else event,
        asynchronous=wanted.asynchronous,
        task_id=wanted.task_id,
        credentials=credentials,
    )
    return call, notes


def _shifted(event: bytes, endpoint: Endpoint, credentials: Credentials) -> tuple[bytes, list[str]]:
    from secondwind.commands.invoke.shift import shifted  # noqa: PLC0415 - the local cloud only where it is wanted

    return shifted(event, endpoint, credentials)


def _function(wanted: ViaRequest, told: Door) -> str:
    """Its deployed name. Raises UnusableError for it and every other name that becomes part of a URL or header."""
    name = wanted.function or told.deployed_name
    patterns = {
        "--function": (name, _PATH_PART),
        "--service": (wanted.service, _PATH_PART),
        "--qualifier": (wanted.qualifier, _QUALIFIER),
        "--task-id": (wanted.task_id, TASK_ID),
    }
    for option, (value, pattern) in patterns.items():
        if value and not pattern.match(value):
            raise UnusableError(f"{option} wants letters, digits, - and _, at most 128")
    return name
