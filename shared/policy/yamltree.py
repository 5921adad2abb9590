"""YAML text as a small tree with line numbers, without any of YAML's surprises.

Built from the parser's events without recursion, so no text can exhaust the stack. Refused, with the
line: more than one document, tags, anchors and aliases, keys that are not text, deep nesting. Plain
scalars are read as in YAML 1.2's core schema (https://yaml.org/spec/1.2.2/#103-core-schema, decimal
numbers only), so `off`, `no` and `1:30` are text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, TypeVar

import yaml
from msgspec import Struct

from shared.domain.errors import Fault

MAX_DEPTH = 16
"""Levels of lists and mappings; the policy needs four."""

_T = TypeVar("_T")
_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)  # the C parser is there unless PyYAML was built without
_NULLS = frozenset({"", "~", "null", "Null", "NULL"})
_BOOLEANS = {"true": True, "True": True, "TRUE": True, "false": False, "False": False, "FALSE": False}
_INTEGER = re.compile(r"[-+]?[0-9]{1,18}\Z")
_FLOAT = re.compile(r"[-+]?(\.[0-9]{1,400}|[0-9]{1,400}(\.[0-9]{0,400})?)([eE][-+]?[0-9]{1,9})?\Z")


_EXACT = 2.0**53
"""Below this a float is the very number that was written."""


class Scalar(Struct, frozen=True):
    """A single value as it was written."""

    line: int
    text: str
    plain: bool
    """Without quotes, so it may mean something other than text."""

    @property
    def value(self) -> bool | int | float | str | None:
        """What it means."""
        if not self.plain:
            return self.text
        if self.text in _NULLS:
            return None
        if self.text in _BOOLEANS:
            return _BOOLEANS[self.text]
        if _INTEGER.match(self.text):
            return int(self.text)
        return _number(self.text) if _FLOAT.match(self.text) else self.text


def _number(text: str) -> float:
    """A whole number is one however it is written, as in JSON Schema: `1e3` is 1000."""
    number = float(text)
    return int(number) if abs(number) < _EXACT and number.is_integer() else number


class Broken(Struct, frozen=True):
    """Stands where something was refused: the fault has been told already."""

    line: int


class Listing(Struct):
    """A list."""

    line: int
    items: list[Node]


class Mapping(Struct):
    """A mapping, every entry in the order written, repeated keys included."""

    line: int
    entries: list[tuple[Scalar, Node]]


Node = Scalar | Broken | Listing | Mapping


class _Open(Struct):
    """A list or mapping that has not ended yet, and the key whose value comes next."""

    node: Listing | Mapping
    key: Scalar | Broken | None = None


class _Stop(Exception):  # noqa: N818 - no error: it ends the reading early, the fault has been noted
    """Reading on makes no sense."""


class _Builder:
    """Takes events, makes a tree."""

    def __init__(self) -> None:
        self.root: Node | None = None
        self.faults: list[Fault] = []
        self._open: list[_Open] = []
        self._documents = 0

    def take(self, event: Any) -> None:  # a `yaml.Event`, and of a parser's events each has its mark
        """Go one event further. Raises _Stop."""
        line = event.start_mark.line + 1
        if isinstance(event, yaml.DocumentStartEvent):
            self._documents += 1
            if self._documents > 1:
                self._stop(line, "a second document begins here; the file must hold one")
        elif isinstance(event, yaml.CollectionEndEvent):
            self._open.pop()
        elif isinstance(event, yaml.NodeEvent):
            self._place(self._node(event, line))

    def _node(self, event: yaml.NodeEvent, line: int) -> Node:
        if event.anchor is not None:
            self.faults.append(Fault("$", "anchors and aliases are refused: write the value out", line))
        if isinstance(event, yaml.AliasEvent):
            return Broken(line)
        if getattr(event, "tag", None) is not None:
            self.faults.append(Fault("$", "tags (`!…`) are not understood; for text use quotes", line))
        if isinstance(event, yaml.ScalarEvent):
            return Scalar(line, event.value, plain=event.implicit[0])
        return Mapping(line, []) if isinstance(event, yaml.MappingStartEvent) else Listing(line, [])

    def _place(self, node: Node) -> None:
        if not self._open:
            self.root = node
        else:
            self._put(self._open[-1], node)
        if isinstance(node, Listing | Mapping):
            self._open.append(_Open(node))
            if len(self._open) > MAX_DEPTH:
                self._stop(node.line, f"nested more than {MAX_DEPTH} levels deep")

    def _put(self, parent: _Open, node: Node) -> None:
        if isinstance(parent.node, Listing):
            parent.node.items.append(node)
        elif parent.key is None:
            parent.key = node if isinstance(node, Scalar) else self._bad_key(node)
        else:
            if isinstance(parent.key, Scalar):
                parent.node.entries.append((parent.key, node))
            parent.key = None

    def _bad_key(self, node: Node) -> Broken:
        if not isinstance(node, Broken):
            self.faults.append(Fault("$", "a key must be text", node.line))
        return Broken(node.line)

    def _stop(self, line: int, problem: str) -> None:
        self.faults.append(Fault("$", problem, line))
        raise _Stop


def parse(text: str) -> tuple[Node | None, list[Fault]]:
    """The tree and every fault; no tree if the text is empty or cannot be read to its end. Raises nothing."""
    builder = _Builder()
    try:
        encoded = text.encode()
        for event in yaml.parse(text, Loader=_LOADER):
            builder.take(event)
    except _Stop:
        return None, builder.faults
    except UnicodeEncodeError as error:
        line = text.count("\n", 0, error.start) + 1
        return None, [Fault("$", "holds characters that are no text", line)]
    except yaml.MarkedYAMLError as error:
        told: Any = error  # a parser's has a problem and its mark
        fault = Fault("$", f"this is no YAML: {told.problem}", told.problem_mark.line + 1)
        return None, [*builder.faults, fault]
    except yaml.reader.ReaderError as error:
        line = encoded.count(b"\n", 0, error.position) + 1
        return None, [*builder.faults, Fault("$", f"this is no YAML: {error.reason}", line)]
    return builder.root, builder.faults


def child(node: Node, key: str) -> Node:
    """The value of a key; the node itself where there is none, so that a line is always at hand."""
    entries = node.entries if isinstance(node, Mapping) else []
    return next((value for name, value in entries if name.text == key), node)


def items(node: Node) -> list[Node]:
    """What a list holds; nothing where it is none."""
    return node.items if isinstance(node, Listing) else []


def each(parts: Sequence[_T], root: Node, *keys: str) -> Iterator[tuple[str, _T, Node]]:
    """Each part that was read from the list under these keys, one in the other: its path, itself, its node.

    Raises:
        ValueError: the list has not as many.
    """
    node, path = root, "$"
    for key in keys:
        node, path = child(node, key), f"{path}.{key}"
    for index, (part, its) in enumerate(zip(parts, items(node), strict=True)):
        yield f"{path}[{index}]", part, its


def plain(node: Node) -> Any:
    """A tree as lists, dicts and values."""
    if isinstance(node, Mapping):
        return {key.text: plain(value) for key, value in node.entries}
    if isinstance(node, Listing):
        return [plain(item) for item in node.items]
    return node.value if isinstance(node, Scalar) else None
