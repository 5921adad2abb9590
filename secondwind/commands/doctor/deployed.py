"""The deployed functions, as Function Compute 3.0 has them: their environment and their triggers.

A function's environment may hold a ledger's password: it is read, and only the names of its settings are told.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.commands.doctor.local import ledger_kind
from secondwind.compute.call import NotInvoked
from shared.domain.errors import SettingsError
from shared.domain.mode import Mode
from shared.doors import DOORS
from shared.settings import LedgerUrl, Settings, TablestoreUrl, read_settings, unknown_names

_DENIED = frozenset({"AccessDenied", "Forbidden.RAM"})
_TIMEOUT_MS = 10_000


def functions(subject: Subject) -> Iterator[Finding]:
    """One finding or more a function that was told."""
    options = subject.options
    if not options.functions:
        yield Finding("functions", Level.SKIP, "none were told", "--function NAME checks environment and triggers")
        return
    if options.compute is None:
        said = "neither an endpoint of Function Compute nor an account was told: triggers are unchecked"
        yield Finding("functions", Level.SKIP, said, "--endpoint, or --account")
        return
    for name in options.functions:
        yield from _function(subject, name)


def _function(subject: Subject, name: str) -> Iterator[Finding]:
    from secondwind.compute import fc3  # noqa: PLC0415 - half a second that only this check pays

    check = f"function {name}"
    if subject.options.compute is None:
        return
    try:
        client = fc3.client(subject.options.compute, subject.credentials)
        environment, triggers = fc3.described(client, name, _TIMEOUT_MS)
    except NotInvoked as error:
        if error.code in _DENIED:
            yield Finding(check, Level.SKIP, f"may not be looked at ({error.code}): unchecked", "allow fc:GetFunction")
        elif error.status:
            yield Finding(check, Level.FAIL, f"answered {error.code}", "deploy it, or check the name and the key")
        else:
            said = f"Function Compute is out of reach: {error.code} at {subject.options.compute.netloc}"
            yield Finding(check, Level.FAIL, said, "check --endpoint")
        return
    yield from _environment(subject, check, environment)
    yield from _triggers(subject, check, triggers)


def _environment(subject: Subject, check: str, environment: Mapping[str, str]) -> Iterator[Finding]:
    for unknown in unknown_names(environment):
        said = f"{unknown.name} is no setting: nobody reads it"
        yield Finding(check, Level.WARN, said, f"did you mean {unknown.closest}?")
    try:
        settings = read_settings(environment, subject.options.region)
    except SettingsError as error:
        names = ", ".join(fault.path for fault in error.faults)
        yield Finding(check, Level.FAIL, f"its settings are not usable: {names}", "mend them in s.yaml and deploy")
        return
    kind = ledger_kind(settings.ledger, in_function=True)
    yield Finding(check, kind.level, kind.said, kind.todo)
    if settings.mode not in {None, Mode.AUTO}:
        said = f"SECONDWIND_MODE is {settings.mode.value}: it restarts nothing"
        yield Finding(check, Level.WARN, said, "set it to auto and deploy, when its outcomes convince you")
    differing = _differing(settings, subject.settings)
    if differing:
        yield Finding(
            check, Level.WARN, f"other than here: {', '.join(differing)}", "look at the same ledger and Logstore"
        )


def _differing(its: Settings, ours: Settings) -> list[str]:
    compared = {
        "SECONDWIND_LEDGER_URL": _place(its.ledger) == _place(ours.ledger),
        "SECONDWIND_OUTCOME_PROJECT": its.outcome_project == ours.outcome_project,
        "SECONDWIND_OUTCOME_LOGSTORE": its.outcome_logstore == ours.outcome_logstore,
        "SECONDWIND_TIME_ZONE": its.time_zone.key == ours.time_zone.key,
    }
    return [name for name, same in compared.items() if not same]


def _place(ledger: LedgerUrl) -> object:
    """What makes it the same ledger: a Tablestore has one endpoint inside the VPC and another outside."""
    return (ledger.instance, ledger.table) if isinstance(ledger, TablestoreUrl) else ledger


def _triggers(subject: Subject, check: str, triggers: list[Mapping[str, Any]]) -> Iterator[Finding]:
    if not triggers:
        by_people = any(not door.started_by and door.name in check for door in DOORS)
        said = "it has no trigger: nothing starts it"
        yield Finding(check, Level.OK if by_people else Level.FAIL, said, "" if by_people else "deploy one")
    for trigger in triggers:
        kind, config = str(trigger.get("triggerType")), _config(trigger)
        label = f"trigger {kind} {trigger.get('triggerName')}"
        if config.get("enable", config.get("triggerEnable", True)) is False:
            yield Finding(check, Level.FAIL, f"{label} is switched off", "switch it on")
        elif kind == "log" and _is_loop(subject.settings, trigger, config):
            yield Finding(check, Level.FAIL, f"{label} reads the outcome Logstore: a loop", "let it read another")
        else:
            yield Finding(check, Level.OK, f"{label} is on")


def _is_loop(settings: Settings, trigger: Mapping[str, Any], config: Mapping[str, Any]) -> bool:
    source = config.get("sourceConfig")
    logstore = source.get("logstore") if isinstance(source, dict) else None
    same_project = str(trigger.get("sourceArn", "")).endswith(f":project/{settings.outcome_project}")
    return same_project and logstore == settings.outcome_logstore


def _config(trigger: Mapping[str, Any]) -> dict[str, Any]:
    """`triggerConfig` is JSON text."""
    try:
        found = json.loads(str(trigger.get("triggerConfig") or "{}"))
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
