"""`secondwind invoke EVENT_FILE --local`: one event file through its function, as Function Compute runs it.

Where the function's calls go:
- `SECONDWIND_*_ENDPOINT` set in the environment: there, with the settings and the key of the environment, and the
  event exactly as the file has it.
- otherwise: to a local cloud that lives as long as the call and holds what the files in `events/` tell of. Those are
  recordings, so their times are moved to the present together with that world's, and a Log Service trigger's range
  becomes the whole of the local Logstore of that name. What was changed is said on standard error.
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
from localcloud.sls.story import LogstoreStory
from localcloud.wire.signing import Credential
from secondwind.commands.invoke.event_file import door_for, dry_run_through, parsed, read_event, wrapped
from secondwind.local_region import CODE_PATH, DEFAULT, Region, context_kind
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import local_file
from shared.doors import DOOR

RETURNED, RAISED = 0, 1
"""Exit statuses beside UNUSABLE."""
_ENDPOINTS = ("SECONDWIND_EHPC_ENDPOINT", "SECONDWIND_SCHEDULERX_ENDPOINT", "SECONDWIND_SLS_ENDPOINT")
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


def run(wanted: LocalRequest, out: TextIO, err: TextIO, environ: Mapping[str, str] = os.environ) -> int:
    """Invoke, print the answer. Exit status 0: the function returned; 1: it raised; 2: it could not be called."""
    try:
        event = read_event(wanted.event_file)
        name = _function(wanted, event)
        result = (
            _elsewhere(wanted, name, event, environ)
            if _configured(environ)
            else _here(wanted, name, event, environ, err)
        )
    except UnusableError as error:
        err.write(f"{wanted.event_file}: {error}\n")
        return UNUSABLE
    if result.error is not None:
        err.write(json.dumps(result.error, indent=2, ensure_ascii=False) + "\n")
        return RAISED
    out.write(json.dumps(json.loads(result.body), indent=2, ensure_ascii=False) + "\n")
    return RETURNED


def _function(wanted: LocalRequest, event: bytes) -> str:
    if not wanted.dry_run:
        return wanted.function or door_for(event).name
    through = dry_run_through(event).name
    if wanted.function not in {None, through}:
        raise UnusableError(f"a dry run of it goes through the function {through}")
    return through


def _here(wanted: LocalRequest, name: str, event: bytes, environ: Mapping[str, str], err: TextIO) -> InvocationResult:
    """Against a local cloud of its own."""
    settings = {
        key: value for key, value in environ.items() if key in {"SECONDWIND_POLICY_FILE", "SECONDWIND_MODE"} and value
    }
    if "SECONDWIND_POLICY_FILE" in settings:
        settings["SECONDWIND_POLICY_FILE"] = str(Path(settings["SECONDWIND_POLICY_FILE"]).resolve())
    story, now = read_story(DEFAULT), float(int(time.time()))
    with (
        tempfile.TemporaryDirectory(prefix="secondwind-invoke-") as folder,
        Region(Path(folder), code_path=CODE_PATH, settings=settings) as region,
    ):
        region.cloud.populate(story, now)
        played = story.moved(event, now)
        if played != event:
            err.write(f"{wanted.event_file.name}: its times are moved to the present, as are the local cloud's\n")
        ranged = _local_range(played, region)
        if ranged != played:
            err.write(f"{wanted.event_file.name}: endpoint and cursors are replaced by the local Logstore's\n")
        return region.function(name).invoke(wrapped(ranged) if wanted.dry_run else ranged)


def _elsewhere(wanted: LocalRequest, name: str, event: bytes, environ: Mapping[str, str]) -> InvocationResult:
    """Against what the environment names."""
    if not (environ.get(_KEY_ID) and environ.get(_KEY_SECRET)):
        raise UnusableError(f"with SECONDWIND_*_ENDPOINT in the environment, {_KEY_ID} and {_KEY_SECRET} are needed")
    settings = {name: value for name, value in environ.items() if name.startswith("SECONDWIND_") and value}
    settings.setdefault("SECONDWIND_LEDGER_URL", f"sqlite://{_kept_ledger(environ)}")
    function = FunctionRuntime(
        DOOR[name].handler,
        code_path=CODE_PATH,
        initializer=DOOR[name].initializer,
        environment=settings,
        context_kind=context_kind(DOOR[name]),
        function_name=name,
        region=environ.get("FC_REGION") or "cn-hangzhou",
        credentials=Credential(environ[_KEY_ID], environ[_KEY_SECRET], environ.get(_TOKEN, "")),
    )
    with _closing(function):
        return function.invoke(wrapped(event) if wanted.dry_run else event)


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


def _local_range(event: bytes, region: Region) -> bytes:
    """A trigger's body with the whole range of the local shard of that name; any other event as it is."""
    body = parsed(event)
    source = body.get("source") if isinstance(body, dict) else None
    if not isinstance(source, dict):
        return event
    project, logstore, shard = (source.get(name) for name in ("projectName", "logstoreName", "shardId"))
    held = {(one.project, one.name) for one in read_story(DEFAULT).of(LogstoreStory)}
    if (project, logstore) not in held or shard != 0:
        return event
    place = (str(project), str(logstore), 0)
    begin, end = (region.logs.cursor(*place, moment) for moment in ("begin", "end"))
    local = {"endpoint": region.cloud.endpoint, "beginCursor": begin, "endCursor": end}
    return json.dumps({**body, "source": {**source, **local}}).encode()
