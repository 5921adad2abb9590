"""Which patterns the first short texts of a process may hold, from what was worked out when its package was made.

The prefilter of hundreds of patterns takes longer to make than all else that a new process does, and many processes see
one failure. So it is asked beforehand what each needed text is looked for by: three signs of it that few others have.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence

import msgspec

from shared.policy.prefilter import Chances, Prefilter, Read, Way

FIRST_TEXTS = 256
"""Then the prefilter itself is made: it takes as long as some five hundred of these, and knows what it has seen."""
_GRAM = 3


class Early:
    """The texts that some patterns need, by their bytes."""

    def __init__(self, state: bytes) -> None:
        """As `state_of` made it."""
        self.patterns, self._texts, self._grams, self._short, self._asks = msgspec.msgpack.decode(state)
        self._left = FIRST_TEXTS
        self._kept: dict[tuple[int, ...], Chances] = {}
        """By what was found in a text: texts of one kind have the same."""
        self._last: tuple[Read, Chances] | None = None
        """What was asked last: of a text it is asked for its rule, and for the line that may be the cause."""

    def possible(self, folded: Read) -> Chances | None:
        """What `Prefilter.possible` says of that text; None where it is to be asked itself."""
        last = self._last
        if last is not None and last[0] == folded:
            return last[1]
        if not self._left:
            return None
        self._left -= 1
        grams = {folded[place : place + _GRAM] for place in range(len(folded) - _GRAM + 1)}
        near = [text for gram in self._grams.keys() & grams for text in self._grams[gram]]
        texts = self._texts
        found = tuple(sorted([text for text in (*self._short, *near) if texts[text] in folded]))
        chances = self._kept.get(found)
        if chances is None:
            chances = self._kept[found] = self._chances(found)
        self._last = folded, chances
        return chances

    def _chances(self, found: Sequence[int]) -> Chances:
        asks = [(text, *msgspec.msgpack.decode(self._asks[text])) for text in found]
        chosen = {choice for _, _, choices in asks for choice in choices}
        ways: dict[int, tuple[Way, ...]] = {}
        for text, asking, _ in asks:
            for number, besides in asking:
                if chosen.issuperset(besides):
                    ways[number] = (*ways.get(number, ()), (self._texts[text], ()))
        return Chances(frozenset(ways), ways)


def digest_of(patterns: Sequence[str]) -> str:
    """By which the patterns are known that something was worked out for."""
    return hashlib.sha256("\0".join(patterns).encode()).hexdigest()


def state_of(patterns: Sequence[str], prefilter: Prefilter) -> bytes:
    """All that `Early` must know of these patterns, all of which need a text."""
    texts, grams, short = prefilter.texts, dict[Read, list[int]](), []
    there = Counter(gram for text in texts for gram in _grams_of(text))
    for number, text in enumerate(texts):
        seldom = min(_grams_of(text), key=lambda gram: (there[gram], gram), default=None)
        if seldom is None:
            short.append(number)
        else:
            grams.setdefault(seldom, []).append(number)
    asks = [
        msgspec.msgpack.encode(([(one.number, sorted(one.besides)) for one in asking], choices))
        for asking, choices in prefilter.asked_by
    ]
    return msgspec.msgpack.encode((digest_of(patterns), texts, grams, short, asks))


def _grams_of(text: Read) -> set[Read]:
    return {text[place : place + _GRAM] for place in range(len(text) - _GRAM + 1)}


READY: dict[str, bytes] = {}
"""States by the digest of their patterns: of the policy that the package has."""
