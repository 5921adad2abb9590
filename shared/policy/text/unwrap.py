"""Lines that a terminal, a log or a mail cut at a fixed width, put together again.

Nobody can be sure that a line was cut there, so what it would be in one piece is added after the pieces: rules see
both, and a guess that is wrong hides nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

MIN_WIDTH = 40
"""Nobody cuts lines shorter than that."""
MAX_PIECES = 16


def unwrapped(lines: Sequence[str]) -> Sequence[str]:
    """The lines, after each run of them that may be one the whole of it; linear in their length."""
    sizes = list(map(len, lines))
    width = max(sizes)
    if width < MIN_WIDTH or len(sizes) == 1:
        return lines
    seen, run = [], [lines[0]]
    for size, line in zip(sizes, lines[1:], strict=False):
        word = line.find(" ")
        # Where the next word would not have fit, the line goes on.
        if size + 1 + (len(line) if word < 0 else word) < width or len(run) == MAX_PIECES:
            seen += run if len(run) == 1 else [*run, _joined(run, width)]
            run = []
        run.append(line)
    return seen + (run if len(run) == 1 else [*run, _joined(run, width)])


def _joined(run: Sequence[str], width: int) -> str:
    """Words stay whole; a line that fills the width without a blank was cut within a word."""
    whole = run[0]
    for before, line in pairwise(run):
        whole += line if len(before) == width and " " not in before else f" {line}"
    return whole
