"""Log Service and the ledger: reachable, allowed, set up; and this machine's clock beside Log Service's.

PutLogs is sent without a single log, GetCursor reads nothing, the ledger is asked for a document that is not there.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from email.utils import parsedate_to_datetime
from http.client import HTTPConnection, HTTPException, HTTPSConnection

from secondwind.commands.doctor.findings import Finding, Level, Subject
from secondwind.commands.setup import differences
from secondwind.commands.setup.differences import SetupAction
from secondwind.commands.setup.resources import Account
from secondwind.terminal import shown
from shared.documents import decode_controls
from shared.domain.endpoint import Endpoint
from shared.domain.errors import LedgerUnavailable, SettingsError
from shared.domain.keys import CONTROLS_KEY
from shared.domain.mode import Controls, Mode
from shared.ledger.tablestore_setup import has_table
from shared.openers.ledger import at_risk, check_client, open_ledger
from shared.settings import TablestoreUrl
from shared.sls import REQUEST_ID, Access, LogCallFailed

SKEW_WARN_S = 60.0
SKEW_FAIL_S = 600.0
"""The services refuse a call that is dated 15 minutes off."""
TIMEOUT_S = 10.0
NO_SUCH_DOCUMENT = "doctor/no such document"
_SETUP = "`secondwind setup` makes it"
_KEY_CODES = ("Unauthorized", "SignatureNotMatch", "InvalidAccessKeyId", "InvalidSecurityToken")


def clock(subject: Subject) -> Iterator[Finding]:
    """The header Date of any answer, a refusal too, beside ours."""
    endpoint = subject.settings.sls
    try:
        begun = subject.now()
        date = _date(endpoint)
        ended = subject.now()
    except (OSError, HTTPException) as error:
        said = f"no answer from {endpoint.url}: {type(error).__name__}"
        yield Finding("clock", Level.FAIL, said, "check SECONDWIND_SLS_ENDPOINT and the network")
        return
    if date is None:
        yield Finding("clock", Level.SKIP, "no answer of Log Service with a date: there is nothing to compare with")
        return
    off_s = (begun + ended) / 2 - date
    said = f"{abs(off_s):.0f} s {'ahead of' if off_s > 0 else 'behind'} Log Service's"
    if abs(off_s) <= SKEW_WARN_S:
        yield Finding("clock", Level.OK, "within a minute of Log Service's")
    else:
        level = Level.FAIL if abs(off_s) > SKEW_FAIL_S else Level.WARN
        yield Finding("clock", level, said, "set this machine's clock: calls 15 minutes off are refused")


def outcomes(subject: Subject) -> Iterator[Finding]:
    """The outcome Logstore takes logs, can be read, and has an index on every outcome field."""
    settings = subject.settings
    account = _account(subject)
    place = (settings.outcome_project, settings.outcome_logstore)
    try:
        if account.read("get_logstore", *place) is None:
            yield Finding("outcome Logstore", Level.FAIL, f"there is no {'/'.join(place)}", _SETUP)
            return
        yield Finding("outcome Logstore", Level.OK, "/".join(place))
    except LogCallFailed as error:
        yield _refused("log:GetLogStore", error, subject.settings.sls)
        if not error.code.startswith("Unauthorized"):
            return
    try:
        account.put_nothing(*place)
        yield Finding("log:PostLogStoreLogs", Level.OK, "allowed (a write without logs was taken)")
    except LogCallFailed as error:
        yield _refused("log:PostLogStoreLogs", error, subject.settings.sls)
    yield from _index(subject, account, place)


def _index(subject: Subject, account: Account, place: tuple[str, str]) -> Iterator[Finding]:
    try:
        found = account.read("get_index_config", *place)
    except LogCallFailed as error:
        yield _refused("log:GetIndex", error, subject.settings.sls)
        return
    step = differences.index(found)
    if step.action is SetupAction.NOTHING:
        yield Finding("index", Level.OK, "every outcome field, with SQL")
    elif found is None:
        yield Finding("index", Level.FAIL, "there is none: outcomes cannot be searched", _SETUP)
    else:
        said = "; ".join(line.partition("; ")[0] for line in step.lines[:5])
        more = f" and {len(step.lines) - 5} more" if len(step.lines) > 5 else ""  # noqa: PLR2004 - as many as are shown
        yield Finding("index", Level.FAIL, f"incomplete: {said}{more}", _SETUP)


def source(subject: Subject) -> Iterator[Finding]:
    """The Logstore of the trigger can be read, and is not the outcomes' own."""
    project, _, logstore = subject.options.source.partition("/")
    if not logstore:
        yield Finding("log:GetCursorOrData", Level.SKIP, "no source was told", "--source PROJECT/LOGSTORE checks it")
        return
    settings = subject.settings
    if (project, logstore) == (settings.outcome_project, settings.outcome_logstore):
        yield Finding(
            "source", Level.FAIL, "it is the outcome Logstore: outcomes would trigger themselves", "use another"
        )
        return
    try:
        there = _account(subject).read("get_cursor", project, logstore, 0, "end")
    except LogCallFailed as error:
        yield _refused("log:GetCursorOrData", error, subject.settings.sls)
        return
    if there is None:
        yield Finding("source", Level.FAIL, f"there is no {project}/{logstore}", "check the name")
    else:
        yield Finding("log:GetCursorOrData", Level.OK, f"allowed on {project}/{logstore}")


