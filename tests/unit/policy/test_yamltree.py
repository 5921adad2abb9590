"""The tree of a YAML text: values as they are written, each with its place."""

from __future__ import annotations

import pytest

from shared.policy import yamltree


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("{a: [1, x, {b: 2.5}], c: [], d: {}}", {"a": [1, "x", {"b": 2.5}], "c": [], "d": {}}),
        ("- true\n- '7'\n- ~", [True, "7", None]),
        ("x", "x"),
    ],
)
def test_a_tree_is_what_was_written(text: str, value: object) -> None:
    """Mappings, lists and scalars, however they are nested."""
    root, faults = yamltree.parse(text)
    assert root is not None
    assert (yamltree.plain(root), faults) == (value, [])
