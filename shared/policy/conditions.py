"""What a rule or a source may ask of a failure: the conditions, their spelling and their bounds.

A condition takes one text or a list of texts, of which any may fit. Globs know `*` (any text) and `?` (one
character) and nothing else; case counts; the whole value must fit.
"""

from __future__ import annotations

from typing import Annotated, TypeVar

from msgspec import Meta, Struct

from shared.systems import SYSTEMS

_T = TypeVar("_T")

MAX_LISTED = 64
MAX_CONDITION_CHARS = 256
MAX_PATTERN_CHARS = 1024
PATTERN_FORMAT = "re2"
"""JSON Schema `format` of a text that must be an RE2 pattern."""
EXIT_CODES_FORMAT = "exit-codes"
"""JSON Schema `format` of a text that must be an exit code or a range of them: `1`, `128-159`, `-24--1`."""
SIGNAL_FORMAT = "signal"
"""JSON Schema `format` of a text that must be a signal's name: `SIGKILL`."""
SYSTEM_FORMAT = "job-system"
"""JSON Schema `format` of a text that must be the name of a job system."""
LOWEST_EXIT_CODE, HIGHEST_EXIT_CODE = -(2**31), 2**32 - 1
"""PBS tells failures to start as negative numbers; Windows workers tell 32-bit ones."""
HIGHEST_SIGNAL = 64

# Patterns stand in `extra_json_schema` and the reader asks them. As `pattern=` of a text that may be a list instead,
# msgspec 0.22 frees memory twice when the class goes: a process that has read a policy could abort at its exit.
_PRINTABLE = {"pattern": r"^[^\x00-\x1f\x7f-\x9f\u2028\u2029]*\Z"}
_TEXT = Meta(
    min_length=1,
    max_length=MAX_CONDITION_CHARS,
    description=f"1 to {MAX_CONDITION_CHARS} printable characters",
    extra_json_schema=_PRINTABLE,
)
_GLOB = Meta(
    min_length=1,
    max_length=MAX_CONDITION_CHARS,
    description=f"a glob (`*`, `?`) of 1 to {MAX_CONDITION_CHARS} printable characters",
    extra_json_schema=_PRINTABLE,
)


def listed_meta(what: str) -> Meta:
    """One of these or a list of them."""
    return Meta(min_length=1, max_length=MAX_LISTED, description=f"one or a list of 1 to {MAX_LISTED} {what}")


SystemName = Annotated[
    str,
    Meta(
        description="one of " + ", ".join(SYSTEMS.names),
        extra_json_schema={"format": SYSTEM_FORMAT, "enum": list(SYSTEMS.names)},
    ),
]
Systems = SystemName | Annotated[tuple[SystemName, ...], listed_meta("job systems")]
_Text = Annotated[str, _TEXT]
_Glob = Annotated[str, _GLOB]
Pattern = Annotated[
    str,
    Meta(
        min_length=1,
        max_length=MAX_PATTERN_CHARS,
        description=f"an RE2 pattern of 1 to {MAX_PATTERN_CHARS} characters",
        extra_json_schema={"format": PATTERN_FORMAT},
    ),
]
_ExitCode = Annotated[
    int,
    Meta(ge=LOWEST_EXIT_CODE, le=HIGHEST_EXIT_CODE, description="an exit code such as 1"),
]
_ExitCodes = Annotated[
    str,
    Meta(
        description="an exit code such as 1, or a range of them in quotes such as '128-159'",
        extra_json_schema={"format": EXIT_CODES_FORMAT, "pattern": r"^-?[0-9]{1,10}(-(-?[0-9]{1,10}))?\Z"},
    ),
]
_SignalNumber = Annotated[int, Meta(ge=1, le=HIGHEST_SIGNAL, description=f"a signal from 1 to {HIGHEST_SIGNAL}")]
_SignalName = Annotated[
    str,
    Meta(
        min_length=4,
        max_length=16,
        description=f"a signal such as SIGKILL, or its number from 1 to {HIGHEST_SIGNAL}",
        extra_json_schema={"format": SIGNAL_FORMAT},
    ),
]
Globs = _Glob | Annotated[tuple[_Glob, ...], listed_meta("globs")]
Texts = _Text | Annotated[tuple[_Text, ...], listed_meta("texts")]
Patterns = Pattern | Annotated[tuple[Pattern, ...], listed_meta("RE2 patterns")]
ExitCodes = _ExitCode | _ExitCodes | Annotated[tuple[_ExitCode | _ExitCodes, ...], listed_meta("exit codes or ranges")]
Signals = _SignalNumber | _SignalName | Annotated[tuple[_SignalNumber | _SignalName, ...], listed_meta("signals")]


