"""`secondwind invoke EVENT_FILE --local`: one event file through its function, as Function Compute runs it.

Where the function's calls go:
- `SECONDWIND_*_ENDPOINT` set in the environment: there, with the settings and the key of the environment, and the
  event exactly as the file has it, or with its times moved to those of a local cloud (`--shift-times`). Only what stays
  on this machine goes unasked.
- otherwise: to a local cloud that lives as long as the call and holds what the files in `events/` tell of. Those are
  recordings, so their times are moved to the present together with that world's, and a Log Service trigger's range
  becomes the whole of the local Logstore of that name.
Where it goes, which ledger remembers it, the mode, and what was changed in the event is said on standard error.
"""

from __future__ import annotations

import json
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.fc.models import InvocationResult
from localcloud.scenario import read_story
from localcloud.wire.signing import LOCAL_CREDENTIAL, Credential
from secondwind.commands.invoke.event_file import delivered, door_for, dry_run_through, read_event, signed, wrapped
from secondwind.commands.invoke.shift import shifted
from secondwind.commands.invoke.show import body_shown, status_of, warnings_in
from secondwind.commands.invoke.whereto import Ask, let_go, mode_told, where_to
from secondwind.local_region import CODE_PATH, DEFAULT, Region, context_kind, own_settings
from secondwind.machine import failed, write_json
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import local_file
from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint, parse_endpoint
from shared.doors import DOOR
from shared.settings import unknown_names
from shared.settings.environment import endpoint_variable
from shared.systems import SYSTEMS

RETURNED, RAISED = 0, 1
"""Exit statuses beside UNUSABLE and the one of an answer with `invalid` in it."""
_ENDPOINTS = ("SECONDWIND_SLS_ENDPOINT", *(endpoint_variable(system) for system in SYSTEMS))
_KEY_ID, _KEY_SECRET, _TOKEN = (
    "ALIBABA_CLOUD_ACCESS_KEY_ID",
    "ALIBABA_CLOUD_ACCESS_KEY_SECRET",
    "ALIBABA_CLOUD_SECURITY_TOKEN",
)


@dataclass(frozen=True, slots=True)
class LocalRequest:
    """What a person asks for."""

    event_file: Path
    function: str | None = None
    """None: the one that takes such events."""
    dry_run: bool = False
    by: str = ""
    """Who forces, where the event does; empty: the operating system's user."""
    why: str = ""
    shift_times: bool = False
    """Move the event's times to those of the local cloud that the environment points at."""
    quiet: bool = False
    """Say beside the answer only what went wrong."""
    as_json: bool = False
    """Say on `out` as well why there is no answer."""
    yes: bool = False
    """Let the call leave this machine without asking."""


def run(
    wanted: LocalRequest,
    out: TextIO,
    err: TextIO,
    environ: Mapping[str, str] = os.environ,
    ask: Ask | None = None,
) -> int:
    """Invoke, print the answer.

    Exit status 0: the function returned; 1: it raised; 2: it could not be called; 5: it returned, and something in the
    event could not be understood.

    Args:
        wanted: what is asked for.
        out: gets the answer, and nothing else.
        err: gets what is said beside it.
        environ: settings and key.
        ask: asks before the call leaves this machine; None: nobody is there to answer.
    """
    err.writelines(f"not a setting, so nobody reads it: {one}\n" for one in unknown_names(environ))
    try:
        event = signed(read_event(wanted.event_file), wanted.by, wanted.why)
        name = _function(wanted, event)
        result = (
            _elsewhere(wanted, name, event, environ, err, ask)
            if _configured(environ)
            else _here(wanted, name, event, environ, err)
        )
    except UnusableError as error:
        return failed(f"{wanted.event_file}: {error}", UNUSABLE, out, err, as_json=wanted.as_json)
    err.writelines(f"the function warns: {one}\n" for one in warnings_in(result.log))
    if result.error is not None:
        err.write(json.dumps(result.error, indent=2, ensure_ascii=False) + "\n")
        if wanted.as_json:
            write_json({"problem": str(result.error.get("errorMessage")), "exit_status": RAISED}, out)
        return RAISED
    out.write(body_shown(result.body, out) + "\n")
    return status_of(result.body)


def _function(wanted: LocalRequest, event: bytes) -> str:
    if not wanted.dry_run:
        return wanted.function or door_for(event).name
    through = dry_run_through(event).name
    if wanted.function not in {None, through}:
        raise UnusableError(f"a dry run of it goes through the function {through}")
    return through


