"""Checks what `s.yaml` takes from the environment, before anything is built: `python -m tools.deploy_check`.

`s` stops at the first variable without a default, and takes any text for the others. Here every fault is told at once,
each with what the variable is for; no value is shown. A name is judged by the rules of the service that it names
something of, as the page behind it says. Standard library only: it runs before anything is set up.
"""

from __future__ import annotations

import difflib
import os
import re
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from zoneinfo import available_timezones

from tools.deploy_doubts import doubts

ROOT = Path(__file__).resolve().parents[1]
_NAMED = re.compile(r"\$\{env\('(SW_[A-Z0-9_]+)'(\)|, '([^']*)'|, env\('(SW_[A-Z0-9_]+)')")
_CAUSED = {
    "SW_OUTCOMES": "every outcome would be taken for a failure",
    "SW_FUNCTION_LOGS": "what each run logs would start the next",
    "SW_TRIGGER_LOGS": "what the trigger logs of each run would start the next",
}
"""Logstores that are written to whenever the trigger has run: none of them may be its source."""
_LIKE = 0.85
"""How alike a name must be to one of ours to have been meant as it."""
_FUNCTION = re.compile(r"^ *functionName: *(.*?) *(?:#.*)?$", re.MULTILINE)


@dataclass(frozen=True)
class Rule:
    """How a service lets something be named."""

    pattern: str
    """Of the whole name."""
    wanted: str
    page: str = ""
    """Where the service says so."""
    words_not: tuple[str, ...] = ()
    """Words, between hyphens, that it does not take."""

    def allows(self, value: str) -> bool:
        """Whether a value can be such a name."""
        return bool(re.fullmatch(self.pattern, value)) and not set(self.words_not) & set(value.lower().split("-"))


_HELP = "https://www.alibabacloud.com/help/en"
PROJECT = Rule(
    r"[a-z0-9][a-z0-9-]{1,61}[a-z0-9]",
    "3 to 63 lower-case letters, digits and hyphens, no hyphen at either end",
    f"{_HELP}/sls/developer-reference/api-createproject",
)
LOGSTORE = Rule(
    r"[a-z0-9][a-z0-9_-]{1,61}[a-z0-9]",
    "3 to 63 lower-case letters, digits, hyphens and underscores, a letter or digit at either end",
    f"{_HELP}/sls/developer-reference/api-sls-2020-12-30-createlogstore",
)
"""An older page of the service allowed two characters; what is made today has three."""
ROLE = Rule(
    r"[a-z0-9.-]{1,64}",
    "1 to 64 letters, digits, points and hyphens, in lower case since the component fc3 writes them so; no ARN",
    f"{_HELP}/ram/developer-reference/api-ram-2015-05-01-createrole",
)
INSTANCE = Rule(
    r"[a-z][a-z0-9-]{1,14}[a-z0-9]",
    "3 to 16 lower-case letters, digits and hyphens, a letter first, no hyphen last, none of the words ali, ay, ots, "
    "taobao, admin",
    f"{_HELP}/tablestore/developer-reference/api-tablestore-2020-12-09-createinstance",
    ("ali", "ay", "ots", "taobao", "admin"),
)
"""The service does not tell upper case from lower; the name becomes part of a host, so lower case is asked for."""
TABLE = Rule(
    r"[A-Za-z_][A-Za-z0-9_]{0,239}",
    "1 to 240 letters, digits and underscores, no digit first",
    f"{_HELP}/tablestore/support/what-are-the-naming-conventions-of-tables-columns-and-instances",
)
"""The service takes 255: the rest is for the names of the table's indexes."""
QUEUE = Rule(
    r"[A-Za-z0-9][A-Za-z0-9-]{0,119}",
    "1 to 120 letters, digits and hyphens, no hyphen first",
    "https://www.alibabacloud.com/help/doc-detail/35129.html",
)
FUNCTION = Rule(
    r"[A-Za-z_][A-Za-z0-9_-]{0,63}",
    "1 to 64 letters, digits, underscores and hyphens, a letter or underscore first",
    "https://help.aliyun.com/en/ros/developer-reference/aliyun-fc3-function",
)
REGION = Rule(
    r"[a-z]{2}-[a-z0-9]+(?:-[a-z0-9]+)*",
    "a region id, as cn-hangzhou",
    f"{_HELP}/functioncompute/fc/product-overview/region-availability",
)


