"""Lines that a terminal, a log or a mail cut at a fixed width, put together again.

Nobody can be sure that a line was cut there, so what it would be in one piece is added after the pieces: rules see
both, and a guess that is wrong hides nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise

MIN_WIDTH = 40
"""Nobody cuts lines shorter than that."""
MAX_PIECES = 16


def unwrapped(lines: Sequence[str]) -> list[str]:
    """The lines, after each run of them that may be one the whole of it; linear in their length."""
    width = max(map(len, lines), default=0)
    if len(lines) < 2 or width < MIN_WIDTH:  # noqa: PLR2004 - a line and what goes on with it
        return list(lines)
    seen: list[str] = []
    for run in _runs(lines, width):
        seen += run
        if len(run) > 1:
            seen.append(_joined(run, width))
    return seen


def _runs(lines: Sequence[str], width: int) -> Iterator[list[str]]:
    """The lines in order: where the next word would not have fit, the next line goes on with this one."""
    run: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        run.append(line)
        word = following.partition(" ")[0]
        if not word or len(line) + 1 + len(word) < width or len(run) == MAX_PIECES:
            yield run
            run = []
    if run:
        yield run


def _joined(run: Sequence[str], width: int) -> str:
    """Words stay whole; a line that fills the width without a blank was cut within a word."""
    whole = run[0]
    for before, line in pairwise(run):
        whole += line if len(before) == width and " " not in before else f" {line}"
    return whole
