"""Which of many texts a long text may hold, by its distinct words: the same few words make up most of a log.

A text that is looked for has whole words in it, or a piece of one; Chinese has no blanks, so a run of it is a word.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from shared.policy.literals import EDGE

_GRAM = 4
"""Pieces are looked up by so many first bytes."""
_FEW = 48
"""So many texts that may be there are looked for as they are."""
_SMALL, _LARGE = range(ord("a"), ord("z") + 1), range(ord("A"), ord("Z") + 1)
_FOLD = bytes(byte if byte in _SMALL else byte + 32 if byte in _LARGE else 32 for byte in range(256))
_BEYOND_ASCII = bytes(byte if byte > 127 else 32 for byte in range(256))  # noqa: PLR2004 - the last of ASCII
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
"""The only other letters that `(?i)` takes for ASCII ones: `k` and `s`."""


def folded_of(text: bytes) -> bytes:
    """The text in small letters, as needed texts have them."""
    small = text.lower()
    return small if small.isascii() else small.replace(_KELVIN, b"k").replace(_LONG_S, b"s")


def words_of(folded: bytes) -> set[bytes]:
    """The distinct runs of letters; beyond ASCII of whatever is there."""
    words = set(folded.translate(_FOLD).split())
    return words if folded.isascii() else words.union(folded.translate(_BEYOND_ASCII).split())


class WordIndex:
    """Some texts, each with a number, by their words."""

    def __init__(self, wanted: Mapping[bytes, int], alone: Collection[int]) -> None:
        """Make them ready; `alone`: those that are all that something needs."""
        self._plain = {number: text.replace(EDGE, b"") for text, number in wanted.items()}
        self._alone = frozenset(alone)
        self._words: dict[bytes, list[tuple[int, frozenset[bytes]]]] = {}
        """By their longest whole word."""
        self._pieces: dict[bytes, list[tuple[int, bytes]]] = {}
        """By the beginning of their longest piece."""
        self._small: list[tuple[int, bytes]] = []
        """With a piece that is too small to be looked up, if any."""
        self._taken_for_found: set[int] = set()
        for text, number in wanted.items():
            words, piece = _parts_of(text)
            if words:
                self._words.setdefault(max(words, key=len), []).append((number, words))
            elif len(piece) >= _GRAM:
                self._pieces.setdefault(piece[:_GRAM], []).append((number, piece))
            elif number in self._alone:
                self._small.append((number, piece))
            else:
                self._taken_for_found.add(number)

    def known(self, words: set[bytes]) -> int:
        """How many of these it looks something up by."""
        return len(self._words.keys() & words)

    def found_in(self, folded: bytes, words: set[bytes]) -> set[int]:
        """Numbers of the texts that may be there: of all that are, and of some more."""
        together = b" ".join(words)
        found = {number for word in self._words.keys() & words for number, every in self._words[word] if every <= words}
        grams = {together[place : place + _GRAM] for place in range(len(together) - _GRAM + 1)}
        for gram in self._pieces.keys() & grams:
            found.update(number for number, piece in self._pieces[gram] if piece in together)
        found.update(number for number, piece in self._small if piece in together and self._plain[number] in folded)
        alone = found & self._alone
        if len(alone) <= _FEW:
            found.difference_update(number for number in alone if self._plain[number] not in folded)
        return found | self._taken_for_found


def _parts_of(text: bytes) -> tuple[frozenset[bytes], bytes]:
    """The whole words of a needed text, each of them a word of what has it, and its longest run of letters.

    What touches an end of the text may go on there; between its ends each run is a whole word.
    """
    runs = text.translate(_FOLD)
    inner = runs[runs.find(b" ") : runs.rfind(b" ")] if b" " in runs else b""
    longest = max((*runs.split(), *text.translate(_BEYOND_ASCII).split()), key=len, default=b"")
    return frozenset(inner.split()), longest


def is_small(text: bytes) -> bool:
    """Whether it can only be looked for as it is."""
    if text.isalpha():
        return len(text) < _GRAM
    words, piece = _parts_of(text)
    return not words and len(piece) < _GRAM
