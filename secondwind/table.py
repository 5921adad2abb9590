"""The one place where tables are set: for a terminal, and for a page in Markdown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import MappingProxyType

from secondwind.terminal import shown, width

GAP = "  "
PLAIN: Mapping[str, int] = MappingProxyType({})


def table(
    head: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    rule: bool = False,
    styles: Mapping[str, int] = PLAIN,
    below: Sequence[Sequence[str]] = (),
) -> list[str]:
    """Lines with columns as wide as their widest cell; the last one is not filled up.

    On a terminal that is too narrow for that each row is a block of lines, a cell each, behind its column's name.

    Args:
        head: names of the columns.
        rows: as many cells each; strangers' text in them is escaped here.
        rule: a line below the head.
        styles: cells with exactly this text get this style, a parameter of the escape sequence SGR (ECMA-48).
        below: lines that follow each row, as they are; none where it is empty. Who takes the lines apart to put them in
            does not know which line is whose.
    """
    further = below or [()] * len(rows)
    cells = [list(head), *([shown(cell) for cell in row] for row in rows)]
    widths = [max(len(row[column]) for row in cells) for column in range(len(head))]
    room = width()
    if room is not None and sum(widths) + len(GAP) * (len(widths) - 1) > room:
        return _blocks(cells, styles, further)
    titles, *lines = (_line(row, widths, styles) for row in cells)
    ruled = ["─" * (sum(widths) + len(GAP) * (len(widths) - 1))] if rule else []
    return [titles, *ruled, *(one for line, more in zip(lines, further, strict=True) for one in (line, *more))]


def _line(cells: Sequence[str], widths: Sequence[int], styles: Mapping[str, int]) -> str:
    filled = (_styled(cell, styles) + " " * (width - len(cell)) for cell, width in zip(cells, widths, strict=True))
    return GAP.join(filled).rstrip()


def _blocks(cells: Sequence[Sequence[str]], styles: Mapping[str, int], further: Sequence[Sequence[str]]) -> list[str]:
    """Each row's cells one below the other, and a blank line between two rows; what is empty is left out."""
    names, *rows = cells
    indent = max(map(len, names))
    lines: list[str] = []
    for row, more in zip(rows, further, strict=True):
        lines += [""] if lines else []
        lines += [
            f"{name:<{indent}}{GAP}{_styled(cell, styles)}"
            for name, cell in zip(names, row, strict=True)
            if cell.strip()
        ]
        lines += more
    return lines


def _styled(cell: str, styles: Mapping[str, int]) -> str:
    return f"\x1b[{styles[cell]}m{cell}\x1b[0m" if cell in styles else cell


def markdown(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A table of a page, each line with its end."""
    lines = [head, ["---"] * len(head), *rows]
    return "".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |\n" for line in lines)
