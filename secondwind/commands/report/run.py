"""`secondwind report`: outcomes from the Logstore in, checked against the ledger, a page or a text out.

Exit statuses: 0 reported; 2 it cannot be asked like that (usage, settings, no such ledger, no such policy); 3 the
Logstore could not be read: nothing is reported then, for half a night would look like a quiet one. A ledger that cannot
be asked is said; the report is made without it.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping
from datetime import time
from pathlib import Path
from typing import TextIO

from msgspec import Struct, to_builtins

from secondwind.at_ledger import DONE, OUT_OF_REACH, CommandResult, tell, warn
from secondwind.commands.report.made import MadeReport
from secondwind.commands.report.show import lines_of
from secondwind.machine import failed
from secondwind.outcome_log import log_settings, outcome_log
from secondwind.since import seconds_back
from secondwind.terminal import count, shown
from secondwind.text_file import CannotRead, read_text
from secondwind.unmatched import Unmatched
from secondwind.usage import UNUSABLE, UnusableError
from secondwind.which_ledger import LedgerTerms, ledger_of
from shared.domain.errors import LedgerUnavailable
from shared.domain.failure import FailureClass
from shared.people.standing import standing
from shared.policy.prices import Prices
from shared.ports import Clock
from shared.reality import SystemClock
from shared.report import ReportTerms, report_of
from shared.report.standing import LedgerStanding
from shared.settings.environment import BUNDLE_ROOT
from shared.sls.outcomes import OutcomeLog, OutcomesUnavailable, Row, is_within
from shared.systems import SYSTEMS

SCHEMA = "secondwind-report/1"
AHEAD_S = 60.0
"""Clocks of the functions may be ahead of this machine's."""
_MORNING = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])\Z", re.ASCII)
_PRICES = re.compile(r"^[\"']?prices[\"']?[ \t]*:", re.MULTILINE)
_STDOUT = Path("-")


class ReportRequest(Struct, frozen=True, kw_only=True):
    """What a person asks; empty text: not said."""

    since: str = "24h"
    only: dict[str, str] = {}
    morning: str = "09:00"
    policy: Path | None = None
    html: Path | None = None
    region: str = ""
    ledger_url: str = ""
    as_json: bool = False
    quiet: bool = False


def run(
    wanted: ReportRequest,
    out: TextIO,
    err: TextIO,
    environ: Mapping[str, str] = os.environ,
    clock: Clock | None = None,
) -> int:
    """Read, add up, say; the exit status."""
    terms = LedgerTerms(
        ledger_url=wanted.ledger_url, as_json=wanted.as_json, environ=environ, clock=clock or SystemClock()
    )
    try:
        told = make(wanted, terms)
        warn(told.warnings, err)
        if wanted.html is not None:
            return _page(wanted.html, told, out, as_json=wanted.as_json)
    except UnusableError as error:
        return failed(str(error), UNUSABLE, out, err, as_json=wanted.as_json)
    except OutcomesUnavailable as error:
        return failed(f"the Logstore: {shown(str(error))}", OUT_OF_REACH, out, err, as_json=wanted.as_json)
    result = CommandResult(lines=lines_of(told), body=body_of(told), warnings=told.warnings)
    return tell(result, out, as_json=wanted.as_json)


def make(wanted: ReportRequest, terms: LedgerTerms) -> MadeReport:
    """The report.

    Raises:
        UnusableError: it cannot be asked like that.
        OutcomesUnavailable: the Logstore cannot be read.
    """
    now = terms.clock.now()
    since = now - seconds_back(wanted.since)
    settings = log_settings(terms.environ, wanted.region)
    log = outcome_log(terms.environ, wanted.region)
    how = ReportTerms(
        since_at=since,
        until_at=now,
        only=_known(wanted.only),
        morning=_morning(wanted.morning),
        zone=settings.time_zone,
        prices=_prices(wanted.policy, terms.environ),
    )
    # The ledger first: what is settled between the two looks is then missing in neither.
    seen, name, problem = (
        _standing(terms) if not how.only else (None, "", "a narrowed report is not checked against it")
    )
    looking = Unmatched({"cluster": wanted.only.get("scope", ""), **wanted.only})
    rows = looking.passing(_rows(log, since, now + AHEAD_S, how.only))
    report = report_of(rows, _with(how, seen))
    return MadeReport(
        report=report,
        logstore=f"{log.project}/{log.logstore}",
        ledger=name,
        ledger_problem=problem,
        warnings=looking.warnings(),
    )