def _here(wanted: LocalRequest, name: str, event: bytes, environ: Mapping[str, str], err: TextIO) -> InvocationResult:
    """Against a local cloud of its own."""
    settings = own_settings(environ)
    policy = Path(settings.get("SECONDWIND_POLICY_FILE", CODE_PATH / "policy.yaml"))
    mode = settings.get("SECONDWIND_MODE") or mode_told(policy)
    if not wanted.quiet:
        err.write("goes to: a local cloud that lives for this call\nledger:  its own, forgotten with it\n")
        err.write(f"mode:    {mode}\n")
    with (
        tempfile.TemporaryDirectory(prefix="secondwind-invoke-") as folder,
        Region(Path(folder), code_path=CODE_PATH, settings=settings) as region,
    ):
        region.cloud.populate(read_story(DEFAULT), float(int(time.time())))
        key = Credentials(
            access_key_id=LOCAL_CREDENTIAL.access_key_id, access_key_secret=LOCAL_CREDENTIAL.access_key_secret
        )
        played = _shifted(wanted, event, parse_endpoint(region.cloud.endpoint), key, err)
        return region.function(name).invoke(wrapped(played) if wanted.dry_run else played)


def _elsewhere(
    wanted: LocalRequest, name: str, event: bytes, environ: Mapping[str, str], err: TextIO, ask: Ask | None
) -> InvocationResult:
    """Against what the environment names."""
    if not (environ.get(_KEY_ID) and environ.get(_KEY_SECRET)):
        raise UnusableError(f"with SECONDWIND_*_ENDPOINT in the environment, {_KEY_ID} and {_KEY_SECRET} are needed")
    settings = {name: value for name, value in environ.items() if name.startswith("SECONDWIND_") and value}
    settings.setdefault("SECONDWIND_LEDGER_URL", f"sqlite://{_kept_ledger(environ)}")
    region, key = environ.get("FC_REGION") or "cn-hangzhou", _credentials(environ)
    if wanted.shift_times:
        event = _shifted(wanted, event, _endpoint(environ), key, err)
    going = where_to(settings, region, delivered(event), dry_run=wanted.dry_run)
    if going is not None:
        if not wanted.quiet or going.outside:
            err.writelines(f"{line}\n" for line in going.lines(dry_run=wanted.dry_run))
        let_go(going, yes=wanted.yes, ask=ask)
    function = FunctionRuntime(
        DOOR[name].handler,
        code_path=CODE_PATH,
        initializer=DOOR[name].initializer,
        environment=settings,
        context_kind=context_kind(DOOR[name]),
        function_name=name,
        region=region,
        credentials=Credential(key.access_key_id, key.access_key_secret, key.security_token),
    )
    with _closing(function):
        return function.invoke(wrapped(event) if wanted.dry_run else event)


def _shifted(wanted: LocalRequest, event: bytes, endpoint: Endpoint, key: Credentials, err: TextIO) -> bytes:
    played, notes = shifted(event, endpoint, key)
    if not wanted.quiet:
        err.writelines(f"{wanted.event_file.name}: {note}\n" for note in notes)
    return played


@contextmanager
def _closing(function: FunctionRuntime) -> Iterator[None]:
    try:
        yield
    finally:
        function.close()


def _configured(environ: Mapping[str, str]) -> bool:
    return any(environ.get(name, "").strip() for name in _ENDPOINTS)


def _kept_ledger(environ: Mapping[str, str]) -> Path:
    """A ledger that is kept between calls: without one, the same event would restart a job twice."""
    file = local_file(environ)
    file.parent.mkdir(parents=True, exist_ok=True)
    return file


def _endpoint(environ: Mapping[str, str]) -> Endpoint:
    """Of the local cloud, which is one for all services. Raises UnusableError."""
    for name in _ENDPOINTS:
        if text := environ.get(name, "").strip():
            try:
                return parse_endpoint(text)
            except ValueError as error:
                raise UnusableError(f"{name} {error}") from None
    raise AssertionError("only who exported an endpoint comes here")


def _credentials(environ: Mapping[str, str]) -> Credentials:
    return Credentials(
        access_key_id=environ[_KEY_ID], access_key_secret=environ[_KEY_SECRET], security_token=environ.get(_TOKEN, "")
    )
