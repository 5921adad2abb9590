"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A short text is asked for all of them at once by one RE2 set. That set's automaton is built as texts need it, about a
microsecond a byte that leads somewhere new, which is too much for a long one: there its distinct words decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import re2

from shared.policy.literals import EDGE, Needs

SHORT_BYTES = 2048
_GRAM = 4
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


class _Text(NamedTuple):
    """How a needed text is looked for in a long one."""

    plain: bytes
    words: frozenset[bytes]
    """The whole words in it: each has to be among the text's words."""
    piece: bytes
    """Without a whole word, its longest run of letters: it has to be in one of the text's words, if it is long enough
    to be looked for by its beginning; else the text itself is looked for."""


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, needs: Sequence[Needs]) -> None:
        """Make them ready; patterns are numbered in this order."""
        number: dict[bytes, int] = {}
        for alternatives in needs:
            for alternative in alternatives:
                for texts in alternative:
                    for text in texts:
                        number.setdefault(_short(text), len(number))
        self._asking: list[list[_Asking]] = [[] for _ in number]
        self._texts: list[list[_Text]] = [[] for _ in number]
        asked = Counter(text for some in needs for one in some for texts in one for text in texts)
        for place, alternatives in enumerate(needs):
            for alternative in alternatives:
                # What few ask for is seldom there: then the others need not be looked at.
                first, *others = sorted(alternative, key=lambda texts: sum(asked[text] for text in texts))
                besides = tuple(frozenset(number[_short(text)] for text in texts) for texts in others)
                for text in first:
                    self._asking[number[_short(text)]].append(_Asking(place, besides))
        known = dict.fromkeys(t for some in needs for one in some for texts in one for t in texts)
        for text in known:
            self._texts[number[_short(text)]].append(_how(text))
        self._set = _set_of(list(number))
        self._all = range(len(needs))
        self._index_words()

    def _index_words(self) -> None:
        """By a word, the texts that have it as their longest; the others are looked for one by one."""
        self._words: dict[bytes, list[tuple[int, frozenset[bytes]]]] = {}
        self._pieces: dict[bytes, list[tuple[int, bytes]]] = {}
        self._others: dict[bytes, int] = {}
        for place, ways in enumerate(self._texts):
            for way in ways:
                if way.words:
                    longest = max(way.words, key=len)
                    self._words.setdefault(longest, []).append((place, way.words))
                elif len(way.piece) >= _GRAM:
                    self._pieces.setdefault(way.piece[:_GRAM], []).append((place, way.piece))
                else:
                    self._others[way.plain] = place

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
        if len(self._asking) not in found:
            return None
        found.discard(len(self._asking))
        return found

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


def _short(text: bytes) -> bytes:
    return text.replace(EDGE, b"")[:_MAX_TEXT_BYTES]


def _how(text: bytes) -> _Text:
    """What touches an end of a needed text may go on there; between its ends each run of letters is a whole word."""
    runs = text.translate(_FOLD)
    inner = runs[runs.find(b" ") : runs.rfind(b" ")] if b" " in runs else b""
    return _Text(text.replace(EDGE, b""), frozenset(inner.split()), max(runs.split(), key=len, default=b""))


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