@dataclass(frozen=True)
class Variable:
    """What a variable of `s.yaml` is, and what it may look like."""

    meaning: str
    rule: Rule


VARIABLES = {
    "SW_REGION": Variable("the region of jobs, logs and functions", REGION),
    "SW_ACCOUNT": Variable("the id of your Alibaba Cloud account", Rule(r"[0-9]{10,20}", "10 to 20 digits")),
    "SW_RUNTIME": Variable("the functions' Python", Rule(r"python3\.(10|12)", "python3.12 or python3.10")),
    "SW_PROJECT": Variable("the Log Service project of the outcomes", PROJECT),
    "SW_OUTCOMES": Variable("the Logstore of the outcomes", LOGSTORE),
    "SW_FUNCTION_LOGS": Variable("the Logstore of the functions' own logs", LOGSTORE),
    "SW_TRIGGER_LOGS": Variable("the Logstore of the Log Service trigger's own log", LOGSTORE),
    "SW_SOURCE_PROJECT": Variable("the project in which failures are logged", PROJECT),
    "SW_SOURCE": Variable("the Logstore in which failures are logged", LOGSTORE),
    "SW_INSTANCE": Variable("the Tablestore instance of the ledger", INSTANCE),
    "SW_TABLE": Variable("the ledger's table", TABLE),
    "SW_ROLE": Variable("the RAM role of the functions", ROLE),
    "SW_TRIGGER_ROLE": Variable("the RAM role of the Log Service trigger", ROLE),
    "SW_DEAD_LETTERS": Variable("the queue of what failed for good", QUEUE),
    "SW_MODE": Variable("SECONDWIND_MODE", Rule(r"observe|auto|off", "observe, auto or off")),
    "SW_TIME_ZONE": Variable(
        "the zone in which SchedulerX days are cut", Rule(r"[A-Za-z0-9_+/-]{1,64}", "an IANA zone, as Asia/Shanghai")
    ),
    "SW_MACHINE_EVENTS": Variable(
        "how the types of the events about machines begin",
        Rule(
            r"none:|ecs:Instance:[A-Za-z:.]{0,90}",
            "none: or ecs:Instance:",
            "https://help.aliyun.com/en/eventbridge/user-guide/ecs-events",
        ),
    ),
    "SW_LINK_SECRET": Variable(
        "signs links in messages and the console's forms",
        Rule(r"[!-+\--~]{32,256}(,[!-+\--~]{32,256}){0,3}", "32 to 256 ASCII characters without blanks; up to four"),
    ),
    "SW_CONSOLE_URL": Variable(
        "where people reach the console", Rule(r"https://[a-z0-9.-]{3,253}(:[0-9]{1,5})?/?", "https:// and a domain")
    ),
    "SW_CONSOLE_JWKS": Variable(
        "public keys of your identity provider", Rule(r"\{[\s!-~]{1,3400}\}\s*", "a JSON Web Key Set")
    ),
    "SW_CONSOLE_AUDIENCE": Variable("for whom its tokens are issued", Rule(r"[!-~]{1,256}", "the `aud` of its tokens")),
    "SW_CONSOLE_ISSUER": Variable("who issues them", Rule(r"[!-~]{1,256}", "the `iss` of its tokens")),
    "SW_NOTIFY_URL": Variable(
        "address of the robot of the channel ops", Rule(r"https://[!-~]{8,2040}", "https:// and what the chat shows")
    ),
    "SW_NOTIFY_SECRET": Variable("signs messages to it", Rule(r"[!-~]{1,256}", "1 to 256 ASCII characters")),
    "SW_NOTIFY_BUS": Variable("the bus of messages by EventBridge", Rule(r"[A-Za-z0-9_.-]{1,127}", "a bus")),
    "SW_DISCOVER_EVERY": Variable(
        "how often is looked for failures that nobody tells",
        Rule(r"(?:[3-9]|[1-9][0-9]{1,3})m|[1-9][0-9]{0,2}h", "minutes or hours, 3m or more: a run may take 170 s"),
    ),
}


_PASTED = {"SW_QUEUE": Variable("the queue in which failures are told", QUEUE)}
"""Of `deploy/triggers`, for who has it in their `s.yaml`."""
_YOURS = Variable("a variable that you have added to s.yaml", Rule(r"\S(?:.*\S)?", "a line"))


