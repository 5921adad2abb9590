"""The words that a policy file knows, as the model has them: Structs and enums, and what their sources say of them."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from enum import Enum
from functools import cache
from inspect import cleandoc, getsource
from typing import Any

import msgspec
from msgspec import Struct

from shared.domain.evidence import Known
from shared.policy.discover import Discover
from shared.policy.model import Policy
from shared.systems import SYSTEMS


class Word(Struct, frozen=True, kw_only=True):
    """A field of a mapping, or a value of an enum."""

    name: str
    """As it is written in the file."""
    says: str = ""
    """What its docstring says."""
    wants: str = ""
    """What the reader tells a person that it wants."""
    default: Any = msgspec.UNSET
    """UNSET: it must be given."""


class PolicyType(Struct, frozen=True, kw_only=True):
    """A mapping or an enum."""

    cls: type[Any]
    says: str
    words: tuple[Word, ...]

    @property
    def name(self) -> str:
        """Of the class."""
        return self.cls.__name__

    @property
    def is_enum(self) -> bool:
        """Whether its words are values rather than fields."""
        return issubclass(self.cls, Enum)


@cache
def kinds() -> tuple[PolicyType, ...]:
    """Every mapping and enum of a policy, each once, in the order in which a reader meets them."""
    met: dict[type[Any], None] = {}
    _meet(msgspec.inspect.type_info(Policy), met)
    return tuple(_kind(cls) for cls in met)


def _meet(info: Any, met: dict[type[Any], None]) -> None:
    if isinstance(info, msgspec.inspect.StructType):
        if info.cls in met:
            return
        met[info.cls] = None
        for field in info.fields:
            _meet(field.type, met)
    elif isinstance(info, msgspec.inspect.EnumType):
        met[info.cls] = None
    else:
        for inner in _inside(info):
            _meet(inner, met)


def _inside(info: Any) -> Iterator[Any]:
    if isinstance(info, msgspec.inspect.Metadata):
        yield info.type
    elif isinstance(info, msgspec.inspect.UnionType):
        yield from info.types
    elif isinstance(info, msgspec.inspect.VarTupleType):
        yield info.item_type
    elif isinstance(info, msgspec.inspect.DictType):
        yield from (info.key_type, info.value_type)


def _kind(cls: type[Any]) -> PolicyType:
    says = said(cls)
    if issubclass(cls, Enum):
        values = tuple(Word(name=member.value, says=says.get(member.name, "")) for member in cls)
        return PolicyType(cls=cls, says=cleandoc(cls.__doc__ or ""), words=values)
    info: Any = msgspec.inspect.type_info(cls)
    fields = tuple(
        Word(name=field.encode_name, says=says.get(field.name, ""), wants=_wants(field.type), default=_default(field))
        for field in info.fields
    )
    return PolicyType(cls=cls, says=cleandoc(cls.__doc__ or ""), words=fields)


def said(cls: type[Any]) -> dict[str, str]:
    """What stands as a docstring below each name of a class body; Python itself keeps only the class's own.

    Evidence of outcomes is a class of its own that outcomes are made of.
    """
    if cls is Discover:  # made of what the job systems offer: it has no source of its own
        offered = ((system.name, system.watched) for system in SYSTEMS)
        return {name: cleandoc(entry.__doc__ or "") for name, entry in offered if entry is not None}
    body = ast.parse(getsource(cls)).body[0]
    says = said(Known) if cls is not Known and issubclass(cls, Known) else {}
    if isinstance(body, ast.ClassDef):
        for statement, below in zip(body.body, body.body[1:], strict=False):
            name = _target(statement)
            if name and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
                says[name] = " ".join(cleandoc(str(below.value.value)).split()).replace("None: ", "null: ")
    return says


def _target(statement: ast.stmt) -> str:
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return statement.target.id
    if isinstance(statement, ast.Assign) and isinstance(statement.targets[0], ast.Name):
        return statement.targets[0].id
    return ""


def _wants(info: Any, told: str = "") -> str:
    """The wording of the alternatives, the widest last."""
    if isinstance(info, msgspec.inspect.Metadata):
        return _wants(info.type, (info.extra_json_schema or {}).get("description", told))
    if isinstance(info, msgspec.inspect.UnionType):
        parts = [_wants(inner, told) for inner in info.types]
        lists = [part for part in parts if part.startswith("one or a list")]
        return " or ".join(dict.fromkeys(lists or [part for part in parts if part != "null"]))
    if told:
        return told
    if isinstance(info, msgspec.inspect.EnumType):
        return ", ".join(member.value for member in info.cls)
    if isinstance(info, msgspec.inspect.StructType):
        return f"a mapping ({info.cls.__name__})"
    if isinstance(info, msgspec.inspect.DictType):
        return f"a mapping of {_wants(info.key_type)} to {_wants(info.value_type)}"
    return {"BoolType": "true or false", "NoneType": "null"}.get(type(info).__name__, "text")


def _default(field: Any) -> Any:
    if field.default is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default)
    if field.default_factory is not msgspec.NODEFAULT:
        return msgspec.to_builtins(field.default_factory())
    return msgspec.UNSET


def short(value: Any) -> Any:
    """Whole numbers without their `.0`, as a person writes them."""
    if isinstance(value, dict):
        return {name: short(inner) for name, inner in value.items()}
    return int(value) if isinstance(value, float) and value.is_integer() else value
