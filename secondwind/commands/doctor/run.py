"""The command: every check, one line each, and what to do about what is wrong.

Exit statuses: 0 no check failed; 1 one failed; 2 it cannot run as asked. The calls are made with the key in the
environment: whether the functions' role may do the same is seen when the doctor runs with that role's key.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from secondwind import machine
from secondwind.account import hidden, region_of
from secondwind.commands.doctor import channels, console, deployed, found, local, packaged, services, storage
from secondwind.commands.doctor.findings import Check, Finding, Level, Options, Subject
from secondwind.commands.doctor.show import as_json, line
from secondwind.compute.endpoint import endpoint_of
from secondwind.usage import UNUSABLE, UnusableError
from shared.settings.environment import BUNDLE_ROOT
from shared.systems import SYSTEMS
from shared.systems.system import System

HEALTHY, FAILED = 0, 1
"""Exit statuses beside UNUSABLE."""
TIME_S = 120.0
"""All checks together; a service that does not answer takes ten seconds of it."""
CHECKS: tuple[tuple[str, Check], ...] = (
    ("policy", local.policy),
    (packaged.CHECK, packaged.packaged),
    ("time zone", local.zone),
    ("ledger kind", local.kind_of_ledger),
    ("plaintext", local.plaintext),
    ("clock", storage.clock),
    ("outcome Logstore", storage.outcomes),
    ("source", storage.source),
    ("ledger", storage.ledger),
    ("job systems", services.job_systems),
    ("discover", found.discovery),
    ("notify", channels.channels),
    ("console", console.console),
    ("functions", deployed.functions),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorRequest:
    """What a person asks for."""

    region: str = ""
    places: Mapping[str, str] = field(default_factory=dict)
    """By job system: a scope of it, as its flag wants it."""
    source: str = ""
    functions: tuple[str, ...] = ()
    endpoint: str = ""
    account: str = ""
    as_json: bool = False
    quiet: bool = False
    """Leave out what is in order or was not looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DoctorTerms:
    """Under which the command runs."""

    environ: Mapping[str, str]
    now: Callable[[], float] = time.time
    ticks: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep
    root: Path = BUNDLE_ROOT
    """Of the repository: where policy and package lie."""
    checks: tuple[tuple[str, Check], ...] = CHECKS


def run(wanted: DoctorRequest, terms: DoctorTerms, out: TextIO, err: TextIO) -> int:
    """Check, tell; the exit status."""
    try:
        options = _options(wanted, terms.environ)
    except UnusableError as error:
        return machine.failed(str(error), UNUSABLE, out, err, as_json=wanted.as_json)
    findings: list[Finding] = []
    for finding in _examined(options, terms):
        findings.append(finding)
        if not wanted.as_json and not (wanted.quiet and finding.level in {Level.OK, Level.SKIP}):
            out.write(hidden(line(finding), terms.environ))
            out.flush()
    failed = sum(finding.level is Level.FAIL for finding in findings)
    if wanted.as_json:
        out.write(hidden(as_json(findings), terms.environ))
    else:
        out.write(f"{failed} failed\n" if failed else "nothing failed\n")
    return FAILED if failed else HEALTHY


def _examined(options: Options, terms: DoctorTerms) -> Iterator[Finding]:
    settings, about_settings = local.settings(terms.environ, options.region)
    yield from about_settings
    yield from local.spelling(terms.environ)
    credentials, about_key = local.key(terms.environ)
    yield from about_key
    if settings is None or credentials is None:
        names = ", ".join(name for name, _ in terms.checks)
        yield Finding("the rest", Level.SKIP, f"settings and a key are needed for: {names}")
        return
    deadline = terms.ticks() + TIME_S
    subject = Subject(
        options=options,
        environ=terms.environ,
        root=terms.root,
        settings=settings,
        credentials=credentials,
        now=terms.now,
        remaining_s=lambda: deadline - terms.ticks(),
        sleep=terms.sleep,
    )
    for name, check in terms.checks:
        yield from _guarded(name, check, subject)


def _guarded(name: str, check: Check, subject: Subject) -> Iterator[Finding]:
    try:
        yield from check(subject)
    except Exception as error:  # noqa: BLE001 - a check that crashes is a failed check; its text may quote a secret
        said = f"the check itself failed: {type(error).__name__}"
        yield Finding(name, Level.FAIL, said, "this is a fault of the doctor's: please report it")


def _options(wanted: DoctorRequest, environ: Mapping[str, str]) -> Options:
    region = region_of(wanted.region, environ)
    places = {name: _place(SYSTEMS.named(name), text) for name, text in wanted.places.items() if text}
    if wanted.source and wanted.source.count("/") != 1:
        raise UnusableError("--source wants PROJECT/LOGSTORE")
    try:
        compute = endpoint_of(wanted.endpoint, region, wanted.account, environ)
    except UnusableError:
        if wanted.endpoint or wanted.account:
            raise
        compute = None
    return Options(
        region=region,
        places=places,
        source=wanted.source,
        functions=wanted.functions,
        compute=compute,
    )


def _place(system: System, text: str) -> Mapping[str, str]:
    try:
        return system.read_flag(text)
    except ValueError as error:
        raise UnusableError(f"{system.flag.option} {error}") from None