def ledger(subject: Subject) -> Iterator[Finding]:
    """It opens and answers; for Tablestore also the table and its indexes."""
    url = subject.settings.ledger
    try:
        check_client(url)
    except SettingsError as error:
        said = "; ".join(fault.problem for fault in error.faults)
        yield Finding("ledger", Level.FAIL, said, "install or build with that client")
        return
    if isinstance(url, TablestoreUrl):
        about_table = list(_table(subject, url))
        yield from about_table
        if any(finding.level is Level.FAIL for finding in about_table):
            return
    try:
        opened = open_ledger(url, subject.credentials, SubjectClock(subject), subject.remaining_s)
        with closing(opened) as found:
            documents = found.load([NO_SUCH_DOCUMENT, CONTROLS_KEY])
            found.due(0.0, 1)
        controls = decode_controls(documents[CONTROLS_KEY].document) if CONTROLS_KEY in documents else Controls()
    except LedgerUnavailable as error:
        yield Finding("ledger", Level.FAIL, str(error), "check SECONDWIND_LEDGER_URL, the network and the permissions")
    else:
        yield Finding("ledger", Level.OK, "opens, reads and lists")
        yield from _forgets(subject)
        yield from _by_hand(controls.at(SubjectClock(subject).now()))


def _forgets(subject: Subject) -> Iterator[Finding]:
    """A Redis that evicts, or has no file, loses reservations: the doctor's own word, not one of the log."""
    name, todo = "ledger settings", "docs/ledger-redis.md says how it has to be set up"
    try:
        risks = at_risk(subject.settings.ledger, SubjectClock(subject), subject.remaining_s)
    except LedgerUnavailable as error:
        yield Finding(name, Level.WARN, f"cannot be seen: {error}", todo)
        return
    for risk in risks:
        yield Finding(name, Level.FAIL, f"{risk}: what it forgets may be restarted twice", todo)


def _by_hand(controls: Controls) -> Iterator[Finding]:
    """Modes that a person set in the ledger tighten whatever the policy says."""
    sets = [("everything", controls.everything), *(("a rule", one) for one in controls.rules.values())]
    for place, one in sets:
        if one is not None and one.mode is not Mode.AUTO:
            said = f"{one.mode.value} for {place}, set in the ledger by {shown(one.by, 64)}"
            yield Finding("mode by hand", Level.WARN, said, "`secondwind mode show` tells, `mode clear` takes it back")


def _table(subject: Subject, url: TablestoreUrl) -> Iterator[Finding]:
    """The table's form, which only who may describe it sees; functions need not."""
    from shared.ledger.tablestore import Place  # noqa: PLC0415 - only where the ledger is there

    place = Place(endpoint=url.endpoint.url, instance=url.instance, table=url.table)
    try:
        there = has_table(place, subject.credentials, sleep=subject.sleep)
    except SettingsError as error:
        said = "; ".join(fault.problem for fault in error.faults)
        yield Finding("ledger", Level.FAIL, said, "choose another table")
    except LedgerUnavailable as error:
        yield Finding("ots:DescribeTable", Level.WARN, f"{error}; functions do not need it, this check does")
    else:
        if not there:
            yield Finding("ledger", Level.FAIL, f"there is no table {url.instance}/{url.table}", _SETUP)


class SubjectClock:
    """The subject's clock as the ledgers want it."""

    def __init__(self, subject: Subject) -> None:
        self._subject = subject

    def now(self) -> float:
        """Unix seconds."""
        return self._subject.now()


def _account(subject: Subject) -> Account:
    access = Access(credentials=subject.credentials, remaining_s=subject.remaining_s)
    return Account(access, subject.settings.sls.url, subject.sleep)


def _refused(check: str, error: LogCallFailed, endpoint: Endpoint) -> Finding:
    if error.code.startswith(_KEY_CODES):
        return Finding(check, Level.FAIL, f"refused: {error.code}", "check the key, and this action in its RAM policy")
    if error.code == "RequestTimeExpired":
        return Finding(check, Level.FAIL, "refused: the call's date", "set this machine's clock")
    return Finding(
        check,
        Level.FAIL,
        f"not answered: {error.code} at {endpoint.netloc}",
        "check SECONDWIND_SLS_ENDPOINT and the network",
    )


def _date(endpoint: Endpoint) -> float | None:
    """The date of Log Service's answer to a call without a key, and nobody else's. Raises OSError, HTTPException."""
    kind = HTTPSConnection if endpoint.scheme == "https" else HTTPConnection
    connection = kind(endpoint.netloc, timeout=TIMEOUT_S)
    try:
        connection.request("GET", "/", headers={"x-log-apiversion": "0.6.0"})
        answer = connection.getresponse()
        date = answer.getheader("Date") if answer.getheader(REQUEST_ID) else None
    finally:
        connection.close()
    try:
        return parsedate_to_datetime(date).timestamp() if date else None
    except (TypeError, ValueError, OverflowError):
        return None
