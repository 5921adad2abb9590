"""The same failure once more through the corridor, as a dry run on the live job: every gate, what it saw and wanted.

It goes through the function `manual` on this machine, with the settings and the key of the environment, as
`secondwind invoke --local --dry-run` does: nothing is called that changes anything, and the dry run's outcome is
written to the Logstore.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

from msgspec import Struct

from localcloud.fc.instance.runtime import FunctionRuntime
from localcloud.wire.signing import Credential
from secondwind.by_hand.at_ledger import Terms, ledger_url
from secondwind.explain.ask_log import scope_fields
from secondwind.outcomes import Row
from secondwind.usage import UnusableError
from shared.domain.errors import SettingsError
from shared.domain.failure import Failure
from shared.settings import read_credentials

RETOLD_S = 0.001
CODE_PATH = Path(__file__).resolve().parents[2]
_TEXTS = ("exit_code", "message", "reason", "node", "job_name", "queue", "owner")
_NUMBERS = ("job_instance_id", "data_time", "started_at", "restart_count")
_PLACE = ("system", "region", "cluster_id", "namespace", "group_id", "job_id", "job_instance_id", "data_time")


class Live(Struct, frozen=True, kw_only=True):
    """What a dry run answered."""

    outcomes: tuple[dict[str, Any], ...] = ()
    """Each with `gates`."""
    problem: str = ""
    """Why there is no answer; empty if there is one."""


def decide_again(announcement: Mapping[str, Any], region: str, terms: Terms) -> Live:
    """Ask the corridor. Never raises for what the environment lacks or the function says."""
    try:
        keys = read_credentials(None, terms.environ)
        settings = _settings(terms)
        function = FunctionRuntime(
            "functions.manual.index.handler",
            code_path=CODE_PATH,
            initializer="functions.manual.index.initialize",
            environment=settings,
            context_kind="3.12",
            function_name="manual",
            region=terms.environ.get("FC_REGION") or region,
            credentials=Credential(keys.access_key_id, keys.access_key_secret, keys.security_token),
        )
    except (SettingsError, UnusableError, ValueError) as error:
        return Live(problem=str(error))
    event = json.dumps({"jobs": [announcement], "dry_run": True}).encode()
    with closing(function):
        result = function.invoke(event)
    if result.error is not None:
        return Live(problem=f"{result.error.get('errorType', '')}: {result.error.get('errorMessage', '')}")
    return Live(outcomes=tuple(json.loads(result.body)["outcomes"]))


def announcement_of(failure: Failure) -> dict[str, Any]:
    """`job-failure/1` of a failure as the ledger keeps it, told anew; of one that is over its message is cut.

    A redelivery would be answered by the first gates as told before. So its time is a millisecond earlier: that makes
    it another telling of the same failure, and decides nothing else.
    """
    told: dict[str, Any] = {**failure.extra, **scope_fields(failure.scope)}
    source = getattr(failure.scope, "namespace_source", "")
    if source:
        told["namespace_source"] = source
    told |= {"schema": "job-failure/1", "job_id": failure.job_id, "occurred_at": failure.occurred_at - RETOLD_S}
    told |= {name: getattr(failure, name) for name in _NUMBERS if getattr(failure, name) is not None}
    told |= {name: getattr(failure, name) for name in _TEXTS if getattr(failure, name)}
    return told


def announcement_of_row(row: Row) -> dict[str, Any]:
    """`job-failure/1` of a failure of which only an outcome is left: no evidence, and the time is the outcome's."""
    told: dict[str, Any] = {name: row[name] for name in _PLACE if row.get(name)}
    return {"schema": "job-failure/1", **told, "occurred_at": row.get("at", "")}


def _settings(terms: Terms) -> dict[str, str]:
    own = {name: value for name, value in terms.environ.items() if name.startswith("SECONDWIND_") and value}
    return {**own, "SECONDWIND_LEDGER_URL": ledger_url(terms)}
