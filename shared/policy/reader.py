"""Fills frozen Structs from a YAML tree field by field: every fault is told, not only the first."""

from __future__ import annotations

import difflib
import functools
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, NamedTuple, TypeVar

from msgspec import Struct, inspect, structs

from shared.domain.errors import Fault
from shared.policy import yamltree

MAX_SHOWN_CHARS = 40
"""Of what somebody wrote, a fault repeats at most this much."""

S = TypeVar("S", bound=Struct)
_Meaning = bool | int | float | str | None
_BAD: Any = object()  # stands for a value whose fault has been told


class _Wanted(NamedTuple):
    """One of the types that a value may have, and what a person is told about it."""

    kind: Any
    text: str
    format: str
    pattern: str  # of the notes for a JSON Schema


class _Choice(NamedTuple):
    """The types that a value may have."""

    structs: tuple[_Wanted, ...]
    """Read from a mapping."""
    lists: tuple[_Wanted, ...]
    leaves: tuple[_Wanted, ...]
    nullable: bool

    def told(self, node: yamltree.Node) -> _Wanted:
        """The one whose wording fits what was written."""
        ordered = (self.leaves, self.lists, self.structs)
        if not isinstance(node, yamltree.Scalar):
            ordered = (self.lists, self.structs, self.leaves)
        return next(some[-1] for some in ordered if some)


@functools.cache
def _described(cls: type[Struct]) -> inspect.Type:
    """Fields and their types. Looking through a policy's takes longer than reading one."""
    return inspect.type_info(cls)


class Reader:
    """Reads one tree.

    Attributes:
        faults: every fault found so far.
    """

    def __init__(
        self,
        *,
        formats: Mapping[str, Callable[[str], str | None]],
        bases: Mapping[type[Struct], Struct] | None = None,
    ) -> None:
        """Prepare.

        Args:
            formats: for a JSON Schema `format`, what is wrong with a text, or None.
            bases: for a Struct, an instance that says what absent fields are; else their own defaults.
        """
        self.faults: list[Fault] = []
        self._formats = formats
        self._bases = bases or {}

    def read(self, cls: type[S], node: yamltree.Node) -> S | None:
        """An instance of the Struct, or None if there was any fault."""
        value = self._value(_described(cls), node, "$")
        return value if isinstance(value, cls) and not self.faults else None

    def _value(self, kind: inspect.Type, node: yamltree.Node, path: str) -> Any:
        choice = _choice(kind)
        if isinstance(node, yamltree.Broken):
            return _BAD
        if isinstance(node, yamltree.Mapping) and choice.structs:
            mapped = choice.structs[0].kind
            if isinstance(mapped, inspect.DictType):
                return self._dict(mapped, node, path)
            return self._struct(mapped, node, path)
        if isinstance(node, yamltree.Listing) and choice.lists:
            return self._items(choice.lists[0], node, path, single=bool(choice.leaves))
        if isinstance(node, yamltree.Scalar):
            if choice.nullable and node.value is None:
                return None
            for wanted in choice.leaves:
                value = _leaf(wanted.kind, node.value)
                if value is not _BAD and (not isinstance(value, str) or re.search(wanted.pattern, value)):
                    problem = self._formats[wanted.format](value) if wanted.format else None
                    return self._bad(path, problem, node.line) if problem else value
        wanted = choice.told(node)
        text = wanted.text + (" or null" if choice.nullable else "")
        return self._bad(path, f"wants {text}, got {_shown(wanted.kind, node)}", node.line)

    def _dict(self, kind: inspect.DictType, node: yamltree.Mapping, path: str) -> Any:
        """A mapping whose keys are words of an enum."""
        members = {member.value: member for member in _members(kind.key_type)}
        values = {
            members[key]: self._value(kind.value_type, value, f"{path}.{key}")
            for key, value in self._entries(node, path, list(members)).items()
        }
        return _BAD if any(value is _BAD for value in values.values()) else values

    def _struct(self, kind: inspect.StructType, node: yamltree.Mapping, path: str) -> Any:
        given = self._entries(node, path, [field.encode_name for field in kind.fields])
        values = {}
        for field in kind.fields:
            where = f"{path}.{field.encode_name}"
            if field.encode_name in given:
                values[field.name] = self._value(field.type, given[field.encode_name], where)
            elif field.required:
                wanted = _choice(field.type).told(node).text
                values[field.name] = self._bad(where, f"is missing: wants {wanted}", node.line)
        if any(value is _BAD for value in values.values()):
            return _BAD
        base = self._bases.get(kind.cls)
        try:
            return kind.cls(**values) if base is None else structs.replace(base, **values)
        except ValueError as error:  # what a Struct itself says of fields that do not go together
            return self._bad(path, str(error), node.line)

    def _entries(self, node: yamltree.Mapping, path: str, known: list[str]) -> dict[str, yamltree.Node]:
        given: dict[str, yamltree.Node] = {}
        lines: dict[str, int] = {}
        for key, value in node.entries:
            where = f"{path}.{excerpt(key.text)}"
            if key.text in lines:
                self._bad(where, f"is given twice, first in line {lines[key.text]}", key.line)
            elif key.text in known:
                given[key.text] = value
            else:
                self._bad(where, f"is not known{_hint(key.text, known)}", key.line)
            lines.setdefault(key.text, key.line)
        return given

    def _items(self, wanted: _Wanted, node: yamltree.Listing, path: str, *, single: bool) -> Any:
        """A list; where a single item is understood without one, a list of one is that item."""
        least, most = wanted.kind.min_length or 0, wanted.kind.max_length
        if len(node.items) < least or (most is not None and len(node.items) > most):
            return self._bad(path, f"wants {wanted.text}, got {len(node.items)}", node.line)
        values = [self._value(wanted.kind.item_type, item, f"{path}[{index}]") for index, item in enumerate(node.items)]
        if any(value is _BAD for value in values):
            return _BAD
        return values[0] if single and len(values) == 1 else tuple(values)

    def _bad(self, path: str, problem: str, line: int) -> Any:
        self.faults.append(Fault(path, problem, line))
        return _BAD