def body_of(told: MadeReport) -> dict[str, object]:
    """For programs: the report's fields, and where they are from. Moments have names that end in `_at`."""
    return {
        "schema": SCHEMA,
        "logstore": told.logstore,
        "ledger": told.ledger,
        "ledger_problem": told.ledger_problem,
        **to_builtins(told.report, str_keys=True),
    }


def _rows(log: OutcomeLog, since: float, until: float, only: Mapping[str, str]) -> Iterator[Row]:
    """Outcomes page by page; a job system is asked for at the service, the rest is compared here."""
    asked = {name: value for name, value in only.items() if name == "system"}
    for page in log.pages(since, until, asked):
        yield from (row for row in page if is_within(row, since, until))


def _with(how: ReportTerms, seen: LedgerStanding | None) -> ReportTerms:
    return ReportTerms(
        **{name: getattr(how, name) for name in how.__struct_fields__ if name != "standing"}, standing=seen
    )


def _standing(terms: LedgerTerms) -> tuple[LedgerStanding | None, str, str]:
    """The ledger's word, its name, or why it was not asked."""
    try:
        with ledger_of(terms) as (ledger, name):
            return standing(ledger), name, ""
    except (UnusableError, LedgerUnavailable) as error:
        return None, "", str(error)


def _known(only: Mapping[str, str]) -> dict[str, str]:
    system = only.get("system", "")
    if system and system not in SYSTEMS:
        raise UnusableError(f"--system wants {SYSTEMS.either}")
    classes = [one.value for one in FailureClass]
    if only.get("failure_class", classes[0]) not in classes:
        raise UnusableError(f"--class wants one of {', '.join(classes)}")
    return dict(only)


def _morning(text: str) -> time:
    found = _MORNING.match(text.strip())
    if found is None:
        raise UnusableError("--morning wants HH:MM, as 09:00")
    return time(int(found[1]), int(found[2]))


def _prices(named: Path | None, environ: Mapping[str, str]) -> Prices | None:
    """The policy's prices. A policy without any is not read any further; one that is not there has none."""
    from shared.policy.load import MAX_TEXT_BYTES, usable_policy  # noqa: PLC0415 - only where there are prices

    file = named or BUNDLE_ROOT / (environ.get("SECONDWIND_POLICY_FILE", "").strip() or "policy.yaml")
    try:
        text = read_text(file, MAX_TEXT_BYTES)
    except CannotRead as error:
        if named is None:
            return None
        raise UnusableError(str(error)) from None
    if not _PRICES.search(text):
        return None
    policy = usable_policy(text)
    if policy is None:
        raise UnusableError(f"{file} is no usable policy: secondwind policy check {file}")
    return policy.prices


def _page(file: Path, told: MadeReport, out: TextIO, *, as_json: bool) -> int:
    """Write the page; with `--json` the report as well, unless both would go to standard output."""
    from secondwind.commands.report.page import page_of  # noqa: PLC0415 - templates only where a page is wanted

    page = page_of(told)
    if file == _STDOUT:
        if as_json:
            raise UnusableError("--html - and --json both want standard output")
        out.write(page)
        return DONE
    try:
        file.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"{file}: cannot be written: {error.strerror or 'input/output error'}") from None
    wrote = CommandResult(lines=[f"{count(told.report.failures, 'failure')}: {shown(str(file))}"], body=body_of(told))
    return tell(wrote, out, as_json=as_json)
