"""The tree of a YAML text: values as they are written, each with its place."""

from __future__ import annotations

import pytest

from shared.policy import yamltree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: [1, x, {b: 2.5}], c: [], d: {}}", {"a": [1, "x", {"b": 2.5}], "c": [], "d": {}}),
        ("- true\n- '7'\n- ~", [True, "7", None]),
        ("[1e3, 2.0, 2.5, 1e300]", [1000, 2, 2.5, 1e300]),
        ("x", "x"),
    ],
)
def test_a_tree_is_what_was_written(text: str, value: object) -> None:
    """Mappings, lists and scalars, however they are nested."""
    root, faults = yamltree.parse(text)
    assert root is not None
    assert (yamltree.plain(root), faults) == (value, [])


def test_whole_numbers_are_whole() -> None:
    """However they are written: a schema takes `1e3` for an integer, and so do we."""
    root, _ = yamltree.parse("[1e3, -2.0, 2.5]")
    assert root is not None
    assert [type(one) for one in yamltree.plain(root)] == [int, int, float]
