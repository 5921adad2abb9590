"""The bugs as the files of `zoo/` tell them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import yaml
from msgspec import Struct

from tools.zoo.changes import Change

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times as fast, where PyYAML was built with it


class Bug(Struct, frozen=True, forbid_unknown_fields=True):
    """One entry of a file."""

    name: str
    title: str
    why: str
    """What harm it does in life."""
    changes: list[Change]
    tests: list[str]
    """Where it should be caught: files, folders or single tests, as narrow as possible."""


class ZooError(Exception):
    """The zoo itself is out of order."""


def read_bugs(folder: Path) -> dict[str, list[Bug]]:
    """The bugs of each file, by the file's name without its ending. Raises ZooError."""
    zoo = {path.stem: _read(path) for path in sorted(folder.glob("*.yaml"))}
    names = [bug.name for bugs in zoo.values() for bug in bugs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise ZooError(f"more than one bug is called {', '.join(twice)}")
    return zoo


def _read(path: Path) -> list[Bug]:
    try:
        told = yaml.load(path.read_text(encoding="utf-8"), _LOADER)  # noqa: S506 - a safe one
        bugs = msgspec.convert(told, list[Bug])
    except (msgspec.ValidationError, yaml.YAMLError) as error:
        raise ZooError(f"{path.name}: {error}") from error
    for bug in bugs:
        if not (bug.changes and bug.tests and bug.why):
            raise ZooError(f"{path.name}: {bug.name} needs changes, tests and a reason to be feared")
    return bugs
