"""Lines that a terminal, a log or a mail cut at a fixed width, put together again.

Nobody can be sure that a line was cut there, so what it would be in one piece is added after the pieces: rules see
both, and a guess that is wrong hides nothing.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from shared.policy.text.normal import all_shown, each_once, shown
from shared.policy.text.traditional import with_simplified

MIN_WIDTH = 40
"""Nobody cuts lines shorter than so many columns."""
MAX_PIECES = 16
_WIDE = re.compile(
    "[\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff01-\uff60\uffe0-\uffe6\U00020000-\U0003fffd]+"
)
"""Signs that take two columns: the East Asian ones of https://www.unicode.org/reports/tr11/."""
_OF_ITS_OWN = re.compile(r"[\w.-]{1,32}: (error|fatal|warning)\b", re.IGNORECASE)
"""Whoever says who is speaking goes on with nobody's line: `srun: error: ` follows whatever the job said last."""


def searched(lines: Sequence[str]) -> str:
    """What patterns are searched for in: printed lines (`lines_of`) as they are shown, and cut ones in one piece.

    They may have been cut before or after their prefixes came before them, so both are tried. Traditional Chinese comes
    in simplified signs, too. Linear in the lines.
    """
    if len(lines) == 1:
        return with_simplified(shown(lines[0]))
    bare = all_shown(lines)
    before, after = wholes(bare), wholes(lines) if bare != lines else {}
    if not before and not after:
        return with_simplified("\n".join(each_once(bare)))
    seen, at = list[str](), 0
    for place in sorted(before.keys() | after.keys()):
        seen += bare[at : place + 1]
        seen += before.get(place, ())
        seen += map(shown, after.get(place, ()))
        at = place + 1
    seen += bare[at:]
    return with_simplified("\n".join(each_once(seen)))


def wholes(lines: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """By the place of its last piece, each line that may have been cut into some of these: between words, within."""
    drawn = [line if line.isascii() else _drawn(line) for line in lines]
    sizes = list(map(len, drawn))
    width = max(sizes, default=0)
    found: dict[int, tuple[str, ...]] = {}
    if width < MIN_WIDTH:
        return found
    # Where the next word would not have fit, the line goes on.
    on = [
        place
        for place, (before, size) in enumerate(pairwise(sizes), 1)
        if before + 1 + size >= width
        and " " not in drawn[place][: max(width - before - 1, 0)]
        and not _OF_ITS_OWN.match(drawn[place])
    ]
    start = end = 0
    for place in [*on, -1]:
        if place != end or place - start == MAX_PIECES:
            if end - start > 1:
                found[end - 1] = _joined(lines[start:end], drawn[start:end], width)
            start = place if place == end else place - 1
        end = place + 1
    return found


def _drawn(line: str) -> str:
    """With a sign for each column: a wide one takes two."""
    return _WIDE.sub(lambda run: run[0] * 2, line)


def _joined(run: Sequence[str], drawn: Sequence[str], width: int) -> tuple[str, ...]:
    """With blanks between the pieces; and, as terminals cut, without one after each piece that fills the width."""
    full = [
        len(before) == width or (len(before) == width - 1 and _WIDE.match(line) is not None)
        for before, line in pairwise(drawn)
    ]
    if not any(full):
        return (" ".join(run),)
    words = within = run[0]
    for place, (before, line) in enumerate(pairwise(run)):
        words += line if full[place] and " " not in before else f" {line}"
        within += line if full[place] else f" {line}"
    return (words,) if words == within else (words, within)
