"""Tables: a line below the head, styles that take no room, pipes that end no cell of a page."""

from __future__ import annotations

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
