"""The one place where tables are set: for a terminal, and for a page in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from secondwind.terminal import shown

GAP = "  "
PLAIN: Mapping[str, int] = MappingProxyType({})


def table(
    head: Sequence[str], rows: Sequence[Sequence[str]], *, rule: bool = False, colours: Mapping[str, int] = PLAIN
) -> list[str]:
    """Lines with columns as wide as their widest cell; the last one is not filled up.

    Args:
        head: names of the columns.
        rows: as many cells each; strangers' text in them is escaped here.
        rule: a line below the head.
        colours: cells with exactly this text get this colour, a parameter of the escape sequence SGR (ECMA-48).
    """
    cells = [list(head), *([shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    lines = [_line(row, widths, colours) for row in cells]
    return [lines[0], "─" * (sum(widths) + len(GAP) * (len(widths) - 1)), *lines[1:]] if rule else lines


def _line(cells: Sequence[str], widths: Sequence[int], colours: Mapping[str, int]) -> str:
    filled = (_coloured(cell, colours) + " " * (width - len(cell)) for cell, width in zip(cells, widths, strict=True))
    return GAP.join(filled).rstrip()


def _coloured(cell: str, colours: Mapping[str, int]) -> str:
    return f"\x1b[{colours[cell]}m{cell}\x1b[0m" if cell in colours else cell


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of a page, each line with its end."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
