"""Any bytes → a JSON value, with everything unusable in it marked at its place.

A body may hold ten thousand records. What is wrong with one of them must not cost the others, so the parser
does not stop at what JSON forbids or what would hurt later (NaN, integers of a thousand digits, names given
twice, bytes that are no UTF-8, deep nesting): it puts a `Bad` there. `flaws` lists them with their paths.
Only a body that has no JSON structure at all, is too large, or too heavy (`shared.intake.weighing`), is refused whole.

A returned tree is never deeper than `MAX_DEPTH`, so recursion over it is safe on every Python.
"""

from __future__ import annotations

import json
import math
import re
from codecs import BOM_UTF8
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from types import MappingProxyType
from typing import Any

from msgspec import Struct

from shared.domain.errors import Fault, InputError
from shared.intake.weighing import CutOut, TooHeavy, lightened
from shared.reading.pairs import overwritten
from shared.reading.text import below, cut, escaped, foreign, quoted, undecoded

MAX_BYTES = 32 * 1024 * 1024
"""Function Compute takes no larger request (https://www.alibabacloud.com/help/en/functioncompute/fc-3-0/product-overview/limits-of-usage)."""
MAX_DEPTH = 64
MAX_DIGITS = 64
"""Longest number, in characters. A longer one means nothing here and can take quadratic time."""
MAX_FAULTS = 50
"""Most faults listed of one record."""
SALVAGE_CHARS = 4 * 1024 * 1024
"""Largest text whose too deep parts are cut out so that the rest can be read; about a second at worst."""

# A number that no float holds stands for a part that was cut out. Whoever writes it himself gets a fault too.
_TOO_DEEP = "1E+0009876"
_NOTHING_CUT: Mapping[str, CutOut] = MappingProxyType({})
_DEPTH_PROBLEM = f"is nested deeper than {MAX_DEPTH} levels"
_STRUCTURE = re.compile(r'[\[\]{}"]|\\.', re.DOTALL)
_UNDECODABLE = re.compile("[\udc80-\udcff]")


class Bad(Struct, frozen=True):
    """Stands in a tree where something unusable stood."""

    problem: str
    """What is wrong and what was wanted, as the text of a fault."""
    shown: str
    """The beginning of the original."""
    inner: Any = None
    """What could be read all the same: the object, if only a name in it was given twice."""
    earlier: tuple[tuple[str, Any], ...] = ()
    """Of such an object: members whose name comes again behind them."""


def parse(body: bytes, path: str = "$") -> Any:
    """The JSON value of a body; raises InputError if the whole is unusable. Tolerates a byte order mark, and GBK."""
    if len(body) > MAX_BYTES:
        raise InputError([Fault(path, f"has {len(body)} bytes, more than {MAX_BYTES}")])
    try:
        return parse_text(body.removeprefix(BOM_UTF8).decode(), path)  # as `utf-8-sig`, which is written in Python
    except UnicodeDecodeError:
        text = undecoded(body.removeprefix(BOM_UTF8))
    root = [_decode(text, path)]
    _tidy(root, undecodable=True)
    return root[0]


def parse_foreign(data: bytes, path: str = "$") -> Any:
    r"""As `parse`, of bytes that something else carried and that need not be UTF-8.

    GBK is read as such. Of what is neither, and of UTF-8 with a few broken bytes, those are shown as `\xNN`.
    """
    try:
        data.decode("utf-8-sig")
    except UnicodeDecodeError:
        data = foreign(data, r"\\x").encode()
    return parse(data, path)


def parse_text(text: str, path: str = "$") -> Any:
    """As `parse`, of text that somebody has decoded already."""
    root = [_decode(text.removeprefix("\ufeff"), path)]
    _tidy(root, undecodable=False)
    return root[0]


def flaws(value: Any, path: str) -> list[Fault]:
    """One fault for each `Bad` at or under the value, in order, at most `MAX_FAULTS`."""
    found: list[Fault] = []
    for where, bad in _bads(value, path):
        found.append(Fault(where, bad.problem))
        if len(found) == MAX_FAULTS:
            break
    return found


def readable(value: Any) -> Any:
    """The value, or of a `Bad` what could be read all the same, if anything: for hints, never to act on."""
    return value.inner if isinstance(value, Bad) and value.inner is not None else value


def earlier_members(value: Any) -> tuple[tuple[str, Any], ...]:
    """What an object that gives a name twice had under it before; nothing of any other value."""
    return value.earlier if isinstance(value, Bad) else ()


