"""`secondwind setup`: shows what is missing, and makes it when told to.

Exit statuses: 0 there is nothing to do, or it was done; 1 something could not be read or written; 2 the command cannot
run as asked; 3 there is something to do and nothing was done: it was only shown. Without `--yes` it asks where somebody
can answer, and only shows where nobody can.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TextIO

from secondwind.account import credentials_of, hidden, region_of, settings_of
from secondwind.plain import shown
from secondwind.setup.differences import Action, Difference
from secondwind.setup.logstores import deployment_of
from secondwind.setup.resources import Account, Resource, deployment, ledger_table, log_service
from secondwind.setup.wanted import Place
from secondwind.usage import UnusableError
from shared.domain.errors import SecondWindError, SettingsError
from shared.open_ledger import check_client
from shared.settings import Settings, TablestoreLedger
from shared.sls import Access, CallFailed

DONE, FAILED, UNUSABLE, TO_DO = 0, 1, 2, 3
"""Exit statuses."""
TIME_S = 600.0
MAX_LINE = 1000
"""Bytes of a line of the plan: a query, or the names of the fields that are added."""
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)
"""It becomes part of a query."""
_ADVICE = {
    "Unauthorized": "the key may not do this: see the RAM policy of whoever sets up",
    "SignatureNotMatch": "the secret is not this key's",
    "InvalidAccessKeyId": "there is no such key",
    "ConnectionError": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ConnectTimeout": "the endpoint is out of reach: SECONDWIND_SLS_ENDPOINT",
    "ProjectAlreadyExist": "the name is taken, perhaps by another account: choose another project",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a person asks for."""

    region: str = ""
    yes: bool = False
    function_logs: str = ""
    """Logstore with the functions' logs, in the outcome project; adds an alert when the sweep is silent."""
    logstores: bool = False
    """Also the Logstores that `s.yaml` expects, even if none of its variables is set."""
    sweep_function: str = "secondwind-sweep"


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """Under which the command runs."""

    environ: Mapping[str, str]
    ask: Callable[[str], bool] | None = None
    """Asks the person; None: nobody is there."""
    sleep: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic


def run(wanted: Wanted, terms: Terms, out: TextIO, err: TextIO) -> int:
    """Plan, show, perhaps apply; the exit status."""
    try:
        resources = _resources(wanted, terms)
    except (UnusableError, SettingsError) as error:
        err.write(hidden(f"{error}\n", terms.environ))
        return UNUSABLE
    plan, readable = _plan(resources, terms, out)
    if not readable:
        return FAILED
    steps = [(resource, step) for resource, step in plan if step.action is not Action.NOTHING]
    if not steps:
        out.write("nothing to do\n")
        return DONE
    out.write(f"{len(steps)} of {len(plan)} to do\n")
    if not (wanted.yes or (terms.ask is not None and terms.ask("Do it? [y/N] "))):
        out.write("nothing was done; --yes does it\n")
        return TO_DO
    return _apply(steps, terms, out)


def _resources(wanted: Wanted, terms: Terms) -> list[Resource]:
    region = region_of(wanted.region, terms.environ)
    settings, credentials = settings_of(terms.environ, region), credentials_of(terms.environ)
    deadline = terms.ticks() + TIME_S
    access = Access(credentials=credentials, remaining_s=lambda: deadline - terms.ticks())
    place = _place(wanted, settings)
    further = deployment_of(terms.environ, settings, asked=wanted.logstores, function_logs=wanted.function_logs)
    account = Account(access, settings.sls.url, terms.sleep)
    if further is None:
        resources = log_service(account, place)
    else:  # an alert looks at the functions' logs: they are there before it
        project, *rest = log_service(account, replace(place, function_logs=further.function_logs.name))
        resources = [project, *deployment(account, further, place.project), *rest]
    if isinstance(settings.ledger, TablestoreLedger):
        check_client(settings.ledger)
        resources.append(ledger_table(settings.ledger, credentials, terms.sleep))
    return resources


def _place(wanted: Wanted, settings: Settings) -> Place:
    for option, name in (("--function-logs", wanted.function_logs), ("--sweep-function", wanted.sweep_function)):
        if name and not _NAME.match(name):
            raise UnusableError(f"{option} wants a name: letters, digits, - and _, at most 64")
    return Place(
        project=settings.outcome_project,
        logstore=settings.outcome_logstore,
        region=settings.region,
        function_logs=wanted.function_logs,
        sweep_function=wanted.sweep_function,
    )


def _plan(resources: list[Resource], terms: Terms, out: TextIO) -> tuple[list[tuple[Resource, Difference]], bool]:
    """Every step that could be planned, shown; and whether all could."""
    plan: list[tuple[Resource, Difference]] = []
    for resource in resources:
        try:
            step = resource.compare(resource.read())
        except (CallFailed, SecondWindError) as error:
            out.write(hidden(f"{resource.label}: cannot be read: {_why(error)}\n", terms.environ))
            continue
        plan.append((resource, step))
        out.write(hidden(_text(resource.label, step), terms.environ))
    return plan, len(plan) == len(resources)


def _apply(steps: list[tuple[Resource, Difference]], terms: Terms, out: TextIO) -> int:
    for resource, step in steps:
        try:
            resource.write(step)
        except (CallFailed, SecondWindError) as error:
            out.write(hidden(f"{resource.label}: not done: {_why(error)}\n", terms.environ))
            out.write("what follows was not tried; run it again when that is mended\n")
            return FAILED
        out.write(f"{resource.label}: {'created' if step.action is Action.CREATE else 'changed'}\n")
    return DONE


def _why(error: CallFailed | SecondWindError) -> str:
    text = shown(str(error))
    advice = _ADVICE.get(error.code) if isinstance(error, CallFailed) else None
    return f"{text} ({advice})" if advice else text


def _text(label: str, step: Difference) -> str:
    lines = [f"{label}: {step.action.value}", *(f"    {shown(line, MAX_LINE)}" for line in step.lines)]
    if step.left_alone:
        lines.append(f"    left alone: {', '.join(shown(one, 64) for one in step.left_alone)}")
    return "\n".join(lines) + "\n"
