"""Tables: a line below the head, styles that take no room, pipes that end no cell of a page."""

from __future__ import annotations

import pytest

from secondwind import table as tables
from secondwind.table import markdown, table


def test_a_rule_is_as_long_as_the_table() -> None:
    """The head is as wide as its widest row."""
    assert table(("a", "b"), [("long", "xyz")], rule=True) == ["a     b", "─────────", "long  xyz"]


def test_a_style_takes_no_room() -> None:
    """Only a cell with exactly that text has it, and what stands behind keeps its column."""
    plain = table(("verdict", "why"), [("rerun", "ok"), ("reruns", "ok")])
    styled = table(("verdict", "why"), [("rerun", "ok"), ("reruns", "ok")], styles={"rerun": 32})
    assert styled == [plain[0], "\x1b[32mrerun\x1b[0m    ok", plain[2]]


def test_a_stranger_brings_no_style() -> None:
    """Escapes in a cell are shown, not done."""
    assert table(("a",), [("\x1b[31mred",)], styles={"red": 32}) == ["a", "\\x1b[31mred"]


def test_a_pipe_ends_no_cell_of_a_page() -> None:
    """It is escaped, as Markdown wants it."""
    assert markdown(("a", "b"), [("x|y", "z")]) == "| a | b |\n| --- | --- |\n| x\\|y | z |\n"


def test_lines_below_a_row_stay_with_it_whatever_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """Behind a line of a table as behind a block of lines."""
    head, rows, below = ("id", "job"), [("a", "1"), ("b", "2")], [["  why: x", "  who: y"], ["  why: z"]]
    assert table(head, rows, below=below) == ["id  job", "a   1", "  why: x", "  who: y", "b   2", "  why: z"]
    monkeypatch.setattr(tables, "width", lambda: 5)
    blocks = ["id   a", "job  1", "  why: x", "  who: y", "", "id   b", "job  2", "  why: z"]
    assert table(head, rows, below=below) == blocks
    assert table(head, rows) == [line for line in blocks if not line.startswith(" ")]
    with pytest.raises(ValueError, match="zip"):
        table(head, rows, below=below[:1])
