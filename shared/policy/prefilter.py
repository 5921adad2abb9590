"""Which patterns a text can hold at all, by the texts that they need: cheap, and never wrong about a no.

A short text is asked for all of them at once by one RE2 set. That set's automaton is built as texts need it, about a
microsecond a byte that leads somewhere new, which is too much for a long one: there its distinct words decide.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from functools import cache, cached_property
from typing import Any, NamedTuple

import re2

from shared.policy.literals import EDGE, Needs, Texts
from shared.policy.wordindex import WordIndex, folded_of, is_small

SHORT_BYTES = 2048
FEW_TEXTS = 8
"""The first short texts are asked for one needed text after the other: making the set costs as much as fifteen of them,
and many processes see one failure."""
MAX_KNOWN = 250
"""A log has some dozens of the words by which patterns are looked for."""
_LEAST_BYTES = 3
"""Shorter texts are looked for only where nothing else is needed: they are in most texts."""
_MAX_TEXT_BYTES = 16
_SET_MEMORY_BYTES = 16 << 20
_ALWAYS = b""
"""In every text. RE2 tells a set that ran out of memory as one that found nothing; without this one, that is."""


class _Asking(NamedTuple):
    """An alternative of a pattern that may match if a text is there."""

    number: int
    """Of the pattern."""
    besides: tuple[frozenset[int], ...]
    """And if one of each of these texts is there."""


class Prefilter:
    """The texts that some patterns need, ready to be asked."""

    def __init__(self, needs: Sequence[Needs]) -> None:
        """Make them ready; patterns are numbered in this order."""
        wanted: dict[bytes, int] = {}
        asking: dict[int, list[_Asking]] = {}
        asked = Counter(text for some in needs for one in some for texts in one for text in texts)
        small = cache(is_small)

        def commonness(texts: Texts) -> tuple[bool, int]:
            """How often texts are asked for; the more so if a long text's words do not show whether one is there."""
            return any(map(small, texts)), sum(asked[text] for text in texts)

        for place, alternatives in enumerate(needs):
            for alternative in alternatives:
                # What few ask for is seldom there: then the others need not be looked at.
                first, *others = sorted(alternative, key=commonness) if len(alternative) > 1 else alternative
                besides = tuple(_numbered(texts, wanted) for texts in others if min(map(len, texts)) >= _LEAST_BYTES)
                for number in _numbered(first, wanted):
                    asking.setdefault(number, []).append(_Asking(place, besides))
        self._asking = [*(asking.get(number, ()) for number in range(len(wanted))), ()]
        """By the number of a text that is looked for; the last is that of every text."""
        self._texts = [text.replace(EDGE, b"")[:_MAX_TEXT_BYTES] for text in wanted]
        self._seen = 0
        self._wanted, self._alone = wanted, frozenset(asking)
        self._all = range(len(needs))

    @cached_property
    def _set(self) -> Any | None:
        return _set_of(self._texts)

    @cached_property
    def _index(self) -> WordIndex:
        """For long texts alone."""
        return WordIndex(self._wanted, self._alone)

    def possible(self, text: bytes) -> Collection[int]:
        """Numbers of the patterns that a short text may hold."""
        if not self._all:
            return ()
        if self._seen < FEW_TEXTS:
            self._seen += 1
            folded = folded_of(text)
            return self._asked_for({number for number, each in enumerate(self._texts) if each in folded})
        found = () if self._set is None else self._set.Match(folded_of(text)) or ()
        # Without the text that is always there, the set has said nothing.
        return self._asked_for(set(found)) if len(self._asking) - 1 in found else self._all

    def possible_by(self, words: set[bytes], text: bytes) -> Collection[int] | None:
        """Numbers of the patterns that a long text of these words may hold; None: of hundreds."""
        if self._index.known(words) > MAX_KNOWN:
            return None
        return self._asked_for(self._index.found_in(folded_of(text), words))

    def _asked_for(self, found: set[int]) -> set[int]:
        possible: set[int] = set()
        for place in found:
            for number, besides in self._asking[place]:
                for texts in besides:
                    if texts.isdisjoint(found):
                        break
                else:
                    possible.add(number)
        return possible


def _numbered(texts: Texts, wanted: dict[bytes, int]) -> frozenset[int]:
    return frozenset(wanted.setdefault(text, len(wanted)) for text in texts)


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
