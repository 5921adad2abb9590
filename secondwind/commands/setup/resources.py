"""The resources of an account: how each is read, compared and written. Official SDK calls; nothing is decided here.

A project that was just made is not there for its Logstores at once, nor a Logstore for its index: a write that is told
`…NotExist` is made again for up to two minutes.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from typing import Any

from secondwind.commands.setup import differences, wanted
from secondwind.commands.setup.differences import Difference, SetupAction
from secondwind.commands.setup.logstores import Logstore
from secondwind.commands.setup.wanted import Json, OutcomePlace
from shared.domain.credentials import Credentials
from shared.ledger.tablestore_setup import create_table, has_table
from shared.settings import TablestoreUrl
from shared.sls import Access, LogCallFailed

THERE_WITHIN_S = 120.0
POLL_S = 2.0
_ABSENT = "NotExist"
"""How the codes of what is not there end: ProjectNotExist, LogStoreNotExist, IndexConfigNotExist, JobNotExist, …"""


class Account:
    """Log Service's administration, one endpoint and key. `sleep` is how waiting is done."""

    def __init__(self, access: Access, endpoint: str, sleep: Callable[[float], None] = time.sleep) -> None:
        from shared.sls._client import Client  # noqa: PLC0415 - the SDK costs 0.3 s, and only one room imports it

        self._client = Client(access, endpoint)
        self._sleep = sleep

    def read(self, method: str, *arguments: Any) -> Json | None:
        """The body of an answer, None if there is no such thing. Raises LogCallFailed."""
        try:
            body = self._client.call(method, *arguments).get_body()
        except LogCallFailed as error:
            if error.code.endswith(_ABSENT):
                return None
            raise
        return body if isinstance(body, dict) else {}

    def put_nothing(self, project: str, logstore: str) -> None:
        """PutLogs without a log: whether it would be allowed. Raises LogCallFailed."""
        self._client.put(project, logstore, 0, [])

    def write(self, method: str, *arguments: Any) -> None:
        """Make a call, again while what it belongs to is not there yet. Raises LogCallFailed."""
        waited_s = 0.0
        while True:
            try:
                self._client.call(method, *arguments)
            except LogCallFailed as error:
                if not error.code.endswith(_ABSENT) or waited_s >= THERE_WITHIN_S:
                    raise
            else:
                return
            self._sleep(POLL_S)
            waited_s += POLL_S


@dataclass(frozen=True, slots=True)
class Resource:
    """One thing that there ought to be."""

    label: str
    read: Callable[[], Json | None]
    compare: Callable[[Json | None], Difference]
    write: Callable[[Difference], None]


@dataclass(frozen=True, slots=True)
class _Index:
    """What the SDK's create_index and update_index take: they ask only for this."""

    detail: Json

    def to_json(self) -> Json:
        """The index as it goes out: the SDK's own class would drop members that it does not know."""
        return self.detail


def log_service(account: Account, place: OutcomePlace) -> list[Resource]:
    """Project, Logstore, index, saved searches, dashboard, alert rules: in the order in which they are made."""
    project, logstore = place.project, place.logstore
    named = (project, logstore)

    def write_index(step: Difference) -> None:
        method = "create_index" if step.action is SetupAction.CREATE else "update_index"
        account.write(method, *named, _Index(step.detail))

    return [
        _project(account, project),
        _logstore(account, *named, wanted.TTL_DAYS),
        Resource(
            f"index of {logstore}", lambda: account.read("get_index_config", *named), differences.index, write_index
        ),
        *(
            _entity(account, project, "savedsearch", "savedsearchName", one, differences.saved_search)
            for one in wanted.saved_searches(place)
        ),
        _entity(account, project, "dashboard", "dashboardName", wanted.dashboard(place), differences.dashboard),
        *(_entity(account, project, "alert", "name", one, differences.alert) for one in wanted.alerts(place)),
    ]


def deployment(account: Account, wanted_by: Iterable[Logstore], made: str) -> list[Resource]:
    """Logstores as `s.yaml` names them; `made`: the project that is there already. All are left as they are."""
    projects = dict.fromkeys(one.project for one in wanted_by if one.project != made)
    resources = [_project(account, project) for project in projects]
    for one in wanted_by:
        resources.append(_logstore(account, one.project, one.name, wanted.LOGS_TTL_DAYS))
        if one.searched:
            resources.append(_full_text(account, one.project, one.name))
    return resources


def _project(account: Account, project: str) -> Resource:
    return Resource(
        f"project {project}",
        lambda: account.read("get_project", project),
        lambda found: differences.plain(found, {}),
        lambda _step: account.write("create_project", project, "Second Wind"),
    )


def _logstore(account: Account, project: str, logstore: str, ttl_days: int) -> Resource:
    return Resource(
        f"Logstore {project}/{logstore}, kept {ttl_days} days",
        lambda: account.read("get_logstore", project, logstore),
        lambda found: differences.plain(found, {}),
        lambda _step: account.write("create_logstore", project, logstore, ttl_days, 1),
    )


def _full_text(account: Account, project: str, logstore: str) -> Resource:
    """An index of any kind is somebody's choice."""
    return Resource(
        f"full-text index of {logstore}",
        lambda: account.read("get_index_config", project, logstore),
        lambda found: differences.plain(found, {"line": wanted.index_line()}),
        lambda step: account.write("create_index", project, logstore, _Index(step.detail)),
    )


def _entity(
    account: Account,
    project: str,
    kind: str,
    name_field: str,
    ours: Json,
    compare: Callable[[Json | None, Json], Difference],
) -> Resource:
    name = ours[name_field]

    def write(step: Difference) -> None:
        verb = "create" if step.action is SetupAction.CREATE else "update"
        account.write(f"{verb}_{kind}", project, step.detail)

    return Resource(
        f"{kind} {name}",
        partial(account.read, f"get_{kind}", project, name),
        lambda found: compare(found, ours),
        write,
    )


def ledger_table(ledger: TablestoreUrl, credentials: Credentials, sleep: Callable[[float], None]) -> Resource:
    """The ledger's table and its two indexes."""
    from shared.ledger.tablestore import Place  # noqa: PLC0415 - only where the ledger is there

    def write(_step: Difference) -> None:
        create_table(at, credentials, sleep=sleep)  # whether somebody else was faster does not matter

    at = Place(endpoint=ledger.endpoint.url, instance=ledger.instance, table=ledger.table)
    return Resource(
        f"Tablestore table {ledger.instance}/{ledger.table}, two indexes",
        lambda: {} if has_table(at, credentials, sleep=sleep) else None,
        lambda found: differences.plain(found, {}),
        write,
    )