def variable_of(name: str) -> Variable:
    """What is known of a variable: a second channel, say, has one that only your `s.yaml` knows."""
    return VARIABLES.get(name) or _PASTED.get(name, _YOURS)


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
    """The values that `s` would use, without those that are missing. An empty variable counts as absent.

    Only a default refers to another variable: a dollar sign in the environment is a part of the value.
    """
    values = {name: environ.get(name, "") for name in defaults}
    plain = {name: values[name] or default or "" for name, default in defaults.items()}
    for name, default in defaults.items():
        if not values[name] and default is not None:
            values[name] = plain.get(default[1:], "") if default.startswith("$") else default
    return {name: value for name, value in values.items() if value}


def faults(defaults: Mapping[str, str | None], environ: Mapping[str, str]) -> Iterator[str]:
    """What is missing or cannot be right, one line each; nothing twice, if one variable is another's default."""
    values = resolve(defaults, environ)
    for name, default in defaults.items():
        if name not in values and default is None:
            yield f"{name} is missing: {variable_of(name).meaning} ({variable_of(name).rule.wanted})"
    yield from wrong(defaults, environ)


def wrong(defaults: Mapping[str, str | None], environ: Mapping[str, str]) -> Iterator[str]:
    """What is there and cannot be right."""
    values = resolve(defaults, environ)
    for name in defaults:
        if environ.get(name) and (problem := _problem(name, values[name])):
            yield f"{name} cannot be right: {variable_of(name).meaning} ({problem})"
    yield from _collisions(values)


def _collisions(values: Mapping[str, str]) -> Iterator[str]:
    """Logstores that must not be one: with the source the functions would feed themselves.

    What an `s.yaml` of your own names directly is no value here, and is not compared.
    """
    if values.get("SW_PROJECT") and values["SW_PROJECT"] == values.get("SW_SOURCE_PROJECT"):
        for name, follows in _CAUSED.items():
            if name in values and values[name] == values.get("SW_SOURCE"):
                yield f"SW_SOURCE is the same Logstore as {name}: {follows}, without end"
    for name in ("SW_FUNCTION_LOGS", "SW_TRIGGER_LOGS"):
        if name in values and values[name] == values.get("SW_OUTCOMES") != values.get("SW_SOURCE"):
            yield f"{name} is the outcome Logstore: what is no outcome would stand among them"


def misspelt(defaults: Mapping[str, str | None], environ: Mapping[str, str]) -> Iterator[str]:
    """Variables that are nearly named as one that is read: nobody reads them, and the default would hold."""
    for name in sorted(set(environ) - set(defaults)):
        close = difflib.get_close_matches(name[:64].upper(), defaults, 1, _LIKE)
        if close and name[:3].upper() == "SW_":
            yield f"{ascii(name[:64])[1:-1]} is read by nobody: did you mean {close[0]}?"


def misnamed(text: str) -> Iterator[str]:
    """Of an `s.yaml`, the names of functions that Function Compute would not take."""
    for number, name in enumerate(_FUNCTION.findall(text), 1):
        if not FUNCTION.allows(name.strip("'\"")):
            yield f"the name of function {number} in s.yaml cannot be right ({_wanted(FUNCTION)})"


def _problem(name: str, value: str) -> str:
    """What is wrong with a value; empty: nothing. The value is not repeated."""
    rule = variable_of(name).rule
    if "$" in value:
        return "it has a $ in it: the shell has not put a value in, look for single quotes; s would take it literally"
    if value != value.strip() and not rule.allows(value):
        return "a blank or a line's end stands before or behind it"
    if not rule.allows(value) or (name == "SW_TIME_ZONE" and not _is_zone(value)):
        return _wanted(rule)
    return ""


def _wanted(rule: Rule) -> str:
    return f"wanted: {rule.wanted}; {rule.page}" if rule.page else f"wanted: {rule.wanted}"


def _is_zone(name: str) -> bool:
    """Whether there is such a zone, spelled so; on a machine that has none at all anything may be one."""
    zones = available_timezones()
    return not zones or name in zones


def main() -> int:
    """Exit status: 0 if `s deploy` can begin."""
    text = (ROOT / "s.yaml").read_text(encoding="utf-8")
    defaults = read_defaults(text)
    found = [*faults(defaults, os.environ), *misspelt(defaults, os.environ), *misnamed(text)]
    if found:
        print("s.yaml cannot be deployed as the environment is:", *found, sep="\n  ", file=sys.stderr)
    else:
        for line in doubts(text, resolve(defaults, os.environ), os.environ):
            print(f"WARNING: {line}", file=sys.stderr)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
