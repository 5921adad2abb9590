"""What a check gives, and what all checks are given."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from shared.domain.credentials import Credentials
from shared.domain.endpoint import Endpoint
from shared.settings import Settings


class Level(str, Enum):
    """How it stands."""

    OK = "ok"
    WARN = "warn"
    """It works, and somebody should know."""
    FAIL = "FAIL"
    """It does not work, or is not safe."""
    SKIP = "skip"
    """It was not looked at, and why."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One line."""

    check: str
    level: Level
    said: str
    todo: str = ""
    """What to do about it; empty where nothing is to be done."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """What a person told beside the environment; empty: not told."""

    region: str
    places: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By job system: the parts of a scope to look at."""
    source: str = ""
    """`project/logstore` of a Log Service trigger."""
    functions: tuple[str, ...] = ()
    """Deployed names."""
    compute: Endpoint | None = None
    """Function Compute; None: not told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Subject:
    """What is looked at. Checks that need settings or a key are not asked without them."""

    options: Options
    environ: Mapping[str, str]
    root: Path
    """Of the repository: where policy and package lie."""
    settings: Settings
    credentials: Credentials
    now: Callable[[], float]
    """Unix seconds, this machine's clock."""
    remaining_s: Callable[[], float]
    sleep: Callable[[float], None]


Check = Callable[[Subject], Iterator[Finding]]