def compact(value: Any) -> str:
    """A tree as JSON text without blanks, in the order of the original."""
    return _COMPACT.encode(value)


def canonical(value: Any) -> str:
    """A tree as text that is the same for equal trees, whatever the order of their names."""
    return _CANONICAL.encode(value)


def _shown(value: Any) -> Any:
    if isinstance(value, Bad):
        return value.shown if value.inner is None else value.inner
    return escaped(value) if isinstance(value, bytes) else repr(type(value))


_COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), default=_shown)
_CANONICAL = json.JSONEncoder(sort_keys=True, separators=(",", ":"), default=_shown)


def _bads(value: Any, path: str) -> Iterator[tuple[str, Bad]]:
    if isinstance(value, Bad):
        yield path, value
        value = value.inner
    if isinstance(value, dict | list):
        for name, member in value.items() if isinstance(value, dict) else enumerate(value):
            if isinstance(member, dict | list | Bad):
                yield from _bads(member, below(path, name))


def _integer(text: str) -> int | Bad:
    if len(text) > MAX_DIGITS:
        return Bad(f"is an integer of {len(text)} characters; at most {MAX_DIGITS}", cut(text, 32))
    return int(text)


def _number(text: str, cuts: Mapping[str, CutOut] = _NOTHING_CUT) -> float | Bad:
    if text == _TOO_DEEP:
        return Bad(_DEPTH_PROBLEM, "…")
    if (one := cuts.get(text)) is not None:
        return Bad(one.problem, one.shown)
    number = float(text) if len(text) <= MAX_DIGITS else math.inf
    return number if math.isfinite(number) else Bad("is a number out of range", cut(text, 32))


def _constant(name: str) -> Bad:
    return Bad(f"is {name}, which JSON does not know", name)


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | Bad:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    earlier = overwritten(pairs)
    return Bad(f"has the name {quoted(earlier[0][0])} more than once", "…", members, earlier)


def _decoder(number: Callable[[str], float | Bad]) -> json.JSONDecoder:
    return json.JSONDecoder(object_pairs_hook=_object, parse_int=_integer, parse_float=number, parse_constant=_constant)


_DECODER = _decoder(_number)


def _decode(text: str, path: str) -> Any:
    try:
        text, cuts = lightened(text)
    except TooHeavy as error:
        raise InputError([Fault(path, str(error))]) from None
    decoder = _decoder(partial(_number, cuts=cuts)) if cuts else _DECODER
    try:
        try:
            return decoder.decode(text)
        except RecursionError:
            if len(text) > SALVAGE_CHARS:
                raise
            return decoder.decode(_without_depths(text))
    except RecursionError:
        raise InputError([Fault(path, _DEPTH_PROBLEM)]) from None
    except json.JSONDecodeError as error:
        raise InputError([Fault(path, f"holds no JSON: {error.msg} at character {error.pos}")]) from None


def _without_depths(text: str) -> str:
    """The text with every part below `MAX_DEPTH` replaced by `_TOO_DEEP`. One pass, linear, no recursion."""
    kept: list[str] = []
    depth = start = 0
    in_text = False
    for sign in _STRUCTURE.finditer(text):
        match sign[0]:
            case '"':
                in_text = not in_text
            case "[" | "{" if not in_text:
                depth += 1
                if depth == MAX_DEPTH + 1:
                    kept += (text[start : sign.start()], _TOO_DEEP)
            case "]" | "}" if not in_text:
                depth -= 1
                if depth == MAX_DEPTH:
                    start = sign.end()
    return "".join(kept) + (text[start:] if depth <= MAX_DEPTH else "")


def _tidy(root: list[Any], *, undecodable: bool) -> None:
    """Put a `Bad` where nesting is too deep and, if asked, where text holds bytes that were no UTF-8."""
    stack: list[tuple[Any, int]] = [(root, 0)]
    while stack:
        node, depth = stack.pop()
        for name, value in node.items() if isinstance(node, dict) else enumerate(node):
            if undecodable and _is_undecodable(name, value):
                node[name] = Bad("is not UTF-8", "…")
                continue
            member = readable(value)
            if not isinstance(member, dict | list):
                continue
            if depth == MAX_DEPTH:
                node[name] = Bad(_DEPTH_PROBLEM, "…")
            else:
                stack.append((member, depth + 1))


def _is_undecodable(name: str | int, value: Any) -> bool:
    return any(isinstance(text, str) and _UNDECODABLE.search(text) for text in (name, value))
