"""Names with values in which a name may come again."""

from __future__ import annotations

from shared.reading.pairs import overwritten


def test_what_a_dictionary_does_not_keep() -> None:
    """All but the last of each name, in their order; by the name alone, whatever the values are."""
    pairs = (("a", "1"), ("b", "a"), ("a", "2"), ("c", "b"), ("a", "1"), ("b", "b"))
    assert overwritten(pairs) == (("a", "1"), ("b", "a"), ("a", "2"))
    assert [pair for pair in pairs if pair not in overwritten(pairs)] == [("c", "b"), ("b", "b")]
    assert overwritten(()) == overwritten((("a", "1"), ("b", "1"))) == ()
