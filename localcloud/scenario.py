"""What a local cloud begins with, from a YAML or JSON file (`--scenario FILE`).

The world always begins at the machine's present. If the file names a `moment`, the times of its logs, and those of
recorded events, that lie at most a day before it are moved along, so that what was fresh stays fresh:

    moment: 2026-01-05T10:16:00Z          # optional: the story's "now"
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any, TypeVar

import msgspec
import yaml
from msgspec import Meta, Struct

from localcloud.service import Service
from localcloud.services import SERVICES
from localcloud.story import Element, Story

FILE_BYTES_MAX = 1 << 20
_S = TypeVar("_S", bound=Struct)
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # eight times as fast, where PyYAML was built with it


class ScenarioError(Exception):
    """The file cannot be used; `faults` has each fault with its path."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("; ".join(faults))
        self.faults = faults


def read_story(path: Path, services: Sequence[type[Service]] = SERVICES) -> Story:
    """A scenario file. Raises ScenarioError with every fault."""
    try:
        with path.open("rb") as file:
            text = file.read(FILE_BYTES_MAX + 1)
    except OSError as error:
        raise ScenarioError([f"cannot be read: {error.strerror or 'input/output error'}"]) from error
    if len(text) > FILE_BYTES_MAX:
        raise ScenarioError([f"is larger than {FILE_BYTES_MAX} bytes"])
    try:
        raw = yaml.load(text, _LOADER)  # noqa: S506 - a safe one
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        raise ScenarioError([f"is no YAML: {str(error).splitlines()[0]}"]) from error
    return story_of(raw, services)


def story_of(raw: Any, services: Sequence[type[Service]] = SERVICES) -> Story:
    """A scenario from plain values. Raises ScenarioError with every fault: one an element, and ids given twice."""
    lists = {name: kind for service in services for name, kind in service.stories.items()}
    reader = _Reader()
    elements = tuple(one for name, kind in lists.items() for one in reader.elements(raw, name, kind, "$"))
    head = reader.leaf(_without(raw, lists), "$", _Head)
    if reader.faults or head is None:
        raise ScenarioError(reader.faults)
    names = [name for one in elements for name in one.names()]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ScenarioError([f"$: {kind} {name} is there twice" for kind, name in twice])
    return Story(moment=head.moment, elements=elements)


class _Head(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What is no service's own."""

    moment: Annotated[datetime, Meta(tz=True)] | None = None


class _Reader:
    """Converts element by element, so that one fault does not hide the next."""

    def __init__(self) -> None:
        self.faults: list[str] = []

    def elements(self, raw: Any, name: str, kind: type[Element], path: str) -> Iterator[Element]:
        """The elements of a list that may be absent."""
        found = raw.get(name, []) if isinstance(raw, dict) else []
        if not isinstance(found, list):
            self.faults.append(f"{path}.{name}: expected a list")
            return
        for place, part in enumerate(found):
            element = self._element(part, kind, f"{path}.{name}[{place}]")
            if element is not None:
                yield element

    def _element(self, raw: Any, kind: type[Element], path: str) -> Element | None:
        parts = {name: tuple(self.elements(raw, name, part, path)) for name, part in kind.parts.items()}
        own = self.leaf(_without(raw, parts), path, kind)
        return None if own is None else msgspec.structs.replace(own, **parts)

    def leaf(self, raw: Any, path: str, kind: type[_S]) -> _S | None:
        """One element without its parts."""
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            problem, _, inner = str(error).partition(" - at `$")
            self.faults.append(f"{path}{inner.rstrip('`')}: {problem}")
            return None


def _without(raw: Any, names: Mapping[str, Any]) -> Any:
    return {name: part for name, part in raw.items() if name not in names} if isinstance(raw, dict) else raw


def _documentation() -> str:
    """This module's own, and what each service says of its lists."""
    kinds = [kind for service in SERVICES for kind in service.stories.values()]
    return "\n".join([__doc__ or "", *(sys.modules[kind.__module__].__doc__ or "" for kind in kinds)])


__doc__ = _documentation()  # for whoever shows it to people