def excerpt(text: str) -> str:
    """A little of what somebody wrote, on one printable line."""
    short = text if len(text) <= MAX_SHOWN_CHARS else text[:MAX_SHOWN_CHARS] + "…"
    return "".join(char if char.isprintable() else f"\\u{ord(char):04x}" for char in short)


def _closest(text: str, known: Iterable[str]) -> str | None:
    return next(iter(difflib.get_close_matches(text[:MAX_SHOWN_CHARS].lower(), list(known))), None)


def _hint(text: str, known: list[str]) -> str:
    close = _closest(text, known)
    return f"; did you mean {close}?" if close else f"; known are {', '.join(known)}"


def _choice(kind: inspect.Type) -> _Choice:
    """The types that stand behind notes and `|`."""
    structs, lists, leaves, nullable = [], [], [], False
    for wanted in _alternatives(kind, "", "", ""):
        if isinstance(wanted.kind, inspect.NoneType):
            nullable = True
        elif isinstance(wanted.kind, inspect.StructType | inspect.DictType):
            structs.append(wanted)
        elif isinstance(wanted.kind, inspect.VarTupleType):
            lists.append(wanted)
        else:
            leaves.append(wanted)
    return _Choice(tuple(structs), tuple(lists), tuple(leaves), nullable)


def _alternatives(kind: inspect.Type, text: str, form: str, pattern: str) -> Iterator[_Wanted]:
    if isinstance(kind, inspect.Metadata):
        notes = kind.extra_json_schema or {}
        noted = (notes.get("description", text), notes.get("format", form), notes.get("pattern", pattern))
        yield from _alternatives(kind.type, *noted)
    elif isinstance(kind, inspect.UnionType):
        for each in kind.types:
            yield from _alternatives(each, text, form, pattern)
    else:
        yield _Wanted(kind, text or _told(kind), form, pattern)


def _told(kind: inspect.Type) -> str:
    if isinstance(kind, inspect.EnumType):
        return "one of " + ", ".join(member.value for member in kind.cls)
    if isinstance(kind, inspect.StructType | inspect.DictType):
        return "a mapping"
    return "true or false" if isinstance(kind, inspect.BoolType) else "another value"


def _leaf(kind: inspect.Type, value: _Meaning) -> Any:
    """The value as the type has it, or _BAD."""
    if isinstance(kind, inspect.BoolType):
        return value if isinstance(value, bool) else _BAD
    if isinstance(kind, inspect.IntType | inspect.FloatType):
        return _number(kind, value)
    if not isinstance(value, str):
        return _BAD
    if isinstance(kind, inspect.EnumType):
        return next((member for member in kind.cls if member.value == value), _BAD)
    return value if isinstance(kind, inspect.StrType) and _fits(kind, value) else _BAD


def _number(kind: inspect.IntType | inspect.FloatType, value: _Meaning) -> Any:
    whole = isinstance(kind, inspect.IntType)
    if isinstance(value, bool) or not isinstance(value, int if whole else (int, float)):
        return _BAD
    if (kind.ge is not None and value < kind.ge) or (kind.le is not None and value > kind.le):
        return _BAD
    return value if whole else float(value)


def _fits(kind: inspect.StrType, value: str) -> bool:
    least, most = kind.min_length or 0, kind.max_length
    return (
        least <= len(value)
        and (most is None or len(value) <= most)
        and (kind.pattern is None or re.search(kind.pattern, value) is not None)
    )


def _shown(kind: inspect.Type, node: yamltree.Node) -> str:
    if not isinstance(node, yamltree.Scalar):
        return "a list" if isinstance(node, yamltree.Listing) else "a mapping"
    if node.value is None:
        return "nothing"
    if not isinstance(node.value, str):
        return f"{excerpt(node.text)} (unquoted)" if _textual(kind) else excerpt(node.text)
    if isinstance(kind, inspect.StrType) and kind.max_length is not None and len(node.value) > kind.max_length:
        return f"{len(node.value)} characters, at most {kind.max_length}"
    close = _closest(node.value, (member.value for member in _members(kind)))
    return ("other text" if _textual(kind) else "text") + (f"; did you mean {close}?" if close else "")


def _members(kind: inspect.Type) -> Iterable[Any]:
    return kind.cls if isinstance(kind, inspect.EnumType) else ()


def _textual(kind: inspect.Type) -> bool:
    return isinstance(kind, inspect.EnumType | inspect.StrType)
