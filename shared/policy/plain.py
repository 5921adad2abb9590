"""Values of our own types as plain ones and back: what a process that begins reads fastest.

To check a value against the hints of its type, these have to be worked out first, which takes longer than all else that
a new process does with its policy. What is restored here was checked when it was flattened, by the same version: the
names and fields of the types go along, and where they are others now nothing is restored.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from typing import Any

from msgspec import Struct

_OURS = "shared."
_SCALARS = (type(None), bool, int, float, str)
_TUPLE, _LIST, _DICT, _SET, _FIRST_KIND = range(5)
_NOTHING = object()
Kinds = list[list[Any]]
"""Each type's module and name, and of a Struct its fields and defaults."""


class Unfit(ValueError):  # noqa: N818 - says what it is
    """This was flattened by another version, or by nobody."""


def flattened(value: Any) -> tuple[Kinds, Any]:
    """The types that are in a value, and the value as lists and scalars. Raises TypeError for a type of others."""
    kinds: dict[type, int] = {}

    def flat(one: Any) -> Any:
        kind: Any = type(one)
        if kind in _SCALARS:
            return one
        if isinstance(one, dict):
            return [_DICT, *(flat(part) for pair in one.items() for part in pair)]
        if isinstance(one, tuple | list | frozenset):
            tag = _TUPLE if isinstance(one, tuple) else _LIST if isinstance(one, list) else _SET
            return [tag, *map(flat, one)]
        if not kind.__module__.startswith(_OURS):
            raise TypeError(f"{kind.__name__} cannot be flattened")
        tag = _FIRST_KIND + kinds.setdefault(kind, len(kinds))
        if isinstance(one, Enum):
            return [tag, one.value]
        return [tag, *(part for place, given in _given(one) for part in (place, flat(given)))]

    tree = flat(value)
    return [[kind.__module__, kind.__name__, *_shape(kind)] for kind in kinds], tree


def restored(kinds: Kinds, tree: Any) -> Any:
    """What was flattened. Raises Unfit."""
    try:
        makers: list[Callable[[list[Any]], Any]] = [tuple, list, _dict, frozenset, *map(_maker, kinds)]

        def build(one: Any) -> Any:
            if type(one) is not list:
                return one
            return makers[one[0]]([build(part) if type(part) is list else part for part in one[1:]])

        return build(tree)
    except (LookupError, TypeError, ValueError, AttributeError, RecursionError) as error:
        raise Unfit("made by another version") from error


def _dict(flat: list[Any]) -> dict[Any, Any]:
    return dict(zip(flat[::2], flat[1::2], strict=True))


def _maker(told: list[Any]) -> Callable[[list[Any]], Any]:
    module, name, *shape = told
    kind: Any = getattr(sys.modules[module], name)
    ours = isinstance(kind, type) and module.startswith(_OURS)
    if not ours or _shape(kind) != shape:
        raise Unfit(f"{name} is another type")
    if issubclass(kind, Enum):
        return lambda values: kind(values[0])
    fields = kind.__struct_fields__
    return lambda values: kind(**{fields[place]: given for place, given in zip(*[iter(values)] * 2, strict=True)})


def _shape(kind: Any) -> list[Any]:
    """Fields and defaults: what is left out is as it was."""
    return [list(kind.__struct_fields__), repr(kind.__struct_defaults__)] if issubclass(kind, Struct) else []


def _given(one: Struct) -> Iterator[tuple[int, Any]]:
    """Fields by place that are not their defaults, each a scalar or one that is never changed."""
    fields, defaults = one.__struct_fields__, one.__struct_defaults__
    first = len(fields) - len(defaults)
    for place, name in enumerate(fields):
        given = getattr(one, name)
        default = defaults[place - first] if place >= first else _NOTHING
        if given is not default and (type(given) is not type(default) or given != default):
            yield place, given
