"""Which of many texts a text may hold, by its distinct words: the same few words make up most of a log.

A text that is looked for has whole words in it, the end of one before them and the beginning of one behind them, or is
a piece of a word. Chinese has no blanks, so a run of it is a word.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from itertools import filterfalse, islice

_GRAM = 3
"""Parts are looked up by so many first bytes. What is shorter is in every text, and in the numbers of every text that
counts in hexadecimal."""
_GRAMS = re.compile(b"." * _GRAM, re.DOTALL)
_FEW = 64
"""So few beginnings of parts are looked for one by one: that takes less than to cut a text into all that are in it."""
_MOST_LEARNED, _LONGEST_LEARNED = 64, 200
"""So many new words of a text are learned at a time, of at most so many bytes."""
_MOST_KEPT = 8192
"""Words that are kept: about 1 MB, at most 3."""
_SMALL = range(ord("a"), ord("z") + 1)
_FOLD = bytes(byte if byte in _SMALL else 32 for byte in range(256))
_BEYOND_ASCII = bytes(byte if byte > 127 else 32 for byte in range(256))  # noqa: PLR2004 - the last of ASCII
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
"""The only other letters that `(?i)` takes for ASCII ones: `k` and `s`."""


def folded_of(text: bytes) -> bytes:
    """The text in small letters, as needed texts have them."""
    small = text.lower()
    return small if small.isascii() else small.replace(_KELVIN, b"k").replace(_LONG_S, b"s")


def blurs_words(text: bytes) -> bool:
    r"""Whether a letter of it is one for `(?i)` and none for `\b`: then nobody knows where its words end."""
    return not text.isascii() and (_KELVIN in text or _LONG_S in text)


def runs_of(folded: bytes) -> list[bytes]:
    """The runs of letters; beyond ASCII of whatever is there."""
    runs = folded.translate(_FOLD).split()
    if not folded.isascii():
        runs += folded.translate(_BEYOND_ASCII).split()
    return runs


def words_of(folded: bytes) -> frozenset[bytes]:
    """The distinct ones."""
    return frozenset(runs_of(folded))


def few_words_of(folded: bytes, most: int) -> frozenset[bytes] | None:
    """The same; None where there are more runs of ASCII letters than so many, which are not counted to the end."""
    runs = folded.translate(_FOLD).split(None, most)
    if len(runs) > most:
        return None
    words = frozenset(runs)
    return words if folded.isascii() else words.union(folded.translate(_BEYOND_ASCII).split())


_WHOLE, _END, _BEGINNING, _PIECE = b"= < > ~".split()
"""What a run of letters of a needed text is of a word that has it; a part is one of these before its run."""
_Parts = frozenset[bytes]


def _fits(part: bytes, word: bytes) -> bool:
    """Whether the word has the run like that, which is no whole word; it has it somewhere."""
    kind, run = part[:1], part[1:]
    if kind == _END:
        return word.endswith(run)
    return kind == _PIECE or word.startswith(run)


class WordIndex:
    """Some texts, each with a number, by their words.

    What a word tells is kept: texts differ, the words that they are made of are the same few thousand.
    """

    def __init__(self, wanted: Mapping[bytes, int]) -> None:
        """Make them ready."""
        parts = {number: _parts_of(text) for text, number in wanted.items()}
        asked = Counter(part for some in parts.values() for part in some)
        # The lower the number, the fewer texts have it.
        seldom = sorted(asked, key=lambda part: (asked[part], -len(part), part))
        numbers = {part: number for number, part in enumerate(seldom)}
        self._asked: list[list[tuple[int, frozenset[int]]]] = [[] for _ in numbers]
        """By the part that fewest have: a text, and its other parts."""
        self.wordless = frozenset(number for number, some in parts.items() if not some)
        """Texts that no word tells of: they may be in any text."""
        for text, some in parts.items():
            if some:
                mine = sorted([numbers[part] for part in some])
                self._asked[mine[0]].append((text, frozenset(mine[1:])))
        self._whole = {part[1:]: number for part, number in numbers.items() if part[:1] == _WHOLE}
        self._pieces: dict[bytes, list[tuple[bytes, str, int]]] = {}
        """By the beginning of their run: a part, the run as Latin-1 reads it (as `prefilter.Read`), its number."""
        for part, number in numbers.items():
            if part[:1] != _WHOLE:
                self._pieces.setdefault(part[1 : _GRAM + 1], []).append((part, part[1:].decode("latin-1"), number))
        self._tells: dict[bytes, tuple[int, ...]] = {}
        """By a word, the parts that it is or has; a word that tells nothing is in `_dull`."""
        self._dull: set[bytes] = set()

    def known(self, words: frozenset[bytes]) -> int:
        """How many of these are whole words of some text."""
        return len(self._whole.keys() & words)

    def not_dull(self, words: Iterable[bytes]) -> frozenset[bytes]:
        """Those that tell something or are new."""
        return frozenset(filterfalse(self._dull.__contains__, words))

    def telling(self, words: Iterable[bytes]) -> frozenset[bytes]:
        """The same; a few new ones are learned each time."""
        telling = self.not_dull(words)
        fresh = telling.difference(self._tells)
        return telling - self._learned_dull(fresh) if fresh else telling

    def _learned_dull(self, fresh: frozenset[bytes]) -> set[bytes]:
        """Those of them that were found to tell nothing."""
        if len(self._tells) + len(self._dull) > _MOST_KEPT:
            self._tells.clear()
            self._dull.clear()
        dull = set()
        for word in islice(fresh, _MOST_LEARNED):
            if len(word) < _GRAM:
                dull.add(word)
            elif len(word) <= _LONGEST_LEARNED:
                tells = self._tells_of(word)
                if tells:
                    self._tells[word] = tells
                else:
                    dull.add(word)
        self._dull |= dull
        return dull

    def found_in(self, telling: frozenset[bytes]) -> list[int]:
        """Numbers of the texts that a text of these words may hold: of all that it does, and of some more.

        Those that are `wordless` are not among them.
        """
        try:
            told = set[int]().union(*map(self._tells.__getitem__, telling))
        except KeyError:
            fresh = telling.difference(self._tells)
            told = self._told_by(fresh).union(*map(self._tells.__getitem__, telling - fresh))
        return [number for some in map(self._asked.__getitem__, told) for number, others in some if others <= told]

    def _tells_of(self, word: bytes) -> tuple[int, ...]:
        """The parts that a word is or has."""
        grams = [word[place : place + _GRAM] for place in range(len(word) - _GRAM + 1)]
        near = (part for gram in dict.fromkeys(grams) if gram in self._pieces for part in self._pieces[gram])
        fitting = [number for part, _, number in near if part[1:] in word and _fits(part, word)]
        return (*fitting, self._whole[word]) if word in self._whole else tuple(fitting)

    def _told_by(self, words: Collection[bytes]) -> set[int]:
        """The parts that one of these words is or has, and perhaps some more."""
        together = b" ".join(words)
        read = together.decode("latin-1")
        found = {self._whole[word] for word in words if word in self._whole}
        if len(self._pieces) <= _FEW:
            near = {gram for gram in self._pieces if gram in together}
        else:
            near = self._pieces.keys() & {gram for begin in range(_GRAM) for gram in _GRAMS.findall(together, begin)}
        for gram in near:
            for _, run, number in self._pieces[gram]:
                if run in read:
                    found.add(number)
        return found


def _parts_of(text: bytes) -> _Parts:
    """What words a needed text is made of: what touches an end of it may go on there."""
    runs = text.translate(_FOLD)
    beyond = b"" if text.isascii() else max(text.translate(_BEYOND_ASCII).split(), key=len)
    if b" " not in runs:
        return _piece(runs)
    first, last = runs[: runs.find(b" ")], runs[runs.rfind(b" ") + 1 :]
    parts = [_WHOLE + word for word in runs[len(first) : len(runs) - len(last)].split() if len(word) >= _GRAM]
    parts += [kind + run for kind, run in ((_END, first), (_BEGINNING, last), (_PIECE, beyond)) if len(run) >= _GRAM]
    return frozenset(parts)


def _piece(run: bytes) -> _Parts:
    return frozenset([_PIECE + run] if len(run) >= _GRAM else ())


def is_wordless(text: bytes) -> bool:
    """Whether it can only be looked for as it is."""
    return not _parts_of(text)
