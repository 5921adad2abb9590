"""The RAM policies that Second Wind needs, made from a table of the calls that its code makes.

`python -m tools.ram_policy --write` renews the templates in `deploy/ram/`; without it, the functions' policy is printed
with the placeholders filled from the same SW_… variables as `s.yaml`'s, as far as they are set. A test holds the table
against the code: a call without a row, and a row without a call, fail it.

The six functions share one role. Each needs every permission of it but one: any door may rerun, look, reserve and
report, since they are doors to one corridor, and only `log:GetCursorOrData` on the source would be missing from three
(`event_trigger`, `sweep` and `discover`). `console` reruns nothing and reads outcomes besides. Six roles would be six
times the set-up.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from shared.domain.failure import Trigger
from shared.doors import door_of
from shared.systems import SYSTEMS
from tools.deploy_check import ROOT, read_defaults, resolve, wrong

FOLDER = ROOT / "deploy" / "ram"
ANY = ("*",)
_OUTCOMES = "acs:log:${region}:${account}:project/${project}/logstore/${outcomes}"
_FUNCTION_LOGS = "acs:log:${region}:${account}:project/${project}/logstore/${function_logs}"
_SOURCE = "acs:log:${region}:${account}:project/${source_project}/logstore/${source}"
_TABLE = "acs:ots:${region}:${account}:instance/${instance}/table/${table}"
_LEDGER = (_TABLE, f"{_TABLE}_due", f"{_TABLE}_expiry")
"""A secondary index is a table of its own to RAM."""
_DEAD_LETTERS = "acs:mns:${region}:${account}:/queues/${dead_letters}/messages"
_LOG_FUNCTION = "acs:fc:${region}:${account}:functions/" + door_of(Trigger.LOG).deployed_name


@dataclass(frozen=True)
class Grant:
    """What a call needs."""

    action: str
    resources: tuple[str, ...]
    """As narrow as the service allows."""


_PLATFORM_CALLS: Mapping[str, Grant] = {
    # https://www.alibabacloud.com/help/en/sls/overview-8
    "log:pull_logs": Grant("log:GetCursorOrData", (_SOURCE,)),
    "log:put_log_raw": Grant("log:PostLogStoreLogs", (_OUTCOMES,)),
    # An action is the operation's name: https://www.alibabacloud.com/help/en/tablestore/configure-user-permissions
    "ots:BatchGetRow": Grant("ots:BatchGetRow", _LEDGER),
    "ots:BatchWriteRow": Grant("ots:BatchWriteRow", _LEDGER),
    "ots:GetRange": Grant("ots:GetRange", _LEDGER),
}


def calls() -> dict[str, Grant]:
    """By service and the name under which the code calls it: the operation's, or the SDK's method."""
    of_systems = {f"{one.name}:{call.name}": Grant(call.ram_action, ANY) for one in SYSTEMS for call in one.operations}
    return of_systems | dict(_PLATFORM_CALLS)


CONSOLE: tuple[Grant, ...] = (Grant("log:GetLogStoreLogs", (_OUTCOMES,)),)
"""What `shared/sls/outcomes.py` asks for without the SDK:
https://www.alibabacloud.com/help/en/sls/developer-reference/api-getlogs."""

PLATFORM: tuple[Grant, ...] = (
    Grant("log:PostLogStoreLogs", (_FUNCTION_LOGS,)),
    Grant("mns:SendMessage", (_DEAD_LETTERS,)),
)
"""What Function Compute does with the functions' role: their logs, and what failed for good.

https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/configure-the-logging-feature-2 and
https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/result-callback
"""

LOG_TRIGGER: tuple[Grant, ...] = (
    Grant("fc:InvokeFunction", (_LOG_FUNCTION, f"{_LOG_FUNCTION}/*")),
    Grant("log:GetCursorOrData", (_SOURCE,)),
    Grant("log:PostLogStoreLogs", ("acs:log:${region}:${account}:project/${project}/logstore/${trigger_logs}",)),
)
"""What Log Service does with the trigger's role: finds ranges, invokes, keeps its own log. The ready-made role is
AliyunLogETLRole (https://www.alibabacloud.com/help/en/functioncompute/fc/user-guide/simple-log-service-triggers); that
of EventBridge is AliyunServiceRoleForEventBridgeSendToFC, which the platform makes and nobody can narrow:
https://www.alibabacloud.com/help/en/eventbridge/service-linked-roles. A timer needs none."""


MESSAGES: tuple[Grant, ...] = (
    Grant("eventbridge:PutEvents", ("acs:eventbridge:${region}:${account}:eventbus/${notify_bus}",)),
)
"""What the functions' role needs besides where a channel of `notify` is a bus; nobody else's robot asks RAM."""


def policy(grants: tuple[Grant, ...]) -> dict[str, Any]:
    """A policy document that allows these, one statement for all actions on the same resources."""
    by_resources: dict[tuple[str, ...], set[str]] = {}
    for grant in grants:
        by_resources.setdefault(grant.resources, set()).add(grant.action)
    return {
        "Version": "1",
        "Statement": [
            {"Effect": "Allow", "Action": sorted(actions), "Resource": list(resources)}
            for resources, actions in by_resources.items()
        ],
    }


def trust(service: str) -> dict[str, Any]:
    """A trust policy: who may take the role on."""
    allowed = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": {"Service": [service]}}
    return {"Version": "1", "Statement": [allowed]}


def templates() -> dict[str, dict[str, Any]]:
    """Every document by its file's name."""
    return {
        "function-policy.json": policy((*calls().values(), *CONSOLE, *PLATFORM)),
        "function-trust.json": trust("fc.aliyuncs.com"),
        "log-trigger-policy.json": policy(LOG_TRIGGER),
        "notify-policy.json": policy(MESSAGES),
        "log-trigger-trust.json": trust("log.aliyuncs.com"),
    }


def text(document: dict[str, Any]) -> str:
    """The document as its file has it."""
    return json.dumps(document, indent=2) + "\n"


def filled(template: str, values: Mapping[str, str]) -> str:
    """The template with each placeholder that has a value replaced."""
    return re.sub(r"\$\{([a-z_]+)\}", lambda found: values.get(found[1], found[0]), template)


def main() -> int:
    """Exit status: 0; 1 where a variable that is set cannot be right, and nothing is printed: it would be pasted."""
    parser = argparse.ArgumentParser(description="The RAM policies that Second Wind needs.")
    parser.add_argument("name", nargs="?", choices=sorted(templates()), default="function-policy.json")
    parser.add_argument("--write", action="store_true", help="renew the templates in deploy/ram/")
    chosen = parser.parse_args()
    if chosen.write:
        FOLDER.mkdir(parents=True, exist_ok=True)
        for name, document in templates().items():
            (FOLDER / name).write_text(text(document), encoding="utf-8")
        return 0
    defaults = read_defaults((ROOT / "s.yaml").read_text(encoding="utf-8"))
    if problems := list(wrong(defaults, os.environ)):
        print("no policy is made of the environment as it is:", *problems, sep="\n  ", file=sys.stderr)
        return 1
    values = {name.removeprefix("SW_").lower(): value for name, value in resolve(defaults, os.environ).items()}
    print(filled(text(templates()[chosen.name]), values), end="")
    return 0


if __name__ == "__main__":
    sys.exit(main())
