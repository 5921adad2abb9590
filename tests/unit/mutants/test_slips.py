"""What a slip of the hand may write, and what it leaves alone."""

from __future__ import annotations

import pytest

from tools.mutants.mutations import mutants_of

MODULE = '''"""A desk."""

from typing import TYPE_CHECKING, Protocol

LIMIT = 3

if TYPE_CHECKING:
    HIDDEN = 1


class Shape(Protocol):
    size: int = 1


class Desk(Struct, frozen=True, tag=1):
    """It has 2 drawers."""

    drawers: int = 2

    def close(self, case: int, late: bool = True) -> "int | None":
        """Close 1 of them."""
        if case < LIMIT and not late:
            return min(case, 5)
        for one in self.all(by=case, deep=True):
            if one.open:
                continue
            self.note(f"{1 + 1}", one)
        while case == 1:
            raise ValueError(case)
        return case
'''


@pytest.mark.parametrize(
    ("place", "becomes"),
    [
        ("desk:LIMIT", "LIMIT = 4"),
        ("desk:Desk", "drawers: int = 3"),
        ("desk:Desk", "class Desk(Struct, frozen=True, tag=2):"),
        ("desk:Desk.close", 'def close(self, case: int, late: bool = False) -> "int | None":'),
        ("desk:Desk.close", "if (not late):"),
        ("desk:Desk.close", "if (case < LIMIT):"),
        ("desk:Desk.close", "if (case <= LIMIT) and not late:"),
        ("desk:Desk.close", "if case < LIMIT and (late):"),
        ("desk:Desk.close", "return max(case, 5)"),
        ("desk:Desk.close", "return min(case, 6)"),
        ("desk:Desk.close", "for one in (self.all(deep=True)):"),
        ("desk:Desk.close", "for one in self.all(by=case, deep=False):"),
        ("desk:Desk.close", "if (not one.open):"),
        ("desk:Desk.close", "break"),
        ("desk:Desk.close", "pass"),
        ("desk:Desk.close", "while (case != 1):"),
    ],
)
def test_a_slip_is_in_one_place(place: str, becomes: str) -> None:
    """It is told by where it is and what becomes of the line; the rest of the module stays."""
    found = [one for one in mutants_of("desk", MODULE) if (one.place, one.becomes) == (place, becomes)]
    assert found
    old, new = MODULE.splitlines(), found[0].text.splitlines()
    assert len(old) == len(new)
    assert [number for number, pair in enumerate(zip(old, new, strict=True), 1) if pair[0] != pair[1]] == [
        found[0].line
    ]


def test_what_no_test_could_see_stays() -> None:
    """Docstrings, annotations, what f-strings hold, what is there for type checkers, and the shape of a class."""
    changed = {one.was for one in mutants_of("desk", MODULE)}
    assert not [line for line in changed if "HIDDEN" in line or "size" in line or "drawers." in line or "Close" in line]
    assert not [one for one in mutants_of("desk", MODULE) if "frozen=False" in one.becomes or "2 + 1" in one.becomes]
    compiled = [compile(one.text, "desk", "exec") for one in mutants_of("desk", MODULE)]
    assert len(compiled) > 15


def test_a_test_has_to_run_the_statement() -> None:
    """In a function its lines, of one with a block its head; of a default all of it; else the import will do."""
    lines = {one.becomes: one.lines for one in mutants_of("desk", MODULE)}
    assert lines["LIMIT = 4"] == lines["drawers: int = 3"] == ()
    assert lines["if (not late):"] == (22,)
    assert lines["return min(case, 6)"] == (23,)
    assert lines["break"] == (26,)
    assert len(lines['def close(self, case: int, late: bool = False) -> "int | None":']) > 8


@pytest.mark.parametrize("said", ["@lru_cache(maxsize=8)", "@cache", "@property"])
def test_of_a_function_that_keeps_its_answers_each_slip_says_so(said: str) -> None:
    """Also in what stands within it; of the next function none does."""
    text = f"{said}\ndef one(x):\n    if x:\n        return 1\n    return 3\ndef other():\n    return 5\n"
    kept = {one.becomes: one.kept for one in mutants_of("desk", text)}
    keeps = said != "@property"
    assert (kept["return 2"], kept["return 4"], kept["return 6"]) == (keeps, keeps, False)
