"""What words needed texts are made of: by which a text's words tell which of them it may hold.

A text that is looked for has whole words in it, the end of one before them and the beginning of one behind them, or is
a piece of a word. Chinese has no blanks, so a run of it is a word.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from shared.policy.matching.grams import Grams, by_grams
from shared.policy.matching.table import RowTable
from shared.policy.matching.words import BEYOND_ASCII, FOLD, Read

LEAST_LETTERS = 3
"""What is shorter is in every text, and in the numbers of every text that counts in hexadecimal."""
_WHOLE, _END, _BEGINNING, _PIECE = b"= < > ~".split()
"""What a run of letters of a needed text is of a word that has it; a part is one of these before its run."""
Parts = frozenset[bytes]


class WordParts(NamedTuple):
    """Some texts by the parts that they have of words. Both are numbers: the lower a part's, the fewer have it."""

    asked: RowTable[Sequence[tuple[int, tuple[int, ...]]]]
    """By the part that fewest have: a text, and its other parts."""
    wordless: frozenset[int]
    """Texts that no word tells of: they may be in any text."""
    whole: Mapping[bytes, int]
    """Parts that are whole words."""
    pieces: Grams
    """The others, as they are in words that stand side by side."""


def word_parts(parts: Sequence[Parts]) -> WordParts:
    """Of needed texts that were cut into these (`parts_of`), each by its place."""
    having = Counter(part for some in parts for part in some)
    seldom = sorted(having, key=lambda part: (having[part], -len(part), part))
    numbers = {part: number for number, part in enumerate(seldom)}
    asked: dict[int, Sequence[tuple[int, tuple[int, ...]]]] = dict.fromkeys(numbers.values(), ())
    for text, some in enumerate(parts):
        if some:
            first, *others = sorted([numbers[part] for part in some])
            asked[first] = (*asked[first], (text, tuple(others)))
    return WordParts(
        RowTable(asked),
        frozenset(text for text, some in enumerate(parts) if not some),
        {part[1:]: number for part, number in numbers.items() if part[:1] == _WHOLE},
        by_grams([(_as_read(part), number) for part, number in numbers.items() if part[:1] != _WHOLE]),
    )


def _as_read(part: bytes) -> Read:
    """As it is in words that stand side by side: a blank is before what begins one, and behind what ends one."""
    run = part[1:].decode("latin-1")
    return f" {run}" if part[:1] == _BEGINNING else f"{run} " if part[:1] == _END else run


def parts_of(text: bytes) -> Parts:
    """What words a needed text is made of: what touches an end of it may go on there."""
    runs = text.translate(FOLD)
    beyond = b"" if text.isascii() else max(text.translate(BEYOND_ASCII).split(), key=len)
    if b" " not in runs:
        return _piece(runs)
    first, last = runs[: runs.find(b" ")], runs[runs.rfind(b" ") + 1 :]
    parts = [_WHOLE + word for word in runs[len(first) : len(runs) - len(last)].split() if len(word) >= LEAST_LETTERS]
    parts += [
        kind + run for kind, run in ((_END, first), (_BEGINNING, last), (_PIECE, beyond)) if len(run) >= LEAST_LETTERS
    ]
    return frozenset(parts)


def _piece(run: bytes) -> Parts:
    return frozenset([_PIECE + run] if len(run) >= LEAST_LETTERS else ())
