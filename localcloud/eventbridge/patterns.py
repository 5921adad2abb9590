"""EventBridge event patterns: which events a rule takes.

Semantics as documented at https://www.alibabacloud.com/help/en/eventbridge/user-guide/event-patterns: every
field of the pattern must be there with the same nesting, fields are joined by AND, the values in a field's
list by OR, text is compared character by character. Operators: `prefix`, `suffix`, `contains`,
`anything-but` (a value, a list of values, or `{"prefix": …}`), `numeric`, `cidr` (IPv4), `exists`. If the
event's value is a list, one matching element is enough. A field that is not there matches `{"exists":
false}` and nothing else. Whether `exists` may name an object that has fields of its own is not documented;
here it may.
"""

from __future__ import annotations

import ipaddress
import json
import operator
from collections.abc import Callable, Mapping
from typing import Any, Final

DEPTH_MAX = 32
"""How deep a pattern may be nested."""

Matcher = Callable[[Any], bool]

_ABSENT: Final = object()
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "=": operator.eq,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class PatternError(ValueError):
    """A pattern that EventBridge would not take; says where."""


def compile_pattern(pattern: str | Mapping[str, Any]) -> Matcher:
    """A function that tells whether an event matches. Raises PatternError."""
    if isinstance(pattern, str):
        try:
            pattern = json.loads(pattern)
        except (ValueError, RecursionError) as error:
            raise PatternError("$: no JSON") from error
    if not isinstance(pattern, Mapping):
        raise PatternError("$: an object is wanted")
    return _object(pattern, "$", 0)


def _object(pattern: Mapping[str, Any], path: str, depth: int) -> Matcher:
    if depth > DEPTH_MAX:
        raise PatternError(f"{path}: nested deeper than {DEPTH_MAX}")
    fields: dict[str, Matcher] = {}
    for name, wanted in pattern.items():
        here = f"{path}.{name}"
        if isinstance(wanted, Mapping):
            fields[name] = _object(wanted, here, depth + 1)
        elif isinstance(wanted, list) and wanted:
            fields[name] = _any_of([_condition(item, here) for item in wanted])
        else:
            raise PatternError(f"{here}: an object or a list with something in it is wanted")

    def matches(event: Any) -> bool:
        there = event if isinstance(event, Mapping) else {}
        return all(match(there.get(name, _ABSENT)) for name, match in fields.items())

    return matches


def _any_of(conditions: list[Matcher]) -> Matcher:
    def matches(value: Any) -> bool:
        return any(condition(value) for condition in conditions)

    return matches


def _condition(item: Any, path: str) -> Matcher:
    if not isinstance(item, Mapping):
        return _on_elements(_equals(_scalar(item, path)))
    if len(item) != 1:
        raise PatternError(f"{path}: one operator at a time")
    ((name, operand),) = item.items()
    if name == "exists":
        if not isinstance(operand, bool):
            raise PatternError(f"{path}: exists takes true or false")
        return lambda value: (value is not _ABSENT) is operand
    make = _OPERATORS.get(name)
    if make is None:
        raise PatternError(f"{path}: no operator {name!r}")
    return _on_elements(make(operand, path))


def _on_elements(test: Matcher) -> Matcher:
    def matches(value: Any) -> bool:
        if value is _ABSENT:
            return False
        return any(map(test, value)) if isinstance(value, list) else test(value)

    return matches


def _scalar(item: Any, path: str) -> Any:
    if item is None or isinstance(item, (str, bool, int, float)):
        return item
    raise PatternError(f"{path}: a text, number, true, false or null is wanted")


def _equals(wanted: Any) -> Matcher:
    # JSON's true is no 1, though Python's is
    return lambda value: isinstance(value, bool) is isinstance(wanted, bool) and bool(value == wanted)


def _on_text(test: Callable[[str, str], bool]) -> Callable[[Any, str], Matcher]:
    def make(operand: Any, path: str) -> Matcher:
        if not isinstance(operand, str):
            raise PatternError(f"{path}: a text is wanted")
        return lambda value: isinstance(value, str) and test(value, operand)

    return make


def _anything_but(operand: Any, path: str) -> Matcher:
    if isinstance(operand, Mapping):
        if set(operand) != {"prefix"}:
            raise PatternError(f"{path}: anything-but takes values or a prefix")
        starts = _OPERATORS["prefix"](operand["prefix"], path)
        return lambda value: not starts(value)
    values = operand if isinstance(operand, list) else [operand]
    if not values:
        raise PatternError(f"{path}: anything-but needs a value")
    same = [_equals(_scalar(value, path)) for value in values]
    return lambda value: not any(test(value) for test in same)


def _numeric(operand: Any, path: str) -> Matcher:
    if not isinstance(operand, list) or len(operand) not in (2, 4):
        raise PatternError(f"{path}: numeric takes one or two comparisons")
    tests: list[tuple[Callable[[float, float], bool], float]] = []
    for sign, bound in zip(operand[::2], operand[1::2], strict=True):
        if not isinstance(sign, str) or sign not in _COMPARISONS or not _is_number(bound):
            raise PatternError(f"{path}: numeric takes one of {' '.join(_COMPARISONS)} and a number")
        tests.append((_COMPARISONS[sign], bound))
    return lambda value: _is_number(value) and all(compare(value, bound) for compare, bound in tests)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _cidr(operand: Any, path: str) -> Matcher:
    try:
        network = ipaddress.IPv4Network(operand if isinstance(operand, str) else "")
    except ValueError as error:
        raise PatternError(f"{path}: no IPv4 network") from error

    def matches(value: Any) -> bool:
        try:
            return isinstance(value, str) and ipaddress.IPv4Address(value) in network
        except ValueError:
            return False

    return matches


_OPERATORS: dict[str, Callable[[Any, str], Matcher]] = {
    "prefix": _on_text(str.startswith),
    "suffix": _on_text(str.endswith),
    "contains": _on_text(str.__contains__),
    "anything-but": _anything_but,
    "numeric": _numeric,
    "cidr": _cidr,
}
