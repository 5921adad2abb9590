"""Ids and names as strangers write them: which are taken, and where the bounds lie."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from shared.reading.ids import MAX_ID_CHARS, MAX_LONG, count, flag, positive_long, printable_name, whole


@pytest.mark.parametrize(
    ("read", "value", "number"),
    [
        (positive_long, 1, 1),
        (positive_long, "0042", 42),
        (positive_long, MAX_LONG, MAX_LONG),
        (positive_long, str(MAX_LONG), MAX_LONG),
        (count, 0, 0),
        (count, "0", 0),
        (count, MAX_LONG, MAX_LONG),
    ],
)
def test_a_number_may_be_spelled(read: Callable[[Any], int], value: object, number: int) -> None:
    """As JSON has it or as a log does, to the largest of 64 bits."""
    assert read(value) == number


@pytest.mark.parametrize(
    "value",
    [-1, "-1", MAX_LONG + 1, str(MAX_LONG + 1), "9" * 20, True, False, None, 1.0, "1.0", "", " 1", "1\n", "٣", b"1"],
)
@pytest.mark.parametrize("read", [positive_long, count])
def test_what_is_no_whole_number_of_64_bits_is_none(read: Callable[[Any], int], value: object) -> None:
    """Nor are digits of other scripts, nor what Python alone would take for one."""
    with pytest.raises(ValueError, match="wanted"):
        read(value)


def test_zero_counts_and_names_nothing() -> None:
    """No id is 0."""
    with pytest.raises(ValueError, match="positive"):
        positive_long(0)
    assert (whole("7"), whole(7), whole("x")) == (7, 7, None)


@pytest.mark.parametrize("value", [True, "true", False, "false"])
def test_yes_and_no_may_be_spelled(value: object) -> None:
    """As JSON has it or as a log does."""
    assert flag(value) is (value in (True, "true"))


@pytest.mark.parametrize("value", [1, 0, "True", "yes", "", " true", b"true", None, ["true"]])
def test_what_is_neither_yes_nor_no_is_none(value: object) -> None:
    """Nobody guesses which was meant."""
    with pytest.raises(ValueError, match="wanted true or false"):
        flag(value)


@pytest.mark.parametrize("name", ["a", "demo.group", "€ 1", "x" * MAX_ID_CHARS])
def test_a_name_is_printable_text(name: str) -> None:
    """As it stands."""
    assert printable_name(name) == name


@pytest.mark.parametrize("name", ["", "x" * (MAX_ID_CHARS + 1), " a", "a ", "a\x00", "a\nb", "\u202ea", 7, None, ["a"]])
def test_what_is_no_name_is_refused(name: object) -> None:
    """Blanks around it, signs that do not print, and anything that is no text."""
    with pytest.raises(ValueError, match="wanted printable text"):
        printable_name(name)
