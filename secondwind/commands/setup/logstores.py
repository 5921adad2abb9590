"""The Logstores that a deployment by `s.yaml` needs beside the outcomes': of the failures, and of two kinds of logs.

Names come from the variables that `s.yaml` reads, with its defaults; a test holds both together. They are wanted when
one of the variables is set, or when somebody asks for them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from secondwind.usage import UnusableError
from shared.settings import LOGSTORE_NAME, PROJECT_NAME, Settings

PROJECT, OUTCOMES, SOURCE_PROJECT = "SW_PROJECT", "SW_OUTCOMES", "SW_SOURCE_PROJECT"
SOURCE, FUNCTION_LOGS, TRIGGER_LOGS = "SW_SOURCE", "SW_FUNCTION_LOGS", "SW_TRIGGER_LOGS"
DEFAULTS: Mapping[str, str] = {SOURCE: "job-failures", FUNCTION_LOGS: "function-logs", TRIGGER_LOGS: "trigger-logs"}


@dataclass(frozen=True, slots=True)
class Logstore:
    """One that there ought to be."""

    project: str
    name: str
    searched: bool
    """Whether it wants a full-text index. A Log Service trigger reads ranges and needs none; logs that a person or an
    alert searches do (https://www.alibabacloud.com/help/en/sls/user-guide/create-indexes)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Deployment:
    """Where `s.yaml` expects what."""

    source: Logstore
    function_logs: Logstore
    trigger_logs: Logstore

    def __iter__(self) -> Iterator[Logstore]:
        yield from dict.fromkeys((self.source, self.function_logs, self.trigger_logs))


def deployment_of(
    environ: Mapping[str, str], settings: Settings, *, asked: bool, function_logs: str = ""
) -> Deployment | None:
    """The Logstores, or None if nobody wants them.

    Args:
        environ: names and values; an empty variable counts as absent.
        settings: say where outcomes go.
        asked: they are wanted whether or not a variable is set.
        function_logs: a person's name for that Logstore; before the variable's.

    Raises:
        UnusableError: a name is none, or two that must differ are the same. It shows no value.
    """
    told = {name: environ.get(name, "").strip() for name in (PROJECT, OUTCOMES, SOURCE_PROJECT, *DEFAULTS)}
    if not (asked or any(told.values())):
        return None
    ours = {PROJECT: settings.outcome_project, OUTCOMES: settings.outcome_logstore}
    for name, setting in ((PROJECT, "SECONDWIND_OUTCOME_PROJECT"), (OUTCOMES, "SECONDWIND_OUTCOME_LOGSTORE")):
        if told[name] and told[name] != ours[name]:
            raise UnusableError(f"{name} and {setting} differ, and s.yaml makes the one of the other")
    project = settings.outcome_project
    source_project = _named(SOURCE_PROJECT, told[SOURCE_PROJECT] or project, PROJECT_NAME.match)
    chosen = {**told, FUNCTION_LOGS: function_logs or told[FUNCTION_LOGS]}
    names = {name: _named(name, chosen[name] or default, LOGSTORE_NAME.match) for name, default in DEFAULTS.items()}
    if source_project == project and names[SOURCE] in {
        settings.outcome_logstore,
        names[FUNCTION_LOGS],
        names[TRIGGER_LOGS],
    }:
        raise UnusableError(f"{SOURCE} must be a Logstore of its own: what the functions write would call them again")
    return Deployment(
        source=Logstore(source_project, names[SOURCE], searched=False),
        function_logs=Logstore(project, names[FUNCTION_LOGS], searched=True),
        trigger_logs=Logstore(project, names[TRIGGER_LOGS], searched=True),
    )


def _named(variable: str, name: str, fits: Callable[[str], object]) -> str:
    if not fits(name):
        raise UnusableError(f"{variable} is no name that Log Service takes: lower-case letters, digits and hyphens")
    return name