WORDS = ("message", "all_of", "any_of", "reason")
"""Conditions on the words in which it was told or fetched how a run failed."""
PATTERNS = ("message", "all_of", "any_of", "not_message", "not_near")
"""Conditions on the text of a failure, by patterns."""
REFUSING = ("not_message", "not_near")
"""Those of them that are met where nothing is found."""
EVIDENCE = ("exit_code", "signal", *WORDS)
"""Conditions on what was told or fetched of how a run failed."""


class Match(Struct, frozen=True, kw_only=True, cache_hash=True):
    """Which failures a rule is for: all conditions hold. An empty one matches all.

    A condition on something that the failure does not tell never holds. Owner, queue, job name and node are the
    live job's own where it says them, else as told. A loaded list of one text is that text.
    """

    system: Systems | None = None
    region: Globs | None = None
    cluster: Globs | None = None
    """The cluster's id, of E-HPC or SchedulerX 3."""
    namespace: Globs | None = None
    group: Globs | None = None
    """The SchedulerX group's id."""
    app: Globs | None = None
    """The SchedulerX 3 application's name."""
    project: Globs | None = None
    """The DataWorks workspace's id; quoted, since a glob is a text."""
    queue: Globs | None = None
    owner: Globs | None = None
    job_name: Globs | None = None
    node: Globs | None = None
    """Of a job on several nodes: any of them."""
    exit_code: ExitCodes | None = None
    """Of a job that a signal ended: as told (`137`, PBS `265`); Slurm's `0:9` counts as 137."""
    signal: Signals | None = None
    """Told as an exit code of 128 or 256 plus the number, or as Slurm's `<exit>:<signal>`."""
    message: Patterns | None = None
    """RE2, found in a line of the failure's `message`; case counts unless it begins with `(?i)`."""
    all_of: Patterns | None = None
    """As `message`, and each is found somewhere in the text."""
    any_of: Patterns | None = None
    """As `message`, asked beside it: at least one is found somewhere in the text."""
    not_message: Patterns | None = None
    """As `message`, and none is found anywhere in the text."""
    not_near: Patterns | None = None
    """As `not_message`, of the line where a pattern of `message` is found first alone: one that has one of these near
    it does not count."""
    reason: Texts | None = None
    """The failure's `reason`, equal."""

    @property
    def empty(self) -> bool:
        """Whether it matches every failure."""
        return self == _EMPTY


_EMPTY = Match()


PLACES = ("cluster", "namespace", "group", "app", "project")
"""Conditions on a part of a scope, by the label that its job system gives it; a source's are in the plural."""


def listed(value: _T | tuple[_T, ...] | None) -> tuple[_T, ...]:
    """What a condition names, as a tuple."""
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def patterns_of(match: Match) -> tuple[str, ...]:
    """Every pattern that it searches the message for."""
    return tuple(one for field in PATTERNS for one in listed(getattr(match, field)))


class LogPlace(Struct, frozen=True, kw_only=True):
    """A place in the Log Service, as globs."""

    project: _Glob
    logstore: _Glob
    topic: _Glob | None = None
    """The log group's; absent: whatever it is, also none. The word of who writes the log."""


class EventPlace(Struct, frozen=True, kw_only=True):
    """Where events come from, as globs. At least one; all that are given must fit."""

    source: _Glob | None = None
    """The CloudEvent's `source`: the word of who sends the event."""
    bus: _Glob | None = None
    """The event bus, `aliyuneventbusname`."""
    account: _Glob | None = None
    """The account, `aliyunaccountid`; quoted, since it is no number."""


class Places(Struct, frozen=True, kw_only=True):
    """Conditions on whose job it is. What only names places of other systems says nothing of a job."""

    systems: Systems | None = None
    clusters: Globs | None = None
    """Cluster ids, of E-HPC and SchedulerX 3."""
    namespaces: Globs | None = None
    """SchedulerX namespaces."""
    groups: Globs | None = None
    """SchedulerX groups."""
    apps: Globs | None = None
    """SchedulerX 3 applications, by name."""
    projects: Globs | None = None
    """DataWorks workspaces, by id; quoted, since a glob is a text."""


class Source(Places, frozen=True, kw_only=True):
    """Who may tell failures, and of which jobs. Exactly one of `log` and `event`; what is absent bounds nothing."""

    log: LogPlace | None = None
    event: EventPlace | None = None
    owners: Globs | None = None
    """The owner that the live job tells; one that is told never fits. SchedulerX tells none: name places there."""
