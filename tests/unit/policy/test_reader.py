"""What a Struct says of its fields is what may be written: each kind of value, each bound on both of its sides."""

from __future__ import annotations

from enum import Enum
from typing import Annotated, Any

import pytest
from msgspec import Meta, Struct

from shared.policy import yamltree
from shared.policy.reader import MAX_SHOWN_CHARS, Reader, excerpt


class Colour(Enum):
    """Words."""

    RED = "red"
    GREEN = "green"


class Inner(Struct, frozen=True):
    """A mapping in a mapping."""

    n: int
    m: int = 5


_Short = Annotated[str, Meta(min_length=2, max_length=4, description="2 to 4 letters")]
_Noted = Annotated[str, Meta(extra_json_schema={"description": "letters", "pattern": "^[a-z]+$"})]
_Form = Annotated[str, Meta(extra_json_schema={"description": "a form", "format": "even"})]


class Kinds(Struct, frozen=True):
    """One field of each kind."""

    flag: bool = False
    whole: Annotated[int, Meta(ge=1, le=3, description="1 to 3")] = 1
    part: Annotated[float, Meta(ge=0.5, le=1.5, description="a half to one and a half")] = 1.0
    free: int | None = 0
    any_number: float = 0.0
    short: _Short = "ab"
    any_text: str = "x"
    measured: Annotated[int, Meta(extra={"unit": "s"})] = 0
    theirs: bytes | None = None
    patterned: Annotated[str, Meta(pattern="^x", description="an x")] = "x"
    noted: _Noted = "a"
    form: _Form | None = None
    colour: Colour = Colour.RED
    unbounded: tuple[int, ...] = ()
    bounded: Annotated[tuple[int, ...], Meta(min_length=1, max_length=2, description="1 or 2 numbers")] = (1,)
    either: _Short | Annotated[tuple[_Short, ...], Meta(min_length=1, max_length=2, description="1 or 2 texts")] = "ab"
    several: int | Annotated[str, Meta(pattern="^a", description="an a or a number")] = 1
    inner: Inner | None = None
    by_colour: dict[Colour, int] = {}


def _even(text: str) -> str | None:
    return None if len(text) % 2 == 0 else "is odd"


def _read(text: str, **how: Any) -> tuple[Any, list[tuple[int | None, str, str]]]:
    root, faults = yamltree.parse(text)
    assert root is not None
    assert not faults
    reader = Reader(formats={"even": _even}, **how)
    read = reader.read(Kinds, root)
    return read, [(fault.line, fault.path, fault.problem) for fault in reader.faults]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("flag: true", True),
        ("whole: 1", 1),
        ("whole: 3", 3),
        ("whole: 1e0", 1),
        ("part: 0.5", 0.5),
        ("part: 1.5", 1.5),
        ("part: 1", 1.0),
        ("free: ~", None),
        ("free: -7", -7),
        ("any_number: -1e9", -1e9),
        ("short: ab", "ab"),
        ("short: abcd", "abcd"),
        ("any_text: ''", ""),
        ("measured: 5", 5),
        ("theirs: ~", None),
        ("patterned: xy", "xy"),
        ("noted: abc", "abc"),
        ("form: ab", "ab"),
        ("form: null", None),
        ("colour: green", Colour.GREEN),
        ("unbounded: []", ()),
        ("unbounded: [1, 2, 3, 4, 5]", (1, 2, 3, 4, 5)),
        ("unbounded: [1]", (1,)),
        ("bounded: [7]", (7,)),
        ("bounded: [7, 8]", (7, 8)),
        ("either: ab", "ab"),
        ("either: [ab]", "ab"),
        ("either: [ab, cd]", ("ab", "cd")),
        ("several: 7", 7),
        ("several: abc", "abc"),
        ("inner: {n: 1}", Inner(1, 5)),
        ("inner: {m: 2, n: 1}", Inner(1, 2)),
        ("inner: null", None),
        ("by_colour: {green: 1, red: 2}", {Colour.GREEN: 1, Colour.RED: 2}),
        ("by_colour: {}", {}),
    ],
)
def test_what_may_be_written_is_read(text: str, value: object) -> None:
    """With its type, and all other fields as they are without a word."""
    read, faults = _read(text)
    assert faults == []
    name = text.partition(":")[0]
    assert (getattr(read, name), type(getattr(read, name))) == (value, type(value))
    assert all(getattr(read, other) == getattr(Kinds(), other) for other in Kinds.__struct_fields__ if other != name)


