"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A short text is asked for all of them at once by one RE2 set. That set's automaton is built as texts need it, about a
microsecond a byte that leads somewhere new, which is too much for a long one: there its distinct words decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import Any, NamedTuple

import re2

from shared.policy.literals import EDGE, Needs, Texts

SHORT_BYTES = 2048
_GRAM = 4
_LEAST_BYTES = 4
"""Shorter texts are looked for only where nothing else is needed: they are in most texts."""
_MAX_TEXT_BYTES = 16
_SET_MEMORY_BYTES = 16 << 20
_ALWAYS = b""
"""In every text. RE2 tells a set that ran out of memory as one that found nothing; without this one, that is."""
_FOLD = bytes(byte if 97 <= byte <= 122 else byte + 32 if 65 <= byte <= 90 else 32 for byte in range(256))  # noqa: PLR2004 - a to z
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
"""The only other letters that `(?i)` takes for ASCII ones: `k` and `s`."""


class _Asking(NamedTuple):
    """An alternative of a pattern that may match if a text is there."""

    number: int
    """Of the pattern."""
    besides: tuple[frozenset[int], ...]
    """And if one of each of these is there."""


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, needs: Sequence[Needs]) -> None:
        """Make them ready; patterns are numbered in this order."""
        wanted: dict[bytes, int] = {}
        asking: dict[int, list[_Asking]] = {}
        asked = Counter(text for some in needs for one in some for texts in one for text in texts)
        for place, alternatives in enumerate(needs):
            for alternative in alternatives:
                # What few ask for is seldom there: then the others need not be looked at.
                first, *others = sorted(alternative, key=lambda texts: sum(asked[text] for text in texts))
                besides = tuple(_numbered(texts, wanted) for texts in others if min(map(len, texts)) >= _LEAST_BYTES)
                for number in _numbered(first, wanted):
                    asking.setdefault(number, []).append(_Asking(place, besides))
        self._set = _set_of([text.replace(EDGE, b"")[:_MAX_TEXT_BYTES] for text in wanted])
        self._asking = [*(asking.get(number, ()) for number in range(len(wanted))), ()]
        """By the number of a text that is looked for; the last is that of every text."""
        self._all = range(len(needs))
        self._index(wanted)

    def _index(self, wanted: Mapping[bytes, int]) -> None:
        """By their longest whole word, by the beginning of their longest piece, or as they are."""
        self._words: dict[bytes, list[tuple[int, frozenset[bytes]]]] = {}
        self._pieces: dict[bytes, list[tuple[int, bytes]]] = {}
        self._others: dict[bytes, int] = {}
        for text, number in wanted.items():
            words, piece = _letters_of(text)
            if words:
                self._words.setdefault(max(words, key=len), []).append((number, words))
            elif len(piece) >= _GRAM:
                self._pieces.setdefault(piece[:_GRAM], []).append((number, piece))
            else:
                self._others[text.replace(EDGE, b"")] = number

    def possible(self, text: bytes, words: Collection[bytes] = ()) -> Collection[int]:
        """Numbers of the patterns that the text may hold; of a long text its `words_of` are asked."""
        if not self._all:
            return ()
        folded = folded_of(text)
        found = self._in_long(folded, set(words)) if words else self._in_short(folded)
        if found is None:
            return self._all
        possible: set[int] = set()
        for place in found:
            for number, besides in self._asking[place]:
                for texts in besides:
                    if texts.isdisjoint(found):
                        break
                else:
                    possible.add(number)
        return possible

    def _in_short(self, folded: bytes) -> set[int] | None:
        """Which texts are there; None if that cannot be told."""
        found = set() if self._set is None else set(self._set.Match(folded) or ())
        return found if len(self._asking) - 1 in found else None

    def _in_long(self, folded: bytes, words: set[bytes]) -> set[int]:
        """Which texts may be there, by the words alone."""
        together = b" ".join(words)
        grams = {together[place : place + _GRAM] for place in range(len(together) - _GRAM + 1)}
        found = {place for word in self._words.keys() & words for place, every in self._words[word] if every <= words}
        for gram in self._pieces.keys() & grams:
            found.update(place for place, piece in self._pieces[gram] if piece in together)
        found.update(place for other, place in self._others.items() if other in folded)
        return found


def words_of(text: bytes) -> set[bytes]:
    """The distinct runs of letters, folded."""
    return set(folded_of(text).translate(_FOLD).split())


def folded_of(text: bytes) -> bytes:
    """The text in small letters, as needed texts have them."""
    small = text.lower()
    return small if small.isascii() else small.replace(_KELVIN, b"k").replace(_LONG_S, b"s")


def _numbered(texts: Texts, wanted: dict[bytes, int]) -> frozenset[int]:
    return frozenset(wanted.setdefault(text, len(wanted)) for text in texts)


def _letters_of(text: bytes) -> tuple[frozenset[bytes], bytes]:
    """The whole words of a needed text, each of them a word of what has it, and its longest run of letters.

    What touches an end of the text may go on there; between its ends each run is a whole word.
    """
    runs = text.translate(_FOLD)
    inner = runs[runs.find(b" ") : runs.rfind(b" ")] if b" " in runs else b""
    return frozenset(inner.split()), max(runs.split(), key=len, default=b"")


def _set_of(texts: Sequence[bytes]) -> Any | None:
    options = re2.Options()
    options.literal = True
    options.encoding = re2.Options.Encoding.LATIN1  # bytes: a long text is cut, if need be within a character
    options.never_capture = True
    options.log_errors = False
    options.max_mem = _SET_MEMORY_BYTES
    together = re2.Set.SearchSet(options)
    try:
        for text in (*texts, _ALWAYS):
            together.Add(text)
        together.Compile()
    except re2.error:
        return None  # larger than RE2 lets a set be
    return together
