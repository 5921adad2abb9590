"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A short text is asked for all of them at once by one RE2 set. That set's automaton is built as texts need it, about a
microsecond a byte that leads somewhere new, which is too much for a long one: there its distinct words decide.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

import re2

from shared.policy.literals import EDGE, Texts

SHORT_BYTES = 2048
MAX_WORDS = 1500
"""32 KB of logs have some hundred distinct words."""
_MAX_TEXT_BYTES = 16
_SET_MEMORY_BYTES = 16 << 20
_ALWAYS = b""
"""In every text. RE2 tells a set that ran out of memory as one that found nothing; without this one, that is."""
_FOLD = bytes(byte if 97 <= byte <= 122 else byte + 32 if 65 <= byte <= 90 else 32 for byte in range(256))  # noqa: PLR2004 - a to z
_KELVIN, _LONG_S = "\u212a".encode(), "\u017f".encode()
"""The only other letters that `(?i)` takes for ASCII ones: `k` and `s`."""


class _Asking(NamedTuple):
    """A pattern that may be there if a word is, and the other words of the text that it needs."""

    number: int
    others: frozenset[bytes]


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, needs: Sequence[Texts]) -> None:
        """Make them ready; patterns are numbered in this order."""
        wanted: dict[bytes, list[int]] = {}
        self._words: dict[bytes, list[_Asking]] = {}
        """By the longest whole word of a needed text."""
        self._pieces: dict[bytes, list[int]] = {}
        """By the longest run of letters of one that has no whole word."""
        self._others: dict[bytes, list[int]] = {}
        """By one that has no letters."""
        for number, texts in enumerate(needs):
            for text in texts:
                plain = text.replace(EDGE, b"")
                wanted.setdefault(plain[:_MAX_TEXT_BYTES], []).append(number)
                words, piece = _letters_of(text)
                if words:
                    longest = max(words, key=len)
                    self._words.setdefault(longest, []).append(_Asking(number, frozenset(words) - {longest}))
                else:
                    (self._pieces if piece else self._others).setdefault(piece or plain, []).append(number)
        self._wanted = list(wanted.values())
        self._set = _set_of(list(wanted))
        self._all = range(len(needs))

    def possible(self, text: bytes) -> Collection[int]:
        """Numbers of the patterns that the text may hold."""
        if not self._all:
            return ()
        folded = text.lower()
        if not folded.isascii():
            folded = folded.replace(_KELVIN, b"k").replace(_LONG_S, b"s")
        return self._of_short(folded) if len(folded) <= SHORT_BYTES else self._of_long(folded)

    def _of_short(self, folded: bytes) -> Collection[int]:
        found = () if self._set is None else self._set.Match(folded) or ()
        last = len(self._wanted)
        if last not in found:
            return self._all
        if len(found) == 1:
            return ()
        return {number for place in found if place != last for number in self._wanted[place]}

    def _of_long(self, folded: bytes) -> Collection[int]:
        words = words_of(folded)
        together = b" ".join(words)
        known = self._words.keys() & words
        numbers = {asking.number for word in known for asking in self._words[word] if asking.others <= words}
        for piece, asking in self._pieces.items():
            if piece in together:
                numbers.update(asking)
        for other, asking in self._others.items():
            if other in folded:
                numbers.update(asking)
        return numbers


def words_of(text: bytes) -> set[bytes]:
    """The distinct runs of letters, folded."""
    return set(text.translate(_FOLD).split())


def _letters_of(text: bytes) -> tuple[list[bytes], bytes]:
    """The whole words of a needed text, and its longest run of letters.

    What touches an end of the text may go on there; between its ends each run is a whole word.
    """
    runs = text.translate(_FOLD)
    inner = runs[runs.find(b" ") : runs.rfind(b" ")] if b" " in runs else b""
    return inner.split(), max(runs.split(), key=len, default=b"")


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