_FAULTS = [
    ("flag: 1", "$.flag", "wants true or false, got 1"),
    ("flag: 'true'", "$.flag", "wants true or false, got text"),
    ("whole: 0", "$.whole", "wants 1 to 3, got 0"),
    ("whole: 4", "$.whole", "wants 1 to 3, got 4"),
    ("whole: 1.5", "$.whole", "wants 1 to 3, got 1.5"),
    ("whole: true", "$.whole", "wants 1 to 3, got true"),
    ("whole: [1]", "$.whole", "wants 1 to 3, got a list"),
    ("part: 0.49", "$.part", "wants a half to one and a half, got 0.49"),
    ("part: 1.51", "$.part", "wants a half to one and a half, got 1.51"),
    ("part: x", "$.part", "wants a half to one and a half, got text"),
    ("free: x", "$.free", "wants another value or null, got text"),
    ("any_number: ~", "$.any_number", "wants another value, got nothing"),
    ("short: a", "$.short", "wants 2 to 4 letters, got other text"),
    ("short: abcde", "$.short", "wants 2 to 4 letters, got 5 characters, at most 4"),
    ("short: a", "$.short", "wants 2 to 4 letters, got other text"),
    ("short: 12", "$.short", "wants 2 to 4 letters, got 12 (unquoted)"),
    ("short: {}", "$.short", "wants 2 to 4 letters, got a mapping"),
    ("theirs: ab", "$.theirs", "wants another value or null, got text"),
    ("patterned: ax", "$.patterned", "wants an x, got other text"),
    ("noted: A1", "$.noted", "wants letters, got other text"),
    ("form: abc", "$.form", "is odd"),
    ("form: 12", "$.form", "wants a form or null, got 12 (unquoted)"),
    ("colour: rad", "$.colour", "wants one of red, green, got other text; did you mean red?"),
    ("colour: GREEN", "$.colour", "wants one of red, green, got other text; did you mean green?"),
    ("colour: zzzz", "$.colour", "wants one of red, green, got other text"),
    ("colour: 7", "$.colour", "wants one of red, green, got 7 (unquoted)"),
    ("unbounded: [1, x]", "$.unbounded[1]", "wants another value, got text"),
    ("unbounded: 1", "$.unbounded", "wants another value, got 1"),
    ("bounded: []", "$.bounded", "wants 1 or 2 numbers, got 0"),
    ("bounded: [1, 2, 3]", "$.bounded", "wants 1 or 2 numbers, got 3"),
    ("bounded: {}", "$.bounded", "wants 1 or 2 numbers, got a mapping"),
    ("either: a", "$.either", "wants 2 to 4 letters, got other text"),
    ("either: []", "$.either", "wants 1 or 2 texts, got 0"),
    ("either: [ab, c]", "$.either[1]", "wants 2 to 4 letters, got other text"),
    ("either: {}", "$.either", "wants 1 or 2 texts, got a mapping"),
    ("several: b", "$.several", "wants an a or a number, got other text"),
    ("inner: {}", "$.inner.n", "is missing: wants another value"),
    ("inner: 1", "$.inner", "wants a mapping or null, got 1"),
    ("inner: []", "$.inner", "wants a mapping or null, got a list"),
    ("inner: {n: 1, nn: 2}", "$.inner.nn", "is not known; did you mean n?"),
    ("inner: {n: 1, zzz: 2}", "$.inner.zzz", "is not known; known are n, m"),
    ("inner: {n: 1, n: 2}", "$.inner.n", "is given twice, first in line 1"),
    ("by_colour: {blue: 1}", "$.by_colour.blue", "is not known; known are red, green"),
    ("by_colour: {red: x}", "$.by_colour.red", "wants another value, got text"),
    ("by_colour: []", "$.by_colour", "wants a mapping, got a list"),
]


@pytest.mark.parametrize(("text", "path", "problem"), _FAULTS)
def test_what_may_not_be_written_is_told(text: str, path: str, problem: str) -> None:
    """Once, with where it is, what is wanted and what is there; nothing is read then."""
    assert _read("\n" + text) == (None, [(2, path, problem.replace("line 1", "line 2"))])


def test_every_fault_is_told_in_the_order_of_the_fields() -> None:
    """Each once: what holds a fault has none of its own for it."""
    read, faults = _read("colour: x\nby_colour: {red: x, green: y}\nbounded: [x, 1]\ninner: {m: x}\nwhole: 9")
    assert read is None
    assert [path for _, path, _ in faults] == [
        "$.whole",
        "$.colour",
        "$.bounded[0]",
        "$.inner.n",
        "$.inner.m",
        "$.by_colour.red",
        "$.by_colour.green",
    ]


def test_what_was_refused_before_is_not_told_again() -> None:
    """Nothing is read of it."""
    reader = Reader(formats={})
    assert (reader.read(Kinds, yamltree.Broken(1)), reader.faults) == (None, [])


def test_absent_fields_are_those_of_a_base_where_there_is_one() -> None:
    """Else their own defaults."""
    read, _ = _read("inner: {n: 3}", bases={Inner: Inner(1, 2), Kinds: Kinds(whole=2)})
    assert (read.inner, read.whole) == (Inner(3, 2), 2)


def test_little_of_what_was_written_is_repeated() -> None:
    """On one printable line."""
    assert excerpt("x" * MAX_SHOWN_CHARS) == "x" * MAX_SHOWN_CHARS
    assert excerpt("x" * (MAX_SHOWN_CHARS + 1)) == "x" * MAX_SHOWN_CHARS + "…"
    assert excerpt("a\nb") == "a\\u000ab"
