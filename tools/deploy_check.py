"""Checks what `s.yaml` takes from the environment, before anything is built: `python -m tools.deploy_check`.

`s` stops at the first variable without a default, and takes any text for the others. Here every fault is told at once,
each with what the variable is for; no value is shown. Standard library only: it runs before anything is set up.
"""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
_NAMED = re.compile(r"\$\{env\('(SW_[A-Z_]+)'(\)|, '([^']*)'|, env\('(SW_[A-Z_]+)')")
_PROJECT = r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]"
_LOGSTORE = r"[a-z0-9][a-z0-9_-]{0,61}[a-z0-9]"
_ROLE = r"[a-z0-9._-]{1,64}"  # the component fc3 writes roles in lower case


@dataclass(frozen=True)
class Variable:
    """What a variable of `s.yaml` is, and what it may look like."""

    meaning: str
    pattern: str
    wanted: str


VARIABLES = {
    "SW_REGION": Variable("the region of jobs, logs and functions", r"[a-z]{2}-[a-z0-9-]{2,30}", "as cn-hangzhou"),
    "SW_ACCOUNT": Variable("the id of your Alibaba Cloud account", r"[0-9]{10,20}", "digits only"),
    "SW_RUNTIME": Variable("the functions' Python", r"python3\.(10|12)", "python3.12 or python3.10"),
    "SW_PROJECT": Variable("the Log Service project of the outcomes", _PROJECT, "a project's name"),
    "SW_OUTCOMES": Variable("the Logstore of the outcomes", _LOGSTORE, "a Logstore's name"),
    "SW_FUNCTION_LOGS": Variable("the Logstore of the functions' own logs", _LOGSTORE, "a Logstore's name"),
    "SW_TRIGGER_LOGS": Variable("the Logstore of the Log Service trigger's own log", _LOGSTORE, "a Logstore's name"),
    "SW_SOURCE_PROJECT": Variable("the project in which failures are logged", _PROJECT, "a project's name"),
    "SW_SOURCE": Variable("the Logstore in which failures are logged", _LOGSTORE, "a Logstore's name"),
    "SW_INSTANCE": Variable("the Tablestore instance of the ledger", r"[a-z][a-z0-9-]{1,14}[a-z0-9]", "its name"),
    "SW_TABLE": Variable("the ledger's table", r"[A-Za-z_][A-Za-z0-9_]{0,239}", "letters, digits, underscores"),
    "SW_ROLE": Variable("the RAM role of the functions", _ROLE, "a role's name"),
    "SW_TRIGGER_ROLE": Variable("the RAM role of the Log Service trigger", _ROLE, "a role's name"),
    "SW_DEAD_LETTERS": Variable(
        "the queue of what failed for good", r"[A-Za-z0-9][A-Za-z0-9-]{0,119}", "a queue's name"
    ),
    "SW_MODE": Variable("SECONDWIND_MODE", r"observe|auto|off", "observe, auto or off"),
    "SW_MACHINE_EVENTS": Variable(
        "how the types of the events about machines begin", r"none:|ecs:[A-Za-z:.]{0,100}", "none: or ecs:Instance:"
    ),
    "SW_DISCOVER_EVERY": Variable(
        "how often is looked for failures that nobody tells", r"[1-9][0-9]{0,3}[mh]", "as 3m"
    ),
    "SW_TIME_ZONE": Variable("the zone in which SchedulerX days are cut", r"[A-Za-z0-9_+/-]{1,64}", "as Asia/Shanghai"),
}


def read_defaults(text: str) -> dict[str, str | None]:
    """The variables that an `s.yaml` reads, with their defaults; None where there is none and one must be set.

    A default that is another variable is that one's name with a dollar sign before it.
    """
    found: dict[str, str | None] = {}
    for name, end, default, other in _NAMED.findall(text):
        new = None if end == ")" else f"${other}" if other else default
        found[name] = found.get(name) or new
    return found


def resolve(defaults: Mapping[str, str | None], environ: Mapping[str, str]) -> dict[str, str]:
    """The values that `s` would use, without those that are missing. An empty variable counts as absent."""
    own = {name: environ.get(name, "") or default or "" for name, default in defaults.items()}
    values = {name: own.get(value[1:], "") if value.startswith("$") else value for name, value in own.items()}
    return {name: value for name, value in values.items() if value}


def faults(defaults: Mapping[str, str | None], environ: Mapping[str, str]) -> Iterator[str]:
    """What is missing or cannot be right, one line each; nothing twice, if one variable is another's default."""
    values = resolve(defaults, environ)
    for name, default in defaults.items():
        known = VARIABLES[name]
        if name not in values and default is None:
            yield f"{name} is missing: {known.meaning} ({known.wanted})"
        elif environ.get(name) and not re.fullmatch(known.pattern, values[name]):
            yield f"{name} cannot be right: {known.meaning} ({known.wanted})"
    outcomes = values.get("SW_PROJECT"), values.get("SW_OUTCOMES")
    if outcomes[0] and outcomes == (values.get("SW_SOURCE_PROJECT"), values.get("SW_SOURCE")):
        yield "SW_SOURCE is the outcome Logstore: every outcome would be taken for a failure, without end"


def main() -> int:
    """Exit status: 0 if `s deploy` can begin."""
    found = list(faults(read_defaults((ROOT / "s.yaml").read_text(encoding="utf-8")), os.environ))
    if found:
        print("s.yaml cannot be deployed as the environment is:", *found, sep="\n  ", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
