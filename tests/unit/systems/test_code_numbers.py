"""Codes that are numbers."""

from __future__ import annotations

import pytest

from shared.systems.openapi.classify import as_number


@pytest.mark.parametrize(
    ("code", "number"),
    [
        (5, 5),
        ("5", 5),
        ("9" * 9, 999_999_999),
        ("9" * 10, None),
        ("\u0663", None),
        ("", None),
        ("-5", None),
        (True, None),
    ],
)
def test_a_code_that_is_a_number(code: object, number: int | None) -> None:
    """Or its text, of nine digits at most: a longer one is no code of anybody's."""
    assert as_number(code) == number
