"""Lines that a terminal, a log or a mail cut at a fixed width, put together again.

Nobody can be sure that a line was cut there, so what it would be in one piece is added after the pieces: rules see
both, and a guess that is wrong hides nothing.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise

from shared.policy.text.normal import CAUSES, QUOTES, all_shown, each_once, lines_of, shown
from shared.policy.text.prefixes import TAGGED

MIN_WIDTH = 40
"""Nobody cuts lines shorter than that."""
MAX_PIECES = 16


def searched(lines: Sequence[str]) -> str:
    """What patterns are searched for in: printed lines (`lines_of`) as they are shown, and cut ones in one piece.

    They may have been cut before or after their prefixes came before them, so both are tried. Linear in the lines.
    """
    if len(lines) == 1:
        return shown(lines[0])
    bare = all_shown(lines)
    before, after = wholes(bare), wholes(lines) if bare != lines else {}
    if not before and not after:
        return "\n".join(each_once(bare))
    seen = []
    for place, line in enumerate(bare):
        seen.append(line)
        seen += before.get(place, ())
        seen += map(shown, after.get(place, ()))
    return "\n".join(each_once(seen))


def is_as_told(text: str, some: Collection[str]) -> bool:
    """Whether, where none of some texts is in a text, none is in what is searched of it, nor of others of its shape.

    So it is where each line that is searched is one of the text or the end of one; and where pieces are put together,
    if no such text may begin in one and end in another.
    """
    lines = lines_of(text)
    if lines != list(filter(None, (line.strip(" ") for line in text.split("\n")))):
        return False
    if not text.isascii() or any(one in text for one in (TAGGED, QUOTES, CAUSES)) or any("\n" in one for one in some):
        return False
    bare = all_shown(lines)
    if not wholes(lines) and not wholes(bare):
        return True
    joints = (pair for pieces in (lines, bare) for pair in pairwise(pieces))
    apart = not any(before[-1:].isalnum() and after[:1].isalnum() for before, after in joints)
    return apart and all(map(str.isalnum, some))


def wholes(lines: Sequence[str]) -> dict[int, tuple[str, ...]]:
    """By the place of its last piece, each line that may have been cut into some of these: between words, within."""
    sizes = list(map(len, lines))
    width = max(sizes, default=0)
    found: dict[int, tuple[str, ...]] = {}
    if width < MIN_WIDTH:
        return found
    # Where the next word would not have fit, the line goes on.
    on = [
        place
        for place, (before, size) in enumerate(pairwise(sizes), 1)
        if before + 1 + size >= width and " " not in lines[place][: max(width - before - 1, 0)]
    ]
    start = end = 0
    for place in on:
        if place != end or place - start == MAX_PIECES:
            if end - start > 1:
                found[end - 1] = _joined(lines[start:end], width)
            start = place if place == end else place - 1
        end = place + 1
    if end - start > 1:
        found[end - 1] = _joined(lines[start:end], width)
    return found


def _joined(run: Sequence[str], width: int) -> tuple[str, ...]:
    """With blanks between the pieces; and, as terminals cut, without one after each piece that fills the width."""
    if width not in map(len, run[:-1]):
        return (" ".join(run),)
    words = within = run[0]
    for before, line in pairwise(run):
        full = len(before) == width
        words += line if full and " " not in before else f" {line}"
        within += line if full else f" {line}"
    return (words,) if words == within else (words, within)
