"""The tree of a YAML text: values as they are written, each with its place."""

from __future__ import annotations

from typing import Annotated

import pytest
from msgspec import Meta, Struct

from shared.policy import yamltree
from shared.policy.reader import Reader


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: [1, x, {b: 2.5}], c: [], d: {}}", {"a": [1, "x", {"b": 2.5}], "c": [], "d": {}}),
        ("- true\n- '7'\n- ~", [True, "7", None]),
        ("[1e3, 2.0, 2.5, 1e300]", [1000, 2, 2.5, 1e300]),
        ("x", "x"),
        ("[true, True, TRUE]", [True] * 3),
        ("[false, False, FALSE]", [False] * 3),
        ("['true', yes, ~, null, Null, NULL, '']", ["true", "yes", None, None, None, None, ""]),
    ],
)
def test_a_tree_is_what_was_written(text: str, value: object) -> None:
    """Mappings, lists and scalars, however they are nested."""
    root, faults = yamltree.parse(text)
    assert root is not None
    assert (yamltree.plain(root), faults) == (value, [])


def test_whole_numbers_are_whole() -> None:
    """However they are written: a schema takes `1e3` for an integer, and so do we."""
    root, _ = yamltree.parse(f"[1e3, -2.0, 2.5, {2**53 - 1}.0, {2**53}.0, -{2**53}.0, 1e300]")
    assert root is not None
    assert [type(one) for one in yamltree.plain(root)] == [int, int, float, int, float, float, float]


@pytest.mark.parametrize(("more", "deep"), [(0, False), (1, True)])
def test_what_is_nested_has_a_bound(more: int, *, deep: bool) -> None:
    """As deep as is allowed is read."""
    levels = yamltree.MAX_DEPTH + more
    root, faults = yamltree.parse("[" * levels + "]" * levels)
    assert (root is None, len(faults)) == (deep, deep)


@pytest.mark.parametrize(
    ("text", "line", "problem"),
    [
        ("a: 1\nb: \ud800", 2, "no text"),
        ("\ud800", 1, "no text"),
        ("a: 1\nb: \x07", 2, "no YAML"),
        ("\n\x07", 2, "no YAML"),
        ("\n\ud800", 2, "no text"),
        ("\x07", 1, "no YAML"),
        ("a: 1\nb: [", 3, "no YAML"),
        ("a: 1\n---\nb: 2", 2, "a second document"),
        ("a: 1\n? [x]\n: 2", 2, "a key must be text"),
    ],
)
def test_a_fault_tells_its_line(text: str, line: int, problem: str) -> None:
    """Counted from 1, wherever reading ends."""
    _, faults = yamltree.parse(text)
    assert [(fault.line, problem in fault.problem) for fault in faults[:1]] == [(line, True)]


def test_parts_are_those_of_their_list() -> None:
    """With path and line; what does not fit was read from another tree."""
    root, _ = yamltree.parse("a:\n  b:\n  - x\n  - y")
    assert root is not None
    found = [(path, part, node.line) for path, part, node in yamltree.each([1, 2], root, "a", "b")]
    assert found == [("$.a.b[0]", 1, 3), ("$.a.b[1]", 2, 4)]
    for parts in ([1], [1, 2, 3]):
        with pytest.raises(ValueError, match="zip"):
            list(yamltree.each(parts, root, "a", "b"))


class Little(Struct):
    """What a text may say."""

    a: Annotated[int, Meta(ge=1)] = 1


@pytest.mark.parametrize(("text", "read"), [("a: 2", True), ("a: 2\nb: 3", False), ("a: 0", False), ("[1]", False)])
def test_where_anything_is_at_fault_nothing_is_read(text: str, *, read: bool) -> None:
    """Half of what somebody wrote is not what they meant."""
    root, _ = yamltree.parse(text)
    assert root is not None
    reader = Reader(formats={})
    assert (reader.read(Little, root) == Little(a=2), not reader.faults) == (read, read)
