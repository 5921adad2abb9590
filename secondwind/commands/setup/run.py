"""`secondwind setup`: shows what is missing, and makes it when told to.

Exit statuses: 0 there is nothing to do, or it was done; 1 something could not be read or written; 2 the command cannot
run as asked; 3 there is something to do and nothing was done: it was only shown. Without `--yes` it asks where somebody
can answer, and only shows where nobody can.
"""

from __future__ import annotations

import io
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import TextIO

from secondwind.account import credentials_of, hidden, region_of, settings_of
from secondwind.commands.notify.run import notify_of
from secondwind.commands.setup.differences import SetupAction
from secondwind.commands.setup.logstores import Logstore, deployment_of
from secondwind.commands.setup.resources import Account, Resource, deployment, ledger_table, log_service
from secondwind.commands.setup.show import Plan, body_of, text_of, told_whom, why
from secondwind.commands.setup.wanted import OutcomePlace
from secondwind.machine import failed, write_json
from secondwind.usage import UNUSABLE, UnusableError
from shared.domain.errors import SecondWindError, SettingsError
from shared.openers.ledger import check_client
from shared.policy.notify import Notify
from shared.settings import LOGSTORE_NAME, Settings, TablestoreUrl
from shared.sls import Access

DONE, FAILED, TO_DO = 0, 1, 3
"""Exit statuses beside UNUSABLE."""
TIME_S = 600.0
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,63}\Z", re.ASCII)
"""It becomes part of a query."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupRequest:
    """What a person asks for."""

    region: str = ""
    yes: bool = False
    function_logs: str = ""
    """Logstore with the functions' logs, in the outcome project; adds an alert when the sweep is silent."""
    logstores: bool = False
    """Also the Logstores that `s.yaml` expects, even if none of its variables is set."""
    sweep_function: str = "secondwind-sweep"
    as_json: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupTerms:
    """Under which the command runs."""

    environ: Mapping[str, str]
    ask: Callable[[str], bool] | None = None
    """Asks the person; None: nobody is there."""
    sleep: Callable[[float], None] = time.sleep
    ticks: Callable[[], float] = time.monotonic


def run(wanted: SetupRequest, terms: SetupTerms, out: TextIO, err: TextIO) -> int:
    """Plan, show, perhaps apply; the exit status."""
    try:
        resources, host = _resources(wanted, terms)
    except (UnusableError, SettingsError) as error:
        return failed(hidden(str(error), terms.environ), UNUSABLE, out, err, as_json=wanted.as_json)
    if wanted.as_json:
        said = io.StringIO()
        plan, readable = _plan(resources, host, terms, said)
        status = _done(wanted, plan, host, terms, said) if readable else FAILED
        write_json(body_of(plan, said.getvalue().splitlines(), status), out)
        return status
    plan, readable = _plan(resources, host, terms, out)
    out.writelines(f"{line}\n" for line in told_whom(_notify(terms)))
    return _done(wanted, plan, host, terms, out) if readable else FAILED


def _notify(terms: SetupTerms) -> Notify | None:
    try:
        return notify_of(None, terms.environ)
    except UnusableError:
        return None


def _done(wanted: SetupRequest, plan: Plan, host: str, terms: SetupTerms, out: TextIO) -> int:
    """What the plan leaves to do, done if somebody says so; the exit status."""
    steps = [(resource, step) for resource, step in plan if step.action is not SetupAction.NOTHING]
    if not steps:
        out.write("nothing to do\n")
        return DONE
    out.write(f"{len(steps)} of {len(plan)} to do\n")
    if not (wanted.yes or (terms.ask is not None and terms.ask("Do it? [y/N] "))):
        out.write("nothing was done; --yes does it\n")
        return TO_DO
    return _apply(steps, host, terms, out)


def _resources(wanted: SetupRequest, terms: SetupTerms) -> tuple[list[Resource], str]:
    """All that there ought to be, and the host of Log Service."""
    region = region_of(wanted.region, terms.environ)
    settings, credentials = settings_of(terms.environ, region), credentials_of(terms.environ)
    deadline = terms.ticks() + TIME_S
    access = Access(credentials=credentials, remaining_s=lambda: deadline - terms.ticks())
    place = _place(wanted, settings)
    further = deployment_of(terms.environ, settings, asked=wanted.logstores, function_logs=wanted.function_logs)
    account = Account(access, settings.sls.url, terms.sleep)
    logs = further.function_logs.name if further else place.function_logs
    beside = further or ([Logstore(place.project, logs, searched=True)] if logs else [])
    project, *rest = log_service(account, replace(place, function_logs=logs))
    # An alert looks at the functions' logs: they are there before it.
    resources = [project, *deployment(account, beside, place.project), *rest]
    if isinstance(settings.ledger, TablestoreUrl):
        check_client(settings.ledger)
        resources.append(ledger_table(settings.ledger, credentials, terms.sleep))
    return resources, settings.sls.netloc


def _place(wanted: SetupRequest, settings: Settings) -> OutcomePlace:
    if wanted.function_logs and not LOGSTORE_NAME.match(wanted.function_logs):
        raise UnusableError("--function-logs is no name that Log Service takes: lower-case letters, digits, - and _")
    if wanted.sweep_function and not _NAME.match(wanted.sweep_function):
        raise UnusableError("--sweep-function wants a name: letters, digits, - and _, at most 64")
    return OutcomePlace(
        project=settings.outcome_project,
        logstore=settings.outcome_logstore,
        region=settings.region,
        function_logs=wanted.function_logs,
        sweep_function=wanted.sweep_function,
    )


def _plan(resources: list[Resource], host: str, terms: SetupTerms, out: TextIO) -> tuple[Plan, bool]:
    """Every step that could be planned, shown; and whether all could."""
    plan: Plan = []
    for resource in resources:
        try:
            step = resource.compare(resource.read())
        except SecondWindError as error:
            out.write(hidden(f"{resource.label}: cannot be read: {why(error, host)}\n", terms.environ))
            continue
        plan.append((resource, step))
        out.write(hidden(text_of(resource.label, step), terms.environ))
    if len(plan) != len(resources):
        out.write("nothing is done before all can be read\n")
    return plan, len(plan) == len(resources)


def _apply(steps: Plan, host: str, terms: SetupTerms, out: TextIO) -> int:
    for resource, step in steps:
        try:
            resource.write(step)
        except SecondWindError as error:
            out.write(hidden(f"{resource.label}: not done: {why(error, host)}\n", terms.environ))
            out.write("what follows was not tried; run it again when that is mended\n")
            return FAILED
        out.write(f"{resource.label}: {'created' if step.action is SetupAction.CREATE else 'changed'}\n")
    return DONE
